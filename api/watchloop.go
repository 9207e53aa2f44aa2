package api

import (
	"context"
	"time"

	"bulkpatch/job"
)

// run polls and reads until the watcher has no followers.
func (w *watcher) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(w.untilTick())
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
		case <-timer.C:
			w.tick(ctx)
		}
		w.read(ctx)
	}
}

// untilTick is how long to wait for the next tick.
func (w *watcher) untilTick() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	next := w.slow
	if w.hasty > 0 && w.fast.Before(next) {
		next = w.fast
	}
	return time.Until(next)
}

// tick asks the store which jobs have changed: all, or between those ticks only
// the hasty ones.
func (w *watcher) tick(ctx context.Context) {
	began := time.Now()
	w.mu.Lock()
	all := !began.Before(w.slow)
	which := hastyJobs
	if all {
		which = allJobs
	}
	names := w.asked(which)
	w.mu.Unlock()
	if len(names) > 0 {
		w.ask(ctx, names)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	rest := watchRest * now.Sub(began)
	w.fast = now.Add(max(hastyTick, rest))
	if all {
		w.slow = now.Add(max(watchTick, rest))
	}
}

// A watchScope says which jobs a tick asks for.
type watchScope int

const (
	hastyJobs watchScope = iota // those that a caller waits for in a hurry
	allJobs
)

// asked lists the jobs that may have changed unnoticed. With all jobs, it also
// forgets readings that are old enough for everybody to have seen them.
func (w *watcher) asked(which watchScope) []job.Name {
	all := which == allJobs
	var names []job.Name
	for _, same := range w.jobs {
		for _, at := range same {
			if all && at.latest != nil && !at.over() && time.Since(at.readAt) >= memoryLife {
				at.latest = nil
			}
			if (all && at.followers > 0 || at.hasty > 0) && at.told > 0 && !at.stale && !at.over() {
				names = append(names, at.name())
			}
		}
	}
	return names
}

// ask reads the revisions of some jobs, and marks those that have changed.
func (w *watcher) ask(ctx context.Context, names []job.Name) {
	ctx, cancel := context.WithTimeout(ctx, watchLimit)
	defer cancel()
	revisions, err := w.store.Revisions(ctx, names)
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range names {
		for _, at := range w.jobs[name.ID] {
			if revision, there := revisions[name]; at.name() == name && (!there || revision != at.told) {
				w.outdate(at)
			}
		}
	}
}

// read reads the jobs that are due. After an error they stay due until the next
// tick.
func (w *watcher) read(ctx context.Context) {
	for ctx.Err() == nil {
		batch := w.take()
		if len(batch) == 0 {
			return
		}
		found, err := w.readAll(ctx, batch)
		w.mu.Lock()
		for _, at := range batch {
			if err == nil {
				w.publish(at, found[at.id])
			} else if at.followers > 0 {
				at.stale = true
				w.due[at] = struct{}{}
			}
		}
		w.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// take removes some jobs of one workspace from those that are due. A change from
// now on makes them stale again.
func (w *watcher) take() []*watched {
	w.mu.Lock()
	defer w.mu.Unlock()
	var batch []*watched
	for at := range w.due {
		if len(batch) < watchBatch && (len(batch) == 0 || at.workspace == batch[0].workspace) {
			delete(w.due, at)
			at.stale = false
			batch = append(batch, at)
		}
	}
	return batch
}

// readAll reads jobs of one workspace.
func (w *watcher) readAll(ctx context.Context, batch []*watched) (map[string]*reading, error) {
	ctx, cancel := context.WithTimeout(ctx, watchLimit)
	defer cancel()
	ids := make([]string, len(batch))
	for i, at := range batch {
		ids[i] = at.id
	}
	jobs, err := w.store.JobsByID(ctx, batch[0].workspace, ids)
	found := make(map[string]*reading, len(jobs))
	for _, j := range jobs {
		found[j.ID] = newReading(j)
	}
	return found, err
}

// publish gives a reading to all followers that wait. A nil reading is that of a
// job that does not exist.
func (w *watcher) publish(at *watched, r *reading) {
	if r == nil {
		r = &reading{err: job.ErrNotFound}
	}
	at.latest, at.readAt = r, time.Now()
	at.told = max(at.told, r.job.Revision)
	at.wanted = false
	delete(w.due, at) // followers that wait for more call news again
	close(at.changed)
	at.changed = make(chan struct{})
}
