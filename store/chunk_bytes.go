package store

import (
	"errors"
	"math/bits"
	"slices"
	"strings"

	"bulkpatch/model"
)

const (
	// maxChunkBytes bounds the values that a chunk reads and writes. One record
	// it always takes.
	maxChunkBytes = 16 << 20
	// maxValue bounds what a merge may make of a field.
	maxValue = 1 << 20
)

// decide finds what becomes of the chunk's records, or of the first of them where
// all would be too many bytes.
func (c *chunk) decide() error {
	if err := c.bound(); err != nil {
		return err
	}
	err := c.find()
	if !errors.Is(err, errLong) {
		return err
	}
	c.long, c.refused = true, nil
	if err := c.bound(); err != nil {
		return err
	}
	return c.find()
}

// bound cuts the chunk where its values would take too much, without reading
// them, and leaves merges that may make too large a value to Go.
func (c *chunk) bound() error {
	c.compile(0)
	if c.l.RestoreSource != 0 {
		if err := c.boundRestoreSource(); err != nil {
			return err
		}
	}
	measured, most := c.weigh()
	c.bytes = most * int64(len(c.selected))
	if len(measured) == 0 && c.bytes <= maxChunkBytes || len(c.selected) == 0 || c.guard(measured) {
		return nil
	}
	sum, longest, err := c.measure(measured)
	if err != nil {
		return err
	}
	if c.bytes += sum; c.bytes > maxChunkBytes {
		if err := c.cutAt(measured, most); err != nil {
			return err
		}
	}
	c.leaveToGo(longest)
	return nil
}

// errLong means that a guarded reading met a longer value than it may read.
var errLong = errors.New("a value is longer than expected")

// guard has the chunk read values without measuring them before, as long as
// each takes no more than its part of what the chunk may hold. It reports
// whether that will do: most values are short, and to walk the records twice
// takes a twentieth longer.
func (c *chunk) guard(measured []*model.Field) bool {
	c.guarded, c.longest = nil, 0
	if c.long || c.l.RestoreSource != 0 || c.bytes > maxChunkBytes/2 || slices.ContainsFunc(c.l.Patch.Sets, func(s model.Set) bool { return s.Merge != nil }) {
		return false
	}
	values := min(c.last-c.base+1, int64(len(c.selected))*maxSpread) * int64(len(measured))
	part := max(1, maxChunkBytes/2/values)
	// A power of two, since it stands in the statement, which is kept prepared.
	c.guarded, c.longest = measured, 1<<(bits.Len64(uint64(part))-1)
	return true
}

// weigh tells the fields whose values must be measured from those that the
// model bounds, and says what a record takes at most of the latter and of the
// values that it is given. A value that is merged is about as long again as it
// was.
func (c *chunk) weigh() (measured []*model.Field, most int64) {
	for _, s := range c.l.Patch.Sets {
		if text, ok := s.Value.(string); ok {
			most += int64(max(len(text), len(s.Merge)))
		}
	}
	for _, f := range c.a.read {
		n := f.MaxBytes()
		if n == 0 || f.Type == model.String && int64(n)*int64(len(c.selected)) > maxChunkBytes/8 {
			measured = append(measured, f)
			continue
		}
		most += int64(n)
	}
	return measured, most
}

// measure adds up the lengths of some fields and finds the longest merged
// value, in all records of the range where it is dense: that is quicker, and
// no less than of those that were selected.
func (c *chunk) measure(fields []*model.Field) (sum, longest int64, err error) {
	if len(fields) == 0 {
		return 0, 0, nil
	}
	most := []string{"0"}
	for _, s := range c.l.Patch.Sets {
		if s.Merge != nil {
			most = append(most, "COALESCE(MAX("+c.d.Bytes(s.Field)+"), 0)")
		}
	}
	where, args := c.around()
	raw := make([]int64, len(most)+1)
	dest := make([]any, len(raw))
	for i := range raw {
		dest[i] = &raw[i]
	}
	_, err = c.q.Row("SELECT COALESCE(SUM("+c.length(fields)+"), 0), "+strings.Join(most, ", ")+" FROM "+c.l.Model.Table()+c.d.NotIndexed+where, args, dest...)
	return raw[0], slices.Max(raw[1:]), err
}

// length is the length of some fields of a record. What the chunk gives back
// or merges is written as it is read.
func (c *chunk) length(fields []*model.Field) string {
	var parts []string
	for _, f := range fields {
		part := "COALESCE(" + c.d.Bytes(f) + ", 0)"
		if set, _ := c.l.Patch.Set(f); set.Merge != nil || c.l.RestoreSource != 0 {
			part = "2 * " + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " + ")
}

// around is the chunk's range where that is dense, else its list.
func (c *chunk) around() (where string, args []any) {
	if c.last-c.base < int64(len(c.selected))*maxSpread {
		return " WHERE rid BETWEEN ? AND ? AND workspace = ?", []any{c.base, c.last, c.l.Workspace}
	}
	among, args := c.d.Among("rid", c.numbers(c.selected))
	return " WHERE " + among + " AND workspace = ?", append(args, c.l.Workspace)
}

// cutAt measures each selected record, and takes the first ones that fit.
func (c *chunk) cutAt(fields []*model.Field, most int64) error {
	lengths := make(map[uint32]uint32, len(c.selected))
	if len(fields) > 0 {
		var err error
		if lengths, err = c.lookUp(c.selected, c.length(fields)); err != nil {
			return err
		}
	}
	var sum int64
	for i, n := range c.selected {
		next := sum + most + int64(lengths[n])
		if next > maxChunkBytes && i > 0 {
			c.cut(i)
			break
		}
		sum = next
	}
	c.bytes = sum
	return nil
}

// lookUp finds a number of each record of a list that there is.
func (c *chunk) lookUp(offsets []uint32, expr string) (map[uint32]uint32, error) {
	among, which := c.d.Among("rid", c.numbers(offsets))
	args := append(append([]any{c.base}, which...), c.l.Workspace)
	inner := "SELECT rid, " + expr + " AS n FROM " + c.l.Model.Table() + c.d.NotIndexed + " WHERE " + among + " AND workspace = ?"
	var numbers, found []byte
	if _, err := c.q.Row("SELECT "+c.d.Collect("rid - ?", "1 = 1")+", "+c.d.Collect("n", "1 = 1")+" FROM ("+inner+") AS found",
		args, &numbers, &found); err != nil {
		return nil, err
	}
	values := parseNumbers(found)
	byOffset := make(map[uint32]uint32, len(values))
	for i, n := range parseNumbers(numbers) {
		byOffset[n] = values[i]
	}
	return byOffset, nil
}

// versions are the versions of those of some records that there are. They only
// grow, so that what goes beyond 32 bits is not missed.
func (c *chunk) versions(offsets []uint32) (map[uint32]uint32, error) {
	return c.lookUp(offsets, "version")
}
