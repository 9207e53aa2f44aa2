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

// A run is one seed as it is carried out.
type run struct {
	*plan
	began   time.Time
	started time.Duration // when load and faults did

	faultsEnded time.Duration
	settled     time.Duration // when the last job was final
	stepped     int           // jobs made while the clock was off
	followers   followers     // jobs that followed from others
	beside      atomic.Int64  // small jobs that ended while a large one ran
	peak        int64         // the most memory that a process has held, in bytes
	dir         string
	disk        *disk
	database    database
	server      *postgres // the database, nil with SQLite
	queue       *queue    // nil with the embedded Redis
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
	windows     []window // of the faults that took place
	missed      []string // faults that did not
	refusals    []refusal
	keys        map[string]string // the job that each idempotency key has made
	baseline    map[*table]map[string]row
	readings    []reading
	revocations []*holder
}

// A window is the time in which a fault may be felt.
type window struct {
	fault
	span
	victim string // the process that it hit, "" for none or all
	felt   bool   // by somebody
}

// A refusal is a call that the service could not serve.
type refusal struct {
	request
	answer
}

// now is the time since the run began, by a clock that never steps.
func (r *run) now() time.Duration { return time.Since(r.began) }

// violation notes something that must not be.
func (r *run) violation(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.violations = append(r.violations, fmt.Sprintf("%7.3fs ", r.now().Seconds())+fmt.Sprintf(format, args...))
}

// refused notes a 503 or 507, to be judged once all faults are known.
func (r *run) refused(q request, a answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refusals = append(r.refusals, refusal{q, a})
}

// took notes a fault that took place.
func (r *run) took(w window) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.windows = append(r.windows, w)
}

// during reports whether a call was made while a fault of a kind was on.
func (r *run) during(kind faultKind, s span) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.windows, func(w window) bool {
		return w.kind == kind && w.sent <= s.sent && s.done <= w.done
	})
}

// happened counts the faults of some kinds that took place.
func (r *run) happened(kinds ...faultKind) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.windows {
		if slices.Contains(kinds, w.kind) {
			n++
		}
	}
	return n
}

// A tally counts what a run did, as evidence that it did something.
type tally struct {
	polls, events, silences, refusals, full, replays, badTasks, accepted, zombies atomic.Int64

	reads, timeouts, beyond atomic.Int64 // with costly filters
	revoked, cut            atomic.Int64 // keys, and calls of theirs that were open
	oversized               atomic.Int64 // records whose values would have been too large
}

// unserved counts the calls that were refused.
func (t *tally) unserved() int64 { return t.refusals.Load() + t.full.Load() }

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

// A book keeps every job that was accepted and every answer about one.
type book struct {
	mu   sync.Mutex
	jobs map[string]*tracked
	// lost counts the submissions without a key that no answer came to: each
	// may have made a job or not.
	lost int
}

// A tracked is a job that the harness knows of.
type tracked struct {
	id        string
	workspace string
	where     *table // nil until an answer to its submission came
	bulk      *bulkOp
	single    *singleOp
	version   int64 // that a single demanded, 0 for none
	follows   *following
	preview   *readOp
	undoneBy  string // guarded by the run
	submitted span   // from the first try to the answer

	mu        sync.Mutex
	sightings []sighting
	asked     []asking
}

// An asking is an action that was asked of a job. What was not answered may
// take hold at any later time.
type asking struct {
	span
	name string
}

// name says which of the plan's updates the job is.
func (j *tracked) name() string {
	switch {
	case j.bulk != nil:
		return fmt.Sprintf("bulk %d on %s (job %s)", j.bulk.n, j.bulk.table, j.id)
	case j.single != nil:
		return fmt.Sprintf("single %d on %s (job %s)", j.single.n, j.single.table, j.id)
	case j.preview != nil:
		return fmt.Sprintf("a preview of %s (job %s)", j.preview.table, j.id)
	case j.follows != nil:
		return fmt.Sprintf("the %s (job %s) of %s", j.follows.by, j.id, j.follows.parent.name())
	}
	return "a job whose acceptance was lost (" + j.id + ")"
}

func (j *tracked) see(s sighting) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.sightings = append(j.sightings, s)
}

func (j *tracked) ask(a asking) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked = append(j.asked, a)
}

// accept enters a job, or finds it.
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

// all lists the jobs.
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
