package store

import (
	"testing"
	"time"

	"bulkpatch/job"
)

func TestAThrottledJobIsOverdueWhenNobodyComes(t *testing.T) {
	now := time.Now()
	for _, test := range []struct {
		throttle float64
		ago      time.Duration // since its last records
		overdue  bool
	}{
		{100, time.Second, false}, {100, stallAfter + time.Second, true},
		{0.01, stallAfter + 90*time.Second, false}, {0.01, stallAfter + 101*time.Second, true}, {1e-300, time.Hour, false},
	} {
		at := now.Add(-test.ago)
		if got := overdue(&job.Job{Throttle: &test.throttle, HeartbeatAt: &at}, now); got != test.overdue {
			t.Errorf("%v a second, %v ago: %v", test.throttle, test.ago, got)
		}
	}
	if overdue(&job.Job{HeartbeatAt: &now}, now.Add(time.Hour)) {
		t.Error("a job without a throttle is overdue")
	}
}
