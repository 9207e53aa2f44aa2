package job

import "time"

// A Queues is what Redis has of the queues of an installation, and of the
// processes that work on them. The database knows nothing of it.
type Queues struct {
	Server    string        // name and version of Redis, "" where it does not tell
	Answered  time.Duration // how long Redis took to answer a question
	Queues    []Queue
	Processes []Process // ordered by host, then number
}

// A Queue has the wake-ups that were sent to the workers: those of singles, or
// those of all other jobs.
type Queue struct {
	Name    string // single or bulk
	Waiting int
	Active  int           // being worked on
	Oldest  time.Duration // how long the oldest waiting one has waited, 0 for none
	Days    []QueueDay    // the newest first; the first is today
}

// A QueueDay is how many wake-ups the workers have taken on a day (UTC), and in how
// many cases the work panicked or its process died.
type QueueDay struct {
	Day           time.Time
	Taken, Failed int
}

// A Process is a process that takes wake-ups.
type Process struct {
	Host    string
	PID     int
	Started time.Time
	Singles int // how many it works on at the same time
	Bulks   int // the same of shards
	Tasks   []Task
}

// A Task is a piece of work that a worker has begun.
type Task struct {
	Ref
	Single bool
	Since  time.Time
}

// An Outbox is how many wake-ups wait in the database to be sent to Redis.
type Outbox struct {
	// Waiting is how many there are, Held how many of these are for jobs that the
	// brake holds, and Later how many of the others must not be sent yet, for
	// throttled jobs. No more than [OutboxCounted] are looked at.
	Waiting, Held, Later int64
	Oldest               *time.Time // since when the oldest one that may be sent has waited; nil for none
	Reason               string     // why they cannot be sent; "" where they can be
	// Resumes is how often a worker has taken over a shard, of those that are open,
	// from one that had gone.
	Resumes int64
}

// OutboxCounted is the largest number of wake-ups that an [Outbox] counts.
const OutboxCounted = 10_000
