package worker

import (
	"slices"
	"time"

	"github.com/hibiken/asynq"

	"bulkpatch/job"
)

// queues holds the names of the two queues of an installation. Singles have a
// queue and workers of their own, so that a patch of one record never waits for
// a chunk of a large job. The names contain the installation's name, because
// several installations may share a Redis, and their job numbers overlap.
type queues struct{ single, bulk string }

// queuesOf returns the queue names of an installation.
func queuesOf(installation string) queues {
	return queues{single: "single-" + installation, bulk: "bulk-" + installation}
}

// former holds the queue names of earlier versions, which did not tell
// installations apart. During an upgrade the workers of such a version still
// listen to them; see [listeners].
var former = queues{single: "single", bulk: "bulk"}

// of returns the queue for a wake-up.
func (q queues) of(wakeUp job.WakeUp) string {
	if wakeUp.Single {
		return q.single
	}
	return q.bulk
}

const (
	// refreshEvery is how often a relay that has something to send asks Redis
	// which workers there are.
	refreshEvery = time.Second
	// formerFor is how long no worker must have listened to the former queues
	// before they are removed. An upgrade is over by then.
	formerFor = time.Hour
)

// listeners holds which workers are connected to Redis, as a relay last read it.
// When only workers of an earlier version run, the relay uses their queues. So
// an upgrade can begin with the API processes, as docs/operations.md says.
// Otherwise those workers would find their work by the sweep, some seconds later.
type listeners struct {
	queues  *asynq.Inspector
	own     queues
	to      queues    // the queues that the workers listen to
	workers int       // bulk tasks that all of them can work on at the same time, 0 when none is known
	asked   time.Time // when Redis was last asked
	former  time.Time // since when no worker is known to listen to the former queues
}

// refresh asks Redis which workers there are, unless it did so within
// refreshEvery and found one. It also removes the former queues when their time
// is over.
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

// concurrency returns how many tasks of a queue all servers together work on at
// the same time.
func concurrency(servers []*asynq.ServerInfo, queue string) (n int) {
	for _, s := range servers {
		if s.Queues[queue] > 0 {
			n += s.Concurrency
		}
	}
	return n
}

// evenWithTasks makes asynq delete a queue that is not empty.
const evenWithTasks = true

// dropFormer removes the former queues with the tasks in them, which no worker
// reads any more. Redis keeps a queue that has the task of a worker which died.
func (l *listeners) dropFormer() error {
	names, err := l.queues.Queues()
	if err != nil {
		return err
	}
	for _, name := range []string{former.single, former.bulk} {
		if slices.Contains(names, name) {
			_ = l.queues.DeleteQueue(name, evenWithTasks)
		}
	}
	return nil
}

// pending returns how many bulk tasks wait in Redis. It asks for the list of
// queues first, because a queue exists only once it has had a task.
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
