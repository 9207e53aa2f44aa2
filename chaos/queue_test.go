package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"bulkpatch/worker/redistest"
)

// A queue is the Redis server of a run, with the proxies before it.
type queue struct {
	t       testing.TB // of the goroutine that injects the faults
	server  *redistest.Server
	proxies *proxies
	client  *redis.Client // without a proxy
	dir     string        // where the server stores its data

	mu    sync.Mutex
	known []string // names of the queues that were seen
}

// A silentLog drops the log of the Redis library. That it cannot connect is the purpose
// of the faults.
type silentLog struct{}

// Printf drops a line.
func (silentLog) Printf(context.Context, string, ...any) {}

// newQueue starts a Redis server.
func newQueue(t testing.TB) (*queue, error) {
	redis.SetLogger(silentLog{})
	q := &queue{t: t, server: redistest.Start(t)}
	q.proxies = &proxies{target: q.server.Addr}
	q.client = redis.NewClient(&redis.Options{Addr: q.server.Addr, MaxRetries: -1, DialTimeout: time.Second})
	dir, err := q.client.ConfigGet(t.Context(), "dir").Result()
	if err != nil {
		return nil, err
	}
	q.dir = dir["dir"]
	return q, nil
}

// close ends the proxies and the client. The server ends with the test.
func (q *queue) close() error {
	q.proxies.close()
	return q.client.Close()
}

// address returns the address of a process's proxy, as a value of --redis.
func (q *queue) address(process string) (string, error) {
	way, err := q.proxies.from(process)
	if err != nil {
		return "", err
	}
	return "redis://" + way.addr, nil
}

// lose deletes the data of the server on disk. The server must have ended.
func (q *queue) lose() error {
	files, err := filepath.Glob(filepath.Join(q.dir, "*"))
	for _, f := range files {
		err = errors.Join(err, os.RemoveAll(f))
	}
	return err
}

// waiting reports whether tasks wait in Redis.
func (q *queue) waiting(ctx context.Context) bool {
	names, err := q.names(ctx)
	if err != nil {
		return false
	}
	for _, name := range names {
		if n, err := q.client.LLen(ctx, "asynq:{"+name+"}:pending").Result(); err == nil && n > 0 {
			return true
		}
	}
	return false
}

// names returns the names of the program's queues that were ever used. They contain the
// name of the installation. It remembers them, because a client writes the name of a
// queue into Redis only once, and not again after Redis was emptied.
func (q *queue) names(ctx context.Context) ([]string, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	named, err := q.client.SMembers(ctx, "asynq:queues").Result()
	for _, name := range named {
		if !slices.Contains(q.known, name) {
			q.known = append(q.known, name)
		}
	}
	if len(q.known) > 0 {
		err = nil
	}
	slices.Sort(q.known)
	return slices.Clone(q.known), err
}

// taskType is the program's one type of task.
const taskType = "look"

// A wakeUp is the payload of a task.
type wakeUp struct {
	Workspace int64 `json:"workspace"`
	Job       int64 `json:"job"`
	Shard     int64 `json:"shard"`
	Epoch     int64 `json:"epoch"`
	Seq       int64 `json:"seq"`
	Single    bool  `json:"single"`
}

// badTask returns the n-th malformed task: garbage, or a wake-up for work that does not
// exist, has ended, or is of another workspace.
func badTask(n int) (payload []byte, typeName string) {
	wakeUps := []wakeUp{
		{Workspace: 1, Job: 1 << 40},
		{Workspace: 99, Job: int64(1 + n%40)},
		{Workspace: 1, Job: int64(1 + n%60), Epoch: 1 << 30},
		{Workspace: 1, Job: int64(1 + n%60), Epoch: -1},
		{Workspace: 1, Job: int64(1 + n%60), Shard: 7},
		{Workspace: 1, Job: int64(1 + n%60)},
		{Workspace: 2, Job: int64(1 + n%60), Epoch: 1},
		{Workspace: 1, Job: int64(1 + n%60), Epoch: int64(n % 5)},
	}
	garbage := []string{"", "null", "{", `{"job":"one"}`, `{"job":1e99,"workspace":1}`, "\x00\xff", `[]`, `{"workspace":0,"job":0}`}
	if n/2%3 == 0 {
		return []byte(garbage[n/6%len(garbage)]), []string{taskType, "unknown"}[n/3%2]
	}
	r := wakeUps[n/2%len(wakeUps)]
	// The task may be in the wrong queue: a bulk job as a single, or a single as a
	// bulk job.
	r.Single = n/5%2 == 0
	payload, _ = json.Marshal(r) // cannot fail
	return payload, taskType
}

// pushBadTasks queues malformed tasks, some by asynq's client and some without it. It
// returns how many.
func (q *queue) pushBadTasks(ctx context.Context, first, n int) (pushed int, err error) {
	client := asynq.NewClient(asynq.RedisClientOpt{Addr: q.server.Addr, DialTimeout: time.Second})
	defer client.Close()
	names, err := q.names(ctx)
	if err != nil || len(names) == 0 {
		return 0, err // nothing has been queued yet
	}
	for i := range n {
		payload, typeName := badTask(first + i)
		queue := names[(first+i)%len(names)]
		if i%4 == 3 {
			err = q.client.LPush(ctx, "asynq:{"+queue+"}:pending", fmt.Sprintf("nothing-%d", first+i)).Err()
		} else {
			_, err = client.EnqueueContext(ctx, asynq.NewTask(typeName, payload), asynq.Queue(queue), asynq.MaxRetry(1))
		}
		if err != nil {
			return pushed, err
		}
		pushed++
	}
	return pushed, nil
}
