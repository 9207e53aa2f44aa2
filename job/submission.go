package job

import (
	"time"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// A Submission is a checked request for a job.
type Submission struct {
	Kind     Kind // Bulk, Single, FileKind or PreviewKind
	Model    *model.Model
	Filter   filter.Filter // of a bulk
	RecordID any           // of a single or its preview, in stored form; else nil
	Patch    model.Patch   // with what is computed; empty with a file
	File     *FileTarget   // of a file job or its preview, instead of a filter, a record and a patch; else nil
	Options  Options
	Digest   string // of the selection that a preview showed, or ""
	Confirms string // of a preview: what its confirm token signs, kept with the job
	IfMatch  *int64 // version that a single's record must have when it is patched
	Webhook  string // URL to call when the job ends, as [ParseWebhook] accepts it; "" for none
	Once
}

// A Once identifies a request that may be sent more than once: requests with the
// same key make one job.
type Once struct {
	IdempotencyKey string // "" for none
	Fingerprint    string // of the whole request; the same key with another one is refused
}

// A Follow is a request to retry or undo a job.
type Follow struct {
	Parent     string     // id of the job to retry or undo
	OnMismatch OnMismatch // of a retry; "" for the same as the parent job's
	Codes      []string   // of a retry: it takes only records that ended with one of these codes; nil for all that remain
	Pointers   []string   // of a retry: only records that ended for a value at one of these pointers, "" for the record as a whole; nil for all
	IDs        []any      // of an undo, in stored form: it takes only these records; nil for all
	Preview    bool       // the job is a preview of the retry or undo
	Once
}

// A Query asks for a page of jobs, newest first. A zero field sets no condition.
type Query struct {
	States    []State
	Kinds     []Kind
	Model     string
	CreatedBy string
	Since     time.Time // accepted then or later
	Until     time.Time // accepted before
	Words     []string  // the note has words that begin with each of these; see [Words]
	// The id begins with IDPrefix: at least [MinIDPrefix] characters, in lower case. It
	// is left out of the name of a list in cursors that earlier versions gave out.
	IDPrefix string `json:",omitempty"`
	Limit    int
	Cursor   string // NextCursor of the previous page with the same conditions, "" for the first page
}

// MinIDPrefix is how many characters of a job's id a search for it needs. They tell
// within about a minute when the job was accepted.
const MinIDPrefix = 8

// A Page is some of the jobs that a [Query] asks for, each as [Job.Short] returns
// it.
type Page struct {
	Items      []Job
	NextCursor string // "" at the end
}

// A ResultQuery asks for a page of a job's results, in the order of the
// records' numbers. Rows of a file without a usable record come before them, in the
// order of their lines.
type ResultQuery struct {
	Outcomes []Outcome // nil for all
	Code     string    // of the reason why a record was not updated; "" for all
	Pointer  *string   // to the value that was refused, "" where none was; nil for all
	ID       string    // of one record, as [model.Model.ParseID] reads it; "" for all
	Limit    int
	Cursor   string
}

// A ResultPage is some of the results of a job.
type ResultPage struct {
	Items      []Result
	NextCursor string // "" when no more can be read now
	Complete   bool   // the job has ended, so these results do not change any more
}

// A HistoryItem says that a job changed a record.
type HistoryItem struct {
	JobID   string            `json:"jobId"`
	At      string            `json:"at"`
	Changed map[string]Change `json:"changed"`
}

// An Import is an import that has begun. It knows which ids and values the store
// has generated since then: a line of the import cannot refer to those.
type Import struct {
	ID    string // in audit entries
	Model *model.Model
	// Secrets: the caller may read masked values. Only then may the report say
	// that a line has the same value as the record.
	Secrets bool

	Since   int64            // the lowest number of a record that was made since
	Counted map[string]int64 // by counted field, the lowest value that was generated since

	// Before counts the lines before a batch, and those of the batch that were bad
	// already, if the batch is the last one; otherwise it is nil.
	Before *ImportCounts
}

// ImportCounts is how many lines an import had, and what became of them. The last
// four add up to the first.
type ImportCounts struct {
	Lines     int64 `json:"lines"`
	Inserted  int64 `json:"inserted"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Failed    int64 `json:"failed"`
}

// Add returns the sum with what became of a batch. bad is how many of its lines
// were not even given to the store.
func (c ImportCounts) Add(r ImportReport, bad int64) ImportCounts {
	failed := int64(len(r.Failed)) + bad
	return ImportCounts{
		Lines: c.Lines + r.Inserted + r.Updated + r.Unchanged + failed, Inserted: c.Inserted + r.Inserted,
		Updated: c.Updated + r.Updated, Unchanged: c.Unchanged + r.Unchanged, Failed: c.Failed + failed,
	}
}

// ByName returns the counts as an audit entry has them.
func (c ImportCounts) ByName() map[string]int64 {
	return map[string]int64{"lines": c.Lines, "inserted": c.Inserted, "updated": c.Updated, "unchanged": c.Unchanged, "failed": c.Failed}
}

// An ImportReport is what became of some lines of an import.
type ImportReport struct {
	Inserted, Updated, Unchanged int64
	Failed                       []LineError // in the order of the lines
}

// A LineError says why a row of an import was ignored. With an unclosed quote
// that may be several rows.
type LineError struct {
	Line   int64  `json:"line"`   // its first line, from 1
	ToLine int64  `json:"toLine"` // its last line, often the same
	Detail string `json:"detail"`
}
