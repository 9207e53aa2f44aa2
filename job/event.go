package job

import "time"

// The steps of a job that an [Event] reports.
const (
	EventAccepted = "accepted"
	EventStarted  = "started" // by a worker, for the first time; not reported for a single, which starts and ends at once
	EventPaused   = "paused"
	EventResumed  = "resumed"
	EventEnded    = "ended"

	EventChunk       = "chunk"       // some records got their outcomes
	EventRedelivered = "redelivered" // the sweep sent a wake-up again
	EventTakenOver   = "taken over"  // a worker took a shard from one that had gone
)

// An Event reports a step in the life of a job, with the job as it then was. The
// process that committed the step reports it after the commit, at most once: a
// process that dies right then reports nothing.
//
// Of a chunk it has only the kind, and in Tally the outcomes of the chunk itself. A
// wake-up that was sent again and a shard that was taken over come without the job.
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
	// Waited is the time from the acceptance to the start. A job is started once, and
	// then its event has it; of a single it is the event of its end.
	Waited time.Duration
	Took   time.Duration // since the job was started; for a single since it was accepted; 0 before
}

// Life reports whether the event is a step of the job as a whole, rather than of
// some work on it.
func (e Event) Life() bool {
	return e.What != EventChunk && e.What != EventRedelivered && e.What != EventTakenOver
}
