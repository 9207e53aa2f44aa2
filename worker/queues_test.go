package worker

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"

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
	queues := asynq.NewInspector(redis)
	defer queues.Close()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(QueueMetrics(queues, here))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "asynq_tasks_processed_total" {
			continue
		}
		for _, m := range f.Metric {
			if name := m.Label[0].GetValue(); m.Counter.GetValue() != 10 || name != "single" && name != "bulk" {
				t.Errorf("the queue %s has processed %v tasks", name, m.Counter.GetValue())
			}
		}
		if len(f.Metric) == 2 {
			return
		}
	}
	t.Error("not two queues are counted")
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
