package worker

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hibiken/asynq"

	"bulkpatch/job"
)

// queueDays is how many days of a queue are shown, today included.
const queueDays = 7

// A QueueReader reads what Redis has of the queues of one installation and of the
// processes that work on them. It is safe for concurrent use.
type QueueReader struct {
	redis  *asynq.Inspector
	server func(context.Context) (string, error)
	own    queues
	busy   chan struct{} // holds a value while Redis is being asked
}

// serverWithin is how long a reader waits for the name of the server.
const serverWithin = 2 * time.Second

// NewQueueReader returns a reader for an installation. The inspector should be one
// that does not wait long for a Redis that is down. server asks Redis for its name and
// version, "" where it does not tell.
func NewQueueReader(redis *asynq.Inspector, installation string, server func(context.Context) (string, error)) *QueueReader {
	return &QueueReader{redis: redis, server: server, own: queuesOf(installation), busy: make(chan struct{}, 1)}
}

// Queues asks Redis. It returns an error that wraps [job.ErrUnavailable] if Redis
// does not answer, at the latest when ctx ends. Callers at the same time are served
// one after the other, so that a slow Redis is asked once.
func (q *QueueReader) Queues(ctx context.Context) (job.Queues, error) {
	select {
	case q.busy <- struct{}{}:
	case <-ctx.Done():
		return job.Queues{}, fmt.Errorf("%w: Redis has not answered", job.ErrUnavailable)
	}
	type result struct {
		queues job.Queues
		err    error
	}
	read := make(chan result, 1)
	go func() { // asynq takes no context
		defer func() { <-q.busy }()
		queues, err := q.read()
		read <- result{queues, err}
	}()
	select {
	case r := <-read:
		if r.err != nil {
			return job.Queues{}, fmt.Errorf("%w: %w", job.ErrUnavailable, r.err)
		}
		return r.queues, nil
	case <-ctx.Done():
		return job.Queues{}, fmt.Errorf("%w: Redis has not answered", job.ErrUnavailable)
	}
}

func (q *QueueReader) read() (all job.Queues, err error) {
	if all.Server, all.Answered, err = q.ask(); err != nil {
		return all, err
	}
	for _, name := range []string{q.own.single, q.own.bulk} {
		one, err := q.queue(name)
		if err != nil {
			return all, err
		}
		all.Queues = append(all.Queues, one)
	}
	servers, err := q.redis.Servers()
	all.Processes = q.processes(servers)
	return all, err
}

// ask asks Redis for its name, and measures how long it takes to answer.
func (q *QueueReader) ask() (name string, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), serverWithin)
	defer cancel()
	began := time.Now()
	name, err = q.server(ctx)
	return name, time.Since(began), err
}

// queue reads one queue. One that has never had a task is empty: Redis does not
// know it.
func (q *QueueReader) queue(name string) (job.Queue, error) {
	out := job.Queue{Name: q.short(name)}
	info, err := q.redis.GetQueueInfo(name)
	if err != nil {
		return out, q.unlessUnknown(name, err)
	}
	out.Waiting, out.Active, out.Oldest = info.Pending, info.Active, info.Latency
	days, err := q.redis.History(name, queueDays)
	for _, d := range days {
		out.Days = append(out.Days, job.QueueDay{Day: d.Date, Taken: d.Processed, Failed: d.Failed})
	}
	return out, err
}

// unlessUnknown returns the error of a look at a queue, and nil if Redis answers
// that it does not know the queue.
func (q *QueueReader) unlessUnknown(name string, err error) error {
	names, fault := q.redis.Queues()
	if fault != nil || slices.Contains(names, name) {
		return errors.Join(err, fault)
	}
	return nil
}

// short is the name of a queue without the installation.
func (q *QueueReader) short(name string) string {
	if name == q.own.single {
		return former.single
	}
	return former.bulk
}

// processes joins the servers of this installation to processes: a process has one
// for each queue.
func (q *QueueReader) processes(servers []*asynq.ServerInfo) []job.Process {
	type key struct {
		host string
		pid  int
	}
	found := map[key]*job.Process{}
	for _, s := range servers {
		single, bulk := s.Queues[q.own.single] > 0, s.Queues[q.own.bulk] > 0
		if !single && !bulk {
			continue
		}
		at := key{s.Host, s.PID}
		if found[at] == nil {
			found[at] = &job.Process{Host: s.Host, PID: s.PID, Started: s.Started}
		}
		p := found[at]
		if single {
			p.Singles += s.Concurrency
		}
		if bulk {
			p.Bulks += s.Concurrency
		}
		p.Tasks = append(p.Tasks, tasks(s.ActiveWorkers)...)
	}
	list := make([]job.Process, 0, len(found))
	for _, p := range found {
		slices.SortFunc(p.Tasks, func(a, b job.Task) int { return a.Since.Compare(b.Since) })
		list = append(list, *p)
	}
	slices.SortFunc(list, func(a, b job.Process) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.PID, b.PID))
	})
	return list
}

// tasks returns what the workers of a server are working on, without tasks that
// cannot be read.
func tasks(workers []*asynq.WorkerInfo) (list []job.Task) {
	for _, w := range workers {
		var wakeUp job.WakeUp
		if json.Unmarshal(w.TaskPayload, &wakeUp) == nil {
			list = append(list, job.Task{Ref: wakeUp.Ref, Single: wakeUp.Single, Since: w.Started})
		}
	}
	return list
}
