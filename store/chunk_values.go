package store

import (
	"bytes"
	"encoding/json"
	"slices"

	"bulkpatch/model"
)

// valuesEach is the way to write a chunk in which Go computes the new values
// of each record from the former ones. One statement writes them all.
type valuesEach struct{ computation }

// A computation computes new values in Go: a merge ([merging]) or an undo
// ([restoring]).
type computation interface {
	// candidates finds the records whose values are to be computed, as the
	// changed ones of the chunk, and decides about the others.
	candidates(c *chunk) error
	// fields returns the fields that are computed.
	fields(c *chunk) []*model.Field
	// compute returns the new values of the i-th candidate, in stored form.
	// former holds its values of the fields that are read, as JSON. It must
	// not be kept.
	compute(c *chunk, i int, former []json.RawMessage) (computed, error)
	// conclude decides what takes all of the records to decide.
	conclude(c *chunk) error
}

// A computed is what becomes of one record: it gets new values, or fails or is
// skipped for a reason. It is unchanged where there is neither.
type computed struct {
	values []any
	reason *rejection
}

func (w valuesEach) find(c *chunk) error {
	if err := w.candidates(c); err != nil {
		return err
	}
	columns := splitAll(c.former)
	former := make([]json.RawMessage, len(columns))
	out := newGiven(w.fields(c), len(columns))
	unchanged := slices.Clone(c.unchanged)
	for i, n := range c.changed {
		for f, column := range columns {
			former[f] = column[i]
		}
		record, err := w.compute(c, i, former)
		switch {
		case err != nil:
			return err
		case record.reason != nil:
			record.reason.Offset = n
			c.rejected = append(c.rejected, *record.reason)
		case record.values != nil:
			out.add(n, former, record.values)
		default:
			unchanged = append(unchanged, n)
		}
	}
	slices.Sort(unchanged)
	out.changes(&c.changes)
	c.unchanged, c.otherwise, c.ranged = unchanged, nil, false
	return w.conclude(c)
}

// A given gathers the records that get values of their own.
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

// changes makes the gathered records the changed ones.
func (g *given) changes(c *changes) {
	c.changed, c.former, c.given, c.values = g.numbers, brackets(g.former), g.fields, brackets(g.values)
}

func brackets(inner [][]byte) [][]byte {
	out := make([][]byte, len(inner))
	for i, b := range inner {
		out[i] = slices.Concat([]byte{'['}, b, []byte{']'})
	}
	return out
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
