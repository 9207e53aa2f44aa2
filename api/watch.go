package api

import (
	"context"
	"sync"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// How a watcher asks the store. After a query it rests for watchRest times as
// long as that took, so that it takes a bounded part of the time however many
// jobs there are to ask for.
const (
	hastyTick  = 20 * time.Millisecond // while a caller waits for a single
	watchTick  = 250 * time.Millisecond
	watchRest  = 3
	watchLimit = 10 * time.Second // of one query: a database may say nothing at all
	watchBatch = 50               // jobs read at once, each with its filter and patch
	memoryLife = time.Second      // of a reading, for those who come for it late
)

// A watcher follows jobs for all calls of this process that wait for one, so
// that these cost as many queries as there are changes to tell, not as there
// are callers. Commits of this process wake it. For those of others it asks
// for the revisions of all jobs that somebody waits for, in one query a tick,
// and reads the jobs that have changed, once for all who follow them. An error
// of the store is tried again with the next tick.
//
// It runs while it has followers, and nobody waits for anyone else: a reading
// is left where each follower finds it.
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

// A watched job. It is due to be read when it is stale and wanted.
type watched struct {
	workspace auth.Workspace
	id        string
	followers int
	hasty     int
	told      int64 // the revision that all who wait know
	stale     bool  // there may be another
	wanted    bool  // somebody waits for it
	latest    *reading
	readAt    time.Time
	changed   chan struct{} // closed with the next reading
}

func (at *watched) name() job.Name { return job.Name{Workspace: at.workspace.ID, ID: at.id} }

// over reports whether the job is known to be gone.
func (at *watched) over() bool { return at.latest != nil && at.latest.err != nil }

// A reading is a job as it was read, for all who follow it. They must not
// change it.
type reading struct {
	job   job.Job
	err   error                  // job.ErrNotFound or job.ErrGone
	event func() ([]byte, error) // the job as an event, made once
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

// follow begins to follow a job, which need not exist. Who follows before the
// first look at the job misses no change.
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

// hurry says that the caller waits for a single.
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

// current returns the last reading as long as nobody knows of a later revision,
// else nil.
func (f *follower) current() *reading {
	f.watcher.mu.Lock()
	defer f.watcher.mu.Unlock()
	r := f.job.latest
	if r == nil || r.err != nil || f.job.stale || r.job.Revision != f.job.told {
		return nil
	}
	return r
}

// news returns a reading that is newer than the revision that the caller has
// seen; or where there is none, nil and what is closed when to ask again.
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
	case at.told != seen: // some of us know more than others
		at.stale = true
	}
	if at.stale {
		w.due[at] = struct{}{}
		w.nudge()
	}
	return nil, at.changed
}

// leave ends following.
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
		w.drop(at)
	}
	w.followers--
	if w.followers == 0 {
		w.halt()
	}
}

// drop forgets a job that nobody follows.
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

// notify takes up which jobs this process has changed.
func (w *watcher) notify(ids []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		for _, at := range w.jobs[id] {
			w.outdate(at)
		}
	}
}

// outdate notes that a job may have changed.
func (w *watcher) outdate(at *watched) {
	at.stale = true
	if at.wanted {
		w.due[at] = struct{}{}
		w.nudge()
	}
}

// nudge has the watcher look at what is due.
func (w *watcher) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}
