package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Undo makes a job that takes back what a finished job has changed, in all
// records that no undo has restored and no later edit is in the way of. A
// second undo of a job gives the same undo job.
func (c *Client) Undo(ctx context.Context, jobID string) (Job, error) {
	return c.follow(ctx, jobID, "undo", nil)
}

// UndoRecords is [Client.Undo] of some records alone, 1 to 10,000, by their
// ids. Each is another undo job. No ids are refused; they never mean all.
func (c *Client) UndoRecords(ctx context.Context, jobID string, ids []any) (Job, error) {
	return c.follow(ctx, jobID, "undo", map[string]any{"ids": append([]any{}, ids...)})
}

// Retry makes a job of the records that failed, conflicted or were not reached
// in a finished one. With onMismatch "force" it takes those that were skipped,
// too; "" leaves that to the server. One call makes one job, however often it
// has to be sent. While another retry of the same records is open it is an
// [*Error] with the code "retry_open".
func (c *Client) Retry(ctx context.Context, jobID, onMismatch string) (Job, error) {
	return c.follow(ctx, jobID, "retry", retryBody(map[string]any{}, onMismatch))
}

// RetryFailures is [Client.Retry] of the records that ended with one of some
// codes, as the job's error summary has them. No codes are refused; they never
// mean all.
func (c *Client) RetryFailures(ctx context.Context, jobID string, codes []string, onMismatch string) (Job, error) {
	return c.follow(ctx, jobID, "retry", retryBody(map[string]any{"codes": append([]string{}, codes...)}, onMismatch))
}

func retryBody(body map[string]any, onMismatch string) map[string]any {
	if onMismatch != "" {
		body["onMismatch"] = onMismatch
	}
	return body
}

// PreviewRetry computes what a retry would do, without doing it: of the records
// that ended with one of the codes, or with nil of all that are left.
func (c *Client) PreviewRetry(ctx context.Context, jobID string, codes []string, onMismatch string) (Preview, error) {
	body := map[string]any{"dryRun": true}
	if codes != nil {
		body["codes"] = codes
	}
	return previewOf[Preview](ctx, c, jobID, "retry", retryBody(body, onMismatch))
}

// PreviewUndo computes what an undo would do, without doing it: of the records
// with the ids, or with nil of all that no undo has restored.
func (c *Client) PreviewUndo(ctx context.Context, jobID string, ids []any) (UndoPreview, error) {
	body := map[string]any{"dryRun": true}
	if ids != nil {
		body["ids"] = ids
	}
	return previewOf[UndoPreview](ctx, c, jobID, "undo", body)
}

// previewOf is what would follow from a job, as it is answered at once or, where
// that takes long, by a job of kind preview.
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

// follow makes a job that follows from another.
func (c *Client) follow(ctx context.Context, jobID, action string, body map[string]any) (Job, error) {
	r, err := followCall(jobID, action, body)
	if err != nil {
		return Job{}, err
	}
	return c.submit(ctx, r, "")
}

// followCall is a call about what follows from a job. A body that says nothing
// is left out.
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
	Matched      int64             `json:"matched"` // the sum of the three counts
	WouldRestore int64             `json:"wouldRestore"`
	Conflicted   int64             `json:"conflicted"`
	Skipped      int64             `json:"skipped"`
	Sample       []PreviewRecord   `json:"sample"`    // of what would be restored
	Conflicts    []PreviewConflict `json:"conflicts"` // the first 100
}

// A PreviewConflict is one record that an undo would leave alone, as a [Result]
// tells of it.
type PreviewConflict struct {
	ID       ID                  `json:"id"`
	Conflict map[string]Conflict `json:"conflict"`
	By       *string             `json:"by"`
}
