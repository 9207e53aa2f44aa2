package chaos

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fileCounts counts what the file jobs of a run did.
type fileCounts struct {
	files, broken, jobs, retries int
	rows                         map[string]int64 // by what became of them, with its code
}

// fileCounts returns the counts of a run.
func (c *checker) countFiles() fileCounts {
	n := fileCounts{rows: map[string]int64{}}
	for _, up := range c.uploads {
		if up.op.broken {
			n.broken++
		} else {
			n.files++
		}
	}
	for j, items := range c.results {
		if j.fromFile() == nil {
			continue
		}
		n.jobs++
		if j.file == nil {
			n.retries++
		}
		for _, i := range items {
			n.rows[strings.TrimSpace(i.Outcome+" "+i.code())]++
		}
	}
	return n
}

// add adds the counts of a run.
func (n *fileCounts) add(o fileCounts) {
	n.files += o.files
	n.broken += o.broken
	n.jobs += o.jobs
	n.retries += o.retries
	if n.rows == nil {
		n.rows = map[string]int64{}
	}
	for what, rows := range o.rows {
		n.rows[what] += rows
	}
}

func (n fileCounts) String() string {
	var rows []string
	for what, count := range n.rows {
		rows = append(rows, fmt.Sprintf("%d %s", count, what))
	}
	slices.Sort(rows)
	return fmt.Sprintf("%d files (%d uploads broken off), %d jobs over them, of which %d are retries, with rows %s", n.files, n.broken, n.jobs, n.retries, strings.Join(rows, ", "))
}

// fates are what must have become of some rows over many seeds.
var fates = []string{
	"updated", "conflicted precondition_failed", "failed line_invalid", "failed no_key", "failed no_match",
	"failed ambiguous", "failed duplicate_row", "skipped no_match", "skipped no_longer_matches",
}

// missing says what never happened, "" for nothing.
func (n fileCounts) missing() string {
	if n.retries == 0 {
		return "retried"
	}
	for _, what := range fates {
		if n.rows[what] == 0 {
			return what
		}
	}
	return ""
}

// fromFile returns the file job that the job is, or that it retries; nil for neither.
func (j *tracked) fromFile() *fileJob {
	if j.follows != nil {
		return j.follows.file
	}
	return j.file
}

// refuse records that a retry was refused.
func (j *tracked) refuse(by sequel) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.refused = append(j.refused, by)
}

// version returns the version that the record had to have, 0 for any.
func (ch change) version() int64 {
	job := ch.job.fromFile()
	if job == nil {
		return ch.job.version
	}
	row, _ := job.file.rowAt(ch.item.Line)
	if len(row.cells) == 0 {
		return 0 // recorded already
	}
	v, _ := strconv.ParseInt(job.file.version(row), 10, 64)
	return v
}

// checkFileJob checks the rows of a file job: each has one outcome, which must be possible.
func (c *checker) checkFileJob(j *tracked) {
	end, op := c.ends[j], j.file.file
	if end.Counts.Matched == nil {
		return // cancelled before its rows were matched
	}
	if int(*end.Counts.Matched) != len(op.rows) {
		c.complain(j, fmt.Sprintf("it matched %d rows of %d", *end.Counts.Matched, len(op.rows)))
	}
	f := c.newFileJudge(j)
	for _, i := range c.results[j] { // judgeItems finds lines that are there twice
		c.complain(j, f.judge(i))
	}
}

// A fileJudge knows what may become of the rows of a file job.
type fileJudge struct {
	*checker
	j        *tracked
	job      *fileJob
	twins    map[string]int // rows by their key
	matching span           // in which the records of the rows were found
	over     time.Duration  // when the job had certainly ended
	guarded  bool           // a guard refused the job
}

func (c *checker) newFileJudge(j *tracked) *fileJudge {
	end := c.ends[j]
	f := &fileJudge{checker: c, j: j, job: j.file, twins: map[string]int{}, over: min(end.sent, j.finished())}
	f.matching = span{j.submitted.sent, min(j.resolved(), end.done)}
	f.guarded = end.Error != nil && slices.Contains([]string{"max_affected", "expected_count"}, end.Error.Code)
	for _, row := range f.job.file.rows {
		key, _ := f.job.file.key(row)
		f.twins[strings.Join(key, "\n")]++
	}
	return f
}

// judge says what is wrong with the result of a row, "" for nothing.
func (f *fileJudge) judge(i item) string {
	row, ok := f.job.file.rowAt(i.Line)
	if !ok {
		return fmt.Sprintf("a result is of line %d, which the file does not have", i.Line)
	}
	key, ok := f.job.file.key(row)
	if f.guarded || !ok {
		return f.judgeKeyless(i)
	}
	certain, possible := f.holders(key)
	twins := f.twins[strings.Join(key, "\n")]
	switch rec := f.job.file.table.find(string(i.ID)); {
	case i.ID == "":
		return f.judgeUnusable(i, twins, len(certain), len(possible))
	case rec == nil: // recorded already
		return ""
	case twins > 1:
		return fmt.Sprintf("line %d has record %s, and another line has the same key", i.Line, i.ID)
	case !slices.Contains(possible, rec), len(certain) > 1, len(certain) == 1 && certain[0] != rec:
		return fmt.Sprintf("line %d has record %s for the key %q, of which are %d records or more", i.Line, i.ID, key, len(certain))
	default:
		return f.judgeUsable(f.job, f.j, f.matching.sent, f.over, mismatchOf(f.job.options), row, rec, i)
	}
}

