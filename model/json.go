package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how many levels of objects and lists a record can have, including
// the record itself.
const MaxDepth = 20

// A scanner reads JSON that is already in memory. Its decoder allows duplicate
// names, because the code that reads an object reports each of them.
type scanner struct {
	buf  bytes.Buffer
	dec  jsontext.Decoder
	sets []Set // buffer for the sets of a draft
}

var scanners = sync.Pool{New: func() any { return new(scanner) }}

func newScanner(raw []byte) *scanner {
	s := scanners.Get().(*scanner)
	s.buf = *bytes.NewBuffer(raw)
	s.dec.Reset(&s.buf, jsontext.AllowDuplicateNames(true))
	return s
}

func (s *scanner) free() {
	s.buf = bytes.Buffer{}
	clear(s.sets)
	scanners.Put(s)
}

// end returns an error if anything but space follows the value that was read.
func (s *scanner) end() error {
	if _, err := s.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// syntaxFault notes that the raw value at a place could not be read.
func (c *Collector) syntaxFault(raw []byte, at *Place, err error) {
	code, detail := CodeInvalidJSON, "This is not valid JSON."
	if !utf8.Valid(raw) {
		code, detail = CodeInvalidUTF8, detailUTF8
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		at = At(at.Pointer() + string(syntax.JSONPointer))
		detail = strings.TrimSuffix(detail, ".") + ", at byte " + strconv.FormatInt(syntax.ByteOffset, 10) + "."
	}
	c.Add(at, code, detail)
}

// unquote returns the value of a JSON string that a scanner has read.
func unquote(raw []byte) (string, error) {
	if len(raw) >= 2 && raw[0] == '"' && raw[len(raw)-1] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), nil
	}
	b, err := jsontext.AppendUnquote(nil, raw)
	return string(b), err
}

// A treeReader turns JSON into Go values: map[string]any, []any, string,
// json.Number (in canonical form), bool and nil. It notes all faults except those
// of the syntax, which it returns as an error.
type treeReader struct {
	*scanner
	faults *Collector
}

// readTree reads a JSON value at a place. depth is the level of its outermost
// object or list in the document. ok is false if there was a fault.
func (c *Collector) readTree(raw []byte, at *Place, depth int) (tree any, ok bool) {
	before := c.Found()
	r := treeReader{scanner: newScanner(raw), faults: c}
	defer r.free()
	v, err := r.value(at, depth)
	if err == nil {
		err = r.end()
	}
	if err != nil {
		c.syntaxFault(raw, at, err)
		return nil, false
	}
	return v, c.Found() == before
}

func (r *treeReader) value(at *Place, depth int) (any, error) {
	kind := r.dec.PeekKind()
	if (kind == '{' || kind == '[') && depth > MaxDepth {
		r.faults.Add(at, CodeTooDeep, detailTooDeep)
		return nil, r.dec.SkipValue()
	}
	switch kind {
	case '{':
		return r.object(at, depth)
	case '[':
		return r.list(at, depth)
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	switch kind {
	case '"':
		return r.string(raw, at)
	case '0':
		n, err := appendNumber(nil, raw)
		if err != nil {
			r.faults.Add(at, CodeOutOfRange, detailNumber)
		}
		return json.Number(n), nil
	case 't', 'f':
		return kind == 't', nil
	default:
		return nil, nil
	}
}

func (r *treeReader) string(raw []byte, at *Place) (string, error) {
	s, err := unquote(raw)
	if err != nil {
		return "", err
	}
	if strings.IndexByte(s, 0) >= 0 {
		r.faults.Add(at, CodeNUL, detailNUL)
	}
	return s, nil
}

func (r *treeReader) object(at *Place, depth int) (any, error) {
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	members := map[string]any{}
	if r.dec.PeekKind() == '}' { // a place costs memory, and an input can have very many empty objects
		_, err := r.dec.ReadToken()
		return members, err
	}
	here := at.Member("")
	for r.dec.PeekKind() != '}' {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return nil, err
		}
		name, err := unquote(raw)
		if err != nil {
			return nil, err
		}
		here.Go(name)
		if strings.IndexByte(name, 0) >= 0 {
			r.faults.Add(here, CodeNUL, detailNUL)
		}
		if _, twice := members[name]; twice {
			r.faults.Add(here, CodeDuplicateKey, detailTwice)
		}
		if members[name], err = r.value(here, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := r.dec.ReadToken()
	return members, err
}

func (r *treeReader) list(at *Place, depth int) (any, error) {
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	items := []any{}
	for here := at.Item(0); r.dec.PeekKind() != ']'; here.Next() {
		v, err := r.value(here, depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	_, err := r.dec.ReadToken()
	return items, err
}

// appendTree appends a tree as canonical JSON.
func appendTree(dst []byte, v any) []byte {
	switch v := v.(type) {
	case map[string]any:
		dst = append(dst, '{')
		for i, name := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, name), ':')
			dst = appendTree(dst, v[name])
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendTree(dst, item)
		}
		return append(dst, ']')
	case string:
		return appendString(dst, v)
	case json.Number:
		return append(dst, v...)
	case bool:
		return strconv.AppendBool(dst, v)
	default:
		return append(dst, "null"...)
	}
}

// appendString appends a JSON string. In text that is not UTF-8, which only a
// database could hold, it writes the replacement character.
func appendString[T ~string | ~[]byte](dst []byte, text T) []byte {
	dst, _ = jsontext.AppendQuote(dst, text)
	return dst
}

// mergeTree applies a merge patch as RFC 7396 section 2 says. It changes neither
// argument.
func mergeTree(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	old, _ := target.(map[string]any)
	merged := make(map[string]any, len(old)+len(changes))
	maps.Copy(merged, old)
	for name, v := range changes {
		if v == nil {
			delete(merged, name)
			continue
		}
		merged[name] = mergeTree(merged[name], v)
	}
	return merged
}
