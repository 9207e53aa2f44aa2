package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// listed is the shape of the table that file jobs write. Nothing writes the field domain,
// so that it is a key that lasts. The group is one that foreign writers change.
var listed = shape{
	model: mythic.model, id: mythic.id, group: mythic.group, org: mythic.org,
	texts: mythic.texts, flag: mythic.flag, object: mythic.object, always: mythic.always, late: true,
}

const (
	domainField = "domain"
	noVersion   = "9999" // a version that no record gets
	firstVer    = "1"    // the version of a record that nobody has changed
	clearWord   = "NULL"
)

// A fileOp is a file to upload, with the jobs over it.
type fileOp struct {
	n         int
	at        time.Duration
	table     *table
	delimiter rune
	columns   []fileColumn
	match     []string // fields
	rows      []fileRow
	jobs      []fileJob
	broken    bool // the upload breaks off
}

// A fileColumn is a column of a file, and the field that it is mapped to: "" for none.
type fileColumn struct{ header, field string }

// A fileRow is a row of a file.
type fileRow struct {
	line  int64
	cells []string
}

// A fileJob is a job over a file.
type fileJob struct {
	n       int
	file    *fileOp
	after   time.Duration // the job before, or the upload
	options map[string]any
	actions []action
	sequels []follow
	send    sending
	slow    bool // as of a bulkOp
	midway  bool
}

// name is what the file is called.
func (op *fileOp) name() string { return fmt.Sprintf("list-%d", op.n) }

// addFiles adds a table with file jobs, and other writers of it. It uses a random stream
// of its own, so that it does not change the rest of the plan.
func (p *plan) addFiles() {
	d := planner{Rand: rand.New(rand.NewPCG(p.seed, p.variant.stream+3)), plan: p}
	t := newListed(min(150+20*p.chunk, 400))
	p.tables = append(p.tables, t)
	d.made, d.gone, d.only = make(map[*table]int), make(map[*table]int), t
	for range 2 + d.per(0.2) {
		p.bulks = append(p.bulks, d.bulk(len(p.bulks)))
	}
	for range 2 + d.per(0.3) {
		p.singles = append(p.singles, d.single(len(p.singles)))
	}
	d.addForeign(t, 5+d.per(0.5))
	for range 4 + d.per(0.2) {
		p.files = append(p.files, d.file(len(p.files), t))
	}
	for range 2 {
		op := d.file(len(p.files), t)
		op.broken, op.jobs = true, nil
		p.files = append(p.files, op)
	}
	for i := range p.files {
		d.fileJobs(&p.files[i])
	}
}

// newListed returns a table. At the start each record has a domain and a group of its
// own, so that a row can name it by either.
func newListed(n int) *table {
	t := newTable(listed, "north", n)
	for _, rec := range t.all() {
		group := groupValue(rec.index%groups, fmt.Sprintf("start%d", rec.index))
		rec.values[t.group], rec.values[domainField] = group, fmt.Sprintf("l%d.example.com", rec.index)
		rec.groups[0].value = group
	}
	return t
}

// matches are the keys that files have: ones that last, one that foreign writers change,
// and two fields at once.
var matches = [][]string{{"id"}, {domainField}, {listed.group}, {domainField, listed.org}}

// file draws a file, without its jobs.
func (d *planner) file(n int, t *table) fileOp {
	op := fileOp{n: n, at: d.moment(), table: t, delimiter: []rune{',', ';', '\t'}[d.IntN(3)], match: matches[n%len(matches)]}
	for _, field := range op.match {
		op.columns = append(op.columns, fileColumn{"The " + field, field})
	}
	op.columns = append(op.columns, fileColumn{"Remark", ""}, fileColumn{t.texts[1], t.texts[1]})
	if d.one(2) {
		op.columns = append(op.columns, fileColumn{t.texts[0], t.texts[0]})
	}
	if n == 1 || d.one(2) { // one file in each seed has invalid values
		op.columns = append(op.columns, fileColumn{"on or off", t.flag})
	}
	if n == 0 || d.one(4) {
		op.columns = append(op.columns, fileColumn{"If", "version"})
	}
	lo, hi := d.IntN(t.initial/4), t.initial-d.IntN(t.initial/4)
	for i := lo; i < hi; i++ {
		op.add(d, t.at(i))
	}
	for i := range 3 + d.IntN(5) {
		op.add(d, &record{values: d.absent(t, i)})
	}
	if d.one(2) {
		d.Shuffle(len(op.rows), func(a, b int) { op.rows[a], op.rows[b] = op.rows[b], op.rows[a] })
	}
	for i := range op.rows {
		op.rows[i].line = int64(i) + 2 // the first line has the headers
	}
	return op
}

// absent returns values of a record that there is not. Its group is often one that a
// foreign writer puts several records into.
func (d *planner) absent(t *table, i int) map[string]any {
	group := groupValue(0, fmt.Sprint("nobody", i))
	for _, op := range d.plan.foreign {
		if op.table == t && op.what == "move" && d.one(3) {
			group = op.value() // mostly an early one
			break
		}
	}
	return map[string]any{"id": fmt.Sprint("nobody", i), domainField: fmt.Sprintf("nobody%d.example.com", i), t.group: group, t.org: orgName(0)}
}