// holders returns the records that had a key while the rows were matched: those of which
// that is certain, and all that may have had it.
func (f *fileJudge) holders(key []string) (certain, possible []*record) {
	for _, rec := range f.job.file.table.all() {
		v := min(f.job.file.holds(rec, key, f.matching.sent, f.matching.done), rec.exists(f.matching.sent, f.matching.done))
		if v == always {
			certain = append(certain, rec)
		}
		if v != never {
			possible = append(possible, rec)
		}
	}
	return certain, possible
}

// holds says whether a record had a key.
func (op *fileOp) holds(rec *record, key []string, from, to time.Duration) verdict {
	v := always
	for i, field := range op.match {
		switch {
		case field == op.table.group:
			v = min(v, rec.grouped(from, to, func(value string) bool { return value == key[i] }))
		case rec.values[field] != key[i]:
			return never
		}
	}
	return v
}

// judgeKeyless checks a row without a key, and a row of a job that a guard refused.
func (f *fileJudge) judgeKeyless(i item) string {
	want := "failed no_key"
	if f.guarded {
		want = "pending "
	}
	if got := i.Outcome + " " + i.code(); got != want || i.ID != "" && !f.guarded {
		return fmt.Sprintf("line %d with record %q is %s instead of %s", i.Line, i.ID, got, want)
	}
	return ""
}

// judgeUnusable checks a row that has no record. twins is how many rows have its key.
func (f *fileJudge) judgeUnusable(i item, twins, certain, possible int) string {
	unmatched := "failed"
	if f.job.options["unmatched"] == "skip" {
		unmatched = "skipped"
	}
	fine := false
	switch i.code() {
	case "no_match":
		fine = i.Outcome == unmatched && certain == 0
	case "ambiguous":
		fine = i.Outcome == "failed" && possible > 1
	case "duplicate_row":
		fine = i.Outcome == "failed" && twins > 1 && certain < 2 && possible > 0
	}
	if !fine {
		return fmt.Sprintf("line %d is %s for the reason %q, and its key is of %d rows and of %d to %d records", i.Line, i.Outcome, i.code(), twins, certain, possible)
	}
	return ""
}

// judgeUsable checks a row with a record: its outcome must have been possible at some time
// while its job j ran, and what was written must be what the row has.
func (c *checker) judgeUsable(job *fileJob, j *tracked, from, to time.Duration, on mismatch, row fileRow, rec *record, i item) string {
	op := job.file
	key, _ := op.key(row)
	held, version := op.holds(rec, key, from, to), op.version(row)
	patch, valid := job.patch(row)
	wrote := i.Outcome == "updated" || i.Outcome == "unchanged"
	fine := false
	switch what := i.Outcome + " " + i.code(); {
	case i.Outcome == "pending":
		fine = true // judgeState checks whether any may be left
	case wrote:
		fine = valid && version != noVersion && (held != never || on == forceMismatch)
	case what == "skipped no_longer_matches":
		fine = held != always && on != forceMismatch
	case what == "skipped not_found":
		fine = rec.exists(from, to) != always
	case what == "failed line_invalid":
		fine = !valid
	case what == "conflicted precondition_failed":
		fine = version == noVersion || version == firstVer && c.touched(rec, j)
	}
	switch {
	case !fine:
		return fmt.Sprintf("line %d, record %s is %s for the reason %q", i.Line, i.ID, i.Outcome, i.code())
	case wrote:
		return c.judgeWritten(j, rec, i, version, patch)
	}
	return ""
}

// touched reports whether another writer than a job may have changed a record.
func (c *checker) touched(rec *record, j *tracked) bool {
	return len(rec.groups) > 1 || slices.ContainsFunc(c.changed[rec], func(ch change) bool { return ch.job != j })
}

// judgeWritten compares what a row wrote to its record with what it has. A field that it
// did not change must have had the value at some time.
func (c *checker) judgeWritten(j *tracked, rec *record, i item, version string, patch map[string]any) string {
	if i.Outcome == "updated" {
		if fault := judgePatch(i, patch); fault != "" {
			return fmt.Sprintf("line %d, record %s: %s", i.Line, i.ID, fault)
		}
	}
	for field, value := range patch {
		if i.Changed[field] == nil && !c.had(rec, field, canonical(value), j) {
			return fmt.Sprintf("line %d, record %s: %s was not set to %s, which it never was", i.Line, i.ID, field, canonical(value))
		}
		from, _, err := i.change(field)
		if i.Changed[field] != nil && version == firstVer && (err != nil || canonicalText(from) != canonical(rec.values[field])) {
			return fmt.Sprintf("line %d, record %s: it demands the first version, and %s was %s", i.Line, i.ID, field, from)
		}
	}
	return ""
}

