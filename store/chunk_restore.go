package store

import (
	"encoding/json"
	"reflect"
	"slices"
	"sort"
	"strings"

	"bulkpatch/job"
	"bulkpatch/model"
)

// findRestored finds what gives the chunk's records back what the source job
// found in them. A record is restored whole or not at all: when any value that
// the job changed is another by now than the job wrote, nothing of it is
// touched.
func (c *chunk) findRestored() error {
	if slices.ContainsFunc(c.l.Patch.Sets, func(s model.Set) bool { return s.Field.Concealed() }) {
		c.refuseAll(c.selected, job.Conflicted, "secret_not_kept")
		return nil
	}
	if err := c.restoreSourceValues(); err != nil {
		return err
	}
	now, err := c.readListed(c.selected, everything)
	if err != nil {
		return err
	}
	c.refuseAll(without(c.selected, now.changed), job.Skipped, "not_found")
	restored := newGiven(c.a.read, len(c.a.read))
	columns := splitAll(now.former)
	for i, n := range now.changed {
		current := row(columns, i)
		was := c.restoreSource[c.base+int64(n)]
		if was.former == nil {
			c.refuse(n, job.Conflicted, "values_not_kept") // and must not be taken for none
			continue
		}
		values, met, err := c.takeBack(was, current)
		if err != nil {
			return err
		}
		if met != nil {
			c.refused = append(c.refused, refusal{Offset: n, Outcome: job.Conflicted, Code: "changed_since", conflict: met})
			continue
		}
		restored.add(n, current, values)
	}
	c.changes = restored.changes()
	return c.settleConflicts()
}

// sourceRow is a chunk of the source job, with about what unpacking it takes.
type restoreSourceRow struct {
	Last  int64 `db:"last_rid"`
	Bytes int64
}

// boundSource cuts an undo where what the source job found and wrote would take
// too much. One of its chunks it always takes.
func (c *chunk) boundRestoreSource() error {
	var rows []restoreSourceRow
	if err := c.q.List(&rows, `SELECT last_rid, COALESCE(LENGTH(former), 0) + COALESCE(LENGTH(written), 0) AS bytes FROM changes
		WHERE workspace = ? AND job = ? AND first_rid >= `+chunkAt+` AND first_rid <= ? ORDER BY first_rid`,
		c.l.Workspace, c.l.RestoreSource, c.l.Workspace, c.l.RestoreSource, c.base, c.last); err != nil {
		return err
	}
	var sum, upTo int64
	for i, r := range rows {
		if sum += r.Bytes; sum > maxChunkBytes && i > 0 && upTo >= c.base {
			last := sort.Search(len(c.selected), func(i int) bool { return c.base+int64(c.selected[i]) > upTo })
			c.cut(max(1, last))
			return nil
		}
		upTo = r.Last
	}
	return nil
}

// sourceValues reads what the source job found and wrote in the chunk's
// records, by number.
func (c *chunk) restoreSourceValues() error {
	if c.restoreSource != nil {
		return nil
	}
	var rows []changeRow
	if err := c.q.List(&rows, `SELECT first_rid, last_rid, at, updated, former, written FROM changes
		WHERE workspace = ? AND job = ? AND first_rid >= `+chunkAt+` AND first_rid <= ?`,
		c.l.Workspace, c.l.RestoreSource, c.l.Workspace, c.l.RestoreSource, c.base, c.last); err != nil {
		return err
	}
	c.restoreSource = make(map[int64]foundResult, len(c.selected))
	for _, r := range rows {
		all, err := r.outcomes(isUpdated, c.base-1, int(c.last-c.base+1))
		if err != nil {
			return err
		}
		for _, f := range all {
			c.restoreSource[f.rid] = f
		}
	}
	return nil
}

// takeBack computes what a record's fields are to hold, in stored form. met is
// what it met instead where the record was changed since in what the job had
// changed.
func (c *chunk) takeBack(f foundResult, current []json.RawMessage) (values []any, met *metChange, err error) {
	for i, s := range c.l.Patch.Sets {
		former, written, err := f.values(c.l.Patch, s)
		if err != nil {
			return nil, nil, err
		}
		now, err := storedValue(s.Field, current[i])
		if err != nil {
			return nil, nil, err
		}
		if s.When != nil && former != written {
			written = now // a stamp goes with the field that brings it, which is compared
		}
		v, ok, err := takeBackField(s, former, written, now)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			met = met.with(s.Field, written, now, former)
		}
		values = append(values, v)
	}
	return values, met, nil
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
