package worker

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/hibiken/asynq"

	"bulkpatch/job"
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

func TestTasksThatCannotBeReadAreDropped(t *testing.T) {
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

func TestThePurgeGoesOnUntilNoExpiredRowRemains(t *testing.T) {
	s := newFakeStore()
	w := New(Config{Store: s, Log: slog.New(slog.DiscardHandler)})
	if err := w.purge(t.Context()); err != nil || s.purged != 2 {
		t.Errorf("%d steps, %v", s.purged, err)
	}
}
