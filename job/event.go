package job

import "time"

// What happens to a job, as an [Event] tells it.
const (
	EventAccepted = "accepted"
	EventStarted  = "started" // by a worker, for the first time; a single's start is its end
	EventPaused   = "paused"
	EventResumed  = "resumed"
	EventEnded    = "ended"
)

// An Event is a step in the life of a job, and the job as it then was. It comes
// after the commit, from the process that committed it, and at most once: not at
// all where that process ends right then.
type Event struct {
	What      string
	JobID     string
	Kind      Kind
	Model     string
	Workspace string // name
	CreatedBy string // "key:NAME"
	State     State
	Error     string // code, of a job that failed as a whole
	Matched   *int64
	Tally
	Took time.Duration // since it was started, or accepted where that is one; 0 before
}
