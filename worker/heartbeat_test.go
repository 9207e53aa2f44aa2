package worker

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"

	"bulkpatch/job"
)

// TestHeartbeatsOutliveFaults lets some heartbeats fail while a job is being
// resolved. The heartbeats and the work must go on.
func TestHeartbeatsOutliveFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeStore()
		s.claim = func(r job.WakeUp) (job.Lease, error) { return job.Lease{Ref: r.Ref, Epoch: 1}, nil }
		answers := []error{nil, errors.New("away"), job.ErrUnavailable, nil}
		resolved := make(chan struct{})
		s.heartbeat = func(job.Lease) error {
			err := answers[0]
			if answers = answers[1:]; len(answers) == 0 {
				close(resolved)
				answers = []error{nil}
			}
			return err
		}
		s.resolve = func(ctx context.Context) error {
			select {
			case <-resolved:
			case <-ctx.Done():
				t.Error("the work was ended")
			}
			return nil
		}
		w := New(Config{Store: s, Log: slog.New(slog.DiscardHandler)})
		w.handleBulk(t.Context(), wakeUp(1, 1))
		if want := []string{"resolve", "finish"}; !slices.Equal(s.calls, want) {
			t.Errorf("the store was called to %q, not to %q", s.calls, want)
		}
	})
}

// TestALostLeaseEndsTheWork lets a heartbeat find that another worker has the
// shard. The work must end at once, and the shard must not be given back.
func TestALostLeaseEndsTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFakeStore()
		s.claim = func(r job.WakeUp) (job.Lease, error) { return job.Lease{Ref: r.Ref, Epoch: 1}, nil }
		s.heartbeat = func(job.Lease) error { return job.ErrLeaseLost }
		s.resolve = func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		w := New(Config{Store: s, Log: slog.New(slog.DiscardHandler)})
		w.handleBulk(t.Context(), wakeUp(1, 1))
		if want := []string{"resolve"}; !slices.Equal(s.calls, want) {
			t.Errorf("the store was called to %q, not to %q", s.calls, want)
		}
	})
}
