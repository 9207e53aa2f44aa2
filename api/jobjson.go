package api

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
)

// A jobJSON is a job as callers see it. The order of the fields is part of
// the API's example.
type jobJSON struct {
	JobID          string             `json:"jobId"`
	Kind           job.Kind           `json:"kind"`
	Model          string             `json:"model"`
	Workspace      string             `json:"workspace"`
	State          job.State          `json:"state"`
	Done           bool               `json:"done"`
	Revision       int64              `json:"revision"`
	CreatedAt      string             `json:"createdAt"`
	StartedAt      *string            `json:"startedAt"`
	FinishedAt     *string            `json:"finishedAt"`
	ExpiresAt      string             `json:"expiresAt"`
	CreatedBy      string             `json:"createdBy"`
	Note           *string            `json:"note"`
	Request        requestJSON        `json:"request"`
	Counts         countsJSON         `json:"counts"`
	Progress       progressJSON       `json:"progress"`
	Throttle       throttleJSON       `json:"throttle"`
	Attempt        attemptJSON        `json:"attempt"`
	Transitions    []transitionJSON   `json:"transitions"`
	ErrorSummary   []job.ErrorSummary `json:"errorSummary"`
	Error          *job.Error         `json:"error"`
	Undo           undoJSON           `json:"undo"`
	RetryOf        *string            `json:"retryOf"`
	RetriedBy      []string           `json:"retriedBy"`
	AllowedActions []job.Action       `json:"allowedActions"`
	Links          linksJSON          `json:"links"`
	Preview        any                `json:"preview,omitempty"` // a previewJSON or an undoPreviewJSON
}

// A requestJSON is what was asked for. A bulk update has a filter, a single one
// an id.
type requestJSON struct {
	Filter json.RawMessage `json:"filter"`
	ID     *model.ID       `json:"id,omitempty"`
	*fileTargetJSON
	Patch json.RawMessage `json:"patch"`
	// Compute is null unless values are computed.
	Compute json.RawMessage `json:"compute"`
	// RequestBytes is the size of a filter, a patch and a computation that are null
	// in a list or an event because they are large.
	RequestBytes int64       `json:"requestBytes,omitempty"`
	Options      optionsJSON `json:"options"`
}

// A fileTargetJSON is what a file job, a retry of one or a preview was asked for.
type fileTargetJSON struct {
	File    fileNameJSON    `json:"file"`
	Match   []string        `json:"match"`
	Columns json.RawMessage `json:"columns"` // null in a list or an event because they are large
}

type fileNameJSON struct {
	FileID string  `json:"fileId"`
	Name   *string `json:"name"`
}

// optionsJSON are the options of a job. The last three are those of a file job.
type optionsJSON struct {
	job.Options
	Blank     string `json:"blank,omitempty"`
	ClearWord string `json:"clearWord,omitempty"`
	Unmatched string `json:"unmatched,omitempty"`
}

type countsJSON struct {
	Matched    *int64 `json:"matched"`
	Updated    int64  `json:"updated"`
	Unchanged  int64  `json:"unchanged"`
	Skipped    int64  `json:"skipped"`
	Conflicted int64  `json:"conflicted"`
	Failed     int64  `json:"failed"`
	Pending    *int64 `json:"pending"`
}

type progressJSON struct {
	Percent          *tenths `json:"percent"`
	ResolvedPercent  float64 `json:"resolvedPercent"`
	RecordsPerSecond tenths  `json:"recordsPerSecond"`
	ETASeconds       *int64  `json:"etaSeconds"`
	WaitReason       *string `json:"waitReason"`
	WaitDetail       *string `json:"waitDetail"`
}

// A transitionJSON is a state that the job entered. By is null where nobody asked
// for that.
type transitionJSON struct {
	State job.State `json:"state"`
	At    string    `json:"at"`
	By    *string   `json:"by"`
}

