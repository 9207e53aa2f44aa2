package job

import "time"

// The steps of a job that an [Event] reports.
const (
	EventAccepted = "accepted"
	EventStarted  = "started" // by a worker, for the first time; not reported for a single, which starts and ends at once
	EventPaused   = "paused"
	EventResumed  = "resumed"
	EventEnded    = "ended"
)

// An Event reports a step in the life of a job, with the job as it then was. The
// process that committed the step reports it after the commit, at most once: a
// process that dies right then reports nothing.
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
	Took time.Duration // since the job was started; for a single since it was accepted; 0 before
}
