package job

import (
	"encoding/json"
	"time"

	"bulkpatch/model"
)

// Kind says what a job does.
type Kind string

// The kinds.
const (
	Bulk        Kind = "bulk"
	Single      Kind = "single"
	FileKind    Kind = "file"
	Undo        Kind = "undo"
	Retry       Kind = "retry"
	PreviewKind Kind = "preview"
)

// Kinds lists all kinds.
var Kinds = []Kind{Bulk, Single, FileKind, Undo, Retry, PreviewKind}

// OnMismatch says what becomes of a selected record that no longer matches
// the filter when its chunk is applied.
type OnMismatch string

// The values; Skip, the default, leaves the record as it is, and Force patches it.
const (
	Skip  OnMismatch = "skip"
	Force OnMismatch = "force"
)

// Options change how a job runs. The zero value is the default. The JSON
// names are the API's, and those of the query parameters.
type Options struct {
	AllowAll         bool       `json:"allowAll,omitempty"`
	MaxAffected      *int64     `json:"maxAffected,omitempty"`
	ExpectedCount    *int64     `json:"expectedCount,omitempty"`
	OnMismatch       OnMismatch `json:"onMismatch,omitempty"`
	RecordsPerSecond *float64   `json:"recordsPerSecond,omitempty"`
	MaxFailures      *int64     `json:"maxFailures,omitempty"`
	// AllowNewOptions: values that drop-downs do not know are added to their
	// choices when the job is accepted.
	AllowNewOptions bool `json:"allowNewOptions,omitempty"`
	// Note says why the change is made.
	Note string `json:"note,omitempty"`
	// Webhook is the URL that the job calls when it ends, as [MaskWebhook] shows it.
	// The URL itself is in [Submission.Webhook] alone.
	Webhook string `json:"webhook,omitempty"`
}

// A Guard is what a job demands of its selection. If the selection does not meet
// it, the job fails and no record is written.
type Guard struct {
	MaxAffected   *int64
	ExpectedCount *int64
	Digest        string // hex, of the selection a preview showed; "" for any
}

// A Name identifies a job as its callers do: by its id, within their workspace.
type Name struct {
	Workspace int64
	ID        string
}

// A Label names a job for people: its id, and the name of its workspace.
type Label struct{ Workspace, ID string }

// A Job is one job, as one read of the store found it.
type Job struct {
	Num         int64 // internal number
	ID          string
	Kind        Kind
	Model       string
	WorkspaceID int64
	Workspace   string // name
	State       State
	Revision    int64 // grows with every change that users can see

	CreatedAt  time.Time
	StartedAt  *time.Time
	FinishedAt *time.Time
	ExpiresAt  time.Time
	CreatedBy  string // "key:NAME"
	// Transitions are the last [MaxTransitions] changes of state.
	Transitions []Transition

	Filter   json.RawMessage // as given; nil for a single and an undo
	RecordID model.ID        // of a single, else none
	Patch    json.RawMessage // secrets masked; nil for an undo, and if values are only computed
	Compute  json.RawMessage // nil for an undo, and if no values are computed
	File     *FileRequest    // of a file job, its retries and previews; else nil
	Options  Options
	// RequestBytes is the size of the filter, patch, computation and columns if they are
	// left out here, else 0; see [Job.Short].
	RequestBytes int64

	Matched         *int64  // nil until the selection is committed
	ResolvedPercent float64 // how much of the model has been examined for the selection; it never falls
	Tally
	// Unusable is the part of the tally that counts rows of a file without a usable
	// record. Neither a retry nor an undo takes them.
	Unusable Tally

	RecordsPerSecond float64 // over the last seconds; 0 when the job is not worked on
	WaitReason       string
	WaitDetail       string // a sentence about the reason, "" where none is needed
	Throttle         *float64
	Resumes          int64
	HeartbeatAt      *time.Time
	Stalled          bool

	ErrorSummary []ErrorSummary // most frequent first
	Error        *Error         // why the job as a whole failed

	ValuesKept           bool // all former values are kept, and it is not too late to restore them
	RowsKept             bool // of a file job: the rows of its file are kept
	UndoAvailable        bool // ValuesKept, and there are records that no undo has restored
	UndoUntil            *time.Time
	UndoneBy             string // id of the latest undo, "" for none; so are the next two
	UndoOf               string
	RetryOf              string
	RetriedBy            []string // ids of the last [MaxRetriedBy] retries of this job, in the order in which they were accepted
	ModelGone            bool     // its model is not loaded, so its records can be neither read nor written
	RestoreSourceExpired bool     // of an undo and its retries: the values to restore are no longer kept
	Preview              *Preview
	UndoPreview          *UndoPreview // of a preview of an undo, instead
	Confirms             string       // of a preview, as in [Submission]
	ExpiredAt            *time.Time   // when its retention ended: it is a tombstone with its state and counts
}

