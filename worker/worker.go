package worker

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/job"
)

// Defaults and limits of a [Config].
const (
	DefaultConcurrency = 4
	DefaultChunk       = 10_000
	MaxChunk           = 50_000

	singleConcurrency = 32 // enough to fill a shared commit

	// idlePoll is how often an idle queue is asked for work, which is the
	// latency of a single-record patch. asynq's own default is a second.
	idlePoll = 20 * time.Millisecond
	// slice is how long a task works before it lets others have its turn.
	timeSlice = time.Second
	// shutdown is how long a chunk in flight may take to commit at the end.
	shutdown = 6 * time.Second
	// faultPause is how long a shard waits after a fault that may pass.
	faultPause = time.Second
	// turnPause is how long a job waits that may not be resolved now: others of
	// its workspace are.
	turnPause = 500 * time.Millisecond
)

// A Config says what a worker works on and how hard.
type Config struct {
	Store       Store
	Redis       asynq.RedisConnOpt
	Log         *slog.Logger
	Concurrency int // bulk shards at a time; 0 is DefaultConcurrency
	Chunk       int // most records of one transaction; 0 is DefaultChunk
	// Installation names the database, as [Relay]s do: what Redis is told is
	// for its workers alone.
	Installation string
	// NewRedis says that Redis has just been started without data: all that
	// an earlier one was told is to be rung for again, at once.
	NewRedis bool
}

// A Worker works on jobs that Redis has tasks for.
type Worker struct {
	store  Store
	redis  asynq.RedisConnOpt
	log    *slog.Logger
	bulk   int
	chunk  int
	stats  *stats
	queues queues
	name   string // of this process, among those that work

	newRedis bool
}

// New makes a worker. It connects when it runs.
func New(c Config) *Worker {
	return &Worker{
		store: c.Store, redis: c.Redis, log: c.Log,
		bulk:   cmp.Or(c.Concurrency, DefaultConcurrency),
		chunk:  min(cmp.Or(c.Chunk, DefaultChunk), MaxChunk),
		queues: queuesOf(c.Installation),
		stats:  newStats(), name: uuid.NewString(), newRedis: c.NewRedis,
	}
}

// Metrics counts what the worker did.
func (w *Worker) Metrics() prometheus.Collector { return w.stats }

// Run works until the context ends. Then it takes no more tasks, lets the
// chunks in flight commit, gives its shards back and returns.
func (w *Worker) Run(ctx context.Context) error {
	w.showRunning(ctx)
	defer w.stopShowing()
	var ended sync.WaitGroup
	defer ended.Wait()
	singles, err := w.serve(ctx, w.queues.single, singleConcurrency, w.handleSingle)
	if err != nil {
		return err
	}
	defer ended.Go(singles.Shutdown)
	bulks, err := w.serve(ctx, w.queues.bulk, w.bulk, w.handleBulk)
	if err != nil {
		return err
	}
	defer ended.Go(bulks.Shutdown)
	ended.Go(func() { w.purgeUntil(ctx) })
	ended.Go(func() { w.showUntil(ctx) })
	w.sweepUntil(ctx)
	return nil
}

// serve starts the workers of one queue.
func (w *Worker) serve(ctx context.Context, queue string, n int, handle func(context.Context, job.WakeUp)) (*asynq.Server, error) {
	server := asynq.NewServer(w.redis, asynq.Config{
		Concurrency:              n,
		Queues:                   map[string]int{queue: 1},
		TaskCheckInterval:        idlePoll,
		DelayedTaskCheckInterval: time.Minute, // nothing is ever scheduled
		JanitorInterval:          time.Hour,   // nothing is ever retained
		ShutdownTimeout:          shutdown,
		Logger:                   asynqLog{w.log.With("queue", queue)},
		LogLevel:                 asynq.WarnLevel,
	})
	// Handlers see the worker's context and not the task's: a task that
	// asynq gives up may still be worked on, and the epoch decides about it.
	err := server.Start(asynq.HandlerFunc(func(_ context.Context, t *asynq.Task) error {
		defer w.recovered(queue)
		wakeUp, err := readTask(t)
		if err != nil {
			w.log.Warn("a task that nobody can read was dropped", "queue", queue)
			return nil
		}
		handle(ctx, wakeUp)
		return nil
	}))
	if err != nil {
		return nil, fmt.Errorf("start the workers of queue %s: %w", queue, err)
	}
	return server, nil
}

// recovered logs a panic of a handler. Its work stands still then, and the sweep
// finds it.
func (w *Worker) recovered(queue string) {
	if v := recover(); v != nil {
		w.log.Error("work on a task panicked", "queue", queue, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	}
}

// The handlers answer nothing to asynq: what fails is put back into the outbox,
// and where that fails, too, the sweep finds it, which is quicker than a retry.

func (w *Worker) handleSingle(ctx context.Context, r job.WakeUp) {
	if err := w.store.ApplySingle(context.WithoutCancel(ctx), r); err != nil {
		w.startFailed(ctx, r, err)
		return
	}
	w.stats.tasks.WithLabelValues("single").Inc()
}

func (w *Worker) handleBulk(ctx context.Context, r job.WakeUp) {
	lease, err := w.store.Claim(ctx, r)
	if err != nil {
		w.startFailed(ctx, r, err)
		return
	}
	w.stats.tasks.WithLabelValues("bulk").Inc()
	if err := w.work(ctx, lease); err != nil {
		w.log.Log(ctx, levelOf(err), "work on a job was interrupted", "job", lease.JobID, "shard", lease.Shard, "error", err)
	}
}
