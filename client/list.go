package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A JobQuery selects jobs. Its zero value selects all; a job must meet every
// condition that is set.
type JobQuery struct {
	State     string    // one state, or several separated by commas
	Kind      string    // one kind, or several separated by commas
	Model     string    // name of the model
	CreatedBy string    // who submitted the job, such as key:ops
	Since     time.Time // the job was accepted at this time or later
	Until     time.Time // the job was accepted before this time
	Note      string    // words, or beginnings of words, of the job's note
	ID        string    // the job's id, or at least its first 8 characters

	Limit  int    // jobs of a page, 1 to 1,000; 0 means 100
	Cursor string // the NextCursor of a page, after which the list begins
}

// values returns the query as URL parameters.
func (q JobQuery) values() url.Values {
	v := url.Values{}
	setTexts(v, map[string]string{
		"state": q.State, "kind": q.Kind, "model": q.Model, "createdBy": q.CreatedBy, "note": q.Note, "id": q.ID,
	})
	setTimes(v, q.Since, q.Until)
	return setPage(v, q.Limit, q.Cursor)
}

// setTexts adds the texts that are not empty to a query.
func setTexts(v url.Values, texts map[string]string) {
	for name, text := range texts {
		if text != "" {
			v.Set(name, text)
		}
	}
}

// setTimes adds the times that are not zero to a query.
func setTimes(v url.Values, since, until time.Time) {
	for name, at := range map[string]time.Time{"since": since, "until": until} {
		if !at.IsZero() {
			v.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
}

// Jobs lists jobs, newest first. It reads the next page when the loop needs it. The
// first error ends the list.
func (c *Client) Jobs(ctx context.Context, q JobQuery) iter.Seq2[Job, error] {
	return pages[Job](ctx, c, "/v1/jobs", q.values())
}

// JobPage reads one page of the list of jobs.
func (c *Client) JobPage(ctx context.Context, q JobQuery) (Page[Job], error) {
	var p Page[Job]
	err := c.page(ctx, "/v1/jobs", q.values(), &p)
	return p, err
}

// Results lists the results of the selected records that have one of the given
// outcomes, or of all when none is given. While the job is running, the list ends
// with the last record that has a result. The first error ends the list.
func (c *Client) Results(ctx context.Context, jobID string, outcomes ...string) iter.Seq2[Result, error] {
	return c.QueryResults(ctx, jobID, ResultQuery{Outcomes: outcomes})
}

// A ResultQuery selects results. Its zero value selects all; a result must meet
// every condition that is set.
type ResultQuery struct {
	Outcomes    []string // one of these outcomes
	Code        string   // code of the reason why the record was not updated
	Pointer     string   // JSON pointer to the value that caused it
	WholeRecord bool     // no value caused it: the record was refused as a whole; not with Pointer
	ID          string   // id of one record, as [ID.String] returns it

	Limit  int    // results of a page, 1 to 1,000; 0 means 100. Streams have no pages
	Cursor string // the NextCursor of a page, after which the list begins; not of a stream
}

// values returns the query as URL parameters, without those of a page.
func (q ResultQuery) values() url.Values {
	v := url.Values{}
	setTexts(v, map[string]string{"outcome": strings.Join(q.Outcomes, ","), "code": q.Code, "pointer": q.Pointer, "id": q.ID})
	if q.WholeRecord {
		v.Set("pointer", "")
	}
	return v
}

// QueryResults is like [Client.Results], for the results that a query selects.
func (c *Client) QueryResults(ctx context.Context, jobID string, q ResultQuery) iter.Seq2[Result, error] {
	return pages[Result](ctx, c, resultsPath(jobID), setPage(q.values(), q.Limit, q.Cursor))
}

// A ResultPage is a page of results.
type ResultPage struct {
	Page[Result]
	Complete bool `json:"complete"` // the job has ended, so the page will not change
}

// ResultPage reads one page of the results that a query selects.
func (c *Client) ResultPage(ctx context.Context, jobID string, q ResultQuery) (ResultPage, error) {
	var p ResultPage
	err := c.page(ctx, resultsPath(jobID), setPage(q.values(), q.Limit, q.Cursor), &p)
	return p, err
}

// StreamResults is like [Client.QueryResults] in one call without pages, which is faster
// for many results. When the connection breaks, the list ends with an error.
func (c *Client) StreamResults(ctx context.Context, jobID string, q ResultQuery) iter.Seq2[Result, error] {
	return lines[Result](func() (io.ReadCloser, error) { return c.ExportResults(ctx, jobID, NDJSON, q) })
}

// ExportResults returns a stream of the results that a query selects, as NDJSON or CSV.
// The caller closes it. As with [Client.Export], an incomplete stream never ends with
// [io.EOF].
func (c *Client) ExportResults(ctx context.Context, jobID string, f Format, q ResultQuery) (io.ReadCloser, error) {
	return c.export(ctx, resultsPath(jobID), f, q.values())
}

// export opens a stream of the format.
func (c *Client) export(ctx context.Context, path string, f Format, query url.Values) (io.ReadCloser, error) {
	resp, err := c.stream(ctx, call{method: http.MethodGet, path: path, query: query, header: http.Header{"Accept": {string(f)}}})
	if err != nil {
		return nil, err
	}
	if !hasType(resp, string(f)) {
		return nil, errors.Join(fmt.Errorf("%w: GET %s", ErrForeign, path), resp.Body.Close())
	}
	return resp.Body, nil
}

// resultsPath returns the path of a job's results.
func resultsPath(jobID string) string { return jobPath(jobID) + "/results" }