type throttleJSON struct {
	RecordsPerSecond *float64 `json:"recordsPerSecond"`
}

type attemptJSON struct {
	Resumes     int64   `json:"resumes"`
	HeartbeatAt *string `json:"heartbeatAt"`
	Stalled     bool    `json:"stalled"`
}

type undoJSON struct {
	Available bool    `json:"available"`
	Until     *string `json:"until"`
	UndoneBy  *string `json:"undoneBy"`
	UndoOf    *string `json:"undoOf"`
}

type linksJSON struct {
	Self    string `json:"self"`
	Results string `json:"results"`
	Events  string `json:"events"`
}

// tenths is a number shown with one decimal. A smaller one that is not 0 is shown
// with two significant digits.
type tenths float64

// MarshalJSON writes one decimal, also where it is 0.
func (t tenths) MarshalJSON() ([]byte, error) {
	f := float64(t)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		f = 0
	}
	if 0 < f && f < 0.1 {
		return strconv.AppendFloat(nil, f, 'g', 2, 64), nil
	}
	return strconv.AppendFloat(nil, f, 'f', 1, 64), nil
}

// jobPath is where a job is found.
func jobPath(id string) string { return "/v1/jobs/" + id }

// jobOf shows a job.
func jobOf(j job.Job) jobJSON {
	out := jobJSON{
		JobID: j.ID, Kind: j.Kind, Model: j.Model, Workspace: j.Workspace,
		State: j.State, Done: j.State.Final(), Revision: j.Revision,
		CreatedAt: timeText(j.CreatedAt), StartedAt: timeOrNull(j.StartedAt),
		FinishedAt: timeOrNull(j.FinishedAt), ExpiresAt: timeText(j.ExpiresAt),
		CreatedBy: j.CreatedBy, Note: textOrNull(j.Options.Note),
		Request:   requestOf(j),
		Counts:    countsOf(j),
		Progress:  progressOf(j),
		Throttle:  throttleJSON{j.Throttle},
		Attempt:   attemptJSON{j.Resumes, timeOrNull(j.HeartbeatAt), j.Stalled},
		Error:     j.Error,
		Undo:      undoJSON{j.UndoAvailable, timeOrNull(j.UndoUntil), textOrNull(j.UndoneBy), textOrNull(j.UndoOf)},
		RetryOf:   textOrNull(j.RetryOf),
		RetriedBy: append([]string{}, j.RetriedBy...),
		Links:     linksJSON{jobPath(j.ID), jobPath(j.ID) + "/results", jobPath(j.ID) + "/events"},
	}
	out.AllowedActions = append([]job.Action{}, j.AllowedActions()...)
	out.ErrorSummary = summaryOf(j.ErrorSummary)
	out.Transitions = make([]transitionJSON, len(j.Transitions))
	for i, t := range j.Transitions {
		out.Transitions[i] = transitionJSON{t.State, timeText(t.At), textOrNull(t.By)}
	}
	switch {
	case j.Preview != nil:
		out.Preview = previewOf(*j.Preview)
	case j.UndoPreview != nil:
		out.Preview = undoPreviewOf(*j.UndoPreview)
	}
	return out
}

// requestOf shows what a job was asked for.
func requestOf(j job.Job) requestJSON {
	out := requestJSON{
		Filter: j.Filter, ID: idOrNull(j.RecordID), Patch: j.Patch, Compute: j.Compute,
		RequestBytes: j.RequestBytes, Options: optionsJSON{Options: j.Options},
	}
	f := j.File
	if f == nil {
		return out
	}
	out.fileTargetJSON = &fileTargetJSON{File: fileNameJSON{f.File, textOrNull(f.Name)}, Match: f.Match}
	if f.Headers != nil {
		out.Columns = columnsObject(f.Headers, f.Columns)
	}
	out.Options.Blank, out.Options.ClearWord, out.Options.Unmatched = blankIgnore, f.ClearWord, unmatchedFail
	if f.ClearBlank {
		out.Options.Blank = blankClear
	}
	if f.SkipUnmatched {
		out.Options.Unmatched = unmatchedSkip
	}
	return out
}

