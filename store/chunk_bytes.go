package store

import (
	"errors"
	"math/bits"
	"slices"
	"strings"

	"bulkpatch/model"
)

// maxChunkBytes bounds the values that a chunk reads and writes. A chunk has at
// least one record, though.
const maxChunkBytes = 16 << 20

// decide decides the outcome of each selected record. It first cuts the chunk
// where all of them would be too many bytes.
func (c *chunk) decide() error {
	if err := c.bound(); err != nil {
		return err
	}
	err := c.find()
	if !errors.Is(err, errLong) {
		return err
	}
	c.long, c.rejected = true, nil
	if err := c.bound(); err != nil {
		return err
	}
	return c.find()
}

// bound cuts the chunk where its values would be too many bytes, without
// reading them. It leaves merges to Go whose result may be too large.
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

// errLong means that a guarded query met a value that is longer than it may
// read.
var errLong = errors.New("a value is longer than expected")

// guard lets the chunk read values without measuring them first: the query
// itself then fails with errLong at a value that takes more than its share of
// maxChunkBytes. guard reports whether the chunk may do so. Most values are
// short, and reading the records twice takes about 5 % longer.
func (c *chunk) guard(measured []*model.Field) bool {
	c.guarded, c.longest = nil, 0
	if c.long || c.l.RestoreSource != 0 || c.bytes > maxChunkBytes/2 || slices.ContainsFunc(c.l.Patch.Sets, func(s model.Set) bool { return s.Merge != nil }) {
		return false
	}
	values := min(c.last-c.base+1, int64(len(c.selected))*maxSpread) * int64(len(measured))
	part := max(1, maxChunkBytes/2/values)
	// A power of two, so that few different statements are prepared: the length is part of their text.
	c.guarded, c.longest = measured, 1<<(bits.Len64(uint64(part))-1)
	return true
}

// weigh returns the fields whose values must be measured, because the model
// does not bound them. most is what the other fields and the new values of a
// record take at most.
func (c *chunk) weigh() (measured []*model.Field, most int64) {
	for _, s := range c.l.Patch.Sets {
		if text, ok := s.Value.(string); ok {
			most += int64(max(len(text), len(s.Merge)))
		}
	}
	for _, f := range c.a.all() {
		n := f.MaxBytes()
		if n == 0 || f.Type == model.String && int64(n)*int64(len(c.selected)) > maxChunkBytes/8 {
			measured = append(measured, f)
			continue
		}
		most += int64(n)
	}
	return measured, most
}

// measure returns the sum of the lengths of some fields, and the length of the
// longest value merged into. In a dense chunk it measures all records of the
// range: that is faster, and the sum is then an upper bound.
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

// length returns the expression for the length of some fields of a record. A
// value that is merged or restored counts twice: once read and once written.
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

// around selects the range of a dense chunk, or the records of another one.
func (c *chunk) around() (where string, args []any) {
	if c.isDense() {
		return " WHERE rid BETWEEN ? AND ? AND workspace = ?", []any{c.base, c.last, c.l.Workspace}
	}
	among, args := c.d.Among("rid", c.numbers(c.selected))
	return " WHERE " + among + " AND workspace = ?", append(args, c.l.Workspace)
}

// cutAt measures each selected record and keeps the first ones that fit.
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
