package worker

import (
	"testing"
	"time"

	"bulkpatch/job"
)

func TestWakeUpsWaitByTheRelaysOwnClock(t *testing.T) {
	var w delays
	now := time.Now()
	slow := wakeUp(1, 7)
	slow.Wait = time.Second.Microseconds()
	steps := []struct {
		after time.Duration
		due   int
		next  time.Duration
	}{
		{0, 1, relayPoll},
		{900 * time.Millisecond, 1, 100 * time.Millisecond},
		{100 * time.Millisecond, 2, relayPoll},
	}
	for i, step := range steps {
		now = now.Add(step.after)
		due, next := w.due([]job.WakeUp{slow, wakeUp(1, 8)}, now)
		if len(due) != step.due || next != step.next {
			t.Errorf("step %d: %d are due, and the next in %v", i, len(due), next)
		}
	}
	if w.due(nil, now); len(w.seen) > 0 {
		t.Error("a wake-up that is not in the outbox any more is remembered")
	}
}
