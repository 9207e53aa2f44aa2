package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// longPoll is how many seconds the server may wait for a change of a job before it
// answers.
const longPoll = "20"

// shortestPoll is the least time between two reads of a job that has not changed.
const shortestPoll = time.Second

// Job reads a job. For a job that has expired it returns an [*Error] with status
// 410, for an unknown id one with status 404.
func (c *Client) Job(ctx context.Context, id string) (Job, error) {
	return c.job(ctx, call{method: http.MethodGet, path: jobPath(id)})
}

// Wait waits until a job has ended, and returns the job in its final state. It calls
// onChange, unless that is nil, with the job as it is first, and after each change
// that it reads, including the last one. Cancelling the context ends the wait; the
// job goes on.
func (c *Client) Wait(ctx context.Context, id string, onChange func(Job)) (Job, error) {
	j, err := c.Job(ctx, id)
	for {
		if err != nil {
			return Job{}, err
		}
		if onChange != nil {
			onChange(j)
		}
		if j.Done {
			return j, nil
		}
		j, err = c.Next(ctx, j)
	}
}

// Next waits until a job has changed since it was read as seen, and returns the job
// as it is then. It waits until the context ends. When the key has as many long
// polls open as it may, Next reads the job from time to time instead.
func (c *Client) Next(ctx context.Context, seen Job) (Job, error) {
	for {
		asked := time.Now()
		j, changed, err := c.changed(ctx, seen, longPoll)
		if HasCode(err, CodeTooManyStreams) {
			if err := c.pause(ctx, delay(1, err)); err != nil {
				return Job{}, err
			}
			j, changed, err = c.changed(ctx, seen, "0")
		}
		if err != nil || changed {
			return j, err
		}
		// A server answers at once for a job that has ended, and when it is
		// shutting down.
		if err := c.pause(ctx, max(0, shortestPoll-time.Since(asked))); err != nil {
			return Job{}, err
		}
	}
}

// changed reads a job if it has changed since it was read as seen. The server waits
// up to wait seconds for a change.
func (c *Client) changed(ctx context.Context, seen Job, wait string) (j Job, changed bool, err error) {
	resp, err := c.json(ctx, call{
		method: http.MethodGet,
		path:   jobPath(seen.ID),
		query:  url.Values{"wait": {wait}},
		header: http.Header{"If-None-Match": {seen.ETag}},
	}, &j)
	if err != nil || resp.StatusCode == http.StatusNotModified {
		return Job{}, false, err
	}
	j.ETag = resp.Header.Get("ETag")
	return j, true, nil
}

// Pause stops a job after the chunk in flight, until [Client.Resume] is called.
// Pause, Resume and Cancel return the job as it is then. They return an [*Error]
// with status 409 if the job's state does not allow the action. Repeating a call
// is harmless.
func (c *Client) Pause(ctx context.Context, jobID string) (Job, error) {
	return c.act(ctx, jobID, "pause")
}

// Resume continues a paused job.
func (c *Client) Resume(ctx context.Context, jobID string) (Job, error) {
	return c.act(ctx, jobID, "resume")
}

// Cancel ends a job after the chunk in flight. Records that it has updated stay
// updated.
func (c *Client) Cancel(ctx context.Context, jobID string) (Job, error) {
	return c.act(ctx, jobID, "cancel")
}

// act asks for an action on a job.
func (c *Client) act(ctx context.Context, jobID, action string) (Job, error) {
	return c.job(ctx, call{method: http.MethodPost, path: jobPath(jobID) + "/" + action, sets: true})
}

// SetThrottle limits the speed of a job that has not ended. nil removes the limit.
func (c *Client) SetThrottle(ctx context.Context, jobID string, recordsPerSecond *float64) (Job, error) {
	rate := "null"
	if recordsPerSecond != nil {
		rate = strconv.FormatFloat(*recordsPerSecond, 'f', -1, 64)
	}
	return c.job(ctx, call{
		method: http.MethodPatch,
		path:   jobPath(jobID),
		header: http.Header{"Content-Type": {"application/merge-patch+json"}},
		body:   []byte(`{"recordsPerSecond":` + rate + `}`),
		sets:   true,
	})
}

// jobPath returns the path of a job.
func jobPath(id string) string { return "/v1/jobs/" + url.PathEscape(id) }
