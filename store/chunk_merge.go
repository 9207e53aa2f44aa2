package store

import (
	"encoding/json"
	"slices"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// maxNested is how many names a merge patch may have, on all its levels, and
// still be one expression. SQLite's json_patch takes time that grows with the
// square of their number, and PostgreSQL's stack holds some thousand.
const maxNested = 32

// isWide reports whether a patch is merged in Go: it has too many names.
func isWide(patch []byte) bool {
	names, quoted := 0, false
	for i := 0; i < len(patch) && names <= maxNested; i++ {
		switch c := patch[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case c == ':' && !quoted:
			names++
		}
	}
	return names > maxNested
}

// compile compiles the patch for the time at which it is written. What was left
// to Go stays there. An undo reads all records that are there, and gives each
// its own values.
func (c *chunk) compile(now int64) {
	sets := c.l.Patch.Sets
	merged := c.a.merged
	c.a = assign(c.d, sets, now, func(s model.Set) bool {
		return isWide(s.Merge) || slices.ContainsFunc(merged, func(m model.Set) bool { return m.Field == s.Field })
	}).require(sets)
	if c.l.RestoreSource != 0 {
		c.a = assignment{read: c.a.read, differs: "(1 = 1)"}
	}
}

// leaveToGo leaves those merges to Go, where the result is measured, that may
// exceed what a field may hold. It reports whether there are more of them now.
func (c *chunk) leaveToGo(longest int64) bool {
	before := len(c.a.merged)
	for _, s := range c.l.Patch.Sets {
		if s.Merge != nil && longest+int64(len(s.Merge)) > maxValue {
			c.a.merged = append(c.a.merged, s)
		}
	}
	c.compile(0)
	return len(c.a.merged) > before
}

// outgrown is leaveToGo for values that others have changed meanwhile.
func (c *chunk) outgrown() (bool, error) {
	measured, _ := c.weigh()
	_, longest, err := c.measure(measured)
	return err == nil && c.leaveToGo(longest), err
}

// merge computes the merges that are left to Go. Until then all records that
// match are candidates: some turn out to be right already, and some values
// would become too large.
func (c *chunk) merge() error {
	if len(c.a.merged) == 0 {
		return nil
	}
	columns := splitAll(c.former)
	out := newGiven(c.fieldsToMerge(), len(c.former))
	unchanged := slices.Clone(c.unchanged)
	for i, n := range c.changed {
		values, differs, err := c.mergeOne(columns, i)
		switch {
		case err != nil:
			return err
		case values == nil:
			c.refuseMerge(n, columns, i)
		case differs || c.otherwise[i] == 1:
			out.add(n, row(columns, i), values)
		default:
			unchanged = append(unchanged, n)
		}
	}
	slices.Sort(unchanged)
	found := out.changes()
	c.changed, c.former, c.given, c.values = found.changed, found.former, found.given, found.values
	c.unchanged, c.otherwise, c.ranged = unchanged, nil, false
	return nil
}

func (c *chunk) fieldsToMerge() []*model.Field {
	fields := make([]*model.Field, len(c.a.merged))
	for i, s := range c.a.merged {
		fields[i] = s.Field
	}
	return fields
}

// mergeOne computes the new values of one record, nil where one is too large.
func (c *chunk) mergeOne(columns [][]json.RawMessage, i int) (values []any, differs bool, err error) {
	for _, s := range c.a.merged {
		before, err := storedValue(s.Field, columns[slices.Index(c.a.read, s.Field)][i])
		if err != nil {
			return nil, false, err
		}
		after := patched(c.l.Patch, s, before, nil, 0)
		if before == after {
			values = append(values, after)
			continue
		}
		if text, _ := after.(string); len(text) > maxValue {
			return nil, false, nil
		}
		values, differs = append(values, after), true
	}
	return values, differs, nil
}

// refuseMerge names the field that would become too large.
func (c *chunk) refuseMerge(n uint32, columns [][]json.RawMessage, i int) {
	r := refusal{Offset: n, Outcome: job.RecordFail, Code: sqldb.CodeTooLarge}
	for _, s := range c.a.merged {
		before, _ := storedValue(s.Field, columns[slices.Index(c.a.read, s.Field)][i])
		if text, _ := patched(c.l.Patch, s, before, nil, 0).(string); len(text) > maxValue {
			r.Pointer = s.Pointer
			break
		}
	}
	c.refused = append(c.refused, r)
}
