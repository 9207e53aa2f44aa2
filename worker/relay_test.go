package worker

import (
	"io"
	"log/slog"
	"testing"

	"github.com/hibiken/asynq"

	"bulkpatch/worker/redistest"
)

func TestAWakeUpThatIsSentTwiceIsOneTask(t *testing.T) {
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
		wakeUps := s.bulks()
		for _, r := range []*Relay{first, second} {
			if err := r.send(t.Context(), wakeUps); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := first.workers.pending(); n != 1 || err != nil {
			t.Errorf("%d tasks are queued, %v", n, err)
		}
		if left := s.bulks(); len(left) > 0 {
			t.Errorf("the outbox still has %v", left)
		}
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
