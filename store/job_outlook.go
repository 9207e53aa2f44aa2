package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// An outlook says what a patch would do to records. SQL finds it in the same query
// that selects the records, so they need not be read again. What SQL cannot decide
// stays open, for a [foresight] to decide. A nil outlook asks for nothing.
type outlook struct {
	d      *sqldb.Dialect
	a      assignment
	inGo   string // a condition: only Go can decide about the record
	differ int64
	lack   int64
	lacks  reasons
	open   bitmaps

	// differing are the first ranges that have records which the patch would
	// change, together enough for the sample of a preview.
	differing []span
	shown     int64
}

// newOutlook compiles the sets of a patch as chunks do. Only Go can decide about
// computed values, about merges of many names, and whether a merge makes too large a
// value.
func newOutlook(d *sqldb.Dialect, sets []model.Set, now int64) *outlook {
	o := &outlook{d: d, inGo: "1 = 0", open: bitmaps{}}
	left := func(s model.Set) bool { return s.Computed || isWide(s.Merge) }
	o.a = assign(d, sets, now, left).require(sets)
	var open []string
	for _, s := range sets {
		switch {
		case left(s):
			open = append(open, "1 = 1")
		case s.Merge != nil:
			open = append(open, "COALESCE("+d.Bytes(s.Field)+", 0) > "+strconv.Itoa(job.MaxValue-len(s.Merge)))
		}
	}
	if len(open) > 0 {
		o.inGo = "(" + strings.Join(open, " OR ") + ")"
	}
	if lacks := o.a.lacks(); lacks != "" {
		o.inGo = "(" + o.inGo + " AND NOT " + lacks + ")"
	}
	return o
}

// differs is the condition that a record would change, as far as SQL can decide.
func (o *outlook) differs() string { return "(" + o.a.differs + " AND NOT " + o.inGo + ")" }

// list is what the outlook asks for, as further columns of a query.
func (o *outlook) list() string {
	if o == nil {
		return ""
	}
	text := fmt.Sprintf(", COUNT(*) FILTER (WHERE %s), %s", o.differs(), o.d.Collect("rid - ?", o.inGo))
	for _, n := range o.a.needs {
		text += ", " + o.d.Collect("rid - ?", n.lacks)
	}
	return text
}

// columns is the number of these columns.
func (o *outlook) columns() int {
	if o == nil {
		return 0
	}
	return 2 + len(o.a.needs)
}

// args are the arguments of the columns, for a range in the window that begins at
// base.
func (o *outlook) args(base int64) []any {
	if o == nil {
		return nil
	}
	args := append(append([]any{}, o.a.differsArgs...), base)
	for range o.a.needs {
		args = append(args, base)
	}
	return args
}

// take adds what was found in a range.
func (o *outlook) take(s span, base int64, found [][]byte) {
	if o == nil {
		return
	}
	differ, _ := strconv.ParseInt(string(found[0]), 10, 64) // a count
	o.differ += differ
	if differ > 0 && o.shown < job.MaxPreviewSample {
		o.differing = append(o.differing, s)
		o.shown += differ
	}
	for _, n := range parseNumbers(found[1]) {
		o.open.add(base + int64(n))
	}
	for i, raw := range found[2:] {
		o.takeLacking(o.a.needs[i].rejection, base, parseNumbers(raw))
	}
}

// takeLacking notes the records that lack one need.
func (o *outlook) takeLacking(r rejection, base int64, numbers []uint32) {
	if len(numbers) == 0 {
		return
	}
	slices.Sort(numbers) // they come in the order of storage
	o.lack += int64(len(numbers))
	first := make([]int64, 0, job.MaxSampleIDs)
	for _, n := range numbers[:min(len(numbers), job.MaxSampleIDs)] {
		first = append(first, base+int64(n))
	}
	o.lacks.add(why{r.Code, r.Pointer}, int64(len(numbers)), first...)
}
