package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"bulkpatch/job"
	"bulkpatch/model"
)

// restore gives the chunk's records back what the source job found in them.
// A record is restored whole or not at all: when any value that the job
// changed is another by now than the job wrote, nothing of it is touched.
func (c *chunk) restore() error {
	if len(c.a.kept) < len(c.l.Patch.Sets) {
		// A hashed value was written, and the one before it is not kept.
		c.refuseAll(c.selected, job.Conflicted, "secret_not_kept")
		return c.commit(nil)
	}
	before, err := c.sourceValues()
	if err != nil {
		return err
	}
	c.a.differs, c.a.differsArgs, c.a.needs = "(1 = 1)", nil, nil // read the values of all that are there
	now, err := c.readListed(c.selected, "1 = 1", nil)
	if err != nil {
		return err
	}
	c.refuseAll(without(c.selected, now.changed), job.Skipped, "not_found")
	restored := newRestoration(c.a.kept)
	columns := splitAll(now.former)
	for i, n := range now.changed {
		current := row(columns, i)
		was := before[c.base+int64(n)]
		if was.former == nil {
			c.refuse(n, job.Conflicted, "values_not_kept") // and must not be taken for none
			continue
		}
		values, ok, err := c.takeBack(was, current)
		if err != nil {
			return err
		}
		if !ok {
			c.refuse(n, job.Conflicted, "changed_since")
			continue
		}
		restored.add(n, current, values)
	}
	c.changes, c.written = restored.changes(), restored.written()
	return c.commit(func() error { return c.writeRestored(restored) })
}

// sourceValues reads what the source job found and wrote in the chunk's
// records, by number.
func (c *chunk) sourceValues() (map[int64]foundResult, error) {
	var rows []changeRow
	if err := c.t.list(&rows, `SELECT first_rid, last_rid, at, updated, former, written FROM changes
		WHERE workspace = ? AND job = ? AND first_rid >= `+chunkAt+` AND first_rid <= ?`,
		c.l.Workspace, c.l.Source, c.l.Workspace, c.l.Source, c.base, c.last); err != nil {
		return nil, err
	}
	byNumber := make(map[int64]foundResult, len(c.selected))
	for _, r := range rows {
		all, err := r.outcomes(isUpdated, c.base-1, int(c.last-c.base+1))
		if err != nil {
			return nil, err
		}
		for _, f := range all {
			byNumber[f.rid] = f
		}
	}
	return byNumber, nil
}

// takeBack computes what a record's fields are to hold, in stored form. ok is
// false when the record was changed since in what the job had changed.
func (c *chunk) takeBack(f foundResult, current []json.RawMessage) (values []any, ok bool, err error) {
	for i, s := range c.l.Patch.Sets {
		former, written, err := f.values(c.l.Patch, s)
		if err != nil {
			return nil, false, err
		}
		now, err := storedValue(s.Field, current[i])
		if err != nil {
			return nil, false, err
		}
		if s.When != nil && former != written {
			written = now // a stamp goes with the field that brings it, which is compared
		}
		v, ok, err := takeBackField(s, former, written, now)
		if err != nil || !ok {
			return nil, false, err
		}
		values = append(values, v)
	}
	return values, true, nil
}

// takeBackField computes one field. What the job left as it was stays as it
// is now, whoever changed it.
func takeBackField(s model.Set, former, written, now any) (v any, ok bool, err error) {
	if s.Merge == nil {
		switch {
		case former == written:
			return now, true, nil
		case now == written:
			return former, true, nil
		}
		return nil, false, nil
	}
	trees := make([]any, 3)
	for i, text := range []any{former, written, now} {
		if trees[i], err = readTree(text); err != nil {
			return nil, false, err
		}
	}
	tree, ok := takeBackTree(trees[0], trees[1], trees[2])
	if !ok {
		return nil, false, nil
	}
	v, err = writeTree(tree, former)
	return v, true, err
}

// absent stands for a key that an object has not.
type absent struct{}

