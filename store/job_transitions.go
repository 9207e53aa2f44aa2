package store

import (
	"encoding/json"
	"strings"

	"bulkpatch/job"
)

// keptTransition is a transition as the column transitions has it.
type keptTransition struct {
	State job.State `json:"state"`
	At    int64     `json:"at"`
	By    string    `json:"by,omitempty"`
}

// transit is the part of a statement that records a transition. Each statement
// that writes a job's state has it.
const transit = `transitions = transitions || CAST(? AS text)`

// transition is the argument of [transit]. by is the actor, "" where the state is
// not reached by an action.
func (t *tx) transition(to job.State, by string) string {
	text, _ := json.Marshal(keptTransition{to, t.Now, by}) // a struct of texts and a number
	return string(text) + ","
}

// trimTransitions removes the oldest transitions if there are more than are shown:
// callers may pause and resume a job without end.
func (t *tx) trimTransitions(ref job.Ref, kept string) error {
	parts := strings.SplitAfter(kept, "},")
	if len(parts) <= job.MaxTransitions {
		return nil
	}
	return t.Run(`UPDATE jobs SET transitions = ? WHERE workspace = ? AND num = ?`,
		strings.Join(parts[len(parts)-job.MaxTransitions:], ""), ref.Workspace, ref.Job)
}

// transitionsOf lists the transitions of a job: its acceptance, those that are
// kept, and its end, which earlier versions did not keep of every job.
func transitionsOf(j job.Job, kept string) ([]job.Transition, error) {
	var list []keptTransition
	if err := json.Unmarshal([]byte("["+strings.TrimSuffix(kept, ",")+"]"), &list); err != nil {
		return nil, err
	}
	all := []job.Transition{{State: job.Queued, At: j.CreatedAt, By: j.CreatedBy}}
	for _, k := range list {
		all = append(all, job.Transition{State: k.State, At: micros(k.At), By: k.By})
	}
	if j.FinishedAt != nil && all[len(all)-1].State != j.State {
		all = append(all, job.Transition{State: j.State, At: *j.FinishedAt})
	}
	return all[max(0, len(all)-job.MaxTransitions):], nil
}
