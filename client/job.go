package client

import (
	"encoding/json"
	"time"
)

// A Job is the state of one job at one moment.
type Job struct {
	ID        string `json:"jobId"`
	Kind      string `json:"kind"` // bulk, single, undo, retry or preview
	Model     string `json:"model"`
	Workspace string `json:"workspace"`
	State     string `json:"state"`
	Done      bool   `json:"done"` // the state is final
	Revision  int64  `json:"revision"`

	CreatedAt  time.Time  `json:"createdAt"`
	StartedAt  *time.Time `json:"startedAt"`
	FinishedAt *time.Time `json:"finishedAt"`
	ExpiresAt  *time.Time `json:"expiresAt"`
	CreatedBy  string     `json:"createdBy"`
	Note       *string    `json:"note"`

	Request        Request        `json:"request"`
	Counts         Counts         `json:"counts"`
	Progress       Progress       `json:"progress"`
	Throttle       Throttle       `json:"throttle"`
	Attempt        Attempt        `json:"attempt"`
	Transitions    []Transition   `json:"transitions"` // the last 50
	ErrorSummary   []ErrorSummary `json:"errorSummary"`
	Error          *JobError      `json:"error"`
	Undo           Undo           `json:"undo"`
	RetryOf        *string        `json:"retryOf"`
	RetriedBy      []string       `json:"retriedBy"` // the last 50, in the order in which they were accepted
	Preview        *Preview       `json:"preview"`   // of a finished job of kind preview
	AllowedActions []string       `json:"allowedActions"`
	Links          Links          `json:"links"`

	// ETag is the answer's entity tag, for a later conditional read.
	ETag string `json:"-"`
}

// The states of a job. The last four are final.
const (
	StateQueued             = "queued"
	StateResolving          = "resolving"
	StateRunning            = "running"
	StatePausing            = "pausing"
	StatePaused             = "paused"
	StateCancelling         = "cancelling"
	StateSucceeded          = "succeeded"
	StatePartiallySucceeded = "partially_succeeded"
	StateFailed             = "failed"
	StateCancelled          = "cancelled"
)

// The outcomes of a record.
const (
	OutcomeUpdated    = "updated"
	OutcomeUnchanged  = "unchanged"
	OutcomeSkipped    = "skipped"
	OutcomeConflicted = "conflicted"
	OutcomeFailed     = "failed"
	OutcomePending    = "pending"
)

// A Request is what a job was asked to do, with secrets masked. In lists and
// events a filter or a patch above 4 KiB is null, and RequestBytes is the size
// of what is left out; [Client.Job] has it whole.
type Request struct {
	Filter       json.RawMessage `json:"filter"`
	ID           ID              `json:"id"`
	Patch        json.RawMessage `json:"patch"`
	RequestBytes int64           `json:"requestBytes"`
	Options      json.RawMessage `json:"options"`
}

// Counts says how many selected records have which outcome. Matched and
// Pending are nil until the selection is fixed.
type Counts struct {
	Matched    *int64 `json:"matched"`
	Updated    int64  `json:"updated"`
	Unchanged  int64  `json:"unchanged"`
	Skipped    int64  `json:"skipped"`
	Conflicted int64  `json:"conflicted"`
	Failed     int64  `json:"failed"`
	Pending    *int64 `json:"pending"`
}

// Tried is how many records have an outcome.
func (c Counts) Tried() int64 {
	return c.Updated + c.Unchanged + c.Skipped + c.Conflicted + c.Failed
}

// Progress says how far a job is and how fast it goes.
type Progress struct {
	Percent          *float64 `json:"percent"`         // nil until the selection is fixed
	ResolvedPercent  float64  `json:"resolvedPercent"` // how much of the model has been examined to fix it
	RecordsPerSecond float64  `json:"recordsPerSecond"`
	ETASeconds       *float64 `json:"etaSeconds"`
	WaitReason       *string  `json:"waitReason"`
	WaitDetail       *string  `json:"waitDetail"` // a sentence about it, where the reason does not say it all
}

// A Transition is a state that a job came to. By is nil where that was its own
// course, and else who made it so, such as "key:ops".
type Transition struct {
	State string    `json:"state"`
	At    time.Time `json:"at"`
	By    *string   `json:"by"`
}

// Throttle is the limit of a job's speed; nil for none.
type Throttle struct {
	RecordsPerSecond *float64 `json:"recordsPerSecond"`
}

// Attempt says whether a job is being worked on.
type Attempt struct {
	Resumes     int64      `json:"resumes"`
	HeartbeatAt *time.Time `json:"heartbeatAt"`
	Stalled     bool       `json:"stalled"`
}

// An ErrorSummary counts the records that were not updated for one reason.
type ErrorSummary struct {
	Code      string `json:"code"`
	Pointer   string `json:"pointer"` // to the value that was refused, "" for the record as a whole
	Title     string `json:"title"`
	Count     int64  `json:"count"`
	SampleIDs []ID   `json:"sampleIds"`
}

// A JobError says why a job as a whole failed.
type JobError struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Undo says whether a job can be undone, and by or of which job it was.
type Undo struct {
	Available bool       `json:"available"`
	Until     *time.Time `json:"until"`
	UndoneBy  *string    `json:"undoneBy"`
	UndoOf    *string    `json:"undoOf"`
}

// Links are where a job and what belongs to it are found.
type Links struct {
	Self    string `json:"self"`
	Results string `json:"results"`
	Events  string `json:"events"`
}

// A Change is the former and the new value of one field.
type Change struct {
	From json.RawMessage `json:"from"`
	To   json.RawMessage `json:"to"`
}

// A Result is what became of one selected record.
type Result struct {
	ID      ID                `json:"id"`
	Outcome string            `json:"outcome"`
	Changed map[string]Change `json:"changed"` // nil unless updated and still kept
	Error   *RecordError      `json:"error"`   // nil unless skipped, conflicted or failed
	At      *time.Time        `json:"at"`

	// Of a record that an undo has left alone: the fields that were changed
	// since, as long as that is kept, and the job that changed them, if one did.
	Conflict map[string]Conflict `json:"conflict"`
	By       *string             `json:"by"`
}

// A Conflict is what an undo met in one field.
type Conflict struct {
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

// A Preview is what a submission would do if it ran now.
type Preview struct {
	Matched      int64           `json:"matched"` // the sum of the four counts
	WouldChange  int64           `json:"wouldChange"`
	Unchanged    int64           `json:"unchanged"`
	WouldFail    int64           `json:"wouldFail"` // as far as that can be known beforehand
	WouldSkip    int64           `json:"wouldSkip"`
	Reasons      []ErrorSummary  `json:"reasons"` // of those that would fail or be skipped
	Guard        string          `json:"guard"`   // the option that would refuse the job, "" for none
	Sample       []PreviewRecord `json:"sample"`
	ConfirmToken string          `json:"confirmToken"` // "" with a guard
	ExpiresAt    time.Time       `json:"expiresAt"`
}

// A PreviewRecord is one record that would change.
type PreviewRecord struct {
	ID      ID                `json:"id"`
	Changed map[string]Change `json:"changed"`
}