// takeBackTree restores the parts of a nested value that the job changed.
func takeBackTree(former, written, now any) (any, bool) {
	if reflect.DeepEqual(former, written) {
		return now, true
	}
	f, isF := asObject(former)
	w, isW := asObject(written)
	n, isN := asObject(now)
	if !isF || !isW || !isN {
		return former, reflect.DeepEqual(now, written)
	}
	out := make(map[string]any, len(n))
	for k, v := range n {
		out[k] = v
	}
	for k := range union(f, w) {
		v, ok := takeBackTree(at(f, k), at(w, k), at(n, k))
		if !ok {
			return nil, false
		}
		if _, gone := v.(absent); gone {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out, true
}

// asObject reads a missing value as an empty object at the top, where a merge
// makes one.
func asObject(v any) (map[string]any, bool) {
	if v == nil {
		return nil, true
	}
	m, ok := v.(map[string]any)
	return m, ok
}

func at(m map[string]any, k string) any {
	if v, ok := m[k]; ok {
		return v
	}
	return absent{}
}

func union(a, b map[string]any) map[string]bool {
	keys := make(map[string]bool, len(a)+len(b))
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	return keys
}

// readTree reads stored JSON, numbers as they are written.
func readTree(text any) (any, error) {
	if text == nil {
		return nil, nil
	}
	d := json.NewDecoder(strings.NewReader(text.(string)))
	d.UseNumber()
	var tree any
	return tree, d.Decode(&tree)
}

// writeTree is the inverse of readTree, in canonical form. A field that had no
// value and holds nothing any more has none again.
func writeTree(tree, former any) (any, error) {
	if m, ok := tree.(map[string]any); tree == nil || ok && len(m) == 0 && former == nil {
		return nil, nil
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	text, err = model.Canonical(text)
	return string(text), err
}

// A restoration gathers what an undo writes.
type restoration struct {
	fields  []*model.Field
	numbers []uint32
	former  [][]byte // growing JSON arrays, one for each field
	values  [][]byte
	list    bytes.Buffer // growing JSON array of [number, value, …], for the statement
}

func newRestoration(fields []*model.Field) *restoration {
	return &restoration{fields: fields, former: make([][]byte, len(fields)), values: make([][]byte, len(fields))}
}

// add notes a record's former values, as they are written, and its new ones.
func (r *restoration) add(n uint32, former []json.RawMessage, values []any) {
	comma := ""
	if len(r.numbers) > 0 {
		comma = ","
	}
	r.numbers = append(r.numbers, n)
	fmt.Fprintf(&r.list, "%s[%d", comma, n)
	for i, v := range values {
		text, _ := json.Marshal(v) // stored form is always JSON
		r.former[i] = append(append(r.former[i], comma...), former[i]...)
		r.values[i] = append(append(r.values[i], comma...), text...)
		r.list.WriteByte(',')
		r.list.Write(text)
	}
	r.list.WriteByte(']')
}

func brackets(inner [][]byte) [][]byte {
	out := make([][]byte, len(inner))
	for i, b := range inner {
		out[i] = slices.Concat([]byte{'['}, b, []byte{']'})
	}
	return out
}

func (r *restoration) changes() changes {
	return changes{changed: r.numbers, former: brackets(r.former)}
}

func (r *restoration) written() [][]byte {
	if len(r.numbers) == 0 {
		return nil
	}
	return brackets(r.values)
}

// writeRestored writes each record's own values, all in one statement.
func (c *chunk) writeRestored(r *restoration) error {
	d := c.t.d
	var set, columns []string
	for i, f := range r.fields {
		set = append(set, fmt.Sprintf("%s = back.v%d", quoted(f), i+1))
		columns = append(columns, fmt.Sprintf("%s AS v%d", d.element(i+1, f.Kind), i+1))
	}
	bounds, which := d.bounded("rid", c.base, c.last)
	args := append([]any{c.t.now, c.l.Job, c.base, "[" + r.list.String() + "]", c.l.Workspace}, which...)
	n, err := c.t.exec("UPDATE "+c.l.Model.Table()+d.notIndexed+" SET "+strings.Join(set, ", ")+", version = version + 1, updated_at = ?, last_job = ?"+
		" FROM (SELECT ? + "+d.element(0, model.Integer)+" AS number, "+strings.Join(columns, ", ")+" FROM "+d.elements+") AS back"+
		" WHERE rid = back.number AND workspace = ? AND "+bounds, args...)
	if err == nil && n != int64(len(r.numbers)) {
		err = errDisagree
	}
	return err
}

func splitAll(arrays [][]byte) [][]json.RawMessage {
	columns := make([][]json.RawMessage, len(arrays))
	for i, array := range arrays {
		for v := range scalars(array) {
			columns[i] = append(columns[i], v)
		}
	}
	return columns
}

func row(columns [][]json.RawMessage, i int) []json.RawMessage {
	values := make([]json.RawMessage, len(columns))
	for f, column := range columns {
		values[f] = column[i]
	}
	return values
}
