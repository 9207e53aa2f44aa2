package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"

	"bulkpatch/job"
)

const (
	// relayPoll is how often the outbox is read without a notification: another
	// process may have put a wake-up into it.
	relayPoll = 200 * time.Millisecond
	// relayPause is how long the relay waits after an error of Redis or the
	// database.
	relayPause = 500 * time.Millisecond
	// passLimit is the time limit of one pass of the relay or the sweep, for a
	// database that does not answer any more.
	passLimit = 30 * time.Second
	// singleBatch bounds the wake-ups of singles that one pass reads, and
	// bulkBatch those of bulk shards that it reads of each workspace.
	singleBatch = 500
	bulkBatch   = 64
	// unsentSteps bounds the transactions in which one pass notes that wake-ups
	// wait for Redis.
	unsentSteps = 20
)

// A Relay reads wake-ups from the outbox and queues them in Redis as tasks. Any
// number of processes may run a relay: a wake-up that two of them send is one
// task.
//
// The relay is also the round-robin scheduler. It sends the wake-ups of singles
// at once. Of bulk shards it keeps at most as many tasks waiting in Redis as
// there are workers, and picks them in turn from the workspaces and their jobs:
// what is still in the outbox can be ordered fairly, what is in Redis cannot.
// One pass reads a bounded part of the outbox, however long that is.
type Relay struct {
	store     Store
	client    *asynq.Client
	workers   listeners
	log       *slog.Logger
	now       func() time.Time
	scheduler scheduler
	singles   delays
	bulks     delays
	noted     bool // some jobs say that they wait for Redis
	logged    bool // the last pass failed, and that was logged
}

// errRedis is in the chain of each error that comes from Redis.
var errRedis = errors.New("redis")

// NewRelay returns a relay for the workers of an installation. It connects to
// Redis when it runs.
func NewRelay(s Store, redis asynq.RedisConnOpt, installation string, log *slog.Logger) *Relay {
	own := queuesOf(installation)
	return &Relay{
		store: s, client: asynq.NewClient(redis), log: log, now: time.Now,
		workers: listeners{queues: asynq.NewInspector(redis), own: own, to: own},
	}
}

// Run sends wake-ups until the context ends. It then returns nil.
func (r *Relay) Run(ctx context.Context) error {
	defer r.client.Close()
	defer r.workers.queues.Close()
	for {
		wait, err := r.pass(ctx)
		r.note(ctx, err)
		if err != nil {
			wait = relayPause
			r.logOnce(ctx, err)
		} else {
			r.logged = false
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-r.store.Notified():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// note records that jobs wait for Redis while it cannot be reached, and removes
// that again when it can be: for some jobs with each pass. Users see it as the job's
// wait reason. An error of the database is not recorded; it could not be written.
func (r *Relay) note(ctx context.Context, err error) {
	switch {
	case errors.Is(err, errRedis):
		r.noted = true
		r.unsent(ctx, job.WaitRedis)
	case err == nil && r.noted:
		r.noted = r.unsent(ctx, "")
	}
}

// unsent records the reason for some wake-ups, and reports whether there may be
// more.
func (r *Relay) unsent(ctx context.Context, reason string) (more bool) {
	ctx, cancel := context.WithTimeout(ctx, passLimit)
	defer cancel()
	for range unsentSteps {
		if more, err := r.store.Unsent(ctx, reason); err != nil || !more {
			return err != nil
		}
	}
	return true
}

// logOnce logs an error unless the pass before has failed, too.
func (r *Relay) logOnce(ctx context.Context, err error) {
	if !r.logged {
		logFault(ctx, r.log, "tasks cannot be sent to Redis now; the jobs are safe and wait", err)
	}
	r.logged = true
}

// pass sends the wake-ups that may be sent now, and returns how long to wait
// until the next pass.
func (r *Relay) pass(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, passLimit)
	defer cancel()
	singles, err := r.store.Singles(ctx, singleBatch)
	if err != nil {
		return 0, err
	}
	due, next := r.singles.due(singles, r.now())
	if err := r.send(ctx, due); err != nil {
		return 0, err
	}
	if len(due) == singleBatch {
		next = 0 // there may be more of them
	}
	bulks, err := r.store.Bulks(ctx, bulkBatch)
	if err != nil {
		return 0, err
	}
	due, later := r.bulks.due(bulks, r.now())
	next = min(next, later)
	if len(due) == 0 {
		return next, nil
	}
	workers, pending, err := r.load()
	if err != nil {
		return 0, errors.Join(errRedis, err)
	}
	return next, r.send(ctx, r.scheduler.pick(due, workers-pending, shareOf(workers)))
}

// load returns how many bulk tasks the workers of all processes can work on at
// the same time, at least 1, and how many wait in Redis.
func (r *Relay) load() (workers, pending int, err error) {
	if err := r.workers.refresh(r.now()); err != nil {
		return 0, 0, err
	}
	pending, err = r.workers.pending()
	return max(r.workers.workers, 1), pending, err
}

// send queues wake-ups in Redis, and deletes those that were queued from the
// outbox.
func (r *Relay) send(ctx context.Context, wakeUps []job.WakeUp) error {
	if len(wakeUps) == 0 {
		return nil
	}
	if err := r.workers.refresh(r.now()); err != nil {
		return errors.Join(errRedis, err)
	}
	for i, wakeUp := range wakeUps {
		task, err := newTask(wakeUp, r.workers.to.of(wakeUp))
		if err != nil {
			return err
		}
		if _, err = r.client.EnqueueContext(ctx, task); err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
			return errors.Join(errRedis, err, r.sent(ctx, wakeUps[:i]))
		}
	}
	return r.sent(ctx, wakeUps)
}

// sent deletes wake-ups that are queued in Redis from the outbox.
func (r *Relay) sent(ctx context.Context, wakeUps []job.WakeUp) error {
	if len(wakeUps) == 0 {
		return nil
	}
	return r.store.Sent(ctx, wakeUps)
}
