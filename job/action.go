package job

import "fmt"

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
