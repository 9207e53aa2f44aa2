package worker

import (
	"context"
	"errors"
	"log/slog"
	"slices"
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
	// batch bounds the rings of one pass.
	batch = 500
)

// A Relay tells Redis of the work in the outbox. Any number of processes may
// run one: a ring that two of them send is queued once.
//
// It is the scheduler, too. Patches of one record go out at once. Of bulk
// shards it keeps no more tasks waiting in Redis than there are workers, and
// takes them from the workspaces in turn, and from each workspace's jobs:
// what has not been sent can still be put in a better order.
type Relay struct {
	store  Store
	client *asynq.Client
	queues *asynq.Inspector
	log    *slog.Logger
	now    func() time.Time
	turns  turns
	waits  waits
	seen   map[int64]bool // workspaces whose rings the last pass has read
	noted  map[int64]bool // and those that were told that Redis is away
	silent bool           // the fault of the last pass has been logged
}

// errRedis is in the chain of what Redis failed at.
var errRedis = errors.New("redis")

// NewRelay makes a relay. It connects when it runs.
func NewRelay(s Store, redis asynq.RedisConnOpt, log *slog.Logger) *Relay {
	return &Relay{store: s, client: asynq.NewClient(redis), queues: asynq.NewInspector(redis), log: log, now: time.Now,
		seen: map[int64]bool{}, noted: map[int64]bool{}}
}

// Run relays until the context ends.
func (r *Relay) Run(ctx context.Context) error {
	defer r.client.Close()
	defer r.queues.Close()
	for {
		wait, err := r.pass(ctx)
		r.note(ctx, err)
		if err != nil {
			wait = relayPause
			r.complain(ctx, err)
		} else {
			r.silent = false
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-r.store.Bell():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// note lets users see that their jobs wait for Redis, and that they no longer
// do. What cannot be noted is the database's fault, which shows by itself.
func (r *Relay) note(ctx context.Context, err error) {
	switch {
	case errors.Is(err, errRedis):
		for ws := range r.seen {
			if r.store.Unsent(ctx, ws, job.WaitRedis) == nil {
				r.noted[ws] = true
			}
		}
	case err == nil:
		for ws := range r.noted {
			if r.store.Unsent(ctx, ws, "") == nil {
				delete(r.noted, ws)
			}
		}
	}
}

// complain logs a fault once, until a pass succeeds again.
func (r *Relay) complain(ctx context.Context, err error) {
	if !r.silent && ctx.Err() == nil {
		r.log.Warn("tasks cannot be sent now; jobs are safe and wait", "error", err)
	}
	r.silent = true
}

// pass sends what may be sent now, and says when to look again.
func (r *Relay) pass(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, passLimit)
	defer cancel()
	clear(r.seen)
	singles, err := r.store.Singles(ctx, batch)
	if err != nil {
		return 0, err
	}
	r.see(singles)
	if err := r.send(ctx, singles); err != nil {
		return 0, err
	}
	bulks, err := r.store.Bulks(ctx, batch)
	if err != nil {
		return 0, err
	}
	r.see(bulks)
	due, next := r.waits.due(bulks, r.now())
	if len(due) == 0 {
		return next, nil
	}
	workers, pending, err := r.load()
	if err != nil {
		return 0, errors.Join(errRedis, err)
	}
	return next, r.send(ctx, r.turns.pick(due, workers-pending, share(workers)))
}

// share is how many workers one job may have: a quarter of them is left to
// those that come after it.
func share(workers int) int { return workers - workers/4 }

func (r *Relay) see(rings []job.Ring) {
	for _, ring := range rings {
		r.seen[ring.Workspace] = true
	}
}

// load is how many bulk tasks can be worked on at a time, by all processes,
// and how many wait in Redis.
func (r *Relay) load() (workers, pending int, err error) {
	servers, err := r.queues.Servers()
	if err != nil {
		return 0, 0, err
	}
	for _, s := range servers {
		if s.Queues[bulkQueue] > 0 {
			workers += s.Concurrency
		}
	}
	pending, err = r.pending()
	return max(workers, 1), pending, err
}

// pending is how many bulk tasks wait in Redis. The queue is not there until
// its first task is, and again when Redis was emptied.
func (r *Relay) pending() (int, error) {
	names, err := r.queues.Queues()
	if err != nil || !slices.Contains(names, bulkQueue) {
		return 0, err
	}
	info, err := r.queues.GetQueueInfo(bulkQueue)
	if err != nil {
		return 0, err
	}
	return info.Pending, nil
}

// send queues rings, and takes those that are queued out of the outbox.
func (r *Relay) send(ctx context.Context, rings []job.Ring) error {
	for i, ring := range rings {
		task, err := newTask(ring)
		if err != nil {
			return err
		}
		if _, err = r.client.EnqueueContext(ctx, task); err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
			return errors.Join(errRedis, err, r.sent(ctx, rings[:i]))
		}
	}
	return r.sent(ctx, rings)
}

func (r *Relay) sent(ctx context.Context, rings []job.Ring) error {
	if len(rings) == 0 {
		return nil
	}
	return r.store.Sent(ctx, rings)
}
