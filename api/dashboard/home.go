package dashboard

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/auth"
	"bulkpatch/client"
	"bulkpatch/job"
)

// What the overview shows at most, how often it is read again in seconds, and how long
// it waits for each of its parts.
const (
	homeJobs   = 8
	homeEvery  = 5
	partWithin = 2 * time.Second
)

// A homePage is the overview. Each of its parts is read on its own, and says so if it
// could not be.
type homePage struct {
	Running, Waiting, Failed jobPart
	Brake                    brakePart
	Pace                     pacePart
	Work                     workPart
	OwnOnly                  bool   // the key sees only the jobs that it made
	Caller                   string // the key as jobs name it
	Today                    string // the path of the list of today's jobs
	Empty                    bool   // there is no job at all
}

// A jobPart is some of the jobs that a list has.
type jobPart struct {
	ID      string // of the part on the page
	Title   string
	Note    string // which jobs these are, "" where the title says it
	None    string // what to say if there are none
	Path    string // of the list
	Rows    []jobRow
	More    bool
	Unknown string // why it is not known, a sentence; "" if it is
}

// A brakePart says whether the brake holds the jobs.
type brakePart struct {
	client.Switch
	Shown   bool // the visitor may see it
	Unknown string
}

// A workPart is about what all workspaces share.
type workPart struct {
	Shown      bool // the visitor may see it
	Processes  int
	Busy       int // how many pieces of work the processes do
	Queues     []job.Queue
	RedisUp    bool
	Outbox     job.Outbox
	Ready      int64         // how many wake-ups may be sent
	Waited     time.Duration // how long the oldest of them has waited
	DatabaseUp bool
}

// Home answers with the overview.
func (d *Dashboard) Home(v *Visit) error {
	now := d.now()
	day := now.UTC().Format(time.DateOnly)
	page := homePage{
		OwnOnly: !v.may(auth.JobsRead), Caller: v.Key.Actor(), Today: jobFilter{Since: day}.path(),
		Running: jobPart{ID: "running", Title: "Running", None: "Nothing is running.", Path: jobFilter{State: "resolving,running,pausing,cancelling", Kind: allKinds}.path()},
		Waiting: jobPart{ID: "waiting", Title: "Waiting", None: "Nothing waits.", Path: jobFilter{State: "queued,paused", Kind: allKinds}.path()},
		Failed:  jobPart{ID: "failed", Title: "Failed lately", Note: "jobs of the last 24 hours", None: "No job of the last 24 hours has failed.", Path: jobFilter{State: failedStates, Kind: allKinds, When: "24h"}.path()},
	}
	v.Within = partWithin
	models, _ := v.models() // without them, only the sentences are plainer
	since := now.Add(-24 * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)
	together(
		func() {
			v.readJobs(&page.Running, url.Values{"state": {"resolving,running,pausing,cancelling"}}, models)
		},
		func() { v.readJobs(&page.Waiting, url.Values{"state": {"queued,paused"}}, models) },
		func() { v.readJobs(&page.Failed, url.Values{"state": {commas(failedList)}, "since": {since}}, models) },
		func() { page.Brake = v.readBrake() },
		func() { page.Pace = d.readPace(v) },
		func() { page.Work = d.readWork(v) },
	)
	if page.Brake.On {
		page.Running.sayOnce(job.WaitBrake)
		page.Waiting.sayOnce(job.WaitBrake)
	}
	page.Empty = page.empty() && v.noJobs()
	f := d.visited(v, "Overview", HomePath, page)
	f.Every, f.Scripts, f.Styles = homeEvery, []string{"plot.js"}, []string{"uplot.css", "job.css", "jobs.css", "home.css"}
	return show(v, http.StatusOK, "home", f)
}

// together runs some functions at the same time, and returns when all have. It panics
// as the first of them that did.
func together(functions ...func()) {
	panics := make(chan any, len(functions))
	var all sync.WaitGroup
	for _, f := range functions {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					panics <- p
				}
			}()
			f()
		})
	}
	all.Wait()
	select {
	case p := <-panics:
		panic(p)
	default:
	}
}

// whyUnknown says why a part of the page is not known.
func whyUnknown(err error) string {
	switch {
	case err == nil:
		return ""
	case tookTooLong(err), errors.Is(err, context.DeadlineExceeded), errors.Is(err, job.ErrQueryTimeout):
		return "This takes too long at the moment. It is tried again."
	}
	return "This could not be read. It is tried again."
}

// readJobs reads the first jobs of a list.
func (v *Visit) readJobs(p *jobPart, q url.Values, models []client.Model) {
	var answer jobsAnswer
	err := v.Get(jobsTarget(q, homeJobs, ""), &answer)
	p.Unknown, p.More = whyUnknown(err), answer.NextCursor != nil
	p.Rows = v.rows(answer.Items, models)
}

// sayOnce leaves out why the jobs wait for a reason that the page explains above.
func (p *jobPart) sayOnce(reason string) {
	for i, r := range p.Rows {
		if waits := r.Job.Progress.WaitReason; waits != nil && *waits == reason {
			r.Job.Progress.WaitDetail = nil
			p.Rows[i].Progress = words.Progress(r.Job)
		}
	}
}

// noJobs reports whether it is sure that the visitor sees no job at all.
func (v *Visit) noJobs() bool {
	var answer jobsAnswer
	return v.Get(jobsTarget(url.Values{}, 1, ""), &answer) == nil && len(answer.Items) == 0
}

// empty reports whether no job is shown.
func (p homePage) empty() bool {
	for _, part := range []jobPart{p.Running, p.Waiting, p.Failed} {
		if len(part.Rows) > 0 || part.Unknown != "" {
			return false
		}
	}
	return true
}

// readBrake reads the brake of the workspace, which not every key may see.
func (v *Visit) readBrake() (p brakePart) {
	if p.Shown = v.may(auth.JobsRead); !p.Shown {
		return p
	}
	var brake client.Brake
	p.Unknown = whyUnknown(v.Get(target(nil, "v1", "brake"), &brake))
	p.Switch = brake.Switch
	return p
}

// readWork reads what workers do and what waits for them, for who oversees it.
func (d *Dashboard) readWork(v *Visit) (p workPart) {
	if d.queues == nil || !Oversees(v.Key) {
		return p
	}
	p.Shown = true
	ctx, cancel := context.WithTimeout(v.Request.Context(), partWithin)
	defer cancel()
	together(
		func() {
			q, err := d.queues.Queues(ctx)
			p.RedisUp, p.Queues, p.Processes = err == nil, q.Queues, len(q.Processes)
			for _, process := range q.Processes {
				p.Busy += len(process.Tasks)
			}
		},
		func() {
			outbox, err := d.store.Outbox(ctx)
			p.DatabaseUp, p.Outbox, p.Ready = err == nil, outbox, outbox.Waiting-outbox.Held-outbox.Later
			if outbox.Oldest != nil {
				p.Waited = d.now().Sub(*outbox.Oldest)
			}
		},
	)
	return p
}
