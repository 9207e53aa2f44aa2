package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// Sizes of an import's steps.
const (
	importBatch     = 1000    // drafts in one transaction
	importBytes     = 1 << 20 // of the lines of a batch
	maxImportErrors = 100     // reported by line
	maxImports      = 32      // read at a time
	importsOfKey    = maxImports / 2
)

// An importJSON is the answer to an import. Each row of its lines is in one of
// the four counts.
type importJSON struct {
	job.ImportCounts
	Errors []job.LineError `json:"errors"` // the first of them
	Hint   string          `json:"hint,omitempty"`
}

// hintFileJob is the hint for an import that a file job would have done better.
const hintFileJob = "This import only updated customers that there are. A file job does the same, and can be previewed and undone: upload the file with POST /v1/{model}/files."

// add counts the outcome of a batch. Rows that were set aside are stored last,
// but may have been among the first lines; so the errors are sorted again.
func (a *importJSON) add(r job.ImportReport, b *batch) {
	a.ImportCounts = a.ImportCounts.Add(r, b.failed)
	if faults := append(b.located(r.Failed), b.bad...); len(faults) > 0 {
		a.Errors = append(a.Errors, faults...)
		slices.SortStableFunc(a.Errors, func(x, y job.LineError) int { return cmp.Compare(x.Line, y.Line) })
		a.Errors = a.Errors[:min(len(a.Errors), maxImportErrors)]
	}
}

// A batch is some lines of an import, parsed.
type batch struct {
	drafts []model.Draft
	lines  []int64 // the first line of each draft
	ends   []int64 // the last line of each draft
	bytes  int
	bad    []job.LineError // at most maxImportErrors
	failed int64           // rows that are bad, all of them
	aside  int             // rows that were set aside
	late   bool            // the rows were set aside before
	final  bool            // no other follows; it may have no rows
	last   int64           // line that the batch ends with
	err    error           // that ended the import: then the batch holds no rows
}

func newBatch() *batch {
	return &batch{
		drafts: make([]model.Draft, 0, importBatch),
		lines:  make([]int64, 0, importBatch),
		ends:   make([]int64, 0, importBatch),
	}
}

// newLateBatch returns a batch for rows that were set aside.
func newLateBatch() *batch {
	b := newBatch()
	b.late = true
	return b
}

// full reports whether the batch must be stored before rows are added.
func (b *batch) full() bool {
	return len(b.drafts)+b.aside >= importBatch || b.bytes >= importBytes || b.failed >= importBatch
}

func (b *batch) take(d model.Draft, at rowPlace) {
	b.drafts = append(b.drafts, d)
	b.lines = append(b.lines, at.line)
	b.ends = append(b.ends, at.toLine)
	b.bytes += at.size
	b.last = at.toLine
}

func (b *batch) refuse(at rowPlace, bad lineError) {
	b.failed += bad.rows
	b.last = at.toLine
	if len(b.bad) < maxImportErrors {
		b.bad = append(b.bad, job.LineError{Line: at.line, ToLine: at.toLine, Detail: bad.why})
	}
}

// located adds to faults of drafts the last line of the draft. The store knows
// only its first line.
func (b *batch) located(faults []job.LineError) []job.LineError {
	for i, f := range faults {
		if at, ok := slices.BinarySearch(b.lines, f.Line); ok {
			faults[i].ToLine = b.ends[at]
		}
	}
	return faults
}

// A draftSource gives the rows of an import as drafts.
type draftSource interface {
	// next reads one row. A lineError concerns that row alone. Any other error
	// ends the import; io.EOF is the regular end.
	next() (model.Draft, rowPlace, error)
	// mixesIDs reports whether rows with and without an id may both occur.
	mixesIDs() bool
}

// A rowPlace says where in a body a row is.
type rowPlace struct {
	line, toLine int64 // its first and last line, from 1
	size         int   // bytes, 0 where they were not kept
}

// A lineError says why a row was not stored. It may stand for several rows that
// cannot be told apart.
type lineError struct {
	why  string
	rows int64 // how many count as failed
}

func (e lineError) Error() string { return e.why }

// importRecords reads a stream of records and merges them in. While the store
// writes a batch, the next one is parsed.
func (s *server) importRecords(c *call) error {
	format, err := c.media()
	if err != nil {
		return err
	}
	in := c.input()
	shape := in.tableShape(c.model, format)
	shape.guard = s.CSVGuard
	known, err := s.known(c, c.model, model.PatchOptions{AllowNewChoices: in.flag("allowNewOptions")})
	if err := cmp.Or(in.err(), err); err != nil {
		return err
	}
	body := web.NewLongBody(c.w, c.r, c.arrived(), s.StepTimeout)
	giveBack, err := s.imports.take(c.ctx(), c.key.ID, 1, s.StepTimeout)
	if err != nil {
		return noRoom(err)
	}
	defer giveBack()
	checker := &lineChecker{server: s, ctx: context.WithoutCancel(c.ctx()), key: c.key.ID}
	i := &importing{server: s, call: c, answer: importJSON{Errors: []job.LineError{}}}
	source, err := newRowSource(body, c.model, known, shape, checker)
	if err != nil {
		return i.cutShort(err)
	}
	if i.run, err = s.Store.BeginImport(c.ctx(), c.caller(), c.model); err != nil {
		return err
	}
	i.run.Secrets = bool(c.secrets())
	if err := i.all(source, body); err != nil {
		return i.cutShort(err)
	}
	if i.answer.Inserted == 0 && i.answer.Updated > 0 {
		i.answer.Hint = hintFileJob
	}
	return c.answer(http.StatusOK, i.answer)
}
