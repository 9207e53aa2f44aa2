package api

import (
	"context"
	"sync"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// How a watcher polls the store. After a query it waits for watchRest times as
// long as the query took, so that its share of the store's time is limited,
// however many jobs are watched.
const (
	hastyTick  = 20 * time.Millisecond // while a caller waits for a single
	watchTick  = 250 * time.Millisecond
	watchRest  = 3
	watchLimit = 10 * time.Second // of one query: a database may not answer at all
	watchBatch = 50               // jobs read at once, each with its filter and patch
	memoryLife = time.Second      // of a reading, for followers that come late
)

// A watcher watches jobs for all calls of this process that wait for one. The
// number of queries depends on the number of changes, not of callers. Commits of
// this process notify it. For commits of other processes it reads the revisions
// of all watched jobs, in one query a tick. It reads each changed job once for
// all its followers. An error of the store is retried with the next tick.
//
// It runs while it has followers. Followers do not wait for one another: each
// takes the latest reading when it is ready.
type watcher struct {
	store Store

	mu        sync.Mutex
	jobs      map[string][]*watched // by id; several where callers ask for another workspace's
	followers int
	hasty     int // of them, in a hurry
	due       map[*watched]struct{}
	slow      time.Time // when all jobs are asked for again
	fast      time.Time // when those are that somebody is in a hurry for
	wake      chan struct{}
	halt      context.CancelFunc
}

// A watched is a job with followers, or one that had some a moment ago. It is due
// to be read when it is stale and wanted.
type watched struct {
	workspace auth.Workspace
	id        string
	followers int
	hasty     int
	told      int64 // the latest revision that all waiting followers know
	stale     bool  // there may be a newer one
	wanted    bool  // a follower waits for it
	latest    *reading
	readAt    time.Time
	changed   chan struct{} // closed with the next reading
}

func (at *watched) name() job.Name { return job.Name{Workspace: at.workspace.ID, ID: at.id} }

// over reports whether the job is known not to exist any more.
func (at *watched) over() bool { return at.latest != nil && at.latest.err != nil }

// A reading is a job as it was read, for all who follow it. They must not
// change it.
type reading struct {
	job   job.Job
	err   error                  // job.ErrNotFound or job.ErrGone
	event func() ([]byte, error) // the job as an event, made once

	parts sync.Map // of a page that shows the job; see [reading.part]
}

func newReading(j job.Job) *reading {
	r := &reading{job: j, event: sync.OnceValues(func() ([]byte, error) { return eventOf(j) })}
	if j.ExpiredAt != nil {
		r.err = job.ErrGone
	}
	return r
}

// newWatcher returns a watcher without followers.
func newWatcher(store Store) *watcher {
	w := &watcher{
		store: store, jobs: map[string][]*watched{}, due: map[*watched]struct{}{},
		wake: make(chan struct{}, 1),
	}
	store.Subscribe(w.notify)
	return w
}

// A follower is one call that follows a job.
type follower struct {
	watcher *watcher
	job     *watched
	hasty   bool
}

// follow adds a follower of a job, which need not exist. A caller that follows
// before it first reads the job misses no change.
func (w *watcher) follow(ws auth.Workspace, id string) *follower {
	w.mu.Lock()
	defer w.mu.Unlock()
	var at *watched
	for _, other := range w.jobs[id] {
		if other.workspace == ws {
			at = other
		}
	}
	if at == nil {
		at = &watched{workspace: ws, id: id, changed: make(chan struct{})}
		w.jobs[id] = append(w.jobs[id], at)
	}
	at.followers++
	w.followers++
	if w.followers == 1 {
		ctx, halt := context.WithCancel(context.Background())
		w.halt, w.slow = halt, time.Now().Add(watchTick)
		go w.run(ctx)
	}
	return &follower{watcher: w, job: at}
}

// hurry makes the watcher poll often, because the caller waits for a single.
func (f *follower) hurry() {
	w := f.watcher
	w.mu.Lock()
	defer w.mu.Unlock()
	if f.hasty {
		return
	}
	f.hasty = true
	f.job.hasty++
	w.hasty++
	if w.hasty == 1 {
		w.fast = time.Now().Add(hastyTick)
		w.nudge()
	}
}

// current returns the latest reading, or nil where a later revision is known.
func (f *follower) current() *reading {
	f.watcher.mu.Lock()
	defer f.watcher.mu.Unlock()
	r := f.job.latest
	if r == nil || r.err != nil || f.job.stale || r.job.Revision != f.job.told {
		return nil
	}
	return r
}

// news returns a reading that is newer than the revision that the caller knows.
// If there is none, it returns a channel that is closed when there may be one.
func (f *follower) news(seen int64) (*reading, <-chan struct{}) {
	w, at := f.watcher, f.job
	w.mu.Lock()
	defer w.mu.Unlock()
	if at.over() || at.latest != nil && at.latest.job.Revision > seen {
		return at.latest, nil
	}
	at.wanted = true
	switch {
	case at.told == 0:
		at.told = seen
	case at.told != seen: // followers know different revisions
		at.stale = true
	}
	if at.stale {
		w.due[at] = struct{}{}
		w.nudge()
	}
	return nil, at.changed
}

// since returns a reading that is not older than an instant, whatever its revision.
// If there is none, it asks for one, and returns a channel that is closed when it is
// there.
func (f *follower) since(at time.Time) (*reading, <-chan struct{}) {
	w, on := f.watcher, f.job
	w.mu.Lock()
	defer w.mu.Unlock()
	if on.over() || on.latest != nil && !on.readAt.Before(at) {
		return on.latest, nil
	}
	on.wanted = true
	w.outdate(on)
	return nil, on.changed
}

// stop removes the follower.
func (f *follower) stop() {
	w, at := f.watcher, f.job
	w.mu.Lock()
	defer w.mu.Unlock()
	if f.hasty {
		at.hasty--
		w.hasty--
	}
	at.followers--
	if at.followers == 0 {
		w.leave(at)
	}
	w.followers--
	if w.followers == 0 {
		w.halt()
	}
}

// leave drops a job without followers, in a moment if they may come back: of many
// that poll, all may have been answered before the first of them asks again.
func (w *watcher) leave(at *watched) {
	if at.latest == nil || at.over() || at.latest.job.State.Final() {
		w.drop(at)
		return
	}
	time.AfterFunc(watchTick, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if at.followers == 0 {
			w.drop(at)
		}
	})
}

// drop removes a job that nobody follows. A second call does nothing.
func (w *watcher) drop(at *watched) {
	delete(w.due, at)
	rest := w.jobs[at.id][:0]
	for _, other := range w.jobs[at.id] {
		if other != at {
			rest = append(rest, other)
		}
	}
	w.jobs[at.id] = rest
	if len(rest) == 0 {
		delete(w.jobs, at.id)
	}
}

// notify is called with the jobs that this process has changed.
func (w *watcher) notify(ids []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		for _, at := range w.jobs[id] {
			w.outdate(at)
		}
	}
}

// outdate marks a job as possibly changed.
func (w *watcher) outdate(at *watched) {
	at.stale = true
	if at.wanted {
		w.due[at] = struct{}{}
		w.nudge()
	}
}

// nudge makes the watcher read what is due.
func (w *watcher) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}
