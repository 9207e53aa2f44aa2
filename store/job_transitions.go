package store

import (
	"encoding/json"
	"strings"

	"bulkpatch/job"
)

// keptTransition is a state that a job has come to, as it is kept.
type keptTransition struct {
	State job.State `json:"state"`
	At    int64     `json:"at"`
	By    string    `json:"by,omitempty"`
}

// transit adds to a statement that writes a job's state.
const transit = `transitions = transitions || CAST(? AS text)`

// transition is the argument of transit: the job comes to a state now, by
// somebody, "" where that is its own course.
func (t *tx) transition(to job.State, by string) string {
	text, _ := json.Marshal(keptTransition{to, t.Now, by}) // a struct of texts and a number
	return string(text) + ","
}

// trimTransitions forgets the first states that a job came to where more are
// kept than are shown: callers may pause and resume it for ever.
func (t *tx) trimTransitions(ref job.Ref, kept string) error {
	parts := strings.SplitAfter(kept, "},")
	if len(parts) <= job.MaxTransitions {
		return nil
	}
	return t.Run(`UPDATE jobs SET transitions = ? WHERE workspace = ? AND num = ?`,
		strings.Join(parts[len(parts)-job.MaxTransitions:], ""), ref.Workspace, ref.Job)
}

// transitionsOf lists the states that a job has come to: when it was accepted,
// what is kept, and its end, which is not kept of a single and of what an
// earlier version has ended.
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
