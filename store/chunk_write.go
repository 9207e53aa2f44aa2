package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// errDisagree means that a statement changed other records than the same
// transaction had read. It is never expected; the chunk is rolled back.
var errDisagree = errors.New("the update did not change the records that were read")

// write gives the changed records their new values, in one statement.
func (c *chunk) write() error {
	if len(c.changed) == 0 {
		return nil
	}
	if len(c.brought) > 0 {
		if err := c.addChoices(); err != nil {
			return err
		}
	}
	c.compile(c.t.Now)
	query, args := c.way().update(c)
	n, err := c.t.Exec(query, args...)
	if err == nil && n != int64(len(c.changed)) {
		err = errDisagree
	}
	return err
}

func (onePatch) update(c *chunk) (query string, args []any) {
	stamps, stampArgs := c.a.stamps(c.t.Now)
	where, which := c.target()
	return "UPDATE " + c.l.Model.Table() + c.d.NotIndexed + " SET " + c.a.set + ", " + stamps + ", last_job = ? WHERE " + where,
		slices.Concat(c.a.setArgs, stampArgs, []any{c.l.Job}, which)
}

// target selects the records to write: as a range without gaps, as the records
// of a range that match, or as a list. The filter is evaluated only where that
// is cheap, since no one else can write meanwhile.
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

// update joins the records with a list of their values. It sets what the rest
// of the patch gives to all of them, too.
func (valuesEach) update(c *chunk) (query string, args []any) {
	d := c.d
	var set []string
	if c.a.set != "" {
		set = append(set, c.a.set)
	}
	columns := []string{"? + " + d.Element(0, model.Integer) + " AS number"}
	for i, f := range c.given {
		set = append(set, fmt.Sprintf("%s = given.v%d", sqldb.Quoted(f), i+1))
		columns = append(columns, fmt.Sprintf("%s AS v%d", d.Element(i+1, f.Type), i+1))
	}
	stamps, stampArgs := c.eachStamps()
	bounds, which := d.Bounded("rid", c.base, c.last)
	return "UPDATE " + c.l.Model.Table() + d.NotIndexed + " SET " + strings.Join(append(set, stamps), ", ") + ", last_job = ?" +
			" FROM (SELECT " + strings.Join(columns, ", ") + " FROM " + d.Elements + ") AS given" +
			" WHERE rid = given.number AND workspace = ? AND " + bounds,
		slices.Concat(c.a.setArgs, stampArgs, []any{c.l.Job, c.base, c.valueList(), c.l.Workspace}, which)
}

// eachStamps is what assignment.stamps returns, with the time of change as it is for
// the records that keep theirs.
func (c *chunk) eachStamps() (set string, args []any) {
	if len(c.keeps) == 0 || c.a.keepsTime {
		return c.a.stamps(c.t.Now)
	}
	among, args := c.d.Among("rid", c.numbers(c.keeps))
	return "version = version + 1, updated_at = CASE WHEN " + among + " THEN updated_at ELSE ? END", append(args, c.t.Now)
}

// valueList returns a JSON array of [offset, value, …] for each changed record.
func (c *chunk) valueList() string {
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
