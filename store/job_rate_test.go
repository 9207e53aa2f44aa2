package store

import (
	"math"
	"testing"

	"bulkpatch/job"
)

func TestSpeedIsOfAllShardsOverTheLastSeconds(t *testing.T) {
	const second = 1_000_000
	every := func(from, to, step, records int64) (r recent) {
		last := paceSample{from}
		for at := from + step; at <= to; at += step {
			last = paceSample{at, last.tried() + records}
			r = r.add(paceSample{from}, last)
		}
		return r
	}
	slow := 0.1
	tests := map[string]struct {
		shards   []progressRow
		throttle *float64
		want     float64
	}{
		"none has begun":                  {[]progressRow{{}, {}}, nil, 0},
		"one goes on":                     {[]progressRow{{recent: every(0, 20*second, second/10, 100)}}, nil, 1000},
		"one goes on beside one that not": {[]progressRow{{recent: every(0, 20*second, second/10, 100)}, {}}, nil, 1000},
		"two go on":                       {[]progressRow{{recent: every(0, 20*second, second/10, 100)}, {recent: every(0, 20*second, second, 500)}}, nil, 1500},
		"one of two has just ended":       {[]progressRow{{recent: every(0, 18*second, second/10, 100)}, {recent: every(0, 20*second, second, 500)}}, nil, 600 + 500},
		"a first chunk of ten ms":         {[]progressRow{{recent: every(20*second-10_000, 20*second, 10_000, 100)}}, nil, 400},
		"one record in ten seconds":       {[]progressRow{{recent: every(0, 20*second, 10*second, 1)}}, &slow, 0.1},
	}
	for name, test := range tests {
		got := speed(job.Job{State: job.Running, Throttle: test.throttle}, test.shards, 20*second)
		if math.Abs(got-test.want) > test.want/100 {
			t.Errorf("%s: %v records a second, not %v", name, got, test.want)
		}
		for _, p := range test.shards {
			if len(p.recent) > 22 {
				t.Errorf("%s: %d samples are kept", name, len(p.recent))
			}
		}
	}
}
