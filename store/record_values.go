package store

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"bulkpatch/model"
)

// A valueColumn holds the former values of one field in a chunk's updated
// records: one value where all had the same, else one for each record in
// ascending order of their numbers. Values are in stored form, as JSON.
type valueColumn struct {
	All  json.RawMessage `json:"all,omitempty"`
	Each scalarList      `json:"each,omitempty"`
}

// A scalarList is a JSON array of scalars, which are not parsed.
type scalarList []json.RawMessage

// UnmarshalJSON splits a copy of the array.
func (l *scalarList) UnmarshalJSON(array []byte) error {
	array = bytes.Clone(array)
	*l = make(scalarList, 0, 1+bytes.Count(array, []byte{','}))
	for v := range scalars(array) {
		*l = append(*l, v)
	}
	return nil
}

// at returns the value of the i-th updated record.
func (c valueColumn) at(i int) json.RawMessage {
	if c.Each == nil {
		return c.All
	}
	return c.Each[i]
}

// packValues joins JSON arrays of values, one for each field, into what is kept
// of a chunk. Secrets are not kept.
func packValues(fields []*model.Field, arrays [][]byte) []byte {
	var out bytes.Buffer
	length := 2
	for i, f := range fields {
		length += len(f.Name) + len(arrays[i]) + 16
	}
	out.Grow(length)
	out.WriteByte('{')
	for i, f := range fields {
		if f.Concealed() {
			continue
		}
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, "%q:", f.Name)
		if v, ok := allAgree(arrays[i]); ok {
			out.WriteString(`{"all":`)
			out.Write(v)
		} else {
			out.WriteString(`{"each":`)
			out.Write(arrays[i])
		}
		out.WriteByte('}')
	}
	out.WriteByte('}')
	return out.Bytes()
}

// values holds the columns of a chunk by field. It is nil if they are not kept.
type values map[string]valueColumn

func unpackValues(raw []byte) (values, error) {
	if raw == nil {
		return nil, nil
	}
	var columns values
	err := json.Unmarshal(raw, &columns)
	return columns, err
}

// allAgree returns the value of a JSON array of scalars that are all the same.
// It stops at the first that differs.
func allAgree(array []byte) ([]byte, bool) {
	var first []byte
	for v := range scalars(array) {
		switch {
		case first == nil:
			first = v
		case !bytes.Equal(first, v):
			return nil, false
		}
	}
	return first, first != nil
}

// scalars iterates over a JSON array of scalars, without parsing them.
// PostgreSQL puts a space before each but the first.
func scalars(array []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		start, quoted := 1, false
		for i := 1; i < len(array); i++ {
			switch c := array[i]; {
			case c == ' ' && i == start:
				start++
			case quoted && c == '\\':
				i++
			case c == '"':
				quoted = !quoted
			case !quoted && (c == ',' || c == ']'):
				if i > start && !yield(array[start:i]) {
					return
				}
				start = i + 1
			}
		}
	}
}

// keep returns the array with only the values at the given places, in order.
func keep(array []byte, places []int) []byte {
	out := []byte{'['}
	i, next := 0, 0
	for v := range scalars(array) {
		if next < len(places) && places[next] == i {
			if next > 0 {
				out = append(out, ',')
			}
			out = append(out, v...)
			next++
		}
		i++
	}
	return append(out, ']')
}

// packNumbers returns the bitmap of some offsets, nil if there are none.
func packNumbers(offsets []uint32) ([]byte, error) {
	if len(offsets) == 0 {
		return nil, nil
	}
	b := roaring.BitmapOf(offsets...)
	b.RunOptimize()
	return b.ToBytes()
}

func unpackNumbers(raw []byte) ([]uint32, error) {
	if raw == nil {
		return nil, nil
	}
	b := roaring.New()
	if err := b.UnmarshalBinary(raw); err != nil {
		return nil, err
	}
	return b.ToArray(), nil
}
