package chaos

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// An upload is what became of the upload of a file.
type upload struct {
	op *fileOp
	id string // "" for one that broke off
	// silent is how many attempts got no answer. Each of them may have left a file.
	silent int
	used   bool // a job has it
}

// A fileView is a file in an answer, as far as it is checked.
type fileView struct {
	FileID    string   `json:"fileId"`
	Name      string   `json:"name"`
	Columns   []string `json:"columns"`
	Rows      int      `json:"rows"`
	ExpiresAt *string  `json:"expiresAt"`
}

// text returns the file as CSV.
func (op *fileOp) text() []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = op.delimiter
	lines := [][]string{op.headers()}
	for _, row := range op.rows {
		lines = append(lines, row.cells)
	}
	if err := w.WriteAll(lines); err != nil {
		panic(err) // a buffer takes all
	}
	return out.Bytes()
}

func (op *fileOp) headers() (headers []string) {
	for _, c := range op.columns {
		headers = append(headers, c.header)
	}
	return headers
}

// path is where the file is uploaded.
func (op *fileOp) path() string {
	return "/v1/" + op.table.model + "/files?name=" + url.QueryEscape(op.name())
}

// sendFile uploads a file and submits the jobs over it.
func (r *run) sendFile(op *fileOp) {
	if op.broken {
		r.breakOff(op)
		return
	}
	up, err := r.upload(op)
	if err != nil {
		r.violation("the upload of %s: %v", op.name(), err)
		return
	}
	r.uploaded(up)
	for i := range op.jobs {
		if job := &op.jobs[i]; r.of(op.table).pause(job.after) {
			r.submitFileJob(job, up.id)
		}
	}
}

// upload repeats the upload of a file until it is answered.
func (r *run) upload(op *fileOp) (upload, error) {
	up := upload{op: op}
	c, q := r.of(op.table), request{method: "POST", path: op.path(), body: op.text(), header: map[string]string{"Content-Type": "text/csv"}}
	for {
		a, err := c.once(q)
		switch {
		case err != nil || a.status >= http.StatusInternalServerError:
			up.silent++
			if !c.pause(time.Duration(50+rand.IntN(300)) * time.Millisecond) {
				return up, errors.Join(errGivenUp, err)
			}
			continue
		case a.status != http.StatusCreated:
			return up, unexpected(a, nil)
		}
		var f fileView
		if err := json.Unmarshal(a.body, &f); err != nil || f.FileID == "" {
			return up, unexpected(a, err)
		}
		up.id = f.FileID
		if fault := op.judge(f); fault != "" {
			r.violation("%s", fault)
		}
		return up, nil
	}
}

// uploaded records an upload.
func (r *run) uploaded(up upload) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.uploads = append(r.uploads, up)
}

// judge says how a file in an answer differs from what was sent, "" for not at all.
func (op *fileOp) judge(f fileView) string {
	if f.Rows != len(op.rows) || !slices.Equal(f.Columns, op.headers()) || f.Name != op.name() {
		return fmt.Sprintf("file %s of %d rows and the columns %q is %q of %d rows and the columns %q", op.name(), len(op.rows), op.headers(), f.Name, f.Rows, f.Columns)
	}
	return ""
}

var errBreak = errors.New("the upload breaks off")

// broken ends with errBreak what it reads.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = errBreak
	}
	return n, err
}

// breakOff sends the first part of a file, with or without the length of the whole, and
// breaks the call off.
func (r *run) breakOff(op *fileOp) {
	ctx, cancel := context.WithTimeout(r.deadline, 10*time.Second)
	defer cancel()
	text, c := op.text(), r.of(op.table)
	req, err := c.request(ctx, c.apis[rand.IntN(len(c.apis))], request{method: "POST", path: op.path(), header: map[string]string{"Content-Type": "text/csv"}})
	if err != nil {
		r.violation("%s: %v", op.name(), err)
		return
	}
	req.Body, req.ContentLength = io.NopCloser(broken{bytes.NewReader(text[:len(text)/2])}), -1
	if op.n%2 == 0 {
		req.ContentLength = int64(len(text))
	}
	resp, err := c.http.Do(req)
	if err == nil {
		resp.Body.Close()
		if resp.StatusCode == http.StatusCreated {
			r.violation("the upload of %s broke off, and was answered %s", op.name(), resp.Status)
		}
	}
	r.uploaded(upload{op: op})
}

// submitFileJob submits a job over a file.
func (r *run) submitFileJob(job *fileJob, id string) {
	op := job.file
	columns := map[string]any{}
	for _, c := range op.columns {
		switch {
		case c.field == "":
			columns[c.header] = nil
		case c.field != c.header:
			columns[c.header] = c.field
		}
	}
	q := request{method: "POST", path: "/v1/jobs", body: jsonBody(map[string]any{
		"model": op.table.model, "file": id, "match": op.match, "columns": columns, "options": job.options,
	})}
	r.submit(q, job.send, op.table, fmt.Sprintf("file-%d", job.n), func(j *tracked) { j.file = job }, job.actions, job.sequels)
}

// listFiles lists the files of a table.
func (c *caller) listFiles(t *table) (files []fileView, err error) {
	cursor := ""
	for {
		a, err := c.persist(request{method: "GET", path: "/v1/" + t.model + "/files?limit=3" + cursor})
		if err != nil {
			return nil, err
		}
		var page struct {
			Items      []fileView
			NextCursor *string
		}
		if err := json.Unmarshal(a.body, &page); err != nil || a.status != http.StatusOK {
			return nil, unexpected(a, err)
		}
		files = append(files, page.Items...)
		if page.NextCursor == nil {
			return files, nil
		}
		cursor = "&cursor=" + url.QueryEscape(*page.NextCursor)
	}
}

// A sentRow is a row of a file as a job gives it back, with what became of it.
type sentRow struct {
	cells         []string
	outcome, code string
}

// readRows reads the rows of a file job.
func (c *caller) readRows(op *fileOp, id string) ([]sentRow, error) {
	a, err := c.persist(request{method: "GET", path: "/v1/jobs/" + id + "/rows"})
	if err != nil || a.status != http.StatusOK {
		return nil, unexpected(a, err)
	}
	return op.parse(a.body)
}

// parse reads the rows of a file that have three more columns: the outcome, its code and
// its reason.
func (op *fileOp) parse(text []byte) (rows []sentRow, err error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	r.Comma = op.delimiter
	lines, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	n := len(op.columns)
	if len(lines) == 0 || !slices.Equal(lines[0], append(op.headers(), "_outcome", "_code", "_detail")) {
		return nil, fmt.Errorf("the rows do not begin with the headers: %.200s", text)
	}
	for _, l := range lines[1:] {
		rows = append(rows, sentRow{l[:n], l[n], l[n+1]})
	}
	return rows, nil
}
