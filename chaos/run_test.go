package chaos

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A run is the execution of one seed.
type run struct {
	*plan
	began   time.Time
	started time.Duration // when load and faults started

	faultsEnded time.Duration
	settled     time.Duration // when the last job had ended
	stepped     int           // jobs created while the clock was wrong
	followers   followers     // counts of undos and retries
	takenBack   takenBack     // counts of computed updates and of their undos in the end
	fileWork    fileCounts
	beside      atomic.Int64 // small jobs that ended while a large one ran
	peak        int64        // most memory of a process, in bytes
	dir         string
	disk        *disk
	database    database
	server      *postgres // the PostgreSQL server, nil with SQLite
	queue       *queue    // the Redis server, nil with the embedded Redis
	receiver    *receiver // of webhooks, nil for none
	procs       []*process
	callers     map[string]*caller // by workspace
	deadline    context.Context
	cancel      context.CancelFunc
	calm        chan struct{} // closed when the faults are over

	tally    tally
	book     book
	watchers sync.WaitGroup

	mu          sync.Mutex
	violations  []string
	windows     []window // the faults that took place
	missed      []string // the faults that did not
	refusals    []refusal
	keys        map[string]string         // the job of each idempotency key
	baseline    map[*table]map[string]row // the rows before the load, by id
	readings    []reading
	revocations []*holder
	braked      []*braking
	uploads     []upload
}

// A window is a fault that took place, with its time.
type window struct {
	fault
	span
	victim string // the process that was hit, "" for none or all
	felt   bool   // some process noticed it
}

// A refusal is a call that was answered 503 or 507.
type refusal struct {
	request
	answer
}

// now returns the time since the run began, on a monotonic clock.
func (r *run) now() time.Duration { return time.Since(r.began) }

// violation records a broken promise.
func (r *run) violation(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.violations = append(r.violations, fmt.Sprintf("%7.3fs ", r.now().Seconds())+fmt.Sprintf(format, args...))
}

// refused records a 503 or 507. It is checked when all faults are known.
func (r *run) refused(q request, a answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refusals = append(r.refusals, refusal{q, a})
}

// took records a fault that took place.
func (r *run) took(w window) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.windows = append(r.windows, w)
}

// during reports whether a call was made during a fault of a type.
func (r *run) during(what faultType, s span) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.windows, func(w window) bool {
		return w.what == what && w.sent <= s.sent && s.done <= w.done
	})
}

// happened returns how many faults of some types took place.
func (r *run) happened(types ...faultType) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.windows {
		if slices.Contains(types, w.what) {
			n++
		}
	}
	return n
}

// A tally counts what a run did, as evidence that the checker had enough to check.
type tally struct {
	polls, events, silences, refusals, full, replays, badTasks, accepted, zombies atomic.Int64

	reads, timeouts, beyond atomic.Int64 // costly reads, those that timed out, and requests that exceed a limit
	revoked, cut            atomic.Int64 // revoked keys, and open calls of theirs that ended
	oversized               atomic.Int64 // records whose values would have been too large
}

// unserved returns how many calls were answered 503 or 507.
func (t *tally) unserved() int64 { return t.refusals.Load() + t.full.Load() }

// answered counts an answer, or the lack of one.
func (t *tally) answered(a answer, err error) {
	switch {
	case err != nil:
		t.silences.Add(1)
	case a.status == http.StatusServiceUnavailable:
		t.refusals.Add(1)
	case a.status == http.StatusInsufficientStorage:
		t.full.Add(1)
	case a.status == http.StatusAccepted:
		t.accepted.Add(1)
	}
	if err == nil && a.header.Get("Idempotency-Replayed") == "true" {
		t.replays.Add(1)
	}
}

// A book holds every job that was accepted, with every answer about it.
type book struct {
	mu   sync.Mutex
	jobs map[string]*tracked
	// lost counts the submissions without an idempotency key that got no answer.
	// Each of them may have made a job.
	lost int
}

// A tracked is a job that the run knows of. Its submission made a bulk job, a
// single, a file job, a preview, or an undo or retry.
type tracked struct {
	id        string
	workspace string
	where     *table // nil until its submission was answered
	bulk      *bulkOp
	single    *singleOp
	file      *fileJob
	version   int64 // the version that a single demanded, 0 for none
	follows   *following
	preview   *readOp
	undoneBy  string // id of the last undo job; guarded by the run's mutex
	submitted span   // from the first attempt to the answer

	mu        sync.Mutex
	sightings []sighting
	asked     []asking
	refused   []sequel // retries that were refused because nothing remained
}

// An asking is a call of an action on a job. If it got no answer, the action may take
// effect at any later time.
type asking struct {
	span
	name string
}

// name describes the job by the plan's update that made it.
func (j *tracked) name() string {
	switch {
	case j.bulk != nil:
		return fmt.Sprintf("bulk %d on %s (job %s)", j.bulk.n, j.bulk.table, j.id)
	case j.single != nil:
		return fmt.Sprintf("single %d on %s (job %s)", j.single.n, j.single.table, j.id)
	case j.file != nil:
		return fmt.Sprintf("file job %d on %s (job %s)", j.file.n, j.file.file.table, j.id)
	case j.preview != nil:
		return fmt.Sprintf("a preview of %s (job %s)", j.preview.table, j.id)
	case j.follows != nil:
		return fmt.Sprintf("the %s (job %s) of %s", j.follows.by, j.id, j.follows.parent.name())
	}
	return "a job whose acceptance was lost (" + j.id + ")"
}

// see records an answer about the job.
func (j *tracked) see(s sighting) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.sightings = append(j.sightings, s)
}

// ask records an action that was called for the job.
func (j *tracked) ask(a asking) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked = append(j.asked, a)
}

// accept returns the job with an id, and adds it if it is new. fill may complete it
// while the book is locked.
func (b *book) accept(id, workspace string, fill func(*tracked)) (j *tracked, fresh bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.jobs == nil {
		b.jobs = make(map[string]*tracked)
	}
	j, known := b.jobs[id]
	if !known {
		j = &tracked{id: id, workspace: workspace}
		b.jobs[id] = j
	}
	if fill != nil {
		fill(j)
	}
	return j, !known
}

// all returns the jobs, in the order of their submissions.
func (b *book) all() []*tracked {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []*tracked
	for _, j := range b.jobs {
		list = append(list, j)
	}
	slices.SortFunc(list, func(a, c *tracked) int { return int(a.submitted.sent - c.submitted.sent) })
	return list
}
