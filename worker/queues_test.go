package worker

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"bulkpatch/worker/redistest"
)

// TestInstallationsThatShareARedisTakeTheirOwnTasks runs two installations on one
// Redis, of which only one has work.
func TestInstallationsThatShareARedisTakeTheirOwnTasks(t *testing.T) {
	redis := asynq.RedisClientOpt{Addr: redistest.Start(t).Addr}
	busy, idle := newFakeStore(), newFakeStore()
	runAs(t, "fedcba9876543210", idle, redis)
	run(t, busy, redis)
	for n := range int64(20) {
		r := wakeUp(1, n+1)
		r.Single = n%2 == 1
		busy.add(r)
	}
	busy.awaitAll(t, append(slices.Repeat([]string{"single"}, 10), slices.Repeat([]string{"finish"}, 10)...)...)
	idle.mu.Lock()
	defer idle.mu.Unlock()
	if len(idle.calls) > 0 {
		t.Errorf("the other's store was called to %q", idle.calls)
	}
	inspector := asynq.NewInspector(redis)
	defer inspector.Close()
	both := NewQueueReader(inspector, here, redisName)
	for taken := 0; taken < 20; { // until asynq has counted them
		read, err := both.Queues(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		taken = 0
		for _, q := range read.Queues {
			if len(q.Days) > 0 {
				taken += q.Days[0].Taken
			}
		}
		if taken > 20 || len(read.Queues) != 2 {
			t.Fatalf("%d tasks of the queues %+v were taken", taken, read.Queues)
		}
	}
}

// startEarlier starts a worker that knows only the former queues, as in an
// upgrade. It sends the name of the queue of each task that it takes.
func startEarlier(t *testing.T, redis asynq.RedisClientOpt) (earlier *asynq.Server, taken <-chan string) {
	t.Helper()
	queues := make(chan string, 10)
	earlier = asynq.NewServer(redis, asynq.Config{
		Queues: map[string]int{former.single: 1, former.bulk: 1}, TaskCheckInterval: idlePoll, LogLevel: asynq.FatalLevel,
	})
	if err := earlier.Start(asynq.HandlerFunc(func(ctx context.Context, _ *asynq.Task) error {
		queue, _ := asynq.GetQueueName(ctx)
		queues <- queue
		return nil
	})); err != nil {
		t.Fatal(err)
	}
	return earlier, queues
}

// TestWorkersOfAnEarlierVersionAreWoken lets a relay of this version meet a worker
// of an earlier version, and then one of this version.
func TestWorkersOfAnEarlierVersionAreWoken(t *testing.T) {
	redis := asynq.RedisClientOpt{Addr: redistest.Start(t).Addr}
	earlier, taken := startEarlier(t, redis)
	s := newFakeStore()
	r := NewRelay(s, redis, here, slog.New(slog.DiscardHandler))
	defer r.client.Close()
	defer r.workers.queues.Close()
	for r.workers.workers == 0 { // until Redis knows the server
		if err := r.workers.refresh(time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	single := wakeUp(1, 2)
	single.Single = true
	s.add(wakeUp(1, 1))
	s.add(single)
	if _, err := r.pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := []string{<-taken, <-taken}
	if slices.Sort(got); !slices.Equal(got, []string{former.bulk, former.single}) {
		t.Errorf("workers of an earlier version got tasks from the queues %q", got)
	}
	earlier.Shutdown()

	run(t, s, redis)
	s.add(wakeUp(1, 3))
	s.await(t, "finish")
	for _, later := range []time.Duration{formerFor / 2, 3 * formerFor} {
		want := 2
		if later > formerFor {
			want = 0
		}
		l := listeners{queues: r.workers.queues, own: queuesOf(here)}
		for _, now := range []time.Time{time.Now(), time.Now().Add(later)} {
			if err := l.refresh(now); err != nil {
				t.Fatal(err)
			}
		}
		names, err := l.queues.Queues()
		left := slices.DeleteFunc(names, func(n string) bool { return n != former.bulk && n != former.single })
		if err != nil || len(left) != want {
			t.Errorf("%v later the former queues are %q, %v", later, left, err)
		}
	}
}
