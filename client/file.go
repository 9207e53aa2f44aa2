package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A File is an uploaded file, whose rows a job can take values from. What its format
// does not have is "".
type File struct {
	ID        string     `json:"fileId"`
	Name      string     `json:"name"` // what it is called, "" if nobody said
	Model     string     `json:"model"`
	Format    string     `json:"format"` // csv, tsv, ndjson or xlsx
	Encoding  string     `json:"encoding"`
	Delimiter string     `json:"delimiter"`
	Decimal   string     `json:"decimal"` // what stands before the decimals of numbers
	Dates     string     `json:"dates"`   // how dates are written, "" for ISO 8601
	Sheet     string     `json:"sheet"`
	Columns   []string   `json:"columns"` // headers
	Rows      int64      `json:"rows"`
	Bytes     int64      `json:"bytes"` // of the upload, unpacked
	CreatedAt time.Time  `json:"createdAt"`
	CreatedBy string     `json:"createdBy"`
	ExpiresAt *time.Time `json:"expiresAt"` // when it is deleted; nil while a job needs it

	// What lists leave out: the first rows, each an object of headers and texts, with null
	// for an empty cell; nil for a key without [ScopeCustomersRead]. And what a job could
	// do with the file.
	Sample    []json.RawMessage `json:"sample"`
	Suggested SuggestedColumns  `json:"suggested"`
}

// SuggestedColumns are what the columns of a file could stand for, by their names alone.
// Look at them before you use them in a [Submission].
type SuggestedColumns struct {
	Match   []string        `json:"match"`   // nil if no column names a customer
	Columns json.RawMessage `json:"columns"` // an object of headers and fields; null leaves a column out
}

// FileOptions say what a file is called and how it is written. The server finds out what
// is left empty, except for Decimal and Dates.
type FileOptions struct {
	Name      string
	Encoding  string // utf-8, utf-16le, utf-16be or windows-1252
	Delimiter string // of CSV: , ; | or tab
	Decimal   string // what stands before the decimals of numbers: a point, or a comma
	Dates     string // such as DD.MM.YYYY; ISO 8601 if empty
	Sheet     string // of a workbook
}

// UploadFile streams a file to the server: CSV, TSV, NDJSON or an Excel workbook
// (.xlsx). The call is sent once. An upload that breaks off leaves nothing. A file that
// no job uses is deleted after a day.
func (c *Client) UploadFile(ctx context.Context, model string, r io.Reader, o FileOptions) (File, error) {
	query := url.Values{}
	setTexts(query, map[string]string{
		"name": o.Name, "encoding": o.Encoding, "delimiter": o.Delimiter, "decimal": o.Decimal, "dates": o.Dates, "sheet": o.Sheet,
	})
	var f File
	_, err := c.json(ctx, call{
		method: http.MethodPost, path: files(model), query: query,
		header: http.Header{"Content-Type": {"application/octet-stream"}}, stream: r,
	}, &f)
	return f, err
}

// Files lists the files of a model, newest first, without samples and suggestions. The
// first error ends the list.
func (c *Client) Files(ctx context.Context, model string) iter.Seq2[File, error] {
	return pages[File](ctx, c, files(model), url.Values{})
}

// FilePage reads one page of the list of files: of limit files at most, 0 for 100, after
// the cursor of another page.
func (c *Client) FilePage(ctx context.Context, model string, limit int, cursor string) (Page[File], error) {
	var p Page[File]
	err := c.page(ctx, files(model), setPage(url.Values{}, limit, cursor), &p)
	return p, err
}

// File reads a file. For an unknown id it returns an [*Error] with the code
// [CodeFileNotFound].
func (c *Client) File(ctx context.Context, model, id string) (File, error) {
	var f File
	_, err := c.json(ctx, call{method: http.MethodGet, path: files(model) + "/" + url.PathEscape(id)}, &f)
	return f, err
}

// DeleteFile deletes a file. If a job needs it, it returns an [*Error] with the code
// [CodeFileInUse]: the file is deleted by itself once the job's former values are.
func (c *Client) DeleteFile(ctx context.Context, model, id string) error {
	_, err := c.json(ctx, call{method: http.MethodDelete, path: files(model) + "/" + url.PathEscape(id)}, nil)
	return err
}

// JobRows returns a stream of the rows of a file job as they came, those that have one of
// the given outcomes, or all when none is given. Columns say what became of each:
// _outcome, _code and _detail. Corrected, it can be uploaded as a file again. The format
// is NDJSON if the file was, else CSV. The caller closes the stream; an incomplete one
// never ends with [io.EOF]. Rows are kept as long as the former values of the job; later
// there is an [*Error] with the code [CodeRowsGone].
func (c *Client) JobRows(ctx context.Context, jobID string, outcomes ...string) (rows io.ReadCloser, f Format, err error) {
	query := url.Values{}
	setTexts(query, map[string]string{"outcome": strings.Join(outcomes, ",")})
	path := jobPath(jobID) + "/rows"
	resp, err := c.stream(ctx, call{method: http.MethodGet, path: path, query: query, header: http.Header{"Accept": {string(CSV) + ", " + string(NDJSON)}}})
	if err != nil {
		return nil, "", err
	}
	for _, f := range []Format{CSV, NDJSON} {
		if hasType(resp, string(f)) {
			return resp.Body, f, nil
		}
	}
	return nil, "", errors.Join(fmt.Errorf("%w: GET %s", ErrForeign, path), resp.Body.Close())
}

// files returns the path of a model's files.
func files(model string) string { return "/v1/" + url.PathEscape(model) + "/files" }
