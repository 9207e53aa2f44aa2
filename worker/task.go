package worker

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"bulkpatch/job"
)

// taskType is the one type of task there is.
const taskType = "look"

// newTask says to Redis what a ring says. A ring that is sent twice has the
// same id and is queued once. Redis may deliver a task of a dead process
// again; its epoch is void by then, so a few tries are plenty.
func newTask(r job.WakeUp, queue string) (*asynq.Task, error) {
	payload, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return asynq.NewTask(taskType, payload,
		asynq.Queue(queue),
		asynq.TaskID(fmt.Sprintf("%d:%d:%d:%d", r.Job, r.Shard, r.Epoch, r.Nonce)),
		asynq.MaxRetry(3),
		asynq.Timeout(24*time.Hour), // the sweep, not asynq, says when a worker is too slow
	), nil
}

// readTask is the inverse of newTask.
func readTask(t *asynq.Task) (job.WakeUp, error) {
	var r job.WakeUp
	err := json.Unmarshal(t.Payload(), &r)
	if err == nil && (r.Job == 0 || r.Workspace == 0) {
		err = fmt.Errorf("the task names no job")
	}
	return r, err
}
