package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"bulkpatch/job"
)

// pauseMeetsResume lets callers pause and resume a job at the same time, again
// and again, while a crowd works on it without a sweep. A job that was resumed
// last continues and ends, whatever the pause before it has yet to do, and what
// the callers see is consistent.
func pauseMeetsResume(t *testing.T, k *Kit) {
	k.Add(2*Part, person)
	before, old := k.versions(), len(k.jobs())
	states := map[job.State]int{}
	for round := 0; round < 30 && !t.Failed(); round++ {
		j := k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, fmt.Sprintf(`{"score": %d}`, round), job.Options{}))
		stop := make(chan struct{})
		var workers sync.WaitGroup
		for range crowd / 2 {
			workers.Go(func() { k.takePart(t, stop) })
		}
		w := &witness{Kit: k, t: t, job: j.ID}
		if round%3 > 0 { // otherwise it waits or is being resolved
			w.running()
		}
		w.resumeRightBehindPause()
		if round%2 == 1 {
			w.pauseBesideResume()
		}
		close(stop)
		workers.Wait()
		k.Run(60) // what remains in the outbox, and nothing else
		end := k.Read(j.ID)
		equal(t, "state", end.State, job.Succeeded)
		equal(t, "crashes, where nobody died", end.Resumes, 0)
		oneStory(t, w.seen)
		for _, s := range w.seen {
			states[s.State]++
		}
	}
	k.versionsGrewByUpdates(t, before, old)
	t.Logf("seen: %v", states)
	if !t.Failed() && (states[job.Pausing] == 0 || states[job.Running] == 0) {
		t.Error("no resume met a pause")
	}
}

// A witness acts on one job, from many goroutines, and keeps what it sees.
type witness struct {
	*Kit
	t    *testing.T
	job  string
	mu   sync.Mutex
	seen []job.Job
}

// act reports whether the job's state allowed the action.
func (w *witness) act(a job.Action) bool {
	shown, err := w.Act(w.t.Context(), w.WS, w.job, a, "key:test")
	var refused *job.StateError
	if err != nil && !errors.As(err, &refused) {
		w.t.Error(err)
	}
	if err == nil {
		w.saw(shown)
	}
	return err == nil
}

func (w *witness) look() job.State { return w.saw(w.Read(w.job)) }

func (w *witness) saw(j job.Job) job.State {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, j)
	return j.State
}

// running waits until the job runs. It reports whether the job has ended
// instead.
func (w *witness) running() bool {
	for !w.t.Failed() {
		switch s := w.Read(w.job).State; {
		case s == job.Running:
			return true
		case s.Final():
			return false
		}
	}
	return false
}

// resumeRightBehindPause pauses the job, which was never paused, while others
// try to resume it: they are refused until it is paused.
func (w *witness) resumeRightBehindPause() {
	var all sync.WaitGroup
	all.Go(func() { w.act(job.Pause) })
	for range 2 {
		all.Go(func() {
			for !w.act(job.Resume) && !w.look().Final() && !w.t.Failed() {
			}
		})
	}
	all.Wait()
	if s := w.look(); s == job.Pausing || s == job.Paused {
		w.t.Errorf("the job was resumed last and is %s", s)
	}
}

// pauseBesideResume lets some callers pause the job whenever they see it run,
// and one resume it until they are done, and once more.
func (w *witness) pauseBesideResume() {
	var pausers, resumer sync.WaitGroup
	var done atomic.Bool
	for range 3 {
		pausers.Go(func() {
			for i := 0; i < 5 && w.running(); i++ {
				w.act(job.Pause)
				w.look()
			}
		})
	}
	resumer.Go(func() {
		for last := false; !last; {
			last = done.Load()
			w.act(job.Resume)
			w.look()
		}
	})
	pausers.Wait()
	done.Store(true)
	resumer.Wait()
}

// oneStory compares what many callers saw of a job: a revision always shows the
// same, counts never fall, and the counts of a paused job do not change.
func oneStory(t *testing.T, seen []job.Job) {
	t.Helper()
	slices.SortStableFunc(seen, func(a, b job.Job) int { return cmp.Compare(a.Revision, b.Revision) })
	var was job.Job
	for _, now := range seen {
		invariant(t, now)
		switch {
		case now.Tried() < was.Tried():
			t.Errorf("revision %d has tried %d, and %d before it %d", now.Revision, now.Tried(), was.Revision, was.Tried())
		case now.Revision == was.Revision:
			equal(t, "the state of one revision", now.State, was.State)
			equal(t, "the counts of one revision", now.Tally, was.Tally)
		case was.State == job.Paused && now.Revision == was.Revision+1:
			equal(t, "the counts after a paused job's first change", now.Tally, was.Tally)
		}
		was = now
	}
}
