package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Undo submits a job that restores the former values of a finished job. It leaves
// out records that another undo has restored, and records in which the same
// fields were changed since. A second call for the same job returns the same undo
// job.
func (c *Client) Undo(ctx context.Context, jobID string, how ...JobOption) (Job, error) {
	return c.follow(ctx, jobID, ActionUndo, nil, how)
}

// UndoRecords is like [Client.Undo], but only for the records with the given ids, 1
// to 10,000. Each call makes a new undo job. An empty list is an error; it never
// means all records.
func (c *Client) UndoRecords(ctx context.Context, jobID string, ids []any, how ...JobOption) (Job, error) {
	return c.follow(ctx, jobID, ActionUndo, map[string]any{"ids": append([]any{}, ids...)}, how)
}

// Retry submits a job for the remaining records of a finished job: those that
// failed, conflicted or were not reached. With onMismatch [MismatchForce] it includes
// the skipped records, too; "" means the server's default. One call makes one job,
// even when it has to be sent several times. While another retry of the same
// records is open, Retry returns an [*Error] with the code [CodeRetryOpen], whose JobID
// is that retry.
func (c *Client) Retry(ctx context.Context, jobID, onMismatch string, how ...JobOption) (Job, error) {
	return c.follow(ctx, jobID, ActionRetry, RetryQuery{OnMismatch: onMismatch}.body(), how)
}

// RetryRecords is like [Client.Retry], but only for the remaining records that a query
// selects. A query without codes and pointers is an error; it never means all records.
func (c *Client) RetryRecords(ctx context.Context, jobID string, q RetryQuery, how ...JobOption) (Job, error) {
	if len(q.Codes) == 0 && len(q.Pointers) == 0 {
		return Job{}, errors.New("a retry of chosen records needs codes or pointers")
	}
	return c.follow(ctx, jobID, ActionRetry, q.body(), how)
}

// A RetryQuery selects some of the remaining records of a job. Its zero value selects
// all; a record must meet both conditions that are set.
type RetryQuery struct {
	Codes    []string // why it was not updated, as the job's ErrorSummary lists the codes; 1 to 100
	Pointers []string // the value that caused it, as there; "" for records that were refused as a whole; 1 to 100
	// OnMismatch may be [MismatchForce], which includes skipped records.
	OnMismatch string
}

// body returns the body of a retry.
func (q RetryQuery) body() map[string]any {
	body := map[string]any{}
	if q.Codes != nil {
		body["codes"] = q.Codes
	}
	if q.Pointers != nil {
		body["pointers"] = q.Pointers
	}
	if q.OnMismatch != "" {
		body["onMismatch"] = q.OnMismatch
	}
	return body
}

// PreviewRetry computes what a retry would do, without doing it.
func (c *Client) PreviewRetry(ctx context.Context, jobID string, q RetryQuery) (Preview, error) {
	return previewOf[Preview](ctx, c, jobID, ActionRetry, q.body())
}

// PreviewUndo computes what an undo would do, without doing it. The undo is of the
// records with the given ids, or of all that no undo has restored when ids is nil.
func (c *Client) PreviewUndo(ctx context.Context, jobID string, ids []any) (UndoPreview, error) {
	body := map[string]any{}
	if ids != nil {
		body["ids"] = ids
	}
	return previewOf[UndoPreview](ctx, c, jobID, ActionUndo, body)
}

// previewOf asks for the preview of a retry or an undo, and waits for it when the
// server computes it in a job of kind preview.
func previewOf[P any](ctx context.Context, c *Client, jobID, action string, body map[string]any) (p P, err error) {
	body["dryRun"] = true
	r, err := followCall(jobID, action, body)
	if err != nil {
		return p, err
	}
	a, err := c.atOnceOrByJob(ctx, r.makesJob())
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
func (c *Client) follow(ctx context.Context, jobID, action string, body map[string]any, how []JobOption) (Job, error) {
	r, err := followCall(jobID, action, body)
	if err != nil {
		return Job{}, err
	}
	return c.job(ctx, r.makesJob(how...))
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
