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
	Undo        Kind = "undo"
	Retry       Kind = "retry"
	PreviewKind Kind = "preview"
)

// Kinds lists them all.
var Kinds = []Kind{Bulk, Single, Undo, Retry, PreviewKind}

// OnMismatch says what becomes of a selected record that no longer matches
// the filter when its turn comes.
type OnMismatch string

// The choices; Skip is the default.
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
	// AllowNewOptions: the values that drop-downs did not know have become
	// options with the job.
	AllowNewOptions bool `json:"allowNewOptions,omitempty"`
	// Note says why the change is made.
	Note string `json:"note,omitempty"`
}

// A Guard is what the selection must be, else the job fails with nothing
// written.
type Guard struct {
	MaxAffected   *int64
	ExpectedCount *int64
	Digest        string // hex, of the selection a preview showed; "" for any
}

// A Name is what callers know a job by: its id, within their workspace.
type Name struct {
	Workspace int64
	ID        string
}

// A Job is the state of one job at one moment, as one read of the store
// saw it.
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
	// Transitions are the last [MaxTransitions] states that the job came to.
	Transitions []Transition

	Filter   json.RawMessage // as given; nil for a single and an undo
	RecordID model.ID        // of a single, else none
	Patch    json.RawMessage // secrets masked; nil for an undo
	Options  Options
	// RequestBytes is the size of what is left out of Filter and Patch, 0 for
	// nothing; see [Job.Short].
	RequestBytes int64

	Matched         *int64  // nil until the selection is fixed
	ResolvedPercent float64 // how much of the model has been examined to fix it; it never falls
	Tally

	RecordsPerSecond float64 // over the last seconds, 0 when nothing is being worked on
	WaitReason       string
	WaitDetail       string // a sentence about it, "" where the reason says it all
	Throttle         *float64
	Resumes          int64
	HeartbeatAt      *time.Time
	Stalled          bool

	ErrorSummary []ErrorSummary // most frequent first
	Error        *Error         // why the job as a whole failed

	ValuesKept           bool // all former values are, and it is not too late to restore them
	UndoAvailable        bool // and there are records that no undo has taken
	UndoUntil            *time.Time
	UndoneBy             string // job ids, "" for none; of the latest undo
	UndoOf               string
	RetryOf              string
	RetriedBy            []string // ids of the last [MaxRetriedBy] retries of this job, in the order in which they were accepted
	ModelGone            bool     // its model is not loaded: nothing of its records can be read or written
	RestoreSourceExpired bool     // of an undo and its retries: what it gives back is no longer kept
	Preview              *Preview
	UndoPreview          *UndoPreview // of a preview of an undo, instead
	Confirms             string       // of a preview, as in [Submission]
	ExpiredAt            *time.Time   // when its retention ended: only state and counts are left
}

// A Transition is a state that a job came to, and by whose action, "" where
// that was its own course.
type Transition struct {
	State State
	At    time.Time
	By    string
}

// MaxTransitions is how many states that a job came to are kept.
const MaxTransitions = 50

// MaxListed is how many bytes of a filter or a patch stand in lists of jobs, in
// events and in webhooks.
const MaxListed = 4 << 10

// Short is the job as lists, events and webhooks show it: without a filter or
// a patch above [MaxListed].
func (j Job) Short() Job {
	for _, text := range []*json.RawMessage{&j.Filter, &j.Patch} {
		if len(*text) > MaxListed {
			j.RequestBytes += int64(len(*text))
			*text = nil
		}
	}
	return j
}

// Pending is how many selected records have no outcome; nil until the
// selection is fixed.
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

// MaxSampleIDs bounds the ids that an [ErrorSummary] names.
const MaxSampleIDs = 10

// An ErrorSummary counts the records that failed, conflicted or were skipped
// for one reason.
type ErrorSummary struct {
	Code      string     `json:"code"`
	Pointer   string     `json:"pointer"` // to the value that was refused, "" for the record as a whole
	Title     string     `json:"title"`
	Count     int64      `json:"count"`
	SampleIDs []model.ID `json:"sampleIds"`
}

// A Change is the former and the new value of one field, as JSON.
type Change struct {
	From json.RawMessage `json:"from"`
	To   json.RawMessage `json:"to"`
}

// A Result is what became of one selected record.
type Result struct {
	ID      model.ID
	Outcome Outcome
	Changed map[string]Change // nil unless updated and still kept
	Error   *RecordError      // nil unless skipped, conflicted or failed
	At      *time.Time        // nil for unchanged and pending
	// Conflict is nil unless it is one of an undo.
	Conflict *Conflict
}

// A Conflict tells of a record that an undo has left alone because it was
// changed since.
type Conflict struct {
	Fields map[string]FieldConflict // that hold another value by now than the job wrote; nil when no longer kept, or never
	By     string                   // id of the job that made the later change, "" where none did or nobody knows
}

// A FieldConflict is what an undo met in one field, as JSON.
type FieldConflict struct {
	Wrote  json.RawMessage `json:"wrote"`  // by the job that is undone
	Now    json.RawMessage `json:"now"`    // when the record's turn came
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
	Digest       string         // of the selected records, see [Digest]
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

// A PreviewConflict is one record that an undo would leave alone.
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
