package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// A Format is the media type of an import or export.
type Format string

// The formats of imports and exports.
const (
	NDJSON Format = "application/x-ndjson"
	CSV    Format = "text/csv"
)

// An ImportReport is the result of an import. Each row is in one of the four
// counts.
type ImportReport struct {
	Lines     int64       `json:"lines"` // number of rows, without the header and blank lines
	Inserted  int64       `json:"inserted"`
	Updated   int64       `json:"updated"`
	Unchanged int64       `json:"unchanged"` // the record already had the values
	Failed    int64       `json:"failed"`
	Errors    []LineError `json:"errors"` // the first rows that failed
}

// A LineError says why a row of an import was ignored, or several rows that an
// unclosed quote makes one.
type LineError struct {
	Line   int64  `json:"line"`   // first line of the row, from 1
	ToLine int64  `json:"toLine"` // last line of the row, often the same
	Detail string `json:"detail"`
}

// ImportOptions say how to read the rows of an import. The server detects what is
// left empty.
type ImportOptions struct {
	Delimiter string // delimiter of CSV: , ; | or tab
	Columns   string // a JSON object from column headers to fields; null leaves a column out
}

// query returns the options as URL parameters.
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

// Import streams customers to the server, which merges each row into the record with
// its id, or creates a record. The call is sent once. When the connection breaks, the
// rows that were committed stay; importing the same rows again is harmless.
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

// Export returns a stream of the customers that match the filter, or of all if the
// filter is nil. The caller closes the stream. If the connection breaks, reading the
// stream returns an error; an incomplete stream never ends with [io.EOF].
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
