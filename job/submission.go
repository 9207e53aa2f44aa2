package job

import (
	"time"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// A Submission is a checked request for a job.
type Submission struct {
	Kind     Kind // Bulk, Single or PreviewKind
	Model    *model.Model
	Filter   filter.Filter // of a bulk
	RecordID any           // of a single or its preview, in stored form; else nil
	Patch    model.Patch
	Options  Options
	Digest   string // of the selection that a preview showed, or ""
	Confirms string // of a preview: what its token will sign, kept with the job
	IfMatch  *int64 // version that a single's record must have when its turn comes
	Once
}

// A Once makes requests with the same key one job, however many come.
type Once struct {
	IdempotencyKey string // "" for none
	Fingerprint    string // of the whole request; the same key with another one is refused
}

// A Follow is a request for a job that follows from another: its retry or its
// undo.
type Follow struct {
	Parent     string     // id of the other job
	OnMismatch OnMismatch // of a retry; "" for the origin's own
	Codes      []string   // of a retry: it takes what failed or conflicted with one of these codes; nil for all that is left
	IDs        []any      // of an undo, in stored form: it takes only these records; nil for all
	Preview    bool       // the job only says what the retry or undo would do
	Once
}

// A Query asks for a page of jobs, newest first. What is zero stands for any.
type Query struct {
	States    []State
	Kinds     []Kind
	Model     string
	CreatedBy string
	Since     time.Time // when they were accepted: then or later
	Until     time.Time // and before this
	Words     []string  // beginnings of words of the note, as [Words] has them
	Limit     int
	Cursor    string // NextCursor of the page before with the same conditions, "" for the first
}

// A Page is some of the jobs that a [Query] asks for, each as [Job.Short] has
// it.
type Page struct {
	Items      []Job
	NextCursor string // "" at the end
}

// A ResultQuery asks for a page of a job's results, in the order of the
// records' numbers.
type ResultQuery struct {
	Outcomes []Outcome // nil for all
	Code     string    // of the reason why a record was not updated; "" for all
	Pointer  *string   // to the value that was refused, "" where none was; nil for all
	Limit    int
	Cursor   string
}

// A ResultPage is some of the results of a job.
type ResultPage struct {
	Items      []Result
	NextCursor string // "" when no more can be read now
	Complete   bool   // the job is final, so what was read stays as it is
}

// A HistoryItem says that a job changed a record.
type HistoryItem struct {
	JobID   string            `json:"jobId"`
	At      string            `json:"at"`
	Changed map[string]Change `json:"changed"`
}

// An Import is an import that has begun. What the store generates from then
// on is not what its lines mean.
type Import struct {
	Model *model.Model
	// Secrets: who imports may read masked values, and so be told that a line
	// says what a record holds.
	Secrets bool

	Since   int64            // the number of the first record that was made since
	Counted map[string]int64 // of counted fields, the first value that was generated since
}

// An ImportReport is what became of some lines of an import.
type ImportReport struct {
	Inserted, Updated, Unchanged int64
	Failed                       []LineError // in the order of the lines
}

// A LineError says why a row of an import was ignored, or the rows that an
// unclosed quote swallowed.
type LineError struct {
	Line   int64  `json:"line"`   // its first line, from 1
	ToLine int64  `json:"toLine"` // its last line, often the same
	Detail string `json:"detail"`
}
