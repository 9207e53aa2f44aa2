package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"bulkpatch/job"
	"bulkpatch/worker/redistest"
)

func wakeUp(ws, num int64) job.WakeUp {
	return job.WakeUp{Ref: job.Ref{Workspace: ws, Job: num}, Nonce: num}
}

func TestWorkInTheOutboxIsDone(t *testing.T) {
	eachRedis(t, func(t *testing.T, redis asynq.RedisClientOpt) {
		s := newFakeStore()
		run(t, s, redis)
		s.add(wakeUp(1, 1))
		s.await(t, "finish")
		single := wakeUp(1, 2)
		single.Single = true
		s.add(single)
		s.await(t, "single")
		s.add(wakeUp(2, 3))
		s.await(t, "finish")
	})
}

func TestARingThatIsSentTwiceIsOneTask(t *testing.T) {
	eachRedis(t, func(t *testing.T, redis asynq.RedisClientOpt) {
		s := newFakeStore()
		first := NewRelay(s, redis, here, slog.New(slog.DiscardHandler))
		second := NewRelay(s, redis, here, slog.New(slog.DiscardHandler))
		t.Cleanup(func() {
			for _, c := range []io.Closer{first.client, first.workers.queues, second.client, second.workers.queues} {
				c.Close()
			}
		})
		s.add(wakeUp(1, 1))
		wakeUps := s.due(false)
		for _, r := range []*Relay{first, second} {
			if err := r.send(t.Context(), wakeUps); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := first.workers.pending(); n != 1 || err != nil {
			t.Errorf("%d tasks are queued, %v", n, err)
		}
		if left := s.due(false); len(left) > 0 {
			t.Errorf("the outbox still has %v", left)
		}
	})
}

func TestTasksThatNobodyCanReadAreDropped(t *testing.T) {
	eachRedis(t, func(t *testing.T, redis asynq.RedisClientOpt) {
		s := newFakeStore()
		client := asynq.NewClient(redis)
		defer client.Close()
		for i, payload := range []string{"", "{", "null", `{"job": "x"}`, `{"workspace": 1}`, "\xff"} {
			for _, queue := range []string{queuesOf(here).single, queuesOf(here).bulk} {
				if _, err := client.Enqueue(asynq.NewTask(fmt.Sprint("type", i), []byte(payload)), asynq.Queue(queue)); err != nil {
					t.Fatal(err)
				}
			}
		}
		run(t, s, redis)
		s.add(wakeUp(1, 1))
		s.await(t, "finish")
	})
}

func TestWorkWaitsForARedisThatIsDown(t *testing.T) {
	server := redistest.Start(t)
	server.Kill()
	s := newFakeStore()
	run(t, s, asynq.RedisClientOpt{Addr: server.Addr})
	s.add(wakeUp(1, 1))
	s.await(t, "unsent redis_unavailable")
	server.Restart(t)
	s.awaitAll(t, "finish", "unsent ")
}

func TestTheEndOfTheProcessGivesTheShardBack(t *testing.T) {
	eachRedis(t, func(t *testing.T, redis asynq.RedisClientOpt) {
		s := newFakeStore()
		started := make(chan struct{}, 1000)
		s.chunk = func(job.Lease, int) (job.Step, error) {
			select {
			case started <- struct{}{}:
			default:
			}
			return job.Step{}, nil
		}
		stop := run(t, s, redis)
		s.add(wakeUp(1, 1))
		<-started
		stop()
		s.await(t, "yield ")
	})
}

// script answers chunk after chunk, and notes how many records were asked
// for.
type script struct {
	answers []any // job.Step or error
	limits  []int
}

func (c *script) chunk(_ job.Lease, limit int) (job.Step, error) {
	c.limits = append(c.limits, limit)
	answer := c.answers[0]
	c.answers = c.answers[1:]
	if err, ok := answer.(error); ok {
		return job.Step{}, err
	}
	return answer.(job.Step), nil
}

func TestEachAnswerOfTheStoreHasItsConsequence(t *testing.T) {
	five, slow, fast, boundless, still := int64(5), 10.0, 500.0, 1e300, 1e-300
	tests := map[string]struct {
		lease     job.Lease
		claim     error
		fruitless *job.Error
		answers   []any
		calls     []string
		limits    []int
	}{
		"a done shard finishes its job": {
			answers: []any{job.Step{}, job.Step{Done: true}}, calls: []string{"finish"}, limits: []int{100, 100},
		},
		"a refused chunk is tried again, of which the store takes less": {
			answers: []any{job.ErrRefused, job.ErrRefused, job.Step{}, job.Step{Done: true}},
			calls:   []string{"finish"}, limits: []int{100, 100, 100, 100},
		},
		"a stopped job is settled":     {answers: []any{job.ErrStopped}, calls: []string{"settle"}, limits: []int{100}},
		"a lost lease is left alone":   {answers: []any{job.ErrLeaseLost}, limits: []int{100}},
		"a fault makes the shard wait": {answers: []any{errors.New("fault")}, calls: []string{"yield database_unavailable later"}, limits: []int{100}},
		"a database that is away makes the shard wait": {
			fruitless: &job.Error{Code: "no_progress"}, answers: []any{job.ErrUnavailable}, calls: []string{"yield database_unavailable later"}, limits: []int{100},
		},
		"a fault that never passes ends the job": {
			fruitless: &job.Error{Code: "no_progress"}, answers: []any{errors.New("fault")}, calls: []string{"stop no_progress"}, limits: []int{100},
		},
		"others' turn makes the shard wait": {answers: []any{job.ErrNoTurn}, calls: []string{"yield waiting_for_database later"}, limits: []int{100}},
		"a full disk makes the shard wait":  {answers: []any{job.ErrStorageFull}, calls: []string{"yield storage_full later"}, limits: []int{100}},
		"too many failures stop the job":    {lease: job.Lease{Options: job.Options{MaxFailures: &five}}, answers: []any{job.Step{Tally: job.Tally{Failed: 5, Updated: 9}}}, calls: []string{"stop max_failures"}, limits: []int{100}},
		"failures before a crash count too": {lease: job.Lease{Options: job.Options{MaxFailures: &five}, Tally: job.Tally{Failed: 6}}, calls: []string{"stop max_failures"}},
		"failures alone stop the job":       {answers: []any{job.Step{Tally: job.Tally{Failed: 100}}}, calls: []string{"stop all_failed"}, limits: []int{100}},
		"a throttled job takes a little":    {lease: job.Lease{Throttle: &slow}, answers: []any{job.Step{N: 5}}, calls: []string{"yield throttled later"}, limits: []int{5}},
		"a throttled turn takes its share in chunks": {
			lease: job.Lease{Throttle: &fast}, answers: []any{job.Step{N: 100}, job.Step{N: 100}, job.Step{N: 50}},
			calls: []string{"yield throttled later"}, limits: []int{100, 100, 50},
		},
		"a limit beyond all numbers is none": {
			lease: job.Lease{Throttle: &boundless}, answers: []any{job.Step{N: 100}, job.Step{N: 50, Done: true}}, calls: []string{"finish"}, limits: []int{100, 100},
		},
		"the slowest limit is one, too":         {lease: job.Lease{Throttle: &still}, answers: []any{job.Step{N: 1}}, calls: []string{"yield throttled later"}, limits: []int{1}},
		"a void ring is dropped":                {claim: job.ErrLeaseLost},
		"a stop that waits is settled":          {claim: job.ErrStopped, calls: []string{"settle"}},
		"a claim that fails waits and says why": {claim: errors.New("fault"), calls: []string{"put back database_unavailable 1s"}},
		"one that never succeeds ends the job":  {claim: errors.New("fault"), fruitless: &job.Error{Code: "no_progress"}, calls: []string{"stop no_progress"}},
		"a database that is away ends none":     {claim: job.ErrUnavailable, fruitless: &job.Error{Code: "no_progress"}, calls: []string{"put back database_unavailable 1s"}},
		"so it does on a full disk":             {claim: job.ErrStorageFull, calls: []string{"put back storage_full 1s"}},
		"what the model is lacking for goes on": {claim: job.ErrOtherModel, calls: []string{"put back waiting_for_model 20ms"}},
		"an end of the process gives work back": {claim: context.Canceled, calls: []string{"put back  0s"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newFakeStore()
			c := &script{answers: test.answers}
			s.chunk, s.noProgress = c.chunk, test.fruitless
			s.claim = func(r job.WakeUp) (job.Lease, error) {
				l := test.lease
				l.Ref, l.Resolved = r.Ref, true
				return l, test.claim
			}
			w := New(Config{Store: s, Log: slog.New(slog.DiscardHandler), Chunk: 100})
			w.handleBulk(t.Context(), wakeUp(1, 1))
			if !slices.Equal(s.calls, test.calls) {
				t.Errorf("the store was called to %q, not to %q", s.calls, test.calls)
			}
			if !slices.Equal(c.limits, test.limits) {
				t.Errorf("chunks were of %v, not of %v", c.limits, test.limits)
			}
		})
	}
}

func TestATurnEnds(t *testing.T) {
	s := newFakeStore()
	s.chunk = func(job.Lease, int) (job.Step, error) { return job.Step{}, nil }
	w := New(Config{Store: s, Log: slog.New(slog.DiscardHandler)})
	w.handleBulk(t.Context(), wakeUp(1, 1)) // returns after a slice, or never
	if !slices.Equal(s.calls, []string{"yield "}) {
		t.Errorf("the store was called to %q", s.calls)
	}
}

func TestRetentionGoesOnUntilNothingIsLeft(t *testing.T) {
	s := newFakeStore()
	w := New(Config{Store: s, Log: slog.New(slog.DiscardHandler)})
	if err := w.purge(t.Context()); err != nil || s.purged != 2 {
		t.Errorf("%d steps, %v", s.purged, err)
	}
}

func TestWorkspacesTakeTurns(t *testing.T) {
	var turn scheduler
	many := []job.WakeUp{wakeUp(1, 1), wakeUp(1, 2), wakeUp(1, 3), wakeUp(2, 4), wakeUp(3, 5), wakeUp(3, 6)}
	order := func(n int) (nums []int64) {
		for _, r := range turn.pick(many, n, share{workspace: 9, job: 1}) {
			nums = append(nums, r.Job)
		}
		return nums
	}
	for _, step := range []struct {
		n    int
		want []int64
	}{
		{4, []int64{1, 4, 5, 2}},
		{1, []int64{4}}, // workspace 2 has waited longest, then 3
		{1, []int64{6}}, // whose job 5 had its turn
		{0, nil},
		{-3, nil},
		{9, []int64{3, 4, 5, 1, 6, 2}},
	} {
		if got := order(step.n); !reflect.DeepEqual(got, step.want) {
			t.Errorf("picked %v, not %v", got, step.want)
		}
	}
}

func TestJobsOfAWorkspaceTakeTurns(t *testing.T) {
	shard := func(num, no int64, ofJob, ofWorkspace int) job.WakeUp {
		return job.WakeUp{Ref: job.Ref{Workspace: 1, Job: num, Shard: no}, InFlight: ofJob, InFlightWorkspace: ofWorkspace}
	}
	other := job.WakeUp{Ref: job.Ref{Workspace: 2, Job: 9}}
	var turn scheduler
	order := func(n int, s share, wakeUps ...job.WakeUp) (got []job.Ref) {
		for _, r := range turn.pick(wakeUps, n, s) {
			got = append(got, r.Ref)
		}
		return got
	}
	ref := func(num, no int64) job.Ref { return job.Ref{Workspace: 1, Job: num, Shard: no} }
	for name, step := range map[string]struct{ got, want []job.Ref }{
		"a job of many shards and a small one behind it": {
			order(3, share{3, 3}, shard(1, 0, 0, 0), shard(1, 1, 0, 0), shard(1, 2, 0, 0), shard(2, 0, 0, 0)),
			[]job.Ref{ref(1, 0), ref(2, 0), ref(1, 1)}},
		"a job alone leaves workers to those that come": {
			order(4, share{4, 3}, shard(3, 0, 0, 0), shard(3, 1, 0, 0), shard(3, 2, 0, 0), shard(3, 3, 0, 0)),
			[]job.Ref{ref(3, 0), ref(3, 1), ref(3, 2)}},
		"what is in flight counts": {
			order(4, share{6, 3}, shard(4, 2, 2, 5), shard(4, 3, 2, 5), shard(5, 0, 3, 5)),
			[]job.Ref{ref(4, 2)}},
		"a workspace of many jobs leaves workers to others": {
			order(8, share{3, 3}, shard(10, 0, 0, 1), shard(11, 0, 0, 1), shard(12, 0, 0, 1), shard(13, 0, 0, 1), other),
			[]job.Ref{other.Ref, ref(10, 0), ref(11, 0)}},
		"and none where it has its share in flight": {
			order(8, share{3, 3}, shard(14, 0, 0, 3), shard(15, 0, 0, 3), other),
			[]job.Ref{other.Ref}},
	} {
		if !reflect.DeepEqual(step.got, step.want) {
			t.Errorf("%s: picked %v, not %v", name, step.got, step.want)
		}
	}
	for workers, want := range map[int]share{1: {1, 1}, 2: {2, 2}, 3: {3, 3}, 4: {3, 3}, 8: {6, 5}, 12: {9, 7}} {
		if got := shareOf(workers); got != want {
			t.Errorf("of %d workers a workspace and a job may have %v, not %v", workers, got, want)
		}
	}
}

// TestWorkThatWasAnsweredForIsGivenNoMorePatience has work that workers put back
// again and again, since they have not its model: each time it has moved.
func TestWorkThatWasAnsweredForIsGivenNoMorePatience(t *testing.T) {
	now := time.Now()
	fake := newFakeStore()
	s := sweep{store: fake, now: func() time.Time { return now }, first: patience}
	for beat := range int64(5) {
		fake.liveness = []job.Liveness{{Ref: job.Ref{Job: 1}, Single: true, Heartbeat: beat}}
		for range 2 {
			if err := s.pass(t.Context()); err != nil {
				t.Fatal(err)
			}
			now = now.Add(patience)
		}
	}
	if v := s.seen[job.Ref{Job: 1}]; len(fake.calls) != 5 || v.patience != 2*patience {
		t.Errorf("%d rings, and the patience is %v", len(fake.calls), v.patience)
	}
}

func TestRefusedWorkWaitsALittleLongerEachTime(t *testing.T) {
	r := wakeUp(1, 1)
	var waits []time.Duration
	for range 40 {
		r = again(r, otherModelPause, otherModelMost)
		waits = append(waits, time.Duration(r.Wait)*time.Microsecond)
	}
	// Of four workers one has the model: three in four rings are in vain, and
	// nineteen in twenty are over after ten of them.
	var ten time.Duration
	for _, w := range waits[:10] {
		ten += w
	}
	if waits[0] != otherModelPause || waits[39] != otherModelMost || ten > time.Second || !slices.IsSorted(waits) {
		t.Errorf("the waits are %v, the first ten together %v", waits, ten)
	}
	r.Wait = time.Hour.Microseconds() // a throttle's
	if w := again(r, otherModelPause, otherModelMost).Wait; w != otherModelMost.Microseconds() {
		t.Errorf("a throttled ring then waits %v", time.Duration(w)*time.Microsecond)
	}
}

func TestTheSweepRingsForWhatStandsStill(t *testing.T) {
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
		{"stood still", time.Second, still, []string{"ring again"}},
		{"rung for just now", 6 * time.Second, still, nil},
		{"rung in vain", 4 * time.Second, still, []string{"ring again"}},
		{"moved", 19 * time.Second, moved, nil},
		{"moved, so patient again", 4 * time.Second, moved, nil},
		{"stood still again", time.Second, moved, []string{"ring again"}},
		{"a stop waits", 0, job.Liveness{Stopping: true}, []string{"settle"}},
		{"the last shard closed", 0, job.Liveness{Idle: true}, []string{"finish"}},
	}
	for _, step := range steps {
		if got := pass(step.after, step.liveness); !slices.Equal(got, step.want) {
			t.Errorf("%s: the sweep called to %q, not to %q", step.about, got, step.want)
		}
	}
}

func TestAJobThatCannotBeMendedStopsNoOther(t *testing.T) {
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

// TestTheSweepReachesAllWork has more work than one pass looks at, and then
// work that cannot be mended before the last.
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
	if want := []string{"ring again"}; !slices.Equal(fake.calls, want) {
		t.Errorf("the sweep called to %q: it is to ring at once, and once, for what it finds at its start", fake.calls)
	}
}

func TestRingsWaitByTheRelaysOwnClock(t *testing.T) {
	var w waits
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
		t.Error("a ring that has gone is remembered")
	}
}
