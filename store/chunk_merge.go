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

// isWide reports whether a merge patch has so many names that Go applies it.
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

// compile compiles the patch for the time at which it is written. Merges that
// were left to Go stay there. An undo has no SQL that is the same for all
// records: each record that still exists gets its own former values.
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

// leaveToGo has Go compute those merges whose results may be larger than a field
// may hold, because Go can measure each result. longest is the length of the
// longest value that is merged into. leaveToGo reports whether it found any more
// such merges.
func (c *chunk) leaveToGo(longest int64) bool {
	before := len(c.a.merged)
	for _, s := range c.l.Patch.Sets {
		if s.Merge != nil && longest+int64(len(s.Merge)) > job.MaxValue {
			c.a.merged = append(c.a.merged, s)
		}
	}
	c.compile(0)
	return len(c.a.merged) > before
}

// leaveGrownToGo is leaveToGo for records whose values others have changed
// since the chunk was read.
func (c *chunk) leaveGrownToGo() (bool, error) {
	measured, _ := c.weigh()
	_, longest, err := c.measure(measured)
	return err == nil && c.leaveToGo(longest), err
}

// merging computes the merges that are left to Go. Every record that matches
// is a candidate: some have the values already, and some values would become
// too large.
type merging struct{}

func (merging) candidates(c *chunk) error { return c.match() }

func (merging) fields(c *chunk) []*model.Field {
	fields := make([]*model.Field, len(c.a.merged))
	for i, s := range c.a.merged {
		fields[i] = s.Field
	}
	return fields
}

func (merging) compute(c *chunk, i int, former []json.RawMessage) (computed, error) {
	var values []any
	differs := c.otherwise[i] == 1
	for _, s := range c.a.merged {
		before, err := storedValue(s.Field, former[slices.Index(c.a.read, s.Field)])
		if err != nil {
			return computed{}, err
		}
		after := patched(c.l.Patch, s, before, nil, 0)
		if text, _ := after.(string); before != after && len(text) > job.MaxValue {
			return computed{reason: &rejection{Outcome: job.RecordFail, Code: sqldb.CodeTooLarge, Pointer: s.Pointer}}, nil
		}
		values, differs = append(values, after), differs || before != after
	}
	if !differs {
		return computed{}, nil
	}
	return computed{values: values}, nil
}

func (merging) conclude(*chunk) error { return nil }
