package worker

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
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

// A fakeStore has an outbox, and its functions decide what it answers, so that a
// test can try every answer that a store may give. It records the calls.
type fakeStore struct {
	mu       sync.Mutex
	outbox   map[job.Ref]job.WakeUp
	calls    []string
	notified chan struct{}
	called   chan string // receives every call

	claim     func(job.WakeUp) (job.Lease, error)
	heartbeat func(job.Lease) error
	resolve   func(context.Context) error
	chunk     func(l job.Lease, limit int) (job.Step, error)
	liveness  []job.Liveness

	settle     error      // the answer to Settle
	noProgress *job.Error // the answer to NoProgress

	purged int    // how many steps of the purge were done
	unsent string // the reason that Unsent was last called with
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

// add puts a wake-up into the outbox.
func (s *fakeStore) add(r job.WakeUp) {
	s.mu.Lock()
	s.outbox[r.Ref] = r
	s.mu.Unlock()
	select {
	case s.notified <- struct{}{}:
	default:
	}
}

// singles and bulks are what the outbox has of either sort.
func (s *fakeStore) singles() []job.WakeUp {
	return s.waiting(func(r job.WakeUp) bool { return r.Single })
}

func (s *fakeStore) bulks() []job.WakeUp {
	return s.waiting(func(r job.WakeUp) bool { return !r.Single })
}

func (s *fakeStore) waiting(wanted func(job.WakeUp) bool) []job.WakeUp {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Collect(maps.Values(s.outbox)), func(r job.WakeUp) bool { return !wanted(r) })
}

func (s *fakeStore) Notified() <-chan struct{}                                { return s.notified }
func (s *fakeStore) Singles(context.Context, int) ([]job.WakeUp, error)       { return s.singles(), nil }
func (s *fakeStore) Bulks(context.Context, int) ([]job.WakeUp, error)         { return s.bulks(), nil }
func (s *fakeStore) Heartbeat(_ context.Context, l job.Lease, _ string) error { return s.heartbeat(l) }
func (s *fakeStore) Claim(_ context.Context, r job.WakeUp) (job.Lease, error) { return s.claim(r) }

// Liveness returns a page of liveness, which is in the order of the jobs and has
// one entry for each.
func (s *fakeStore) Liveness(_ context.Context, after int64, limit int) ([]job.Liveness, int64, error) {
	rest := s.liveness
	if i := slices.IndexFunc(rest, func(p job.Liveness) bool { return p.Job == after }); i >= 0 && after != 0 {
		rest = rest[i+1:]
	}
	if len(rest) < limit {
		return rest, 0, nil
	}
	return rest[:limit], rest[limit-1].Job, nil
}

func (s *fakeStore) ShowRunning(context.Context, string) error { return nil }
func (s *fakeStore) ShowStopped(context.Context, string) error { return nil }

func (s *fakeStore) PutBack(_ context.Context, r job.WakeUp, reason string) error {
	s.note(fmt.Sprintf("put back %s %v", reason, time.Duration(r.Wait)*time.Microsecond))
	return nil
}

// Purge has two steps to do.
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

func (s *fakeStore) Fail(_ context.Context, _ job.Ref, why job.Error) error {
	s.note("stop " + why.Code)
	return nil
}

func (s *fakeStore) Redeliver(context.Context, []job.Liveness) error {
	s.note("redeliver")
	return nil
}

// await waits for the next call of the store. It fails the test when that is
// another call than the one wanted, or when none comes.
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

// awaitAll is await for several calls in any order.
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

// here is the name of the installation of the tests.
const here = "0123456789abcdef"

// run starts a worker and a relay. They stop when the test ends, or before.
func run(t *testing.T, s *fakeStore, redis asynq.RedisClientOpt) (stop func()) {
	t.Helper()
	return runAs(t, here, s, redis)
}

// runAs is run for another installation.
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
