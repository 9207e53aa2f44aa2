package worker

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"go.uber.org/goleak"

	"bulkpatch/job"
	"bulkpatch/worker/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A fakeStore has an outbox and does as its functions say, so that a test can
// act out every answer that a store may give. What the worker calls is noted.
type fakeStore struct {
	mu       sync.Mutex
	outbox   map[job.Ref]job.WakeUp
	calls    []string
	notified chan struct{}
	called   chan string // gets every call

	claim     func(job.WakeUp) (job.Lease, error)
	heartbeat func(job.Lease) error
	resolve   func(context.Context) error
	chunk     func(l job.Lease, limit int) (job.Step, error)
	liveness  []job.Liveness

	settle     error      // the answer to Settle
	noProgress *job.Error // why a job stops that never gets on

	purged int
	unsent string // why rings are not sent
}

func newFakeStore() *fakeStore {
	return &fakeStore{
		outbox: make(map[job.Ref]job.WakeUp), notified: make(chan struct{}, 1), called: make(chan string, 1000),
		claim: func(r job.WakeUp) (job.Lease, error) {
			return job.Lease{Ref: r.Ref, Epoch: r.Epoch + 1, Resolved: true}, nil
		},
		heartbeat: func(job.Lease) error { return nil },
		resolve:   func(context.Context) error { return nil },
		chunk:     func(job.Lease, int) (job.Step, error) { return job.Step{Done: true}, nil },
	}
}

func (s *fakeStore) note(call string) {
	s.mu.Lock()
	s.calls = append(s.calls, call)
	s.mu.Unlock()
	s.called <- call
}

// ring puts work into the outbox.
func (s *fakeStore) add(r job.WakeUp) {
	s.mu.Lock()
	s.outbox[r.Ref] = r
	s.mu.Unlock()
	select {
	case s.notified <- struct{}{}:
	default:
	}
}

func (s *fakeStore) due(single bool) []job.WakeUp {
	s.mu.Lock()
	defer s.mu.Unlock()
	var wakeUps []job.WakeUp
	for _, r := range s.outbox {
		if r.Single == single {
			wakeUps = append(wakeUps, r)
		}
	}
	return wakeUps
}

func (s *fakeStore) Notified() <-chan struct{}                                { return s.notified }
func (s *fakeStore) Singles(context.Context, int) ([]job.WakeUp, error)       { return s.due(true), nil }
func (s *fakeStore) Bulks(context.Context, int) ([]job.WakeUp, error)         { return s.due(false), nil }
func (s *fakeStore) Heartbeat(_ context.Context, l job.Lease, _ string) error { return s.heartbeat(l) }
func (s *fakeStore) Claim(_ context.Context, r job.WakeUp) (job.Lease, error) { return s.claim(r) }

// Pulses pages through the pulses, each of a job of its own and in order.
func (s *fakeStore) Liveness(_ context.Context, after int64, limit int) ([]job.Liveness, int64, error) {
	behind := s.liveness
	if i := slices.IndexFunc(behind, func(p job.Liveness) bool { return p.Job == after }); i >= 0 && after != 0 {
		behind = behind[i+1:]
	}
	if len(behind) < limit {
		return behind, 0, nil
	}
	return behind[:limit], behind[limit-1].Job, nil
}

func (s *fakeStore) ShowRunning(context.Context, string) error { return nil }
func (s *fakeStore) ShowStopped(context.Context, string) error { return nil }

func (s *fakeStore) PutBack(_ context.Context, r job.WakeUp, reason string) error {
	s.note(fmt.Sprintf("put back %s %v", reason, time.Duration(r.Wait)*time.Microsecond))
	return nil
}

// Retire has two steps to do.
func (s *fakeStore) Purge(context.Context) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.purged++
	return s.purged < 2, nil
}

func (s *fakeStore) Sent(_ context.Context, wakeUps []job.WakeUp) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range wakeUps {
		if s.outbox[r.Ref].Nonce == r.Nonce {
			delete(s.outbox, r.Ref)
		}
	}
	return nil
}

func (s *fakeStore) Unsent(_ context.Context, reason string) (bool, error) {
	s.mu.Lock()
	before := s.unsent
	s.unsent = reason
	s.mu.Unlock()
	if before != reason {
		s.note("unsent " + reason)
	}
	return false, nil
}

func (s *fakeStore) Resolve(ctx context.Context, _ job.Lease) (bool, error) {
	s.note("resolve")
	return false, s.resolve(ctx)
}

func (s *fakeStore) Chunks(l job.Lease) job.Chunks { return fakeChunks{s, l} }

func (s *fakeStore) NoProgress(context.Context, job.WakeUp) (*job.Error, error) {
	return s.noProgress, nil
}

type fakeChunks struct {
	s *fakeStore
	l job.Lease
}

func (c fakeChunks) Next(_ context.Context, limit int) (job.Step, error) {
	return c.s.chunk(c.l, limit)
}
func (c fakeChunks) Close() {}

func (s *fakeStore) ApplySingle(_ context.Context, r job.WakeUp) error {
	s.note("single")
	return nil
}

func (s *fakeStore) Yield(_ context.Context, _ job.Lease, after time.Duration, reason string) error {
	if after > 0 {
		reason += " later"
	}
	s.note("yield " + reason)
	return nil
}

func (s *fakeStore) Finish(context.Context, job.Ref) error {
	s.note("finish")
	return nil
}

func (s *fakeStore) Settle(context.Context, job.Ref) error {
	s.note("settle")
	return s.settle
}

func (s *fakeStore) Stop(_ context.Context, _ job.Ref, why job.Error) error {
	s.note("stop " + why.Code)
	return nil
}

func (s *fakeStore) Redeliver(context.Context, []job.Liveness) error {
	s.note("ring again")
	return nil
}

// await returns when the store got a call, and fails the test when it gets
// another one or none at all.
func (s *fakeStore) await(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-s.called:
		if got != want {
			t.Fatalf("the store was called to %q, not to %q", got, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("nobody called the store to %q", want)
	}
}

// awaitAll is await for calls that may come in any order.
func (s *fakeStore) awaitAll(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for range want {
		select {
		case call := <-s.called:
			got = append(got, call)
		case <-time.After(20 * time.Second):
			t.Fatalf("the store was called to %q only", got)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the store was called to %q, not to %q", got, want)
	}
}

// eachRedis runs a test on a real Redis and on the embedded one.
func eachRedis(t *testing.T, test func(*testing.T, asynq.RedisClientOpt)) {
	t.Run("redis-server", func(t *testing.T) {
		test(t, asynq.RedisClientOpt{Addr: redistest.Start(t).Addr})
	})
	t.Run("embedded", func(t *testing.T) {
		test(t, asynq.RedisClientOpt{Addr: miniredis.RunT(t).Addr()})
	})
}

// here is the installation of the tests.
const here = "0123456789abcdef"

// run starts a worker and a relay, and ends them with the test.
func run(t *testing.T, s *fakeStore, redis asynq.RedisClientOpt) (stop func()) {
	t.Helper()
	return runAs(t, here, s, redis)
}

// runAs is run for an installation.
func runAs(t *testing.T, installation string, s *fakeStore, redis asynq.RedisClientOpt) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	w := New(Config{Store: s, Redis: redis, Installation: installation, Log: slog.New(slog.DiscardHandler)})
	r := NewRelay(s, redis, installation, slog.New(slog.DiscardHandler))
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := w.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	ended.Go(func() {
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = func() {
		cancel()
		ended.Wait()
	}
	t.Cleanup(stop)
	return stop
}
