package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/model"
)

// A given gathers records that are each given values of their own: by an undo,
// or by a merge that is left to Go.
type given struct {
	fields  []*model.Field
	numbers []uint32
	former  [][]byte // growing JSON arrays, one for each field whose former value is kept
	values  [][]byte // and one for each of fields
}

func newGiven(fields []*model.Field, kept int) *given {
	return &given{fields: fields, former: make([][]byte, kept), values: make([][]byte, len(fields))}
}

// add notes a record's former values, as they are written, and its new ones.
func (g *given) add(n uint32, former []json.RawMessage, values []any) {
	comma := ""
	if len(g.numbers) > 0 {
		comma = ","
	}
	g.numbers = append(g.numbers, n)
	for i, v := range former {
		g.former[i] = append(append(g.former[i], comma...), v...)
	}
	for i, v := range values {
		g.values[i] = appendValue(append(g.values[i], comma...), v)
	}
}

// appendValue appends a value in stored form as JSON.
func appendValue(dst []byte, v any) []byte {
	out := bytes.NewBuffer(dst)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // stored form is always JSON
	return bytes.TrimSuffix(out.Bytes(), []byte{'\n'})
}

func (g *given) changes() changes {
	return changes{changed: g.numbers, former: brackets(g.former), given: g.fields, values: brackets(g.values)}
}

func brackets(inner [][]byte) [][]byte {
	out := make([][]byte, len(inner))
	for i, b := range inner {
		out[i] = slices.Concat([]byte{'['}, b, []byte{']'})
	}
	return out
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
		columns = append(columns, fmt.Sprintf("%s AS v%d", d.Element(i+1, f.Type), i+1))
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
