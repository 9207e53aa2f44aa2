package dashboard

import "bulkpatch/client"

// A shownState is a job's state as pages show it: a shape and a word. The colour only
// helps.
type shownState struct {
	Word  string
	Shape string // of the template "shape"
	Class string // the colour
}

// states has what is shown for each state. No two have the same shape.
var states = map[string]shownState{
	client.StateQueued:             {"queued", "clock", "s-still"},
	client.StateResolving:          {"resolving", "search", "s-run"},
	client.StateRunning:            {"running", "arc", "s-run"},
	client.StatePausing:            {"pausing", "pausing", "s-run"},
	client.StatePaused:             {"paused", "pause", "s-still"},
	client.StateCancelling:         {"cancelling", "stopping", "s-run"},
	client.StateSucceeded:          {"succeeded", "check", "s-ok"},
	client.StatePartiallySucceeded: {"partially succeeded", "half", "s-part"},
	client.StateFailed:             {"failed", "cross", "s-fail"},
	client.StateCancelled:          {"cancelled", "stop", "s-still"},
}

// stalled is shown for a job that no worker shows to be at work on, although one should.
var stalled = shownState{"stalled", "warning", "s-fail"}

// stateOf is what is shown for the state of a job.
func stateOf(j client.Job) shownState {
	if j.Attempt.Stalled && !j.Done {
		return stalled
	}
	return stateNamed(j.State)
}

// stateNamed is what is shown for a state.
func stateNamed(state string) shownState {
	if s, ok := states[state]; ok {
		return s
	}
	return shownState{state, "clock", "s-still"}
}

// passed is what is shown for the state when the job has left it: nothing moves there.
func (s shownState) passed() shownState {
	if s.Class == "s-run" {
		s.Class = "s-still"
	}
	return s
}
