package worker

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"bulkpatch/job"
)

// A lacking is the store of a process that does not have the model.
type lacking struct {
	*fakeStore
	putBack *atomic.Int64
}

func (s lacking) ApplySingle(context.Context, job.WakeUp) error {
	s.putBack.Add(1)
	return job.ErrOtherModel
}

func (s lacking) Claim(context.Context, job.WakeUp) (job.Lease, error) {
	s.putBack.Add(1)
	return job.Lease{}, job.ErrOtherModel
}

// PutBack puts the wake-up back into the outbox, under a new nonce.
func (s lacking) PutBack(_ context.Context, r job.WakeUp, reason string) error {
	r.Nonce++
	s.add(r)
	return nil
}

// TestWorkReachesTheOneWorkerThatHasItsModel runs three workers without a model
// beside one that has it. The work that they put back must reach it without the
// sweep, which finds nothing here.
func TestWorkReachesTheOneWorkerThatHasItsModel(t *testing.T) {
	eachRedis(t, func(t *testing.T, redis asynq.RedisClientOpt) {
		s := newFakeStore()
		putBack := new(atomic.Int64)
		run(t, s, redis)
		ctx, cancel := context.WithCancel(t.Context())
		var ended sync.WaitGroup
		t.Cleanup(func() { cancel(); ended.Wait() })
		for range 3 {
			w := New(Config{Store: lacking{s, putBack}, Redis: redis, Installation: here, Log: slog.New(slog.DiscardHandler)})
			ended.Go(func() {
				if err := w.Run(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		const jobs = 20
		for n := range int64(jobs) {
			r := wakeUp(1, n+1)
			r.Nonce, r.Single = (n+1)*1000, n%2 == 0
			s.add(r)
		}
		s.awaitAll(t, append(slices.Repeat([]string{"single"}, jobs/2), slices.Repeat([]string{"finish"}, jobs/2)...)...)
		t.Logf("work was put back %d times", putBack.Load())
	})
}

// A faulty store answers each single with an error.
type faulty struct {
	*fakeStore
	err error
}

func (s faulty) ApplySingle(context.Context, job.WakeUp) error { return s.err }

func TestASingleThatMeetsAFaultSaysSoAndWaits(t *testing.T) {
	s := newFakeStore()
	w := New(Config{Store: faulty{s, job.ErrStorageFull}, Log: slog.New(slog.DiscardHandler)})
	r := wakeUp(1, 1)
	r.Single = true
	w.handleSingle(t.Context(), r)
	r.Wait = time.Hour.Microseconds()
	w.handleSingle(t.Context(), r)
	if want := []string{"put back storage_full 1s", "put back storage_full 1m0s"}; !slices.Equal(s.calls, want) {
		t.Errorf("the store was called to %q, not to %q", s.calls, want)
	}
}

// TestASingleThatNeverSucceedsEnds lets singles fail in the last round that a job
// gets. Only a fault of an unknown kind may fail the job.
func TestASingleThatNeverSucceedsEnds(t *testing.T) {
	for err, want := range map[error]string{
		errors.New("fault"): "stop no_progress",
		job.ErrUnavailable:  "put back database_unavailable 1s",
		job.ErrStorageFull:  "put back storage_full 1s",
		job.ErrOtherModel:   "put back waiting_for_model 20ms",
	} {
		s := newFakeStore()
		s.noProgress = &job.Error{Code: "no_progress"}
		r := wakeUp(1, 1)
		r.Single = true
		New(Config{Store: faulty{s, err}, Log: slog.New(slog.DiscardHandler)}).handleSingle(t.Context(), r)
		if !slices.Equal(s.calls, []string{want}) {
			t.Errorf("after %v the store was called to %q, not to %q", err, s.calls, want)
		}
	}
}

func TestWorkThatIsPutBackWaitsALittleLongerEachTime(t *testing.T) {
	r := wakeUp(1, 1)
	var waits []time.Duration
	for range 40 {
		r = later(r, otherModelPause, otherModelMost)
		waits = append(waits, time.Duration(r.Wait)*time.Microsecond)
	}
	// Suppose one of four workers has the model. Then ten wake-ups reach it in
	// nineteen cases of twenty.
	var ten time.Duration
	for _, w := range waits[:10] {
		ten += w
	}
	if waits[0] != otherModelPause || waits[39] != otherModelMost || ten > time.Second || !slices.IsSorted(waits) {
		t.Errorf("the waits are %v, the first ten together %v", waits, ten)
	}
	r.Wait = time.Hour.Microseconds() // a throttle's
	if w := later(r, otherModelPause, otherModelMost).Wait; w != otherModelMost.Microseconds() {
		t.Errorf("a throttled wake-up then waits %v", time.Duration(w)*time.Microsecond)
	}
}
