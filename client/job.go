package client

import (
	"encoding/json"
	"time"
)

// A Job is a job as it was when it was read.
type Job struct {
	ID        string `json:"jobId"`
	Kind      string `json:"kind"` // bulk, single, file, undo, retry or preview
	Model     string `json:"model"`
	Workspace string `json:"workspace"`
	State     string `json:"state"`
	Done      bool   `json:"done"`     // the state is final
	Revision  int64  `json:"revision"` // rises with each change that a reader can see

	CreatedAt  time.Time  `json:"createdAt"`
	StartedAt  *time.Time `json:"startedAt"`
	FinishedAt *time.Time `json:"finishedAt"`
	ExpiresAt  *time.Time `json:"expiresAt"` // when the job expires
	CreatedBy  string     `json:"createdBy"` // such as key:ops
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
	RetriedBy      []string       `json:"retriedBy"` // the last 50, oldest first
	Preview        *Preview       `json:"preview"`   // only of a finished job of kind preview
	AllowedActions []string       `json:"allowedActions"`
	Links          Links          `json:"links"`

	// ETag is the ETag header of the answer. [Client.Next] needs it.
	ETag string `json:"-"`
}

// A Request is the request that a job was made for, with secrets masked. In lists
// and events a filter, a patch, a computation or columns above 4 KiB are null, and
// RequestBytes is the size of what was left out. [Client.Job] returns the whole request.
type Request struct {
	Filter       json.RawMessage `json:"filter"`
	ID           ID              `json:"id"`
	Patch        json.RawMessage `json:"patch"`
	Compute      json.RawMessage `json:"compute"` // null unless values are computed
	RequestBytes int64           `json:"requestBytes"`
	Options      json.RawMessage `json:"options"`

	// Of a file job, its retries and previews; else nil.
	File    *FileName       `json:"file"`
	Match   []string        `json:"match"`
	Columns json.RawMessage `json:"columns"` // an object of headers and fields; null for a column that is left out
}

// A FileName is a file by its id and its name, which is "" if nobody said.
type FileName struct {
	ID   string `json:"fileId"`
	Name string `json:"name"`
}

// Counts is the number of selected records with each outcome. Matched and Pending
// are nil until the selection is committed.
type Counts struct {
	Matched    *int64 `json:"matched"`
	Updated    int64  `json:"updated"`
	Unchanged  int64  `json:"unchanged"`
	Skipped    int64  `json:"skipped"`
	Conflicted int64  `json:"conflicted"`
	Failed     int64  `json:"failed"`
	Pending    *int64 `json:"pending"`
}

// Tried returns how many records have an outcome.
func (c Counts) Tried() int64 {
	return c.Updated + c.Unchanged + c.Skipped + c.Conflicted + c.Failed
}

// Progress says how far a job is, how fast it is, and what it waits for.
type Progress struct {
	Percent          *float64 `json:"percent"`         // of the selected records; nil until the selection is committed
	ResolvedPercent  float64  `json:"resolvedPercent"` // of the model's records, how many the filter was evaluated for
	RecordsPerSecond float64  `json:"recordsPerSecond"`
	ETASeconds       *float64 `json:"etaSeconds"`
	WaitReason       *string  `json:"waitReason"`
	WaitDetail       *string  `json:"waitDetail"` // a sentence that adds to the reason, if there is more to say
}

// A Transition is a change of a job's state. By is who caused it, such as
// "key:ops", or nil if the job came to the state by itself.
type Transition struct {
	State string    `json:"state"`
	At    time.Time `json:"at"`
	By    *string   `json:"by"`
}

// Throttle is the limit of a job's speed. nil means no limit.
type Throttle struct {
	RecordsPerSecond *float64 `json:"recordsPerSecond"`
}

// An Attempt says whether a job is being worked on.
type Attempt struct {
	Resumes     int64      `json:"resumes"`     // how often work was resumed after a worker had died
	HeartbeatAt *time.Time `json:"heartbeatAt"` // the last heartbeat of a worker
	Stalled     bool       `json:"stalled"`     // there was no heartbeat for too long
}

// An ErrorSummary is the number of records that were not updated for one reason.
type ErrorSummary struct {
	Code      string `json:"code"`
	Pointer   string `json:"pointer"` // JSON pointer to the value that caused it, "" for the record as a whole
	Title     string `json:"title"`
	Count     int64  `json:"count"`
	SampleIDs []ID   `json:"sampleIds"`
	// SampleLines are the lines of some of the rows, of a file job.
	SampleLines []int64 `json:"sampleLines"`
}

// A JobError says why a job as a whole failed.
type JobError struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Undo says whether a job can be undone, and which undo it belongs to.
type Undo struct {
	Available bool       `json:"available"`
	Until     *time.Time `json:"until"`    // when the former values are purged
	UndoneBy  *string    `json:"undoneBy"` // the job that undid this one
	UndoOf    *string    `json:"undoOf"`   // the job that this one undoes
}

// Links holds the paths of a job, of its results and of its event stream.
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

// A Result is the result of one selected record, or of one row of a file.
type Result struct {
	ID      ID                `json:"id"`   // none for a row without a usable record
	Line    int64             `json:"line"` // of the row in its file, from 1; 0 without a file
	Outcome string            `json:"outcome"`
	Changed map[string]Change `json:"changed"` // nil unless updated, and after the undo retention
	Error   *RecordError      `json:"error"`   // nil unless skipped, conflicted or failed
	At      *time.Time        `json:"at"`

	// Only for a record that an undo left alone: the fields that were changed
	// since the job (nil after the undo retention), and the job that changed them,
	// if it was a job.
	Conflict map[string]Conflict `json:"conflict"`
	By       *string             `json:"by"`
}

// A Conflict is a field that an undo found changed.
type Conflict struct {
	Wrote  json.RawMessage `json:"wrote"`  // the value that the parent job wrote
	Now    json.RawMessage `json:"now"`    // the value that the undo found
	Former json.RawMessage `json:"former"` // the value before the parent job
}

// A RecordError says why one record was not updated.
type RecordError struct {
	Code    string `json:"code"`
	Detail  string `json:"detail"`
	Pointer string `json:"pointer"`
}
