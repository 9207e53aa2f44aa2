package client

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
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
	Hint      string      `json:"hint"`   // what would suit the file better, "" for nothing
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
	// AllowNewOptions makes values that a drop-down does not have yet choices of it.
	AllowNewOptions bool
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
	if o.AllowNewOptions {
		query.Set("allowNewOptions", "true")
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
// filter is nil, with the given fields, or with all if none is given. The caller closes
// the stream. If the connection breaks, reading the stream returns an error; an
// incomplete stream never ends with [io.EOF].
func (c *Client) Export(ctx context.Context, model string, f Format, filter any, fields ...string) (io.ReadCloser, error) {
	query, err := filterQuery(filter)
	if err != nil {
		return nil, err
	}
	setTexts(query, map[string]string{"fields": strings.Join(fields, ",")})
	return c.export(ctx, "/v1/"+url.PathEscape(model)+"/export", f, query)
}

// ExportRecords lists the customers of [Client.Export] in one call without pages, which
// is faster than [Client.Records] for many customers. When the connection breaks, the
// list ends with an error.
func (c *Client) ExportRecords(ctx context.Context, model string, filter any, fields ...string) iter.Seq2[Record, error] {
	return lines[Record](func() (io.ReadCloser, error) { return c.Export(ctx, model, NDJSON, filter, fields...) })
}
