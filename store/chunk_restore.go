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

// restoring computes the values of an undo: it gives the records back what the
// restore source found in them. A record is restored whole or not at all: if
// any value that the source wrote has been changed since, the record is left
// as it is, in conflict.
type restoring struct{}

// candidates finds the selected records that still exist.
func (restoring) candidates(c *chunk) error {
	if slices.ContainsFunc(c.l.Patch.Sets, func(s model.Set) bool { return s.Field.Concealed() }) {
		c.rejectAll(c.selected, job.Conflicted, "secret_not_kept")
		return nil
	}
	if err := c.readRestoreSource(); err != nil {
		return err
	}
	var err error
	c.changes, err = c.readListed(c.selected, everything)
	if err == nil {
		c.rejectAll(without(c.selected, c.changed), job.Skipped, "not_found")
	}
	return err
}

func (restoring) fields(c *chunk) []*model.Field { return c.a.read }

func (restoring) compute(c *chunk, i int, now []json.RawMessage) (computed, error) {
	was := c.restoreSource[c.base+int64(c.changed[i])]
	if was.former == nil { // not kept, which does not mean that there was none
		return computed{reason: &rejection{Outcome: job.Conflicted, Code: "values_not_kept"}}, nil
	}
	values, met, err := c.takeBack(was, now)
	if met != nil {
		return computed{reason: &rejection{Outcome: job.Conflicted, Code: "changed_since", conflict: met}}, err
	}
	return computed{values: values}, err
}

func (restoring) conclude(c *chunk) error { return c.concludeConflicts() }

// restoreSourceRow is a chunk of the restore source, with an estimate of the
// bytes that unpacking it takes.
type restoreSourceRow struct {
	Last  int64 `db:"last_rid"`
	Bytes int64
}

// boundRestoreSource cuts an undo where the values that the restore source
// found and wrote would take too many bytes. It always keeps the records of one
// of the source's chunks.
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

// readRestoreSource reads what the restore source found and wrote in the
// chunk's records.
func (c *chunk) readRestoreSource() error {
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

// takeBack computes what the undo of f gives to a record's fields, in stored
// form. If a value that f wrote has been changed since, met holds the values
// that were found.
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
			written = now // a stamp follows the field that sets it, which is compared
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

// takeBackField computes one field. ok is false where the value that the job
// wrote has been changed since. What the job did not change stays as it is
// now.
func takeBackField(s model.Set, former, written, now any) (v any, ok bool, err error) {
	if !s.Merges() {
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

// absent stands for a key that an object does not have.
type absent struct{}

// takeBackTree restores the parts of a nested value that the job changed. ok is
// false where one of them has been changed since.
func takeBackTree(former, written, now any) (tree any, ok bool) {
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

// asObject returns a JSON object. A missing value counts as an empty object, as
// it does for a merge.
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

// readTree parses stored JSON. Numbers keep the form in which they are
// written.
func readTree(text any) (any, error) {
	if text == nil {
		return nil, nil
	}
	d := json.NewDecoder(strings.NewReader(text.(string)))
	d.UseNumber()
	var tree any
	return tree, d.Decode(&tree)
}

// writeTree is the inverse of readTree, in canonical form. An empty object
// becomes no value where the field had none before the job.
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
