package auth

import (
	"strings"
	"time"
)

// An Action is what an [Entry] records.
type Action string

// The actions. The submission of a job, of a retry or of an undo has no entry of
// its own: the job, and later its tombstone, is the entry.
const (
	JobSubmitted Action = "job.submitted"
	JobRetried   Action = "job.retried"
	JobUndone    Action = "job.undone"

	JobPaused    Action = "job.paused"
	JobResumed   Action = "job.resumed"
	JobCancelled Action = "job.cancelled"
	JobThrottled Action = "job.throttled"

	JobRedelivered       Action = "job.redelivered" // its webhook is sent again
	WebhookSecretRotated Action = "webhook_secret.rotated"

	RecordCreated Action = "record.created"
	RecordDeleted Action = "record.deleted"
	ImportStarted Action = "import.started"
	ImportEnded   Action = "import.ended"
	FileUploaded  Action = "file.uploaded"
	FileDeleted   Action = "file.deleted" // by somebody; not when it expires

	KeyCreated Action = "key.created"
	KeyRotated Action = "key.rotated"
	KeyRevoked Action = "key.revoked"

	SignedIn     Action = "session.signed_in"
	SignedOut    Action = "session.signed_out"
	SignInFailed Action = "session.failed" // in a minute, from an address

	BrakeOn  Action = "brake.on"
	BrakeOff Action = "brake.off"
)

// Actions lists all actions.
var Actions = []Action{
	JobSubmitted, JobPaused, JobResumed, JobCancelled, JobThrottled, JobRetried, JobUndone, JobRedelivered,
	RecordCreated, RecordDeleted, ImportStarted, ImportEnded, FileUploaded, FileDeleted, KeyCreated, KeyRotated, KeyRevoked,
	SignedIn, SignedOut, SignInFailed, BrakeOn, BrakeOff, WebhookSecretRotated,
}

// Lasting reports whether entries of the action are kept for [LastingEntries] at
// least: those that tell who had access, and who held all work.
func (a Action) Lasting() bool {
	subject, _, _ := strings.Cut(string(a), ".")
	return subject == "key" || subject == "session" || subject == "brake" || subject == "webhook_secret"
}

// LastingEntries is how long entries of a lasting action are kept at least.
const LastingEntries = 400 * 24 * time.Hour

// An Entry says who did what, when and from where. It holds no value of a customer
// and no secret.
type Entry struct {
	At     time.Time
	Action Action
	By     Caller // its Workspace is where the action took effect
	Target Target
	Counts map[string]int64 // of an import that has ended, or of sign-ins that failed
}

// A Target is what was acted on. What does not apply is zero.
type Target struct {
	JobID    string `json:"jobId,omitempty"`
	NewJobID string `json:"newJobId,omitempty"` // the retry or undo of the job
	Kind     string `json:"kind,omitempty"`     // of a job that was submitted
	Model    string `json:"model,omitempty"`
	RecordID string `json:"recordId,omitempty"`
	ImportID string `json:"importId,omitempty"`
	FileID   string `json:"fileId,omitempty"`
	KeyID    int64  `json:"keyId,omitempty"`
	KeyName  string `json:"keyName,omitempty"`
	Brake    string `json:"brake,omitempty"`  // the switch: that of the "workspace", or that of "all"
	Reason   string `json:"reason,omitempty"` // for which the brake is on
}

// An EntryQuery asks for audit entries. Zero fields do not narrow the list.
type EntryQuery struct {
	Workspace string // name; "" is all workspaces
	JobID     string
	Key       string // id of the key that acted, or its name
	Actions   []Action
	Since     time.Time
	Until     time.Time // the first instant that is too late
	Limit     int
	Cursor    string
}

// An EntryPage is a page of entries, newest first. NextCursor is "" on the last
// page.
type EntryPage struct {
	Items      []Entry
	NextCursor string
}
