package store

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/model"
)

// write writes the new values: one patch for all, or values for each record.
func (c *chunk) write() error {
	switch {
	case len(c.changed) == 0:
		return nil
	case len(c.given) > 0:
		return c.writeEach()
	}
	return c.writeAll()
}

// writeAll gives the changed records the patch, and makes sure that it was
// them.
func (c *chunk) writeAll() error {
	stamps, stampArgs := c.a.stamps(c.t.Now)
	args := append(append(slices.Clone(c.a.setArgs), stampArgs...), c.l.Job)
	where, which := c.target()
	n, err := c.t.Exec("UPDATE "+c.l.Model.Table()+c.d.NotIndexed+" SET "+c.a.set+", "+stamps+", last_job = ? WHERE "+where,
		append(args, which...)...)
	if err == nil && n != int64(len(c.changed)) {
		err = errDisagree
	}
	return err
}

// target names the records to write: a range without a gap, the range of which
// those that match are meant, or a list. The filter is evaluated only if that
// is cheap, since nobody else writes meanwhile.
func (c *chunk) target() (where string, args []any) {
	first, last := c.base+int64(c.changed[0]), c.base+int64(c.changed[len(c.changed)-1])
	switch {
	case last-first == int64(len(c.changed))-1:
		return "rid BETWEEN ? AND ? AND workspace = ?", []any{first, last, c.l.Workspace}
	case c.ranged && c.cheap && c.d.Alone:
		args = append([]any{c.base, c.last, c.l.Workspace}, c.filter.args...)
		return "rid BETWEEN ? AND ? AND workspace = ? AND " + c.filter.text + " AND " + c.a.differs, append(args, c.a.differsArgs...)
	}
	where, args = c.d.Among("rid", c.numbers(c.changed))
	return where + " AND workspace = ?", append(args, c.l.Workspace)
}

// writeEach gives the changed records the patch and each its own values, all in
// one statement, and makes sure that it was them.
func (c *chunk) writeEach() error {
	d := c.d
	set, args := []string{}, slices.Clone(c.a.setArgs)
	if c.a.set != "" {
		set = append(set, c.a.set)
	}
	columns := []string{"? + " + d.Element(0, model.Integer) + " AS number"}
	for i, f := range c.given {
		set = append(set, fmt.Sprintf("%s = given.v%d", quoted(f), i+1))
		columns = append(columns, fmt.Sprintf("%s AS v%d", d.Element(i+1, f.Kind), i+1))
	}
	stamps, stampArgs := c.a.stamps(c.t.Now)
	bounds, which := d.Bounded("rid", c.base, c.last)
	args = append(append(args, stampArgs...), c.l.Job, c.base, c.list(), c.l.Workspace)
	n, err := c.t.Exec("UPDATE "+c.l.Model.Table()+d.NotIndexed+" SET "+strings.Join(append(set, stamps), ", ")+", last_job = ?"+
		" FROM (SELECT "+strings.Join(columns, ", ")+" FROM "+d.Elements+") AS given"+
		" WHERE rid = given.number AND workspace = ? AND "+bounds, append(args, which...)...)
	if err == nil && n != int64(len(c.changed)) {
		err = errDisagree
	}
	return err
}

// list is the JSON array of [number, value, …] for each changed record.
func (c *chunk) list() string {
	var list bytes.Buffer
	length := 2 + 12*len(c.changed)
	for _, array := range c.values {
		length += len(array) + len(c.changed)
	}
	list.Grow(length)
	list.WriteByte('[')
	columns := splitAll(c.values)
	for i, n := range c.changed {
		if i > 0 {
			list.WriteByte(',')
		}
		list.WriteByte('[')
		list.WriteString(strconv.FormatUint(uint64(n), 10))
		for _, column := range columns {
			list.WriteByte(',')
			list.Write(column[i])
		}
		list.WriteByte(']')
	}
	list.WriteByte(']')
	return list.String()
}
