package store

import (
	"bytes"
	"encoding/json"
	"slices"

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
