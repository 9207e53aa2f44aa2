package chaos

import (
	"fmt"
	"slices"
	"strings"
)

// bulky is the shape of a table of few records. Some have a value close to the limit of
// a field.
var bulky = shape{
	model: "clientsuccess", id: func(i int) any { return i + 1 },
	group: "zendeskId", org: "country",
	texts: []string{"note", "street"}, flag: "active",
	object: "custom", searched: []string{"note", "custom.blob"},
	always: map[string]any{"name": "Client", "status": "ACTIVE"},
}

const (
	bulkyRecords = 16
	// vastBytes is the size of a large value. The limit is 1 MiB, for a value and
	// for the request with it.
	vastBytes = 900_000
	// growBytes is the size of a value that makes a vast object too large when it is
	// merged in.
	growBytes = 200_000
	// wideNames is how many names a patch may merge.
	wideNames = 1000
)

// newBulky returns the table. Some of its records have a vast object, others a vast
// string.
func newBulky() *table {
	t := newTable(bulky, "main", bulkyRecords)
	for _, rec := range t.all() {
		filler := strings.Repeat(fmt.Sprintf("%d wide, ", rec.index), vastBytes/8)[:vastBytes]
		switch rec.index % (bulkyRecords / 2) {
		case 0:
			rec.values[t.object] = map[string]any{"tier": rec.index, "blob": filler}
		case 1:
			rec.values["note"] = filler
		}
	}
	return t
}

// vast reports whether the record has an object that is almost too large. No job removes
// its large part.
func (rec *record) vast(t *table) bool {
	o, ok := rec.values[t.object].(map[string]any)
	return ok && o["blob"] != nil
}

// outgrows reports whether a patch would make a value of the record too large.
func (rec *record) outgrows(t *table, patch map[string]any) bool {
	o, _ := patch[t.object].(map[string]any)
	more, _ := o["more"].(string)
	return len(more) >= growBytes && rec.vast(t)
}

// large adds jobs that change large values.
func (d *planner) large() {
	t := newBulky()
	d.plan.tables = append(d.plan.tables, t)
	for k := range 4 + d.per(0.2) {
		n := len(d.plan.bulks)
		lo := d.IntN(bulkyRecords / 2)
		op := bulkOp{
			n: n, at: d.moment(), table: t, cond: idRange{lo, lo + bulkyRecords/2}, patch: d.largePatch(t, n, k),
			options: map[string]any{}, send: sending{copies: 1 + d.IntN(2)}, asJob: true,
		}
		if d.one(3) {
			op.actions = d.actions()
		}
		if !d.one(3) {
			op.sequels = []follow{{by: undoIt}}
		}
		d.plan.bulks = append(d.plan.bulks, op)
	}
}

// largePatch returns a patch that is large or makes a value large. The first four are
// one of each sort, the others random.
func (d *planner) largePatch(t *table, n, k int) map[string]any {
	if k > 3 {
		k = d.IntN(4)
	}
	name := fmt.Sprintf("large %d ", n)
	switch k {
	case 0: // too much for a vast object
		return map[string]any{t.object: map[string]any{"more": name + strings.Repeat("m", growBytes)}}
	case 1:
		return map[string]any{"note": strings.Repeat(name, (100_000+d.IntN(200_000))/len(name))}
	case 2: // as many names as may be
		wide := map[string]any{}
		for i := range wideNames - d.IntN(3) {
			wide[fmt.Sprint("w", i)] = n*1000 + i
		}
		return map[string]any{t.object: wide}
	default:
		return map[string]any{"note": nil, t.object: map[string]any{"more": nil, "w7": nil, "by": name}}
	}
}

// judgeSize reports a record that failed for the size of a value although the value is
// not too large, or that did not fail although it is. It returns "" for nothing.
func judgeSize(t *table, r *record, i item, patch map[string]any) string {
	large := i.Outcome == "failed" && i.code() == "too_large"
	switch outgrown := r.outgrows(t, patch); {
	case large && !outgrown:
		return fmt.Sprintf("record %s failed as too large, and is not", r.id)
	case !large && outgrown && slices.Contains([]string{"updated", "unchanged"}, i.Outcome):
		return fmt.Sprintf("record %s is %s, although a value of it is too large", r.id, i.Outcome)
	}
	return ""
}

// oversized counts the records of a job that failed because they were too large.
func oversized(items []item) (n int64) {
	for _, i := range items {
		if i.code() == "too_large" {
			n++
		}
	}
	return n
}

// mostValue bounds every stored value. A database may store JSON with more spaces.
const mostValue = 1<<20 + 1<<16

// checkSizes checks that no stored value is too large.
func (c *checker) checkSizes(t *table, rows map[string]row) {
	for id, r := range rows {
		for _, field := range t.changing() {
			if n := len(fmt.Sprint(r[column(field)])); n > mostValue {
				c.violation("%s %s: %s has %d bytes", t, id, field, n)
			}
		}
	}
}
