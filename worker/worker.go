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
	"bulkpatch/trace"
)

// Defaults and limits of a [Config].
const (
	DefaultConcurrency = 4
	DefaultChunk       = 10_000
	MaxChunk           = 50_000

	singleConcurrency = 32 // enough singles for one group commit

	// idlePoll is how often a worker without a task asks Redis for one. It bounds
	// the latency of a single-record patch. asynq's own default is a second.
	idlePoll = 20 * time.Millisecond
	// timeSlice is how long a task works on a shard before it yields.
	timeSlice = time.Second
	// shutdown is how long a chunk in flight may take to commit after the
	// process was told to stop.
	shutdown = 6 * time.Second
	// faultPause is how long a shard waits after a fault that may pass, before
	// it is retried.
	faultPause = time.Second
	// resolvePause is how long a job waits when as many jobs of its workspace are
	// being resolved as may be at the same time.
	resolvePause = 500 * time.Millisecond
)

// A Config is the configuration of a [Worker].
type Config struct {
	Store       Store
	Redis       asynq.RedisConnOpt
	Log         *slog.Logger
	Concurrency int // bulk shards at the same time; 0 means DefaultConcurrency
	Chunk       int // most records of one chunk, up to MaxChunk; 0 means DefaultChunk
	// Installation is the name of the installation, the same as that of its
	// [Relay]s. It is part of the names of the queues.
	Installation string
	// NewRedis says that Redis has just been started without data. The worker then
	// redelivers at once all wake-ups that an earlier Redis may have lost.
	NewRedis bool
	Tracer   *trace.Tracer // begins the trace of each task; nil for no traces
}

// A Worker takes tasks from Redis and works on the jobs that they name. It also
// runs the sweep and the purge.
type Worker struct {
	store  Store
	redis  asynq.RedisConnOpt
	log    *slog.Logger
	tracer *trace.Tracer
	bulk   int
	chunk  int
	stats  *stats
	queues queues
	name   string // of this process, among those that work

	newRedis bool
}

// New returns a worker. It connects to Redis when it runs.
func New(c Config) *Worker {
	return &Worker{
		store: traced{c.Store}, redis: c.Redis, log: c.Log, tracer: c.Tracer,
		bulk:   cmp.Or(c.Concurrency, DefaultConcurrency),
		chunk:  min(cmp.Or(c.Chunk, DefaultChunk), MaxChunk),
		queues: queuesOf(c.Installation),
		stats:  newStats(), name: uuid.NewString(), newRedis: c.NewRedis,
	}
}

// Metrics returns the worker's metrics.
func (w *Worker) Metrics() prometheus.Collector { return w.stats }

// Run works until the context ends. Then it takes no more tasks, lets the
// chunks in flight commit, gives its shards back and returns nil. A Redis that
// cannot be reached is no error: the worker waits for it.
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

// serve starts n workers for one queue.
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
	// A handler gets the context of the worker instead of the task's. asynq may
	// give up a task that is still being worked on, and then only the epoch of the
	// shard may decide whether that work counts.
	err := server.Start(asynq.HandlerFunc(func(_ context.Context, t *asynq.Task) error {
		wakeUp, err := readTask(t)
		if err != nil {
			w.log.Warn("a task that cannot be read was dropped", "queue", queue)
			return nil
		}
		ctx, span := w.beginTask(ctx, queue, wakeUp)
		defer span.End()
		defer w.recovered(ctx, queue)
		handle(ctx, wakeUp)
		return nil
	}))
	if err != nil {
		return nil, fmt.Errorf("start the workers of queue %s: %w", queue, err)
	}
	return server, nil
}

// recovered recovers from a panic of a handler and logs it. The sweep finds the
// work later, because its heartbeat stands still.
func (w *Worker) recovered(ctx context.Context, queue string) {
	if v := recover(); v != nil {
		trace.Of(ctx).Fail("panic")
		w.log.ErrorContext(ctx, "work on a task panicked", "queue", queue, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	}
}

// The handlers return no error to asynq. Work that fails goes back into the
// outbox; when that fails, too, the sweep finds the work, and does so sooner than
// asynq would retry.

// handleSingle carries out a patch of one record.
func (w *Worker) handleSingle(ctx context.Context, wakeUp job.WakeUp) {
	if err := w.store.ApplySingle(context.WithoutCancel(ctx), wakeUp); err != nil {
		w.startFailed(ctx, wakeUp, err)
		return
	}
	w.stats.tasks.WithLabelValues("single").Inc()
}

// handleBulk claims a shard and works on it.
func (w *Worker) handleBulk(ctx context.Context, wakeUp job.WakeUp) {
	lease, err := w.store.Claim(ctx, wakeUp)
	if err != nil {
		w.startFailed(ctx, wakeUp, err)
		return
	}
	w.stats.tasks.WithLabelValues("bulk").Inc()
	if err := w.work(ctx, lease); err != nil {
		noteError(trace.Of(ctx), err)
		w.log.Log(ctx, levelOf(err), "work on a job was interrupted", "job", lease.JobID, "shard", lease.Shard, "error", err)
	}
}
