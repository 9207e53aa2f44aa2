package api

import (
	"context"
	"time"

	"bulkpatch/api/dashboard"
	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/model/table"
)

// A Store is what the API needs of the database. Errors are those of package
// job ([job.ErrNotFound] and so on); anything else is an internal fault. What
// belongs to another workspace is not found.
type Store interface {
	dashboard.Store

	// Ping answers whether the database can be read and written.
	Ping(ctx context.Context) error

	// KeyBySecret finds the live key of a secret.
	KeyBySecret(ctx context.Context, secret string) (auth.Key, error)
	// KeyUsed notes that a key is in use. It writes nothing: what is noted is stored
	// together, within a minute.
	KeyUsed(id int64)
	// KeyBySession finds the live key of a session by the session's token.
	KeyBySession(ctx context.Context, token string) (auth.Key, error)
	// SignIn begins a session of the caller's key, for who knows a secret of it, and
	// returns its token. ErrNotFound: the secret does not work, or no longer.
	SignIn(ctx context.Context, by auth.Caller, secret string) (token string, err error)
	// SignOut ends a session of the caller's key. A second call does nothing.
	SignOut(ctx context.Context, by auth.Caller, token string) error
	// SignInFailed notes that a sign-in from an address has failed. It writes nothing:
	// what is noted becomes an audit entry when the minute is over.
	SignInFailed(address string)
	// LiveSecrets returns those of some hashes that are of secrets which work, or of
	// tokens of sessions that have not ended.
	LiveSecrets(ctx context.Context, hashes []string) ([]string, error)
	// CreateKey makes a key in k.Workspace.Name, and the workspace when it is
	// new. The secret is returned this once. ErrExists: a live key of the
	// workspace has that name.
	CreateKey(ctx context.Context, by auth.Caller, k auth.Key) (auth.Key, string, error)
	// Keys lists the live keys of all workspaces.
	Keys(ctx context.Context) ([]auth.Key, error)
	// RevokeKey revokes a key. A second call does nothing. A key that the caller may
	// not manage is not found.
	RevokeKey(ctx context.Context, by auth.Caller, id int64) error
	// RotateKey gives a live key a new secret, which is returned this once. The old
	// one works for the overlap. ErrNotFound as in RevokeKey.
	// auth.ErrTooManySecrets: too many of the old ones still work.
	RotateKey(ctx context.Context, by auth.Caller, id int64, overlap time.Duration) (auth.Key, string, error)

	// CreateRecord makes a record of a checked draft, unless one of the
	// filters finds a record, which is then returned as it is. Concurrent
	// callers make one record.
	// ErrExists: the id is taken. *job.UniqueError: another value is.
	CreateRecord(ctx context.Context, by auth.Caller, m *model.Model, d model.Draft, found ...filter.Filter) (rec model.Record, existed bool, err error)
	Record(ctx context.Context, ws auth.Workspace, m *model.Model, id any) (model.Record, error)
	Records(ctx context.Context, ws auth.Workspace, m *model.Model, q filter.Query) (filter.Page, error)
	// Scan calls yield with pages of all records that match, in the order of
	// their internal numbers, each page a short read of its own. It stops at
	// yield's error and returns it.
	Scan(ctx context.Context, ws auth.Workspace, m *model.Model, f filter.Filter, yield func([]model.Record) error) error
	// DeleteRecord deletes a record. ErrOtherVersion: it has not the version of
	// ifMatch, nil for any.
	DeleteRecord(ctx context.Context, by auth.Caller, m *model.Model, id any, ifMatch *int64) error
	History(ctx context.Context, ws auth.Workspace, m *model.Model, id any, limit int, cursor string) ([]job.HistoryItem, string, error)
	// BeginImport starts an import, which a last call of Import ends. ErrBraked: the
	// brake is on, as for Import.
	BeginImport(ctx context.Context, by auth.Caller, m *model.Model) (job.Import, error)
	// Import merges drafts into the records of their ids, or makes new ones,
	// in one transaction. lines[i] is the line number of drafts[i]. A draft
	// that fails is reported and does not affect the others. The import ends with
	// the batch that run.Before is given for, which may be empty.
	Import(ctx context.Context, by auth.Caller, run job.Import, drafts []model.Draft, lines []int64) (job.ImportReport, error)

	// SaveFile keeps an uploaded file: the rows that next returns until io.EOF. Any
	// other error of next, or of ctx, leaves nothing. ErrTooManyFiles.
	SaveFile(ctx context.Context, by auth.Caller, f job.File, next func() (table.FileRow, error)) (job.File, error)
	// Files lists the files of a model, newest first.
	Files(ctx context.Context, ws auth.Workspace, model string, limit int, cursor string) (job.FilePage, error)
	File(ctx context.Context, ws auth.Workspace, model, id string) (job.File, error)
	// FileSample returns the first rows of a file, at most so many.
	FileSample(ctx context.Context, ws auth.Workspace, id string, most int) ([]table.FileRow, error)
	// DeleteFile deletes a file. ErrFileInUse: a job needs it.
	DeleteFile(ctx context.Context, by auth.Caller, model, id string) error
	// FileRows calls do with the rows of a file job and what became of them, in the
	// order of the file; with outcomes, only with rows that have one of these. It stops
	// at do's error and returns it. ErrGone: the rows have been purged.
	FileRows(ctx context.Context, ws auth.Workspace, jobID string, outcomes []job.Outcome, do func(row table.FileRow, what job.Result) error) (job.File, error)

	// Brake reads the brake of a workspace.
	Brake(ctx context.Context, ws auth.Workspace) (job.Brake, error)
	// SwitchBrake switches one switch of the brake on, for a reason, or off with
	// "". It returns the brake of the caller's workspace as it then is.
	SwitchBrake(ctx context.Context, by auth.Caller, reach job.Reach, reason string) (job.Brake, error)

	// Choices returns the choices that a workspace has added to the model's
	// drop-downs.
	Choices(ctx context.Context, ws auth.Workspace, m *model.Model) (func(*model.Field) []string, error)

	// Submit accepts a job: when it returns, the job is on disk and will run.
	// replayed: the idempotency key had made this job before.
	// ErrNotFound: a single's record does not exist. ErrKeyReused.
	Submit(ctx context.Context, by auth.Caller, s job.Submission) (j job.Job, replayed bool, err error)
	// Replay finds the job that an idempotency key has made. ErrNotFound: none
	// yet. ErrKeyReused: the key was used for another request.
	Replay(ctx context.Context, ws auth.Workspace, key, fingerprint string) (job.Job, error)
	// Preview computes what a submission would do, without doing it.
	Preview(ctx context.Context, by auth.Caller, s job.Submission) (job.Preview, error)
	// Job reads a job. ErrGone: it has expired. Its tombstone, with final state
	// and counts, is returned with the error. So do all methods that act on a
	// job.
	Job(ctx context.Context, ws auth.Workspace, id string) (job.Job, error)
	Jobs(ctx context.Context, ws auth.Workspace, q job.Query) (job.Page, error)
	// CountJobs counts the jobs that Jobs lists with the same conditions, on all
	// pages. It stops at most where that is not 0: the result is then most if there
	// are at least so many. ErrQueryTimeout: it takes too long.
	CountJobs(ctx context.Context, ws auth.Workspace, q job.Query, most int64) (int64, error)
	Results(ctx context.Context, ws auth.Workspace, id string, q job.ResultQuery) (job.ResultPage, error)
	// Act pauses, resumes or cancels a job and returns it as it then is.
	// *job.StateError: its state does not allow that.
	Act(ctx context.Context, by auth.Caller, id string, a job.Action) (job.Job, error)
	// Retry accepts a job that retries the remaining records of another.
	// replayed: the idempotency key had made this job before. *job.StateError:
	// there is nothing to retry. *job.RetryOpenError: another retry has not
	// ended. ErrKeyReused.
	Retry(ctx context.Context, by auth.Caller, f job.Follow) (j job.Job, replayed bool, err error)
	// Undo accepts a job that restores what another has changed, in all records
	// or in chosen ones. A second undo of all records returns the first one.
	// *job.StateError: the job cannot be undone. ErrKeyReused.
	Undo(ctx context.Context, by auth.Caller, f job.Follow) (j job.Job, replayed bool, err error)
	// PreviewRetry and PreviewUndo compute what the two would do, without doing
	// it. ErrQueryTimeout: it takes too long; make a preview job instead.
	PreviewRetry(ctx context.Context, by auth.Caller, f job.Follow) (job.Preview, error)
	PreviewUndo(ctx context.Context, by auth.Caller, f job.Follow) (job.UndoPreview, error)
	// SetThrottle sets the limit of a job that has not ended, or removes it with
	// nil.
	SetThrottle(ctx context.Context, by auth.Caller, id string, recordsPerSecond *float64) (job.Job, error)
	// Revisions reads the revisions of some jobs in one query. A job that does
	// not exist or has expired has none.
	Revisions(ctx context.Context, jobs []job.Name) (map[job.Name]int64, error)
	// JobsByID reads some jobs of a workspace at once. Jobs that do not exist
	// are missing. Expired jobs have ExpiredAt set.
	JobsByID(ctx context.Context, ws auth.Workspace, ids []string) ([]job.Job, error)
	// Subscribe registers a function that is called with the ids of jobs which
	// this process has just changed. It is only a hint: changes that other
	// processes commit are not reported.
	Subscribe(fn func(ids []string))

	// OpenUse returns how many jobs a workspace has open, and how many it may
	// have.
	OpenUse(ctx context.Context, ws auth.Workspace) (used, most job.OpenJobs, err error)

	// Delivery reads what became of the call that a job makes when it ends. ErrGone as
	// in Job.
	Delivery(ctx context.Context, ws auth.Workspace, id string) (job.Delivery, error)
	// SendAgain makes that call due again and returns the delivery as it then is.
	// ErrNoWebhook: the job makes none. *job.StateError: it has not ended.
	SendAgain(ctx context.Context, by auth.Caller, id string) (job.Delivery, error)
	// HasWebhookSecret reports whether a workspace has a secret of its own.
	HasWebhookSecret(ctx context.Context, ws auth.Workspace) (bool, error)
	// RotateWebhookSecret gives the caller's workspace a new secret, which is returned
	// this once. The one of before signs as well until the overlap ends.
	RotateWebhookSecret(ctx context.Context, by auth.Caller, overlap time.Duration) (secret string, err error)

	// Audit lists audit entries, newest first. ws is the workspace of the caller.
	// ErrNotFound: there is no workspace of the query's name.
	Audit(ctx context.Context, ws auth.Workspace, q auth.EntryQuery) (auth.EntryPage, error)

	// SigningKey is a secret of the whole installation, for confirm tokens.
	SigningKey(ctx context.Context) ([]byte, error)
}
