package worker

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"bulkpatch/job"
)

// TestWorkThatWasPutBackCountsAsAlive has work that workers put back again and
// again, because they do not have its model. Each time it has a new heartbeat, so
// the patience with it must not grow.
func TestWorkThatWasPutBackCountsAsAlive(t *testing.T) {
	now := time.Now()
	fake := newFakeStore()
	s := sweep{store: fake, now: func() time.Time { return now }, first: patience}
	for heartbeat := range int64(5) {
		fake.liveness = []job.Liveness{{Ref: job.Ref{Job: 1}, Single: true, Heartbeat: heartbeat}}
		for range 2 {
			if err := s.pass(t.Context()); err != nil {
				t.Fatal(err)
			}
			now = now.Add(patience)
		}
	}
	if v := s.seen[job.Ref{Job: 1}]; len(fake.calls) != 5 || v.patience != 2*patience {
		t.Errorf("%d wake-ups, and the patience is %v", len(fake.calls), v.patience)
	}
}

func TestTheSweepRedeliversWhatStandsStill(t *testing.T) {
	now := time.Now()
	fake := newFakeStore()
	s := sweep{store: fake, now: func() time.Time { return now }, first: patience}
	pass := func(after time.Duration, liveness ...job.Liveness) (calls []string) {
		t.Helper()
		now = now.Add(after)
		fake.calls, fake.liveness = nil, liveness
		if err := s.pass(context.Background()); err != nil {
			t.Fatal(err)
		}
		return fake.calls
	}
	still := job.Liveness{Ref: job.Ref{Job: 1}, Epoch: 3, Heartbeat: 7}
	moved := still
	moved.Heartbeat++
	steps := []struct {
		about    string
		after    time.Duration
		liveness job.Liveness
		want     []string
	}{
		{"first seen", 0, still, nil},
		{"not long enough", 4 * time.Second, still, nil},
		{"stood still", time.Second, still, []string{"redeliver"}},
		{"redelivered just now", 6 * time.Second, still, nil},
		{"redelivered in vain", 4 * time.Second, still, []string{"redeliver"}},
		{"moved", 19 * time.Second, moved, nil},
		{"moved, so patient again", 4 * time.Second, moved, nil},
		{"stood still again", time.Second, moved, []string{"redeliver"}},
		{"a stop is to be settled", 0, job.Liveness{Stopping: true}, []string{"settle"}},
		{"the last shard closed", 0, job.Liveness{Idle: true}, []string{"finish"}},
	}
	for _, step := range steps {
		if got := pass(step.after, step.liveness); !slices.Equal(got, step.want) {
			t.Errorf("%s: the sweep called to %q, not to %q", step.about, got, step.want)
		}
	}
}

func TestAJobThatCannotBeSettledStopsNoOther(t *testing.T) {
	fake := newFakeStore()
	fake.settle = errors.New("somebody holds its rows")
	s := sweep{store: fake, now: time.Now}
	fake.liveness = []job.Liveness{{Ref: job.Ref{Job: 1}, Stopping: true}, {Ref: job.Ref{Job: 2}, Idle: true}}
	if err := s.pass(t.Context()); !errors.Is(err, fake.settle) {
		t.Errorf("the pass answers %v", err)
	}
	if want := []string{"settle", "finish"}; !slices.Equal(fake.calls, want) {
		t.Errorf("the sweep called to %q", fake.calls)
	}
	fake.calls, fake.liveness = nil, slices.Repeat(fake.liveness[:1], 10)
	if err := s.pass(t.Context()); err == nil || len(fake.calls) != sweepFaults {
		t.Errorf("of a database that is away %d questions were asked, %v", len(fake.calls), err)
	}
}

// TestTheSweepReachesAllWork has more work than one pass reads, and then also
// jobs that cannot be settled before the last one.
func TestTheSweepReachesAllWork(t *testing.T) {
	for name, settle := range map[string]error{"much work": nil, "stuck work": errors.New("somebody holds its rows")} {
		fake := newFakeStore()
		fake.settle = settle
		for n := range sweepLimit {
			fake.liveness = append(fake.liveness, job.Liveness{Ref: job.Ref{Job: int64(n + 1)}, Stopping: true})
		}
		fake.liveness = append(fake.liveness, job.Liveness{Ref: job.Ref{Job: sweepLimit + 1}, Idle: true})
		fake.called = make(chan string, 2*sweepLimit)
		s := sweep{store: fake, now: time.Now}
		for range sweepLimit / 2 {
			_ = s.pass(t.Context()) // fails where work is stuck
			if slices.Contains(fake.calls, "finish") {
				break
			}
		}
		if n := len(fake.calls); n != sweepLimit+1 || fake.calls[n-1] != "finish" {
			t.Errorf("%s: the sweep made %d calls", name, n)
		}
	}
}

func TestTheSweepDoesNotWaitForAnEmptyRedis(t *testing.T) {
	now := time.Now()
	fake := newFakeStore()
	s := sweep{store: fake, now: func() time.Time { return now }}
	fake.liveness = []job.Liveness{{Ref: job.Ref{Job: 1}}}
	for range 2 {
		if err := s.pass(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	fake.liveness = append(fake.liveness, job.Liveness{Ref: job.Ref{Job: 2}})
	if err := s.pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []string{"redeliver"}; !slices.Equal(fake.calls, want) {
		t.Errorf("the sweep called to %q: it must redeliver at once, and once, what it finds at its start", fake.calls)
	}
}