// A Transition says when a job came to a state. By is the actor whose action led
// there, "" where no action did.
type Transition struct {
	State State
	At    time.Time
	By    string
}

// MaxTransitions is how many changes of state of a job are kept.
const MaxTransitions = 50

// MaxListed is how many bytes a filter, a patch, a computation or the columns of a file
// may have to be shown in lists of jobs, in events and in webhooks.
const MaxListed = 4 << 10

// Short returns the job as lists, events and webhooks show it: without a filter,
// a patch, a computation or columns above [MaxListed].
func (j Job) Short() Job {
	for _, text := range []*json.RawMessage{&j.Filter, &j.Patch, &j.Compute} {
		if len(*text) > MaxListed {
			j.RequestBytes += int64(len(*text))
			*text = nil
		}
	}
	if j.File != nil {
		if n := j.File.columnBytes(); n > MaxListed {
			short := *j.File
			short.Headers, short.Columns = nil, nil
			j.File, j.RequestBytes = &short, j.RequestBytes+n
		}
	}
	return j
}

// Pending is how many selected records have no outcome yet; nil until the
// selection is committed.
func (j Job) Pending() *int64 {
	if j.Matched == nil {
		return nil
	}
	n := *j.Matched - j.Tried()
	return &n
}

// An Error says why a job as a whole failed.
type Error struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// MaxRetriedBy bounds the retries that a [Job] names.
const MaxRetriedBy = 50

// MaxSampleIDs bounds the ids, and the lines, that an [ErrorSummary] names.
const MaxSampleIDs = 10

// An ErrorSummary counts the records that failed, conflicted or were skipped
// for one reason.
type ErrorSummary struct {
	Code      string     `json:"code"`
	Pointer   string     `json:"pointer"` // to the value that was refused, "" for the record as a whole
	Title     string     `json:"title"`
	Count     int64      `json:"count"`
	SampleIDs []model.ID `json:"sampleIds"`
	// SampleLines are the lines of some of the rows that ended so, of a file job: those
	// of SampleIDs, and those of rows without a record.
	SampleLines []int64 `json:"sampleLines,omitempty"`
}

// A Change is the former and the new value of one field, as JSON.
type Change struct {
	From json.RawMessage `json:"from"`
	To   json.RawMessage `json:"to"`
}

// A Result is what became of one selected record, or of one row of a file.
type Result struct {
	ID      model.ID // none for a row without a usable record
	Line    int64    // of the row in its file, from 1; 0 where no file is
	Outcome Outcome
	Changed map[string]Change // nil unless updated and still kept
	Error   *RecordError      // nil unless skipped, conflicted or failed
	At      *time.Time        // nil for unchanged and pending
	// Conflict is nil unless it is one of an undo.
	Conflict *Conflict
}

// A Conflict is why an undo did not restore a record: the record was changed after
// the job that is undone.
type Conflict struct {
	Fields map[string]FieldConflict // that hold another value now than the job wrote; nil if that is not kept
	By     string                   // id of the job that made the later change, "" where no job did or it is not known
}

// A FieldConflict is what an undo found in one field, as JSON.
type FieldConflict struct {
	Wrote  json.RawMessage `json:"wrote"`  // by the job that is undone
	Now    json.RawMessage `json:"now"`    // when the undo came to the record
	Former json.RawMessage `json:"former"` // before that job
}

// A RecordError says why one record was not updated.
type RecordError struct {
	Code    string `json:"code"`
	Detail  string `json:"detail"`
	Pointer string `json:"pointer"`
}

// A Preview is what a job would do if it ran now.
type Preview struct {
	Matched      int64
	WouldChange  int64
	Unchanged    int64
	WouldFail    int64
	WouldSkip    int64
	Reasons      []ErrorSummary // of those that would fail or be skipped
	Guard        string         // the option that would refuse the job, "" for none
	Sample       []PreviewItem  // at most MaxPreviewSample
	Digest       string         // of the selection, see [Digest]
	ConfirmToken string
	ExpiresAt    time.Time
}

// An UndoPreview is what an undo would do if it ran now.
type UndoPreview struct {
	Matched      int64
	WouldRestore int64
	Conflicted   int64
	Skipped      int64
	Sample       []PreviewItem     // of what would be restored, at most MaxPreviewSample
	Conflicts    []PreviewConflict // the first of them, at most MaxPreviewConflicts
}

// MaxPreviewConflicts bounds the conflicts that an [UndoPreview] names.
const MaxPreviewConflicts = 100

// A PreviewConflict is one record that an undo would not restore.
type PreviewConflict struct {
	ID model.ID
	Conflict
}

// MaxPreviewSample bounds the records that a [Preview] shows.
const MaxPreviewSample = 20

// A PreviewItem is one record that would change.
type PreviewItem struct {
	ID      model.ID          `json:"id"`
	Changed map[string]Change `json:"changed"`
}
