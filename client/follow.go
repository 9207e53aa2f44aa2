package client

import (
	"context"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// longPoll is how long the server may hold a read of a job that has not
// changed, in seconds.
const longPoll = "20"

// shortestPoll is how far two reads of a job that has not changed are apart.
const shortestPoll = time.Second

// Job reads a job. A job that has left after its retention is an [*Error]
// with status 410.
func (c *Client) Job(ctx context.Context, id string) (Job, error) {
	return c.job(ctx, call{method: http.MethodGet, path: jobPath(id)})
}

// Wait follows a job until its state is final and returns it. It calls onChange,
// if that is not nil, with the job as first read and after each change that
// it saw, the final one too. Ending the context ends the wait and not the job.
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

// Next waits until the job differs from what seen says, and returns it as it
// then is. It waits for as long as the context lives. Where the key follows as
// many jobs as it may, it looks from time to time instead.
func (c *Client) Next(ctx context.Context, seen Job) (Job, error) {
	for {
		asked := time.Now()
		j, changed, err := c.changed(ctx, seen, longPoll)
		if HasCode(err, codeTooManyStreams) {
			if err := c.pause(ctx, delay(1, err)); err != nil {
				return Job{}, err
			}
			j, changed, err = c.changed(ctx, seen, "0")
		}
		if err != nil || changed {
			return j, err
		}
		// A server does not wait for a job that has ended, nor when it is
		// told to stop.
		if err := c.pause(ctx, max(0, shortestPoll-time.Since(asked))); err != nil {
			return Job{}, err
		}
	}
}

// changed reads a job that differs from what seen says, and lets the server
// wait for that for some seconds.
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

// A JobQuery asks for jobs; its zero value asks for all.
type JobQuery struct {
	State     string // one, or several separated by commas
	Kind      string // the same
	Model     string
	CreatedBy string    // such as key:ops
	Since     time.Time // when they were accepted: then or later
	Until     time.Time // and before this
	Note      string    // beginnings of words of the note
}

// values is the query as parameters.
func (q JobQuery) values() url.Values {
	v := url.Values{}
	for name, text := range map[string]string{
		"state": q.State, "kind": q.Kind, "model": q.Model, "createdBy": q.CreatedBy, "note": q.Note,
	} {
		if text != "" {
			v.Set(name, text)
		}
	}
	for name, at := range map[string]time.Time{"since": q.Since, "until": q.Until} {
		if !at.IsZero() {
			v.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	return v
}

// Jobs lists jobs, newest first, and reads page after page as the loop goes
// on. The first error ends it.
func (c *Client) Jobs(ctx context.Context, q JobQuery) iter.Seq2[Job, error] {
	return pages[Job](ctx, c, "/v1/jobs", q.values())
}

// Results lists what became of each selected record that has one of the
// outcomes, or any when none is given. It can be read while the job runs: it
// then ends where the job stands. The first error ends it.
func (c *Client) Results(ctx context.Context, jobID string, outcomes ...string) iter.Seq2[Result, error] {
	return c.QueryResults(ctx, jobID, ResultQuery{Outcomes: outcomes})
}

// A ResultQuery asks for results; its zero value asks for all.
type ResultQuery struct {
	Outcomes []string
	Code     string // of the reason why a record was not updated
	Pointer  string // to the value that was refused
}

// QueryResults is [Client.Results] of those that a query asks for.
func (c *Client) QueryResults(ctx context.Context, jobID string, q ResultQuery) iter.Seq2[Result, error] {
	query := url.Values{}
	for name, text := range map[string]string{"outcome": strings.Join(q.Outcomes, ","), "code": q.Code, "pointer": q.Pointer} {
		if text != "" {
			query.Set(name, text)
		}
	}
	return pages[Result](ctx, c, jobPath(jobID)+"/results", query)
}

// Pause stops a job at its next chunk until [Client.Resume]. Pause, Resume
// and Cancel answer with the job as it then is; one that its state does not
// allow is an [*Error] with status 409, and repeating one is harmless.
func (c *Client) Pause(ctx context.Context, jobID string) (Job, error) {
	return c.act(ctx, jobID, "pause")
}

// Resume lets a paused job go on.
func (c *Client) Resume(ctx context.Context, jobID string) (Job, error) {
	return c.act(ctx, jobID, "resume")
}

// Cancel ends a job at its next chunk. What it has changed stays changed.
func (c *Client) Cancel(ctx context.Context, jobID string) (Job, error) {
	return c.act(ctx, jobID, "cancel")
}

func (c *Client) act(ctx context.Context, jobID, action string) (Job, error) {
	return c.job(ctx, call{method: http.MethodPost, path: jobPath(jobID) + "/" + action})
}

// SetThrottle limits the speed of a job that is not final, or lifts the limit
// with nil.
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
	})
}

// pages reads the items of a list, page after page.
func pages[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		query := maps.Clone(query) // the loop may be run again
		for {
			var page struct {
				Items      []T     `json:"items"`
				NextCursor *string `json:"nextCursor"`
			}
			if _, err := c.json(ctx, call{method: http.MethodGet, path: path, query: query}, &page); err != nil {
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.NextCursor == nil || *page.NextCursor == "" {
				return
			}
			query.Set("cursor", *page.NextCursor)
		}
	}
}

func jobPath(id string) string { return "/v1/jobs/" + url.PathEscape(id) }
