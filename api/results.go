package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// A resultJSON is what became of one record, or of one row of a file.
type resultJSON struct {
	ID      *model.ID             `json:"id"` // null for a row without a record
	Line    int64                 `json:"line,omitempty"`
	Outcome job.Outcome           `json:"outcome"`
	Changed map[string]job.Change `json:"changed"`
	Error   *job.RecordError      `json:"error"`
	At      *string               `json:"at"`
	*conflictJSON
}

func resultOf(r job.Result) resultJSON {
	return resultJSON{idOrNull(r.ID), r.Line, r.Outcome, r.Changed, r.Error, timeOrNull(r.At), conflictOf(r.Conflict)}
}

// A conflictJSON is why an undo did not change a record: what it found, and who
// changed that.
type conflictJSON struct {
	Conflict map[string]job.FieldConflict `json:"conflict"` // null when no longer kept
	By       *string                      `json:"by"`
}

func conflictOf(c *job.Conflict) *conflictJSON {
	if c == nil {
		return nil
	}
	return &conflictJSON{c.Fields, textOrNull(c.By)}
}

// A resultPageJSON is a page of results. Complete: the job is final, so the page
// will not change.
type resultPageJSON struct {
	Items      []resultJSON `json:"items"`
	NextCursor *string      `json:"nextCursor"`
	Complete   bool         `json:"complete"`
}

func (s *server) results(c *call) error {
	in := c.input()
	q := job.ResultQuery{Outcomes: in.outcomes()}
	in.reasons(&q)
	format, err := web.Negotiate(c.r.Header, c.route.answer.Types...)
	if err != nil {
		return err
	}
	q.Limit, q.Cursor = in.page()
	if format != web.TypeJSON {
		q.Limit = streamPage
		for _, name := range []string{"limit", "cursor"} {
			if in.query.Has(name) {
				in.failParam(name, "not_for_streams", "CSV and NDJSON answer with all results, without pages.")
			}
		}
	}
	id, _ := in.param("id")
	if err := in.err(); err != nil {
		return err
	}
	j, err := s.visibleJob(c)
	if err != nil {
		return err
	}
	if q.ID, err = s.resultID(in, j, id); err != nil {
		return err
	}
	c.w.Header().Add("Vary", "Accept")
	if format != web.TypeJSON {
		return s.streamResults(c, j, q, format)
	}
	page, err := s.Store.Results(c.ctx(), c.workspace(), j.ID, q)
	if err != nil {
		return err
	}
	out := resultPageJSON{[]resultJSON{}, textOrNull(page.NextCursor), page.Complete}
	for _, r := range page.Items {
		out.Items = append(out.Items, resultOf(c.shownResult(r)))
	}
	return c.answer(http.StatusOK, out)
}

// resultID checks the id of the one record whose result is asked for, "" for all. It
// can be checked only once the job's model is known.
func (s *server) resultID(in *input, j job.Job, id string) (string, error) {
	if !in.query.Has("id") {
		return "", nil
	}
	m, loaded := s.Models.Model(j.Model)
	if !loaded {
		return "", job.ErrOtherModel
	}
	if _, ok := m.ParseID(id); !ok {
		in.failParam("id", "invalid_id", "No customer can have this id.")
	}
	return id, in.err()
}

// outcomes reads which outcomes are asked for, nil for all.
func (in *input) outcomes() []job.Outcome {
	text, ok := in.param("outcome")
	if !ok {
		return nil
	}
	var outcomes []job.Outcome
	for name := range strings.SplitSeq(text, ",") {
		o := job.Outcome(strings.TrimSpace(name))
		switch {
		case !slices.Contains(job.Outcomes, o):
			in.failParam("outcome", "enum", oneOf(job.Outcomes))
		case !slices.Contains(outcomes, o):
			outcomes = append(outcomes, o)
		}
	}
	return outcomes
}

