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

// An ImportReport is what became of an import's lines. Errors names the first
// lines that were passed over.
type ImportReport struct {
	Inserted int64       `json:"inserted"`
	Updated  int64       `json:"updated"`
	Failed   int64       `json:"failed"`
	Errors   []LineError `json:"errors"`
}

// A LineError says why a line of an import was passed over.
type LineError struct {
	Line   int64  `json:"line"`
	Detail string `json:"detail"`
}

// Import streams customers to the server, which merges each into the record
// of its id or makes a new one. It is sent once: lines that were committed
// before a broken connection stay, and importing the same again is harmless.
func (c *Client) Import(ctx context.Context, model string, f Format, r io.Reader) (ImportReport, error) {
	var report ImportReport
	_, err := c.json(ctx, call{
		method: http.MethodPost,
		path:   "/v1/" + url.PathEscape(model) + "/import",
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