// had reports whether a field of a record has ever had a value that is not from a job.
func (c *checker) had(rec *record, field, value string, j *tracked) bool {
	return canonical(rec.values[field]) == value || slices.ContainsFunc(c.changed[rec], func(ch change) bool {
		_, to, err := ch.item.change(field)
		return ch.job != j && ch.item.Changed[field] != nil && err == nil && canonicalText(to) == value
	})
}

// judgeRetriedRow checks a row in the retry of a file job.
func (c *checker) judgeRetriedRow(j *tracked, rec *record, i item) string {
	f := j.follows
	before := slices.IndexFunc(c.results[f.parent], func(b item) bool { return b.ID == i.ID })
	if before < 0 || c.results[f.parent][before].Line != i.Line {
		return fmt.Sprintf("line %d has record %s, and in its parent job it has not", i.Line, i.ID)
	}
	row, ok := f.file.file.rowAt(i.Line)
	if !ok {
		return "" // recorded already
	}
	return c.judgeUsable(f.file, j, j.submitted.sent, min(c.ends[j].sent, j.finished()), f.mismatch(), row, rec, i)
}

// checkRows compares the rows that a file job or its retry gives back with the file and
// with the results.
func (c *checker) checkRows(j *tracked) {
	op := j.fromFile().file
	rows, err := c.of(j.where).readRows(op, j.id)
	if err != nil {
		c.complain(j, fmt.Sprintf("its rows cannot be read: %v", err))
		return
	}
	c.complain(j, op.judgeRows(rows, c.results[j]))
	for _, by := range j.refused {
		next := j.next(by)
		if i := slices.IndexFunc(c.results[j], func(i item) bool { return i.ID != "" && next.takes(i.Outcome) }); i >= 0 {
			c.complain(j, fmt.Sprintf("its %s was refused, although record %s is %s", by, c.results[j][i].ID, c.results[j][i].Outcome))
		}
	}
}

// judgeRows says how rows differ from those of the file with their results, "" for not
// at all.
func (op *fileOp) judgeRows(rows []sentRow, results []item) string {
	if len(rows) != len(results) {
		return fmt.Sprintf("it gives back %d rows, and has %d results", len(rows), len(results))
	}
	byLine := slices.Clone(results)
	slices.SortStableFunc(byLine, func(a, b item) int { return int(a.Line - b.Line) })
	for n, i := range byLine {
		sent, _ := op.rowAt(i.Line)
		if got := rows[n]; !slices.Equal(got.cells, sent.cells) || got.outcome != i.Outcome || got.code != i.code() {
			return fmt.Sprintf("line %d of %q came back as %q, %s %s, and its result is %s %s", i.Line, sent.cells, got.cells, got.outcome, got.code, i.Outcome, i.code())
		}
	}
	return ""
}

// checkUploads compares the files that there are with the uploads.
func (c *checker) checkUploads() {
	for _, t := range c.tables {
		if !slices.ContainsFunc(c.files, func(op fileOp) bool { return op.table == t }) {
			continue
		}
		c.noteUses()
		files, err := c.of(t).listFiles(t)
		if err != nil {
			c.violation("the files of %s cannot be listed: %v", t, err)
			continue
		}
		for _, fault := range judgeUploads(c.uploads, files) {
			c.violation("%s", fault)
		}
	}
}

// noteUses notes which files a job has.
func (c *checker) noteUses() {
	for i := range c.uploads {
		up := &c.uploads[i]
		up.used = slices.ContainsFunc(c.jobs, func(j *tracked) bool { return j.file != nil && j.file.file == up.op })
	}
}

// judgeUploads says how the files differ from those that were uploaded. An upload that
// broke off must have left nothing, one without an answer may have left a file.
func judgeUploads(uploads []upload, files []fileView) (faults []string) {
	complain := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	known := 0
	for _, up := range uploads {
		n, there := 0, false
		for _, f := range files {
			if f.Name != up.op.name() {
				continue
			}
			n++
			there = there || f.FileID == up.id
			if f.FileID == up.id && up.used && f.ExpiresAt != nil {
				complain("file %s expires at %s, although a job has it", f.Name, *f.ExpiresAt)
			}
			if fault := up.op.judge(f); fault != "" && !up.op.broken {
				complain("%s", fault)
			}
		}
		known += n
		switch {
		case up.op.broken && n > 0:
			complain("the upload of %s broke off, and left %d files", up.op.name(), n)
		case !up.op.broken && !there:
			complain("file %s (%s) is gone", up.op.name(), up.id)
		case !up.op.broken && n > 1+up.silent:
			complain("there are %d files %s, and %d uploads of it got no answer", n, up.op.name(), up.silent)
		}
	}
	if known != len(files) {
		complain("there are %d files, and only %d of them were uploaded", len(files), known)
	}
	return faults
}
