package client

// The kinds of a job, as [Job.Kind] has them.
const (
	KindBulk    = "bulk"    // patches the records that a filter selects
	KindSingle  = "single"  // patches one record
	KindFile    = "file"    // gives each record the values of a row of a file
	KindUndo    = "undo"    // restores what another job has changed
	KindRetry   = "retry"   // takes the remaining records of another job
	KindPreview = "preview" // changes nothing: a preview that took long
)

// The states of a job, as [Job.State] has them. The last four are final.
const (
	StateQueued             = "queued"     // accepted; no worker has begun
	StateResolving          = "resolving"  // the records of the filter are being found
	StateRunning            = "running"    // records are being updated
	StatePausing            = "pausing"    // paused as soon as the chunk in flight is committed
	StatePaused             = "paused"     // until it is resumed or cancelled
	StateCancelling         = "cancelling" // cancelled as soon as the chunk in flight is committed
	StateSucceeded          = "succeeded"  // no record failed or conflicted
	StatePartiallySucceeded = "partially_succeeded"
	StateFailed             = "failed" // as a whole, or no record could be updated
	StateCancelled          = "cancelled"
)

// The outcomes of a record, as [Result.Outcome] has them.
const (
	OutcomeUpdated    = "updated"
	OutcomeUnchanged  = "unchanged"  // it had the values already, and was not written
	OutcomeSkipped    = "skipped"    // it no longer matched, or was deleted
	OutcomeConflicted = "conflicted" // somebody else changed it
	OutcomeFailed     = "failed"     // a rule refused the change
	OutcomePending    = "pending"    // it has no outcome yet
)

// The actions on a job, as [Job.AllowedActions] has them.
const (
	ActionPause  = "pause"
	ActionResume = "resume"
	ActionCancel = "cancel"
	ActionRetry  = "retry"
	ActionUndo   = "undo"
)

// What becomes of a record that no longer matches the filter when its turn comes, for
// [Options] and retries.
const (
	MismatchSkip  = "skip"  // it is left alone; the default
	MismatchForce = "force" // it is updated all the same
)

// What an empty cell of a file does to its field, and what becomes of a row without a
// customer, for [Options]. The first of each is the default.
const (
	BlankIgnore   = "ignore"
	BlankClear    = "clear"
	UnmatchedFail = "fail"
	UnmatchedSkip = "skip"
)

// What a job waits for, as [Progress.WaitReason] has it.
const (
	WaitThrottled = "throttled"            // its own limit of records per second
	WaitWorker    = "waiting_for_worker"   // a free worker, or one that has its model
	WaitResolve   = "waiting_for_database" // its turn to read the records of its filter
	WaitRedis     = "redis_unavailable"
	WaitDatabase  = "database_unavailable"
	WaitStorage   = "storage_full"
	WaitBrake     = "brake" // the brake; [Progress.WaitDetail] has its reason
)

// Why a record was not updated, as [RecordError.Code] and [ErrorSummary.Code] have
// it. Beside these, FIELD_needs_OTHER says that the record has no value in OTHER,
// which FIELD needs; and a computed value that breaks a rule of the model has the code
// that [Fault] has for a value which breaks it.
const (
	ReasonNoLongerMatches    = "no_longer_matches"   // the filter, when its turn came
	ReasonNotFound           = "not_found"           // it was deleted before its turn came
	ReasonPreconditionFailed = "precondition_failed" // its version was not the one in If-Match
	ReasonChangedSince       = "changed_since"       // an undo met a later change
	ReasonSecretNotKept      = "secret_not_kept"     // an undo cannot restore a secret
	ReasonValuesNotKept      = "values_not_kept"     // the former value is no longer kept
	ReasonLineInvalid        = "line_invalid"        // the row has a value that breaks a rule
	ReasonNoKey              = "no_key"              // the row has an empty key
	ReasonNoMatch            = "no_match"            // no record has the key of the row
	ReasonAmbiguous          = "ambiguous"           // several records have the key of the row
	ReasonDuplicateRow       = "duplicate_row"       // another row of the file is for the same record
	ReasonUnique             = "unique"              // another record has the value
	ReasonConstraint         = "constraint"          // a rule of the database refused the value
	ReasonTooLarge           = "too_large"           // the value would be larger than a field may hold
	ReasonTooManyOptions     = "too_many_options"    // a drop-down has as many added options as it may
	ReasonTooComplex         = "too_complex"         // the change cannot be carried out
	ReasonTooSlow            = "too_slow"            // the record alone took longer than it may
)

// Why a job failed as a whole, as [JobError.Code] has it.
const (
	JobMaxAffected        = "max_affected"         // the filter matches more records than allowed; nothing was changed
	JobExpectedCount      = "expected_count"       // the filter matches another number of records; nothing was changed
	JobSelectionChanged   = "selection_changed"    // the filter matches other records than the preview showed; nothing was changed
	JobMaxFailures        = "max_failures"         // as many records failed as the job allows
	JobAllFailed          = "all_failed"           // each of the first records failed
	JobNoProgress         = "no_progress"          // the database answered and could carry out nothing
	JobFilterTooExpensive = "filter_too_expensive" // the filter takes too long; nothing was changed
	JobModelChanged       = "model_changed"        // since the job was accepted
	JobModelGone          = "model_gone"           // no running process has the model
)

// The scopes of a key. Undo and retry need ScopeCustomersWrite and ScopeJobsWrite.
const (
	ScopeCustomersRead  = "customers:read"  // see customers and their values
	ScopeCustomersWrite = "customers:write" // submit, preview, import, create and delete
	ScopeJobsRead       = "jobs:read"       // see all jobs; without it a key sees those that it made
	ScopeJobsWrite      = "jobs:write"      // pause, resume, cancel and throttle; includes ScopeJobsRead
	ScopeSecretsRead    = "secrets:read"    // see secrets in records
	ScopeAdmin          = "admin"           // everything
)

// The presets of scopes, for [WithPreset].
const (
	PresetReader   = "reader"   // see customers and jobs
	PresetEditor   = "editor"   // change them, too
	PresetOperator = "operator" // see jobs and act on them, without their values
	PresetAdmin    = "admin"    // everything
)

// What was done, as [AuditEntry.Action] has it.
const (
	AuditJobSubmitted         = "job.submitted"
	AuditJobRetried           = "job.retried"
	AuditJobUndone            = "job.undone"
	AuditJobPaused            = "job.paused"
	AuditJobResumed           = "job.resumed"
	AuditJobCancelled         = "job.cancelled"
	AuditJobThrottled         = "job.throttled"
	AuditJobRedelivered       = "job.redelivered" // its webhook is sent again
	AuditRecordCreated        = "record.created"
	AuditRecordDeleted        = "record.deleted"
	AuditImportStarted        = "import.started"
	AuditImportEnded          = "import.ended"
	AuditFileUploaded         = "file.uploaded"
	AuditFileDeleted          = "file.deleted" // by somebody; not when it expires
	AuditKeyCreated           = "key.created"
	AuditKeyRotated           = "key.rotated"
	AuditKeyRevoked           = "key.revoked"
	AuditSignedIn             = "session.signed_in"
	AuditSignedOut            = "session.signed_out"
	AuditSignInFailed         = "session.failed" // counted by minute and address
	AuditBrakeOn              = "brake.on"
	AuditBrakeOff             = "brake.off"
	AuditWebhookSecretRotated = "webhook_secret.rotated"
)
