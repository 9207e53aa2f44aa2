package dashboard

import (
	"context"
	"net/http"
	"slices"
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
	At        time.Time
	Redis     server
	Database  server
	Brake     *brakeView            // nil while the database does not answer
	Held      []job.WorkspaceSwitch // other workspaces whose own brake is on
	Queues    []job.Queue
	Days      []queueDay
	Processes []process
	Outbox    job.Outbox
	Ready     int64         // how many wake-ups of the outbox may be sent
	Waited    time.Duration // how long the oldest of these has waited
	Why       string        // they cannot be sent, "" where they can be
	Counted   int64         // how many wake-ups are counted at most
}

// A server is Redis or the database.
type server struct {
	Up   bool
	Name string        // with its version, "" where it does not tell
	Took time.Duration // how long it took to answer
}

// A queueDay is one day of both queues.
type queueDay struct {
	Day    time.Time
	Queues []job.QueueDay // in the order of the queues
	Bar    []segment      // of what was taken and what failed, next to the busiest day
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
	d.readBrakeOf(v, &page)
	f := d.visited(v, "Queues", QueuesPath, page)
	f.Every, f.Styles = 5, []string{adminStyle}
	return show(v, http.StatusOK, "queues", f)
}

func (d *Dashboard) readRedis(ctx context.Context, page *queuesPage) {
	ctx, cancel := context.WithTimeout(ctx, redisWithin)
	defer cancel()
	q, err := d.queues.Queues(ctx)
	if err != nil {
		return // the page says so; whoever watches Redis logs it
	}
	page.Redis = server{true, q.Server, q.Answered}
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
	began := d.now()
	name, err := d.store.Server(ctx)
	took := d.now().Sub(began)
	if err != nil {
		return
	}
	outbox, err := d.store.Outbox(ctx)
	if err == nil {
		err = d.name(ctx, page.Processes)
	}
	if err != nil {
		return
	}
	page.Database = server{true, name, took}
	page.Outbox, page.Ready, page.Why = outbox, outbox.Waiting-outbox.Held-outbox.Later, outbox.Reason
	if outbox.Reason == job.WaitRedis {
		page.Why = "Redis does not take them"
	}
	if outbox.Oldest != nil {
		page.Waited = page.At.Sub(*outbox.Oldest)
	}
}

// maxHeld is how many workspaces with a brake of their own are named.
const maxHeld = 20

// readBrakeOf reads the brakes, if the database has just answered.
func (d *Dashboard) readBrakeOf(v *Visit, page *queuesPage) {
	if !page.Database.Up {
		return
	}
	held, err := d.store.HeldWorkspaces(v.Request.Context(), maxHeld)
	if err != nil {
		return
	}
	page.Held = slices.DeleteFunc(held, func(w job.WorkspaceSwitch) bool { return w.Workspace == v.Key.Workspace.Name })
	if b, err := readBrake(v); err == nil {
		page.Brake = b
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
				days = append(days, queueDay{Day: d.Day, Queues: make([]job.QueueDay, len(queues))})
			}
			days[i].Queues[at] = d
		}
	}
	drawDays(days)
	return days
}

// drawDays gives each day a bar, of which the busiest one's is the longest.
func drawDays(days []queueDay) {
	busiest := 0
	for _, d := range days {
		busiest = max(busiest, d.taken())
	}
	for i, d := range days {
		if d.taken() == 0 {
			continue
		}
		width := max(float64(d.taken())*100/float64(busiest), leastWidth)
		failed := 0.0
		if n := d.failed(); n > 0 {
			failed = min(max(width*float64(n)/float64(d.taken()), leastWidth), width)
			days[i].Bar = []segment{{"b-fail", percent(width - failed), percent(failed)}}
		}
		if width > failed {
			days[i].Bar = append([]segment{{"b-same", percent(0), percent(width - failed)}}, days[i].Bar...)
		}
	}
}

func (d queueDay) taken() (n int) {
	for _, q := range d.Queues {
		n += q.Taken
	}
	return n
}

func (d queueDay) failed() (n int) {
	for _, q := range d.Queues {
		n += q.Failed
	}
	return n
}
