package job

// What a job that has not ended may wait for, as users see it.
const (
	WaitThrottled = "throttled"            // its own limit of records per second
	WaitWorker    = "waiting_for_worker"   // a worker: none is free, or other jobs are worked on first
	WaitResolve   = "waiting_for_database" // to read the records of its filter: as many jobs as may are doing so already
	WaitRedis     = "redis_unavailable"    // Redis, which its wake-ups go through
	WaitDatabase  = "database_unavailable" // the database, which is busy or out of reach
	WaitStorage   = "storage_full"         // disk space
	WaitBrake     = "brake"                // the brake to be released; the detail is the brake's reason

	// WaitModel: the workers that looked at the job do not have its model. It is
	// stored; users see [WaitWorker] and a sentence about it.
	WaitModel = "waiting_for_model"
)

// A Waiting is what is known of why a job is not worked on.
type Waiting struct {
	Brake  string // the reason of the brake that holds its open shards, "" for none
	Unsent string // why its wake-ups cannot be sent, "" where they can be
	Reason string // what its shards wait for, "" where none has said
	Held   bool   // a worker holds one of its shards
	// Overdue: its limit of records per second has allowed the next ones for long, and
	// no worker has come.
	Overdue bool
}

// WaitsFor says what the job waits for, and explains it where the reason alone
// does not. Both are "" where it is worked on, has ended or is paused.
func (j Job) WaitsFor(w Waiting) (reason, detail string) {
	switch {
	case j.State.Final() || j.State == Paused:
		return "", ""
	case w.Brake != "" && !j.State.Stopping():
		return WaitBrake, w.Brake
	case w.Unsent != "":
		return w.Unsent, ""
	case w.Reason == WaitModel:
		return WaitWorker, modelDetail(j.Model)
	case w.Reason == WaitThrottled && w.Overdue && !w.Held:
		return WaitWorker, ""
	case w.Reason == "" && !w.Held && !j.State.Stopping():
		return WaitWorker, ""
	}
	return w.Reason, ""
}

func modelDetail(model string) string {
	return "The workers that have looked at the job do not have its model " + model + ", or have another version of it. It goes on as soon as one that has it is free; start one if none is running."
}
