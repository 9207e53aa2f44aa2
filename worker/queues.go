package worker

import (
	"slices"
	"time"

	"github.com/hibiken/asynq"

	"bulkpatch/job"
)

// queues are the names of the two queues of an installation. Singles have
// workers of their own, so that a patch of one record never waits for a chunk of
// a large job. The installation's name is part of them, since several may share
// a Redis, and their jobs have the same numbers.
type queues struct{ single, bulk string }

func queuesOf(installation string) queues {
	return queues{single: "single-" + installation, bulk: "bulk-" + installation}
}

// former are the queues of versions that did not tell installations apart. While
// such a version is replaced, its workers are told by them; see [listeners].
var former = queues{single: "single", bulk: "bulk"}

// of is the queue that a piece of work goes to.
func (q queues) of(r job.WakeUp) string {
	if r.Single {
		return q.single
	}
	return q.bulk
}

const (
	// lookEvery is how often a relay that has something to send asks who works.
	refreshEvery = time.Second
	// formerFor is how long the former queues are left alone without a worker
	// that listens to them. A replacement is over by then.
	formerFor = time.Hour
)

// listeners are the workers that Redis knows, as a relay last saw them. Where only
// workers of an earlier version run, they are told by the queues that they know:
// so an upgrade can begin with the API processes, which is what
// docs/operations.md asks for. A worker of an earlier version that is told by none
// would find its work by the sweep all the same, seconds later.
type listeners struct {
	queues  *asynq.Inspector
	own     queues
	to      queues // that the workers listen to
	workers int    // bulk tasks that all of them take at a time, 0 when none is known
	asked   time.Time
	former  time.Time // since when nobody listens to the former queues, as far as is known
}

// look asks Redis, unless it has just been asked and knew a worker.
func (l *listeners) refresh(now time.Time) error {
	if l.workers > 0 && now.Sub(l.asked) < refreshEvery {
		return nil
	}
	servers, err := l.queues.Servers()
	if err != nil {
		return err
	}
	l.asked = now
	own, earlier := concurrency(servers, l.own.bulk), concurrency(servers, former.bulk)
	l.to, l.workers = l.own, own
	if own == 0 && earlier > 0 {
		l.to, l.workers = former, earlier
	}
	if earlier > 0 || l.former.IsZero() {
		l.former = now
	}
	if now.Sub(l.former) < formerFor {
		return nil
	}
	l.former = now
	return l.dropFormer()
}

// concurrency is how many tasks of a queue all servers take at a time.
func concurrency(servers []*asynq.ServerInfo, queue string) (n int) {
	for _, s := range servers {
		if s.Queues[queue] > 0 {
			n += s.Concurrency
		}
	}
	return n
}

// dropFormer removes the former queues, if they are there, with what was left in
// them: wake-ups for nobody. One in which a worker died stays as it is.
func (l *listeners) dropFormer() error {
	names, err := l.queues.Queues()
	if err != nil {
		return err
	}
	for _, name := range []string{former.single, former.bulk} {
		if slices.Contains(names, name) {
			_ = l.queues.DeleteQueue(name, true)
		}
	}
	return nil
}

// pending is how many bulk tasks wait in Redis. The queue is not there until
// its first task is, and again when Redis was emptied.
func (l *listeners) pending() (int, error) {
	names, err := l.queues.Queues()
	if err != nil || !slices.Contains(names, l.to.bulk) {
		return 0, err
	}
	info, err := l.queues.GetQueueInfo(l.to.bulk)
	if err != nil {
		return 0, err
	}
	return info.Pending, nil
}