// summaryOf shows reasons. A list without items is [], never null.
func summaryOf(list []job.ErrorSummary) []job.ErrorSummary {
	out := append([]job.ErrorSummary{}, list...)
	for i := range out {
		out[i].SampleIDs = append([]model.ID{}, out[i].SampleIDs...)
	}
	return out
}

// idOrNull is null for no id.
func idOrNull(id model.ID) *model.ID {
	if id == (model.ID{}) {
		return nil
	}
	return &id
}

func countsOf(j job.Job) countsJSON {
	c := countsJSON{Matched: j.Matched, Pending: j.Pending()}
	if j.Matched != nil { // until the selection is committed all is 0
		c.Updated, c.Unchanged, c.Skipped = j.Updated, j.Unchanged, j.Skipped
		c.Conflicted, c.Failed = j.Conflicted, j.Failed
	}
	return c
}

// maxETA keeps the estimate of a job that hardly moves within an integer.
const maxETA = 1e12

// progressOf computes the progress from the counts. The percentage is rounded
// down, so 100.0 means that no record is pending.
func progressOf(j job.Job) progressJSON {
	p := progressJSON{ResolvedPercent: j.ResolvedPercent, RecordsPerSecond: tenths(j.RecordsPerSecond),
		WaitReason: textOrNull(j.WaitReason), WaitDetail: textOrNull(j.WaitDetail)}
	pending := j.Pending()
	if pending == nil {
		return p
	}
	percent := tenths(100)
	if *j.Matched > 0 {
		percent = tenths(math.Floor(float64(j.Tried())*1000/float64(*j.Matched)) / 10)
	}
	p.Percent = &percent
	if !j.State.Final() && j.State != job.Paused && j.RecordsPerSecond > 0 {
		eta := int64(math.Ceil(min(float64(*pending)/j.RecordsPerSecond, maxETA)))
		p.ETASeconds = &eta
	}
	return p
}

// timeText writes a time as the API shows all times: UTC, with a fraction
// only where there is one.
func timeText(t time.Time) string {
	return t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
}

func timeOrNull(t *time.Time) *string {
	if t == nil {
		return nil
	}
	text := timeText(*t)
	return &text
}

// A previewJSON is what a dry run answers.
type previewJSON struct {
	Matched      int64              `json:"matched"`
	WouldChange  int64              `json:"wouldChange"`
	Unchanged    int64              `json:"unchanged"`
	WouldFail    int64              `json:"wouldFail"`
	WouldSkip    int64              `json:"wouldSkip"`
	Reasons      []job.ErrorSummary `json:"reasons"`
	Guard        *string            `json:"guard"`
	Sample       []job.PreviewItem  `json:"sample"`
	ConfirmToken *string            `json:"confirmToken"`
	ExpiresAt    *string            `json:"expiresAt"`
}

// previewOf shows a preview. It has no token where a guard would refuse the job,
// and none for a retry.
func previewOf(p job.Preview) previewJSON {
	return previewJSON{
		Matched: p.Matched, WouldChange: p.WouldChange, Unchanged: p.Unchanged, WouldFail: p.WouldFail, WouldSkip: p.WouldSkip,
		Reasons: summaryOf(p.Reasons), Guard: textOrNull(p.Guard),
		Sample:       append([]job.PreviewItem{}, p.Sample...),
		ConfirmToken: textOrNull(p.ConfirmToken),
		ExpiresAt:    expiryOf(p),
	}
}

// expiryOf returns until when a preview may be confirmed.
func expiryOf(p job.Preview) *string {
	if p.ExpiresAt.IsZero() {
		return nil
	}
	return timeOrNull(&p.ExpiresAt)
}