// add adds a row for a record. Some have a key that is empty, or stands there twice.
func (op *fileOp) add(d *planner, rec *record) {
	row := d.fileRow(op, rec)
	if d.one(25) {
		row.cells[d.IntN(len(op.match))] = strings.Repeat(" ", d.IntN(2))
	}
	op.rows = append(op.rows, row)
	if d.one(25) {
		op.rows = append(op.rows, d.fileRow(op, rec))
	}
}

// fileRow draws a row for a record.
func (d *planner) fileRow(op *fileOp, rec *record) (row fileRow) {
	n := len(op.rows)
	for i, c := range op.columns {
		cell := ""
		switch {
		case i < len(op.match):
			cell = strings.Repeat(" ", d.IntN(12)/10) + fmt.Sprint(rec.values[c.field])
		case c.field == "":
			cell = "a remark"
		case c.field == "version":
			cell = []string{firstVer, firstVer, firstVer, noVersion, ""}[d.IntN(5)]
		case c.field == op.table.flag:
			cell = []string{"true", "false"}[d.IntN(2)]
			if d.one(12) {
				cell = "perhaps"
			}
		default:
			cell = d.cell(op, c.field, n)
		}
		row.cells = append(row.cells, cell)
	}
	return row
}

// cell draws a text: mostly one of this row alone, some of which need quotes. Others are
// empty, clear the field, or are of many rows.
func (d *planner) cell(op *fileOp, field string, n int) string {
	switch d.IntN(12) {
	case 0:
		return ""
	case 1:
		return []string{clearWord, "null"}[d.IntN(2)]
	case 2:
		return fmt.Sprintf("%s %d", field, d.IntN(7))
	}
	return fmt.Sprintf("file %d row %d", op.n, n) + []string{"", " äöü", `, "quoted"; and more`}[d.IntN(3)]
}

// fileJobs draws the jobs over a file.
func (d *planner) fileJobs(op *fileOp) {
	if op.broken {
		return
	}
	for k := range 1 + d.IntN(2) {
		job := fileJob{n: 10*op.n + k, file: op, send: d.sending(), after: d.between(0, time.Second), sequels: d.sequels(2)}
		job.options = d.fileOptions(op)
		switch {
		case k == 0 && op.n%3 == 0: // its retry must take the rest
			job.midway, job.actions = true, []action{{0, "cancel", 0}}
			job.options = map[string]any{"recordsPerSecond": 100 + len(op.rows)/3}
			job.sequels = []follow{{by: retryIt}, {by: undoIt}}[:1+d.IntN(2)]
		case d.one(2):
			job.actions = d.actions()
			job.options["recordsPerSecond"], job.slow = 100+d.IntN(300), true
		}
		op.jobs = append(op.jobs, job)
	}
}

// fileOptions draws the options of a file job.
func (d *planner) fileOptions(op *fileOp) map[string]any {
	options := map[string]any{}
	if d.one(2) {
		options["blank"] = []string{"ignore", "clear"}[d.IntN(2)]
	}
	if d.one(2) {
		options["clearWord"] = clearWord
	}
	if d.one(2) {
		options["unmatched"] = []string{"fail", "skip"}[d.IntN(2)]
	}
	if d.one(3) {
		options["onMismatch"] = []string{"skip", "force"}[d.IntN(2)]
	}
	switch d.IntN(8) {
	case 0:
		options["expectedCount"] = len(op.rows) - d.IntN(2)
	case 1:
		options["maxFailures"] = 1 + d.IntN(30)
	case 2:
		options["maxAffected"] = len(op.rows) // counts the rows that have a record
	}
	return options
}

// rowAt returns the row on a line of the file.
func (op *fileOp) rowAt(line int64) (row fileRow, ok bool) {
	i := slices.IndexFunc(op.rows, func(r fileRow) bool { return r.line == line })
	if i < 0 {
		return row, false
	}
	return op.rows[i], true
}

// key returns the key of a row, without the spaces around it. ok is false if it is empty.
func (op *fileOp) key(row fileRow) (key []string, ok bool) {
	ok = true
	for _, cell := range row.cells[:len(op.match)] {
		key = append(key, strings.TrimSpace(cell))
		ok = ok && strings.TrimSpace(cell) != ""
	}
	return key, ok
}

// version returns the version that a row demands, "" for none.
func (op *fileOp) version(row fileRow) string {
	if i := slices.IndexFunc(op.columns, func(c fileColumn) bool { return c.field == "version" }); i >= 0 {
		return row.cells[i]
	}
	return ""
}

// patch returns what a row writes. ok is false if one of its values is invalid.
func (job *fileJob) patch(row fileRow) (patch map[string]any, ok bool) {
	patch = map[string]any{}
	for i, c := range job.file.columns {
		cell := row.cells[i]
		switch {
		case i < len(job.file.match), c.field == "", c.field == "version":
		case cell == "" && job.options["blank"] != "clear":
		case cell == "", job.options["clearWord"] != nil && strings.EqualFold(cell, clearWord):
			patch[c.field] = nil
		case c.field == job.file.table.flag && cell != "true" && cell != "false":
			return nil, false
		case c.field == job.file.table.flag:
			patch[c.field] = cell == "true"
		default:
			patch[c.field] = cell
		}
	}
	return patch, true
}
