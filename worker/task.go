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

// traceHeader is the header of a task that names the call that made the task's job, as
// the header of HTTP does. Workers of earlier versions ignore it.
const traceHeader = "traceparent"

// newTask returns the task for a wake-up. Its id contains the nonce, so a wake-up
// that is sent twice is queued once. asynq may deliver the task of a dead process
// again. The shard has another epoch by then, so the number of retries hardly
// matters.
func newTask(wakeUp job.WakeUp, queue string) (*asynq.Task, error) {
	payload, err := json.Marshal(wakeUp)
	if err != nil {
		return nil, err
	}
	var headers map[string]string
	if wakeUp.Trace != "" {
		headers = map[string]string{traceHeader: wakeUp.Trace}
	}
	return asynq.NewTaskWithHeaders(taskType, payload, headers,
		asynq.Queue(queue),
		asynq.TaskID(fmt.Sprintf("%d:%d:%d:%d", wakeUp.Job, wakeUp.Shard, wakeUp.Epoch, wakeUp.Nonce)),
		asynq.MaxRetry(3),
		asynq.Timeout(24*time.Hour), // the sweep, not asynq, finds slow workers
	), nil
}

// readTask returns the wake-up that a task was made from.
func readTask(t *asynq.Task) (job.WakeUp, error) {
	var wakeUp job.WakeUp
	err := json.Unmarshal(t.Payload(), &wakeUp)
	wakeUp.Trace = t.Headers()[traceHeader]
	if err == nil && (wakeUp.Job == 0 || wakeUp.Workspace == 0) {
		err = fmt.Errorf("the task names no job")
	}
	return wakeUp, err
}
