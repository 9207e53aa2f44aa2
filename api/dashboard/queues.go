package dashboard

import (
	"context"
	"net/http"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/job"
)

// How long the page waits for Redis and for the database.
const (
	redisWithin    = 2 * time.Second
	databaseWithin = 5 * time.Second
)

// maxNamed is how many of the jobs that are being worked on are named.
const maxNamed = 1000

// A queuesPage is what the page shows.
type queuesPage struct {
	At         time.Time
	RedisUp    bool
	DatabaseUp bool
	Queues     []job.Queue
	Days       []queueDay
	Processes  []process
	Outbox     job.Outbox
	Ready      int64         // how many wake-ups of the outbox may be sent
	Waited     time.Duration // how long the oldest of these has waited
	Why        string        // they cannot be sent, "" where they can be
	Counted    int64         // how many wake-ups are counted at most
}

// A queueDay is one day of both queues.
type queueDay struct {
	Day    time.Time
	Queues []job.QueueDay // in the order of the queues
}

type process struct {
	job.Process
	Tasks []task
}

type task struct {
	job.Task
	job.Label
	For time.Duration
}

// Queues answers with the page about the queues. It says so if Redis or the database
// does not answer, within seconds.
func (d *Dashboard) Queues(v *Visit) error {
	if d.queues == nil {
		return web.NewProblem("unknown_path", "This process has no page about queues.")
	}
	page := queuesPage{At: d.now(), Counted: job.OutboxCounted}
	d.readRedis(v.Request.Context(), &page)
	d.readDatabase(v.Request.Context(), &page)
	f := d.visited(v, "Queues", QueuesPath, page)
	f.Every = 5
	return show(v, http.StatusOK, "queues", f)
}

func (d *Dashboard) readRedis(ctx context.Context, page *queuesPage) {
	ctx, cancel := context.WithTimeout(ctx, redisWithin)
	defer cancel()
	q, err := d.queues.Queues(ctx)
	if page.RedisUp = err == nil; !page.RedisUp {
		return // the page says so; whoever watches Redis logs it
	}
	page.Queues, page.Days = q.Queues, byDay(q.Queues)
	for _, p := range q.Processes {
		shown := process{Process: p}
		for _, t := range p.Tasks {
			shown.Tasks = append(shown.Tasks, task{Task: t, For: page.At.Sub(t.Since)})
		}
		page.Processes = append(page.Processes, shown)
	}
}

func (d *Dashboard) readDatabase(ctx context.Context, page *queuesPage) {
	ctx, cancel := context.WithTimeout(ctx, databaseWithin)
	defer cancel()
	outbox, err := d.store.Outbox(ctx)
	if err == nil {
		err = d.name(ctx, page.Processes)
	}
	if page.DatabaseUp = err == nil; !page.DatabaseUp {
		return
	}
	page.Outbox, page.Ready, page.Why = outbox, outbox.Waiting-outbox.Held-outbox.Later, outbox.Reason
	if outbox.Reason == job.WaitRedis {
		page.Why = "Redis does not take them"
	}
	if outbox.Oldest != nil {
		page.Waited = page.At.Sub(*outbox.Oldest)
	}
}

// name adds the ids of the jobs that are being worked on.
func (d *Dashboard) name(ctx context.Context, processes []process) error {
	var refs []job.Ref
	for _, p := range processes {
		for _, t := range p.Tasks {
			refs = append(refs, ofJob(t.Ref))
		}
	}
	if len(refs) == 0 {
		return nil
	}
	labels, err := d.store.JobIDs(ctx, refs[:min(len(refs), maxNamed)])
	for _, p := range processes {
		for i := range p.Tasks {
			p.Tasks[i].Label = labels[ofJob(p.Tasks[i].Ref)]
		}
	}
	return err
}

// ofJob is the reference to a job as a whole.
func ofJob(r job.Ref) job.Ref { return job.Ref{Workspace: r.Workspace, Job: r.Job} }

// byDay arranges the days of all queues in one list, the newest first. A queue that
// Redis does not know has none.
func byDay(queues []job.Queue) (days []queueDay) {
	for at, q := range queues {
		for i, d := range q.Days {
			if i == len(days) {
				days = append(days, queueDay{d.Day, make([]job.QueueDay, len(queues))})
			}
			days[i].Queues[at] = d
		}
	}
	return days
}