// reasons reads for which reasons results are asked for.
func (in *input) reasons(q *job.ResultQuery) {
	var given bool
	if q.Code, given = in.param("code"); given && q.Code == "" {
		in.failParam("code", "type", "Give a code, as the job's errorSummary has them.")
	}
	if pointer, given := in.param("pointer"); given {
		q.Pointer = &pointer
	}
	if q.Pointer != nil && *q.Pointer != "" && (*q.Pointer)[0] != '/' {
		in.failParam("pointer", "type", "Give a pointer to a field, such as /domain, or nothing for records that were refused as a whole.")
	}
}

// streamPage is how many results a stream reads at once: a chunk of a job
// holds about as many, and is read as a whole.
const streamPage = 10_000

// streamResults sends all pages, one after the other.
func (s *server) streamResults(c *call, j job.Job, q job.ResultQuery, format string) error {
	out := web.NewStream(c.ctx(), c.w)
	out.MediaType, out.Filename = format, "job-"+j.ID+extension(format)
	line := appendResultLine
	if format == web.TypeCSV {
		out.MediaType = web.TypeCSV + "; charset=utf-8; header=present"
		rows := resultRows{s.csv(), j.File != nil}
		out.Append(rows.appendHeader(nil))
		line = rows.appendResult
	}
	if c.bodyless() {
		return out.Flush()
	}
	for {
		page, err := s.Store.Results(c.ctx(), c.workspace(), j.ID, q)
		if err != nil {
			return err
		}
		var buf []byte
		for _, r := range page.Items {
			if buf, err = line(buf[:0], c.shownResult(r)); err != nil {
				return err
			}
			if err := out.Put(buf); err != nil {
				return err
			}
		}
		if page.NextCursor == "" {
			return out.Flush()
		}
		q.Cursor = page.NextCursor
	}
}

// appendResultLine writes a result as a line of NDJSON.
func appendResultLine(dst []byte, r job.Result) ([]byte, error) {
	line, err := web.JSONLine(resultOf(r))
	return append(dst, line...), err
}

// resultRows writes results as lines of CSV.
type resultRows struct {
	csv   web.CSV
	lines bool // of a file job
}

func (t resultRows) appendHeader(dst []byte) []byte {
	names := []string{"id", "outcome", "code", "detail", "pointer", "at", "changed", "conflict", "by"}
	if t.lines {
		names = append(names, "line")
	}
	return t.csv.AppendHeader(dst, names...)
}

func (t resultRows) appendResult(dst []byte, r job.Result) ([]byte, error) {
	var failure job.RecordError
	if r.Error != nil {
		failure = *r.Error
	}
	var met job.Conflict
	if r.Conflict != nil {
		met = *r.Conflict
	}
	changed, err := jsonCell(r.Changed)
	if err != nil {
		return nil, err
	}
	conflict, err := jsonCell(met.Fields)
	if err != nil {
		return nil, err
	}
	line := t.csv.Line(dst)
	addID(&line, r.ID)
	line.AddOptional(string(r.Outcome))
	line.AddOptional(failure.Code)
	line.AddOptional(failure.Detail)
	line.AddOptional(failure.Pointer)
	line.AddValue(timeCell(r.At))
	line.AddValue(changed)
	line.AddValue(conflict)
	line.AddOptional(met.By)
	if t.lines {
		line.AddValue(strconv.AppendInt(nil, r.Line, 10))
	}
	return line.End(), nil
}

// addID adds the cell of an id, which is a number or a string.
func addID(line *web.Line, id model.ID) {
	if id.IsNumber() {
		line.AddValue([]byte(id.String()))
		return
	}
	line.AddOptional(id.String())
}

// timeCell returns a time as the text of a cell, which is empty for nil.
func timeCell(at *time.Time) []byte {
	if at == nil {
		return nil
	}
	return []byte(timeText(*at))
}

// jsonCell returns an object as the text of a cell, which is empty for nil.
func jsonCell[V any](object map[string]V) ([]byte, error) {
	if object == nil {
		return nil, nil
	}
	return web.JSON(object)
}
