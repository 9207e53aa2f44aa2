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
)

// moves lists, for each action, the state it leads to from each state that
// allows it. The contract's table, row by row.
var moves = map[Action]map[State]State{
	Pause: {
		Queued:    Paused,
		Resolving: Pausing,
		Running:   Pausing,
	},
	// Resuming a job that is still pausing takes the pause back: it is
	// running again, or resolving where its selection is not fixed.
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

// settled lists the states in which an action has already been carried out,
// so that repeating it is harmless.
var settled = map[Action][]State{
	Pause:  {Pausing, Paused},
	Resume: {Queued, Resolving, Running},
	Cancel: {Cancelling, Cancelled},
}

// A StateError says that a job's state does not allow an action.
type StateError struct {
	Action  Action
	State   State
	Allowed []Action
}

func (e *StateError) Error() string {
	return fmt.Sprintf("a job that is %s cannot %s", e.State, e.Action)
}

// From says to which state the action leads from another: the same state
// where it has been carried out already. resolved: the job's selection is
// fixed. The error is a [*StateError].
func (a Action) From(s State, resolved bool) (State, error) {
	if slices.Contains(settled[a], s) {
		return s, nil
	}
	to, ok := moves[a][s]
	if !ok {
		return s, &StateError{Action: a, State: s, Allowed: s.Actions()}
	}
	if a == Resume && s == Pausing && !resolved {
		to = Resolving
	}
	return to, nil
}

// Actions lists the actions that lead somewhere else from s.
func (s State) Actions() []Action {
	var list []Action
	for _, a := range []Action{Pause, Resume, Cancel} {
		if _, ok := moves[a][s]; ok {
			list = append(list, a)
		}
	}
	return list
}
