package job

import (
	"fmt"
	"slices"
)

// An Action is what a caller may ask of a job.
type Action string

// The actions, in the order in which the API lists them.
const (
	Pause  Action = "pause"
	Resume Action = "resume"
	Cancel Action = "cancel"
	// RetryIt and UndoIt accept a new job that follows from one that has ended.
	RetryIt Action = "retry"
	UndoIt  Action = "undo"
)

// moves lists, for each action, the state to which it leads from each state that
// allows it. It is the table of states in the API's reference, row by row.
var moves = map[Action]map[State]State{
	Pause: {
		Queued:    Paused,
		Resolving: Pausing,
		Running:   Pausing,
	},
	// Resuming a job that is still pausing takes the pause back: it is
	// running again, or resolving if its selection is not committed yet.
	Resume: {
		Pausing: Running,
		Paused:  Queued,
	},
	Cancel: {
		Queued:    Cancelled,
		Resolving: Cancelling,
		Running:   Cancelling,
		Pausing:   Cancelling,
		Paused:    Cancelled,
	},
}

// done lists the states in which an action may have been carried out already,
// so that repeating it is harmless.
var done = map[Action][]State{
	Pause:  {Pausing, Paused},
	Resume: {Queued, Resolving, Running}, // of a job that was paused before
	Cancel: {Cancelling, Cancelled},
}

// A StateError says that a job's state does not allow an action.
type StateError struct {
	Action  Action
	State   State
	Allowed []Action
	Reason  string // a sentence, where the state alone does not tell
	Code    string // values_not_kept, where what the action needs is no longer kept; else ""
}

func (e *StateError) Error() string {
	return fmt.Sprintf("a job that is %s does not allow %s", e.State, e.Action)
}

// A Situation is all of a job that decides where an action leads.
type Situation struct {
	State    State
	Resolved bool // its selection is committed
	Resumed  bool // the last action on it was to resume it
}

// From returns the state to which the action leads a job: the state that it is
// in, if the action has been carried out already. [*StateError]: the state does
// not allow the action.
func (a Action) From(s Situation) (State, error) {
	if slices.Contains(done[a], s.State) && (a != Resume || s.Resumed) {
		return s.State, nil
	}
	to, ok := moves[a][s.State]
	if !ok {
		return s.State, &StateError{Action: a, State: s.State, Allowed: s.State.actions()}
	}
	if a == Resume && s.State == Pausing && !s.Resolved {
		to = Resolving
	}
	return to, nil
}

// actions lists the actions that lead from s to another state.
func (s State) actions() []Action {
	var list []Action
	for _, a := range []Action{Pause, Resume, Cancel} {
		if _, ok := moves[a][s]; ok {
			list = append(list, a)
		}
	}
	return list
}

// AllowedActions lists the actions that the job allows now. A job that has ended
// allows a retry if some of its records remain to be done, and an undo as long
// as its former values are kept.
func (j Job) AllowedActions() []Action {
	list := j.State.actions()
	if j.retryable() == "" {
		list = append(list, RetryIt)
	}
	if j.UndoAvailable {
		list = append(list, UndoIt)
	}
	return list
}

// CheckRetry returns nil if the job allows a retry, else a [*StateError].
func (j Job) CheckRetry() error {
	err := j.refuse(RetryIt, j.retryable())
	if refused, ok := err.(*StateError); ok && refused.Reason == rowsGone {
		refused.Code = "values_not_kept"
	}
	return err
}

// CheckUndo returns nil if the job allows an undo, of all its records or of some,
// else a [*StateError].
func (j Job) CheckUndo() error {
	switch {
	case !j.State.Final():
		return j.refuse(UndoIt, "Only a job that has ended can be undone: cancel it first.")
	case j.Kind == PreviewKind:
		return j.refuse(UndoIt, "A preview changes nothing.")
	case j.Updated == 0:
		return j.refuse(UndoIt, "The job has changed nothing.")
	case j.ModelGone:
		return j.refuse(UndoIt, modelGone)
	case !j.ValuesKept:
		return j.refuse(UndoIt, "The former values are no longer kept.")
	}
	return nil
}

// NothingChosen is the [*StateError] of an undo of chosen records, none of which
// can be restored.
func (j Job) NothingChosen() error {
	return j.refuse(UndoIt, "The job has updated none of these records, or an undo has restored them already.")
}

// remaining is how many records a retry could take.
func (j Job) remaining() int64 {
	return j.Failed + j.Conflicted + j.Skipped + *j.Pending() - j.Unusable.Tried()
}

const rowsGone = "The rows of its file are no longer kept."

const modelGone = "The job's model is not loaded here any more."

// retryable says why the job cannot be retried, "" where it can.
func (j Job) retryable() string {
	switch {
	case !j.State.Final():
		return "Only a job that has ended can be retried."
	case j.Kind == PreviewKind:
		return "A preview changes nothing, so nothing is left to do. Submit the job itself."
	case j.Matched == nil:
		return "The job ended before its records were selected, so nothing is known to be left. Submit it again."
	case j.Error.refusedGuard():
		return "A guard refused the job. Submit it again with the guard as it should be."
	case j.remaining() == 0 && j.Unusable.Tried() > 0:
		return "Nothing is left to do: the rows that failed have no record. Correct them, and submit that file."
	case j.remaining() == 0:
		return "Nothing is left to do."
	case j.File != nil && !j.RowsKept:
		return rowsGone
	case j.ModelGone:
		return modelGone
	case j.RestoreSourceExpired:
		return "The former values are no longer kept."
	}
	return ""
}

func (j Job) refuse(a Action, reason string) error {
	if reason == "" {
		return nil
	}
	return &StateError{Action: a, State: j.State, Allowed: j.AllowedActions(), Reason: reason}
}

// refusedGuard reports whether the error is a guard's.
func (e *Error) refusedGuard() bool {
	return e != nil && slices.Contains([]string{"max_affected", "expected_count", "selection_changed"}, e.Code)
}
