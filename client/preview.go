package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A Preview is what a submission would do if it ran now.
type Preview struct {
	Matched      int64           `json:"matched"` // the sum of the four counts below
	WouldChange  int64           `json:"wouldChange"`
	Unchanged    int64           `json:"unchanged"`
	WouldFail    int64           `json:"wouldFail"` // as far as that is known beforehand
	WouldSkip    int64           `json:"wouldSkip"`
	Reasons      []ErrorSummary  `json:"reasons"` // why records would fail or be skipped
	Guard        string          `json:"guard"`   // the option that would refuse the selection, "" for none
	Sample       []PreviewRecord `json:"sample"`
	ConfirmToken string          `json:"confirmToken"` // for [Options]; "" if Guard is set
	ExpiresAt    time.Time       `json:"expiresAt"`    // of the token
}

// A PreviewRecord is one record that would change.
type PreviewRecord struct {
	ID      ID                `json:"id"`
	Changed map[string]Change `json:"changed"`
}

// PreviewSubmission computes what the submission would do, without doing it. Pass the
// token of the preview as the option ConfirmToken to make sure that the job updates
// the same records. A preview that takes longer than 30 seconds becomes a job, for whose
// end PreviewSubmission waits.
func (c *Client) PreviewSubmission(ctx context.Context, s Submission) (Preview, error) {
	r, err := s.preview()
	if err != nil {
		return Preview{}, err
	}
	a, err := c.atOnceOrByJob(ctx, r.makesJob(s.options()...))
	if err != nil {
		return Preview{}, err
	}
	if a.job == nil {
		var p Preview
		err := json.Unmarshal(a.body, &p)
		return p, err
	}
	if a.job.Preview == nil {
		return Preview{}, a.noPreview()
	}
	return *a.job.Preview, nil
}

// SubmitPreview is [Client.PreviewSubmission] as a job of kind [KindPreview], which the
// caller can follow and cancel. Its [Job.Preview] is there once it has succeeded.
func (c *Client) SubmitPreview(ctx context.Context, s Submission) (Job, error) {
	r, err := s.preview()
	if err != nil {
		return Job{}, err
	}
	r.header.Set("Prefer", "respond-async")
	return c.job(ctx, r.makesJob(s.options()...))
}

// preview returns the call that previews s.
func (s Submission) preview() (call, error) {
	return s.call(struct {
		Options
		DryRun bool `json:"dryRun"`
	}{s.Options, true})
}

// An answered is the answer to a call that may take long: either the body of an
// answer at once, or the finished job that did the work.
type answered struct {
	body json.RawMessage
	etag string
	job  *Job // nil for an answer at once
}

// atOnceOrByJob sends a call that the server answers either at once or, where
// that takes long, with a job. It waits for the end of the job.
func (c *Client) atOnceOrByJob(ctx context.Context, r call) (answered, error) {
	var body json.RawMessage
	resp, err := c.json(ctx, r, &body)
	if err != nil {
		return answered{}, err
	}
	etag := resp.Header.Get("ETag")
	ofJob := strings.HasPrefix(etag, "W/") // for a key that may not read the record
	if resp.StatusCode != http.StatusAccepted && !ofJob {
		return answered{body: body, etag: etag}, nil
	}
	var j Job
	if err := json.Unmarshal(body, &j); err != nil {
		return answered{}, fmt.Errorf("read the job: %w", err)
	}
	j, err = c.Wait(ctx, j.ID, nil)
	return answered{job: &j}, err
}

// noPreview is the error of a preview job that ended without a preview.
func (a answered) noPreview() error { return fmt.Errorf("preview %s ended %s", a.job.ID, a.job.State) }

// An UndoPreview is what an undo would do if it ran now.
type UndoPreview struct {
	Matched      int64             `json:"matched"`      // the sum of the three counts below
	WouldRestore int64             `json:"wouldRestore"` // records that would get their former values
	Conflicted   int64             `json:"conflicted"`   // records that were changed since
	Skipped      int64             `json:"skipped"`      // records that have been deleted
	Sample       []PreviewRecord   `json:"sample"`       // some of the records that would be restored
	Conflicts    []PreviewConflict `json:"conflicts"`    // the first 100
}

// A PreviewConflict is one record that an undo would leave alone. Its fields mean
// the same as those of a [Result].
type PreviewConflict struct {
	ID       ID                  `json:"id"`
	Conflict map[string]Conflict `json:"conflict"`
	By       *string             `json:"by"`
}
