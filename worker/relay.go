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
	// relayPoll is how often the outbox is read without a bell, for the sake
	// of other processes' rings.
	relayPoll = 200 * time.Millisecond
	// relayPause is how long the relay waits after Redis or the database
	// failed it.
	relayPause = 500 * time.Millisecond
	// passLimit ends a pass, of the sweep as well, whose database has gone
	// without a word.
	passLimit = 30 * time.Second
	// singleBatch bounds the wake-ups of singles of one pass, and bulkBatch those
	// of each workspace's bulk shards, of which it chooses.
	singleBatch = 500
	bulkBatch   = 64
	// unsentSteps bounds how many wake-ups one pass notes to be waiting for Redis.
	unsentSteps = 20
)

// A Relay tells Redis of the work in the outbox. Any number of processes may
// run one: a ring that two of them send is queued once.
//
// It is the scheduler, too. Patches of one record go out at once. Of bulk
// shards it keeps no more tasks waiting in Redis than there are workers, and
// takes them from the workspaces in turn, and from each workspace's jobs:
// what has not been sent can still be put in a better order. However much
// waits, a pass reads a bounded part of it.
type Relay struct {
	store     Store
	client    *asynq.Client
	workers   listeners
	log       *slog.Logger
	now       func() time.Time
	scheduler scheduler
	singles   delays
	bulks     delays
	noted     bool // users were told that Redis is away
	logged    bool // the fault of the last pass has been logged
}

// errRedis is in the chain of what Redis failed at.
var errRedis = errors.New("redis")

// NewRelay makes a relay for the workers of an installation. It connects when
// it runs.
func NewRelay(s Store, redis asynq.RedisConnOpt, installation string, log *slog.Logger) *Relay {
	own := queuesOf(installation)
	return &Relay{
		store: s, client: asynq.NewClient(redis), log: log, now: time.Now,
		workers: listeners{queues: asynq.NewInspector(redis), own: own, to: own},
	}
}

// Run relays until the context ends.
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

// note lets users see that their jobs wait for Redis, and that they no longer
// do: of some jobs with each pass. What cannot be noted is the database's
// fault, which shows by itself.
func (r *Relay) note(ctx context.Context, err error) {
	switch {
	case errors.Is(err, errRedis):
		r.noted = true
		r.unsent(ctx, job.WaitRedis)
	case err == nil && r.noted:
		r.noted = r.unsent(ctx, "")
	}
}

// unsent reports whether there may be more to note.
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

// complain logs a fault once, until a pass succeeds again.
func (r *Relay) logOnce(ctx context.Context, err error) {
	if !r.logged {
		logFault(ctx, r.log, "tasks cannot be sent now; jobs are safe and wait", err)
	}
	r.logged = true
}

// pass sends what may be sent now, and says when to look again.
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
		next = 0 // more of them may wait
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

// load is how many bulk tasks can be worked on at a time, by all processes,
// and how many wait in Redis.
func (r *Relay) load() (workers, pending int, err error) {
	if err := r.workers.refresh(r.now()); err != nil {
		return 0, 0, err
	}
	pending, err = r.workers.pending()
	return max(r.workers.workers, 1), pending, err
}

// send queues rings, and takes those that are queued out of the outbox.
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

func (r *Relay) sent(ctx context.Context, wakeUps []job.WakeUp) error {
	if len(wakeUps) == 0 {
		return nil
	}
	return r.store.Sent(ctx, wakeUps)
}
