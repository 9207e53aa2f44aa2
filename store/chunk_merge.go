package store

import (
	"slices"

	"bulkpatch/job"
	"bulkpatch/model"
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
	left := c.a.inGo
	c.a = assign(c.d, sets, now, func(s model.Set) bool {
		return s.Computed || isWide(s.Merge) || slices.ContainsFunc(left, func(m model.Set) bool { return m.Field == s.Field })
	}).require(sets).computes(c.l.Patch.Compute)
	if c.file != nil {
		c.a = c.a.reading(c.file.reads())
	}
	if c.l.RestoreSource != 0 {
		c.a = assignment{read: c.a.read, differs: "(1 = 1)"}
	}
}

// leaveToGo has Go compute those merges whose results may be larger than a field
// may hold, because Go can measure each result. longest is the length of the
// longest value that is merged into. leaveToGo reports whether it found any more
// such merges.
func (c *chunk) leaveToGo(longest int64) bool {
	before := len(c.a.inGo)
	for _, s := range c.l.Patch.Sets {
		if s.Merge != nil && longest+int64(len(s.Merge)) > job.MaxValue {
			c.a.inGo = append(c.a.inGo, s)
		}
	}
	c.compile(0)
	return len(c.a.inGo) > before
}

// leaveGrownToGo is leaveToGo for records whose values others have changed
// since the chunk was read.
func (c *chunk) leaveGrownToGo() (bool, error) {
	measured, _ := c.weigh()
	_, longest, err := c.measure(measured)
	return err == nil && c.leaveToGo(longest), err
}
