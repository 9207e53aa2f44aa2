package job

import "errors"

// The errors of the store that its callers tell apart with errors.Is.
var (
	ErrNotFound      = errors.New("not found")
	ErrGone          = errors.New("expired and removed")
	ErrExists        = errors.New("already exists")
	ErrOtherVersion  = errors.New("the record has another version")
	ErrKeyReused     = errors.New("idempotency key used for another request")
	ErrUnavailable   = errors.New("the database cannot answer now")         // 503: locked, stopped or out of reach
	ErrStorageFull   = errors.New("the database is out of disk space")      // 507
	ErrResolvingFull = errors.New("as many jobs as may are being resolved") // try again later
	ErrLeaseLost     = errors.New("another worker holds this work")
	ErrStopped       = errors.New("the job was paused or cancelled")
	ErrBraked        = errors.New("the brake is on") // nothing was written
	ErrBadCursor     = errors.New("malformed cursor")
	// ErrQueryTimeout: a list, count or preview took longer than it may.
	ErrQueryTimeout = errors.New("the query took longer than it may") // 503
	// ErrTooManyJobs: the workspace has as many open jobs, or as many bytes of
	// their requests, as it may have.
	ErrTooManyJobs = errors.New("the workspace has too many open jobs") // 429
	// ErrTooManyFiles: the files of the workspace take as many bytes as they may; see
	// [MaxFilesBytes].
	ErrTooManyFiles = errors.New("the files of the workspace take as much space as they may") // 429
	// ErrFileInUse: a job needs the file, until its former values are purged.
	ErrFileInUse = errors.New("a job needs the file") // 409
	// ErrTooManyChoices: a drop-down would have more added choices than it may,
	// or a choice that is too long.
	ErrTooManyChoices = errors.New("the drop-down has too many added options") // 400
	ErrOtherModel     = errors.New("the database has another version of the model than this process has loaded, or it has none")
)

// A RetryOpenError says that another retry of the same chain has not ended. A
// chain is a job, its retries, their retries and so on.
type RetryOpenError struct {
	JobID string // of that retry
}

func (e *RetryOpenError) Error() string { return "retry " + e.JobID + " has not ended" }

// A UniqueError says that another record already has a value that must be
// unique.
type UniqueError struct {
	Field string // JSON name
}

func (e *UniqueError) Error() string { return "value of " + e.Field + " is already taken" }

// ErrRefused says that the database refused the values of at least one record
// of a chunk, which was rolled back as a whole.
var ErrRefused = errors.New("the database refused a record of the chunk")
