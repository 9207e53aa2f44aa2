package worker

import (
	"testing"

	"github.com/hibiken/asynq"

	"bulkpatch/job"
)

// TestATaskKeepsItsForm compares a task with one of an earlier version: during an
// upgrade, processes of both versions read the same queue.
func TestATaskKeepsItsForm(t *testing.T) {
	const payload = `{"workspace":2,"job":7,"shard":1,"epoch":3,"seq":99,"single":true,"wait":1000}`
	want := job.WakeUp{Ref: job.Ref{Workspace: 2, Job: 7, Shard: 1}, Epoch: 3, Nonce: 99, Single: true, Wait: 1000}
	sent := want
	sent.InFlight, sent.InFlightWorkspace = 4, 5 // known to the relay only
	task, err := newTask(sent, "queue")
	if err != nil || string(task.Payload()) != payload || task.Type() != "look" {
		t.Errorf("the task is %s %s, %v", task.Type(), task.Payload(), err)
	}
	if len(task.Headers()) > 0 {
		t.Errorf("without traces it has the headers %v", task.Headers())
	}
	got, err := readTask(asynq.NewTask("look", []byte(payload)))
	if err != nil || got != want {
		t.Errorf("it is read as %+v, %v", got, err)
	}
}

func TestATaskNamesTheCallThatMadeItsJob(t *testing.T) {
	want := job.WakeUp{Ref: job.Ref{Workspace: 2, Job: 7}, Trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
	task, err := newTask(want, "queue")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readTask(task); err != nil || got != want {
		t.Errorf("it is read as %+v, %v", got, err)
	}
}
