package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// A Format is how customers travel in bulk.
type Format string

// The formats.
const (
	NDJSON Format = "application/x-ndjson"
	CSV    Format = "text/csv"
)

// An ImportReport is what became of an import's lines: each row is in one of
// the four counts. Errors names the first that failed.
type ImportReport struct {
	Lines     int64       `json:"lines"` // rows, without the header and blank lines
	Inserted  int64       `json:"inserted"`
	Updated   int64       `json:"updated"`
	Unchanged int64       `json:"unchanged"` // said what the record held already
	Failed    int64       `json:"failed"`
	Errors    []LineError `json:"errors"`
}

// A LineError says why a row of an import was ignored, or the rows that an
// unclosed quote swallowed.
type LineError struct {
	Line   int64  `json:"line"`   // its first line, from 1
	ToLine int64  `json:"toLine"` // its last line, often the same
	Detail string `json:"detail"`
}

// ImportOptions say how what is imported is to be read. What is left empty is
// as the server finds it.
type ImportOptions struct {
	Delimiter string // of CSV: , ; | or tab
	Columns   string // a JSON object of headers and their fields; null leaves a column out
}

func (o ImportOptions) query() url.Values {
	query := url.Values{}
	if o.Delimiter != "" {
		query.Set("delimiter", o.Delimiter)
	}
	if o.Columns != "" {
		query.Set("columns", o.Columns)
	}
	return query
}

// Import streams customers to the server, which merges each into the record
// of its id or makes a new one. It is sent once: lines that were committed
// before a broken connection stay, and importing the same again is harmless.
func (c *Client) Import(ctx context.Context, model string, f Format, r io.Reader, o ...ImportOptions) (ImportReport, error) {
	var report ImportReport
	var query url.Values
	if len(o) > 0 {
		query = o[0].query()
	}
	_, err := c.json(ctx, call{
		method: http.MethodPost,
		path:   "/v1/" + url.PathEscape(model) + "/import",
		query:  query,
		header: http.Header{"Content-Type": {string(f)}},
		stream: r,
	}, &report)
	return report, err
}

// Export streams the customers that match the filter, or all for nil. The
// caller closes the stream. A stream that was cut short ends with an error and
// never as if it were whole.
func (c *Client) Export(ctx context.Context, model string, f Format, filter any) (io.ReadCloser, error) {
	query, err := filterQuery(filter)
	if err != nil {
		return nil, err
	}
	resp, err := c.do(ctx, call{
		method: http.MethodGet,
		path:   "/v1/" + url.PathEscape(model) + "/export",
		query:  query,
		header: http.Header{"Accept": {string(f)}},
	})
	if err != nil {
		return nil, err
	}
	if !hasType(resp, string(f)) {
		return nil, errors.Join(fmt.Errorf("%w: an export of %s", ErrForeign, model), resp.Body.Close())
	}
	return resp.Body, nil
}
