package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Undo submits a job that restores the former values of a finished job. It leaves
// out records that another undo has restored, and records in which the same
// fields were changed since. A second call for the same job returns the same undo
// job.
func (c *Client) Undo(ctx context.Context, jobID string) (Job, error) {
	return c.follow(ctx, jobID, "undo", nil)
}

// UndoRecords is like [Client.Undo], but only for the records with the given ids, 1
// to 10,000. Each call makes a new undo job. An empty list is an error; it never
// means all records.
func (c *Client) UndoRecords(ctx context.Context, jobID string, ids []any) (Job, error) {
	return c.follow(ctx, jobID, "undo", map[string]any{"ids": append([]any{}, ids...)})
}

// Retry submits a job for the remaining records of a finished job: those that
// failed, conflicted or were not reached. With onMismatch "force" it includes the
// skipped records, too; "" means the server's default. One call makes one job,
// even when it has to be sent several times. While another retry of the same
// records is open, Retry returns an [*Error] with the code "retry_open".
func (c *Client) Retry(ctx context.Context, jobID, onMismatch string) (Job, error) {
	return c.follow(ctx, jobID, "retry", retryBody(map[string]any{}, onMismatch))
}

// RetryFailures is like [Client.Retry], but only for the records that ended with
// one of the given codes, as the job's ErrorSummary lists them. An empty list is an
// error; it never means all records.
func (c *Client) RetryFailures(ctx context.Context, jobID string, codes []string, onMismatch string) (Job, error) {
	return c.follow(ctx, jobID, "retry", retryBody(map[string]any{"codes": append([]string{}, codes...)}, onMismatch))
}

// RetryGroup is like [Client.RetryFailures], but only for the records of one group of
// the job's ErrorSummary: those that ended with its code and for the value at its
// pointer, which is "" for records that were refused as a whole.
func (c *Client) RetryGroup(ctx context.Context, jobID, code, pointer, onMismatch string) (Job, error) {
	return c.follow(ctx, jobID, "retry", retryBody(groupBody(code, pointer), onMismatch))
}

// groupBody is the body of a retry of one group of failures.
func groupBody(code, pointer string) map[string]any {
	return map[string]any{"codes": []string{code}, "pointers": []string{pointer}}
}

// retryBody adds onMismatch to the body of a retry, unless it is "".
func retryBody(body map[string]any, onMismatch string) map[string]any {
	if onMismatch != "" {
		body["onMismatch"] = onMismatch
	}
	return body
}

// PreviewRetry computes what a retry would do, without doing it. The retry is of
// the records that ended with one of the codes, or of all remaining records when
// codes is nil.
func (c *Client) PreviewRetry(ctx context.Context, jobID string, codes []string, onMismatch string) (Preview, error) {
	body := map[string]any{"dryRun": true}
	if codes != nil {
		body["codes"] = codes
	}
	return previewOf[Preview](ctx, c, jobID, "retry", retryBody(body, onMismatch))
}

// PreviewRetryGroup computes what [Client.RetryGroup] would do, without doing it.
func (c *Client) PreviewRetryGroup(ctx context.Context, jobID, code, pointer, onMismatch string) (Preview, error) {
	body := groupBody(code, pointer)
	body["dryRun"] = true
	return previewOf[Preview](ctx, c, jobID, "retry", retryBody(body, onMismatch))
}

// PreviewUndo computes what an undo would do, without doing it. The undo is of the
// records with the given ids, or of all that no undo has restored when ids is nil.
func (c *Client) PreviewUndo(ctx context.Context, jobID string, ids []any) (UndoPreview, error) {
	body := map[string]any{"dryRun": true}
	if ids != nil {
		body["ids"] = ids
	}
	return previewOf[UndoPreview](ctx, c, jobID, "undo", body)
}

// previewOf asks for the preview of a retry or an undo, and waits for it when the
// server computes it in a job of kind preview.
func previewOf[P any](ctx context.Context, c *Client, jobID, action string, body map[string]any) (p P, err error) {
	r, err := followCall(jobID, action, body)
	if err != nil {
		return p, err
	}
	a, err := c.atOnceOrByJob(ctx, r)
	if err != nil {
		return p, err
	}
	if a.job == nil {
		err := json.Unmarshal(a.body, &p)
		return p, err
	}
	var ended struct {
		Preview *P `json:"preview"`
	}
	if _, err := c.json(ctx, call{method: http.MethodGet, path: jobPath(a.job.ID)}, &ended); err != nil {
		return p, err
	}
	if ended.Preview == nil {
		return p, a.noPreview()
	}
	return *ended.Preview, nil
}

// follow submits a retry or an undo of a job.
func (c *Client) follow(ctx context.Context, jobID, action string, body map[string]any) (Job, error) {
	r, err := followCall(jobID, action, body)
	if err != nil {
		return Job{}, err
	}
	return c.submit(ctx, r, "")
}

// followCall returns the call for a retry or an undo of a job. An empty body is
// left out.
func followCall(jobID, action string, body map[string]any) (call, error) {
	r := call{method: http.MethodPost, path: jobPath(jobID) + "/" + action, header: http.Header{}}
	if len(body) == 0 {
		return r, nil
	}
	var err error
	if r.body, err = json.Marshal(body); err != nil {
		return r, fmt.Errorf("encode the request: %w", err)
	}
	r.header.Set("Content-Type", "application/json")
	return r, nil
}

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
