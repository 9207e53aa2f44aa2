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

// States lists them all, in the order of a job's life.
var States = []State{
	Queued, Resolving, Running, Pausing, Paused, Cancelling,
	Succeeded, PartiallySucceeded, Failed, Cancelled,
}

// next lists, for each state, the states a job may move to. A state with no
// entry is final.
var next = map[State][]State{
	// Nothing is written yet, so pause and cancel hold at once. A single, or
	// a resumed job whose selection is fixed, runs without resolving; a
	// single may even end without being seen running.
	Queued: {Resolving, Running, Paused, Cancelled, Succeeded, Failed},
	// The snapshot is being read. No match ends it; a refused guard fails it.
	Resolving: {Running, Pausing, Cancelling, Succeeded, Failed},
	Running:   {Pausing, Cancelling, Succeeded, PartiallySucceeded, Failed},
	// Chunks in flight may commit until the pause settles, and one of them
	// may be the last.
	Pausing: {Resolving, Running, Paused, Cancelling, Succeeded, PartiallySucceeded, Failed},
	// A paused job fails by itself only when its model is gone.
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

// Stopping reports whether a stop was asked for and has not settled yet.
func (s State) Stopping() bool { return s == Pausing || s == Cancelling }

// Known reports whether s is one of [States].
func (s State) Known() bool { return slices.Contains(States, s) }
