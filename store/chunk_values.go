package store

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"bulkpatch/model"
)

// valuesEach is the way to write a chunk in which Go computes the new values
// of each record from the former ones. One statement writes them all.
type valuesEach struct{ computation }

// A computation works out new values in Go: what a patch leaves to it ([patching]) or
// an undo ([restoring]).
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
	values    []any
	keepsTime bool        // the record's time of change stays as it is
	choices   []model.Set // that the values bring; see [chunk.addChoices]
	reason    *rejection
}

func (w valuesEach) find(c *chunk) error {
	if err := w.candidates(c); err != nil {
		return err
	}
	columns := splitAll(c.former)
	former := make([]json.RawMessage, len(columns))
	out := newGiven(w.fields(c), len(c.a.read))
	var right []uint32
	began := time.Now()
	for i, n := range c.changed {
		if i > 0 && c.l.Patch.Compute != nil && time.Since(began) > mostComputing {
			c.cutBefore(n)
			break
		}
		for f, column := range columns {
			former[f] = column[i]
		}
		record, err := w.compute(c, i, former)
		if err != nil {
			return err
		}
		if out.isFull(record.values) {
			c.cutBefore(n)
			break
		}
		switch {
		case record.reason != nil:
			record.reason.Offset = n
			c.rejected = append(c.rejected, *record.reason)
		case record.values != nil:
			out.add(n, former, record)
			for _, choice := range record.choices {
				c.brought = append(c.brought, broughtChoice{n, choice})
			}
		default:
			right = append(right, n)
		}
	}
	if c.l.Patch.Compute != nil {
		c.bytes += out.bytes
	}
	c.unchanged, c.otherwise, c.ranged = slices.Sorted(slices.Values(slices.Concat(c.unchanged, right))), nil, false
	out.changes(&c.changes)
	return w.conclude(c)
}

// mostComputing is how long a chunk may compute values. Regular expressions may take
// a second for one record, and on PostgreSQL the chunk has its records locked.
const mostComputing = 250 * time.Millisecond

// A given gathers the records that get values of their own.
type given struct {
	fields  []*model.Field
	numbers []uint32
	former  [][]byte // growing JSON arrays, one for each field whose former value is kept
	values  [][]byte // and one for each of fields
	keeps   []uint32 // see [changes]
	bytes   int64    // of the new values, about
}

func newGiven(fields []*model.Field, kept int) *given {
	return &given{fields: fields, former: make([][]byte, kept), values: make([][]byte, len(fields))}
}

// isFull reports whether further values would be more bytes than a chunk may have. A
// chunk has at least one record, though.
func (g *given) isFull(values []any) bool {
	return len(g.numbers) > 0 && g.bytes+bytesIn(values) > maxChunkBytes
}

// bytesIn estimates how many bytes some values take.
func bytesIn(values []any) int64 {
	n := int64(8 * len(values))
	for _, v := range values {
		if text, ok := v.(string); ok {
			n += int64(len(text))
		}
	}
	return n
}

// add notes a record's former values, as they are written, and its new ones.
func (g *given) add(n uint32, former []json.RawMessage, record computed) {
	comma := ""
	if len(g.numbers) > 0 {
		comma = ","
	}
	g.numbers = append(g.numbers, n)
	if record.keepsTime {
		g.keeps = append(g.keeps, n)
	}
	for i := range g.former {
		g.former[i] = append(append(g.former[i], comma...), former[i]...)
	}
	for i, v := range record.values {
		g.values[i] = appendValue(append(g.values[i], comma...), v)
	}
	g.bytes += bytesIn(record.values)
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
	c.changed, c.keeps = g.numbers, g.keeps
	c.former, c.given, c.values = brackets(g.former), g.fields, brackets(g.values)
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
