package job

import "slices"

// A State is where a job stands. The words are the API's.
type State string

// The states. The last four are final.
const (
	Queued             State = "queued"
	Resolving          State = "resolving"
	Running            State = "running"
	Pausing            State = "pausing"
	Paused             State = "paused"
	Cancelling         State = "cancelling"
	Succeeded          State = "succeeded"
	PartiallySucceeded State = "partially_succeeded"
	Failed             State = "failed"
	Cancelled          State = "cancelled"
)

// States lists all states, in the order of a job's life.
var States = []State{
	Queued, Resolving, Running, Pausing, Paused, Cancelling,
	Succeeded, PartiallySucceeded, Failed, Cancelled,
}

// next lists, for each state, the states a job may move to. A state with no
// entry is final.
var next = map[State][]State{
	// No worker has the job, so pause and cancel take effect at once. A resumed
	// job whose selection is committed runs without resolving. A single goes
	// from queued to its final state.
	Queued: {Resolving, Running, Paused, Cancelled, Succeeded, Failed},
	// The selection is being read. A job that matches nothing succeeds; one
	// whose guard is not met fails.
	Resolving: {Running, Pausing, Cancelling, Succeeded, Failed},
	Running:   {Pausing, Cancelling, Succeeded, PartiallySucceeded, Failed},
	// Chunks in flight may commit until the pause settles, and one of them
	// may be the last.
	Pausing: {Resolving, Running, Paused, Cancelling, Succeeded, PartiallySucceeded, Failed},
	// A paused job fails when it is resumed and its model is gone.
	Paused:     {Queued, Cancelled, Failed},
	Cancelling: {Cancelled, Succeeded, PartiallySucceeded, Failed},
}

// CanMove reports whether a job may go from one state to another.
func CanMove(from, to State) bool { return slices.Contains(next[from], to) }

// Final reports whether the state never changes again.
func (s State) Final() bool { return len(next[s]) == 0 }

// FinalStates lists the states in which a job has ended, in the order of
// [States].
func FinalStates() []State {
	return slices.DeleteFunc(slices.Clone(States), func(s State) bool { return !s.Final() })
}

// Stopping reports whether a pause or cancel was asked for and is not settled yet.
func (s State) Stopping() bool { return s == Pausing || s == Cancelling }

// Known reports whether s is one of [States].
func (s State) Known() bool { return slices.Contains(States, s) }
