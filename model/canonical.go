package model

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Canonical returns JSON in the form in which lists and objects are stored: names
// sorted, no spaces, each number in its shortest exact form. Equal values have
// equal forms. It returns [Faults] for what a record cannot hold: duplicate
// names, NUL characters, invalid UTF-8, numbers beyond the range of a double,
// and more than [MaxDepth] levels. It needs little more memory than its result.
func Canonical(raw []byte) ([]byte, error) {
	w := canonicalWriter{scanner: newScanner(raw), out: make([]byte, 0, len(raw))}
	defer w.free()
	err := w.value(nil, 1)
	if err == nil {
		err = w.end()
	}
	if err != nil {
		w.faults.syntaxFault(raw, nil, err)
	}
	if w.faults.Found() > 0 {
		return nil, w.faults.Faults()
	}
	return w.out, nil
}

// CanonicalText returns the canonical form of a JSON text, or the text itself
// if it has none.
func CanonicalText(text string) string {
	c, err := Canonical([]byte(text))
	if err != nil {
		return text
	}
	return string(c)
}

// Canonical returns the stored form of a text that a database holds for the
// field: PostgreSQL writes JSON with spaces, and orders names in its own way.
// A text that is not JSON of the field stays as it is.
func (f *Field) Canonical(text string) string {
	switch f.Type {
	case Object, Any:
		return CanonicalText(text)
	case Array:
		// A list of strings without spaces is in canonical form: a database
		// that writes JSON anew puts a space behind each comma.
		if text == "[]" || strings.HasPrefix(text, `["`) && !strings.Contains(text, " ") {
			return text
		}
		return CanonicalText(text)
	}
	return text
}

// A canonicalWriter writes each value as it reads it, and sorts the members of an
// object once all of them are written. It builds no tree, because the tree of
// one megabyte of JSON can need a hundred.
type canonicalWriter struct {
	*scanner
	faults  Collector
	out     []byte
	members []canonicalMember // of all objects not yet closed, the innermost last
	sorted  []byte            // buffer for the members of one object
}

// A canonicalMember is the place of a member in the output: its quoted name is
// out[start:name], and its value follows the colon up to end.
type canonicalMember struct{ start, name, end int }

func (w *canonicalWriter) value(at *Place, depth int) error {
	kind := w.dec.PeekKind()
	if (kind == '{' || kind == '[') && depth > MaxDepth {
		w.faults.Add(at, CodeTooDeep, detailTooDeep)
		return w.dec.SkipValue()
	}
	switch kind {
	case '{':
		return w.object(at, depth)
	case '[':
		return w.list(at, depth)
	}
	raw, err := w.dec.ReadValue()
	switch {
	case err != nil:
	case kind == '"':
		err = w.string(raw, at)
	case kind == '0':
		var numberErr error
		if w.out, numberErr = appendNumber(w.out, raw); numberErr != nil {
			w.faults.Add(at, CodeOutOfRange, detailNumber)
		}
	default:
		w.out = append(w.out, raw...)
	}
	return err
}

// string writes a string with canonical escapes.
func (w *canonicalWriter) string(raw []byte, at *Place) error {
	if bytes.IndexByte(raw, '\\') < 0 {
		w.out = append(w.out, raw...)
		return nil
	}
	s, err := unquote(raw)
	if strings.IndexByte(s, 0) >= 0 {
		w.faults.Add(at, CodeNUL, detailNUL)
	}
	w.out = appendString(w.out, s)
	return err
}

func (w *canonicalWriter) list(at *Place, depth int) error {
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	w.out = append(w.out, '[')
	if w.dec.PeekKind() != ']' {
		for here := at.Item(0); w.dec.PeekKind() != ']'; here.Next() {
			if here.item > 0 {
				w.out = append(w.out, ',')
			}
			if err := w.value(here, depth+1); err != nil {
				return err
			}
		}
	}
	w.out = append(w.out, ']')
	_, err := w.dec.ReadToken()
	return err
}

func (w *canonicalWriter) object(at *Place, depth int) error {
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	w.out = append(w.out, '{')
	first := len(w.members)
	if w.dec.PeekKind() != '}' {
		for here := at.Member(""); w.dec.PeekKind() != '}'; {
			if len(w.members) > first {
				w.out = append(w.out, ',')
			}
			if err := w.member(here, depth); err != nil {
				return err
			}
		}
	}
	w.sort(w.members[first:], at)
	w.members = w.members[:first]
	w.out = append(w.out, '}')
	_, err := w.dec.ReadToken()
	return err
}

func (w *canonicalWriter) member(here *Place, depth int) error {
	raw, err := w.dec.ReadValue()
	if err != nil {
		return err
	}
	m := canonicalMember{start: len(w.out)}
	here.Go(string(nameOf(raw)))
	if err := w.string(raw, here); err != nil {
		return err
	}
	m.name = len(w.out)
	w.out = append(w.out, ':')
	if err := w.value(here, depth+1); err != nil {
		return err
	}
	m.end = len(w.out)
	w.members = append(w.members, m)
	return nil
}

// nameOf returns a name without quotes and escapes.
func nameOf(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	name, _ := jsontext.AppendUnquote(nil, quoted) // the scanner has accepted it
	return name
}

// sort sorts the members of the object that was just written by their names.
// Mostly they are sorted already, as in what a database returns.
func (w *canonicalWriter) sort(members []canonicalMember, at *Place) {
	byName := func(a, b canonicalMember) int { return bytes.Compare(w.name(a), w.name(b)) }
	begin, sorted := len(w.out), slices.IsSortedFunc(members, byName)
	if !sorted {
		begin = members[0].start
		slices.SortFunc(members, byName)
	}
	w.sorted = w.sorted[:0]
	for i, m := range members {
		if i > 0 && byName(members[i-1], m) == 0 {
			w.faults.Add(at.Member(string(w.name(m))), CodeDuplicateKey, detailTwice)
		}
		if sorted {
			continue
		}
		if i > 0 {
			w.sorted = append(w.sorted, ',')
		}
		w.sorted = append(w.sorted, w.out[m.start:m.end]...)
	}
	copy(w.out[begin:], w.sorted)
}

func (w *canonicalWriter) name(m canonicalMember) []byte { return nameOf(w.out[m.start:m.name]) }
