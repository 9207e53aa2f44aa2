package worker

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"bulkpatch/job"
	"bulkpatch/worker/redistest"
)

// redisName stands for the question to Redis for its name.
func redisName(context.Context) (string, error) { return "Redis 7", nil }

// TestTheStateOfTheQueues reads a Redis that has not been used, one with a worker that
// has worked, and one that is gone. Another installation shares it.
func TestTheStateOfTheQueues(t *testing.T) {
	server := redistest.Start(t)
	redis := asynq.RedisClientOpt{Addr: server.Addr, DialTimeout: time.Second}
	inspector := asynq.NewInspector(redis)
	defer inspector.Close()
	r := NewQueueReader(inspector, here, redisName)
	got, err := r.Queues(t.Context())
	if err != nil || got.Server != "Redis 7" || len(got.Queues) != 2 || got.Queues[0].Waiting != 0 || len(got.Queues[0].Days) != 0 || len(got.Processes) != 0 {
		t.Errorf("a new Redis has %+v, %v", got, err)
	}

	s := newFakeStore()
	runAs(t, "fedcba9876543210", newFakeStore(), redis)
	run(t, s, redis)
	s.add(wakeUp(1, 1))
	s.await(t, "finish")
	for got.Queues[1].Days == nil || got.Queues[1].Days[0].Taken == 0 { // until asynq has counted it
		if got, err = r.Queues(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	host, _ := os.Hostname()
	if len(got.Processes) != 1 || got.Processes[0].Host != host || got.Processes[0].PID != os.Getpid() ||
		got.Processes[0].Bulks != DefaultConcurrency || got.Processes[0].Singles != singleConcurrency {
		t.Errorf("the processes are %+v", got.Processes)
	}
	if q := got.Queues[1]; q.Name != "bulk" || len(q.Days) != queueDays || q.Days[0].Taken != 1 || q.Days[0].Failed != 0 {
		t.Errorf("the queue is %+v", q)
	}
}

func TestTasksThatAreWorkedOnAreRead(t *testing.T) {
	began := time.Now()
	got := tasks([]*asynq.WorkerInfo{
		{TaskPayload: []byte(`{"workspace": 1, "job": 7, "shard": 3, "single": false}`), Started: began},
		{TaskPayload: []byte(`nonsense`)},
	})
	want := job.Task{Ref: job.Ref{Workspace: 1, Job: 7, Shard: 3}, Since: began}
	if len(got) != 1 || got[0] != want {
		t.Errorf("they are %+v", got)
	}
}

// TestTheStateOfTheQueuesDoesNotWaitForRedis asks a server that takes connections and
// never answers, twice at the same time.
func TestTheStateOfTheQueuesDoesNotWaitForRedis(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	inspector := asynq.NewInspector(asynq.RedisClientOpt{Addr: mute.Addr().String()})
	r := NewQueueReader(inspector, here, redisName)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	answers := make(chan error, 2)
	began := time.Now()
	for range 2 {
		go func() {
			_, err := r.Queues(ctx)
			answers <- err
		}()
	}
	for range 2 {
		if err := <-answers; !errors.Is(err, job.ErrUnavailable) {
			t.Errorf("the error is %v", err)
		}
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
	inspector.Close()
	r.busy <- struct{}{} // the one that was asked has ended
}
