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

// MaxDepth bounds how deep objects and lists of a record may nest, the
// record itself included.
const MaxDepth = 20

// A scanner reads JSON that is already in memory. Duplicate names pass the
// decoder, because whoever reads an object finds all of them itself.
type scanner struct {
	buf  bytes.Buffer
	dec  jsontext.Decoder
	sets []Set // room in which a draft is gathered
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

// end reports a fault if anything but space follows the value that was read.
func (s *scanner) end() error {
	if _, err := s.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// syntaxFault says why raw could not be read.
func syntaxFault(raw []byte, base string, err error) Fault {
	f := Fault{Pointer: base, Code: CodeInvalidJSON, Detail: "This is not valid JSON."}
	if !utf8.Valid(raw) {
		f.Code, f.Detail = CodeInvalidUTF8, "This is not valid UTF-8."
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		f.Pointer += string(syntax.JSONPointer)
		f.Detail = strings.TrimSuffix(f.Detail, ".") + ", at byte " + strconv.FormatInt(syntax.ByteOffset, 10) + "."
	}
	return f
}

// unquote reads a JSON string that a scanner has accepted.
func unquote(raw []byte) (string, error) {
	if len(raw) >= 2 && raw[0] == '"' && raw[len(raw)-1] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), nil
	}
	b, err := jsontext.AppendUnquote(nil, raw)
	return string(b), err
}

// A treeReader turns JSON into Go values: map[string]any, []any, string,
// json.Number (in canonical form), bool and nil. It collects all faults but
// those of the syntax, which end it.
type treeReader struct {
	*scanner
	faults Faults
}

// readTree reads a whole JSON value whose outermost level is the depth-th of
// the document. Pointers of faults start with base.
func readTree(raw []byte, base string, depth int) (any, Faults) {
	r := treeReader{scanner: newScanner(raw)}
	defer r.free()
	v, err := r.value(base, depth)
	if err == nil {
		err = r.end()
	}
	if err != nil {
		return nil, append(r.faults, syntaxFault(raw, base, err))
	}
	return v, r.faults
}

func (r *treeReader) fault(ptr, code, detail string) {
	r.faults = append(r.faults, Fault{Pointer: ptr, Code: code, Detail: detail})
}

func (r *treeReader) value(ptr string, depth int) (any, error) {
	kind := r.dec.PeekKind()
	if (kind == '{' || kind == '[') && depth > MaxDepth {
		r.fault(ptr, CodeTooDeep, "This nests more than "+strconv.Itoa(MaxDepth)+" levels deep.")
		return nil, r.dec.SkipValue()
	}
	switch kind {
	case '{':
		return r.object(ptr, depth)
	case '[':
		return r.list(ptr, depth)
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	switch kind {
	case '"':
		return r.text(raw, ptr)
	case '0':
		n, err := appendNumber(nil, raw)
		if err != nil {
			r.fault(ptr, CodeOutOfRange, "This number is too large, too small or too long to keep.")
		}
		return json.Number(n), nil
	case 't', 'f':
		return kind == 't', nil
	default:
		return nil, nil
	}
}

func (r *treeReader) text(raw []byte, ptr string) (string, error) {
	s, err := unquote(raw)
	if err != nil {
		return "", err
	}
	if strings.IndexByte(s, 0) >= 0 {
		r.fault(ptr, CodeNUL, detailNUL)
	}
	return s, nil
}

const detailNUL = "Text may not contain a NUL character."

func (r *treeReader) object(ptr string, depth int) (any, error) {
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	members := map[string]any{}
	for r.dec.PeekKind() != '}' {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return nil, err
		}
		name, err := unquote(raw)
		if err != nil {
			return nil, err
		}
		at := pointerTo(ptr, name)
		if strings.IndexByte(name, 0) >= 0 {
			r.fault(at, CodeNUL, detailNUL)
		}
		if _, twice := members[name]; twice {
			r.fault(at, CodeDuplicateKey, "This name is given twice.")
		}
		if members[name], err = r.value(at, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := r.dec.ReadToken()
	return members, err
}

func (r *treeReader) list(ptr string, depth int) (any, error) {
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	items := []any{}
	for r.dec.PeekKind() != ']' {
		v, err := r.value(ptr+"/"+strconv.Itoa(len(items)), depth+1)
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
			dst = append(appendText(dst, name), ':')
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
		return appendText(dst, v)
	case json.Number:
		return append(dst, v...)
	case bool:
		return strconv.AppendBool(dst, v)
	default:
		return append(dst, "null"...)
	}
}

// appendText appends a JSON string. Text that is not UTF-8 cannot have come
// in; should a database hold some, the replacement character stands for it.
func appendText[T ~string | ~[]byte](dst []byte, text T) []byte {
	dst, _ = jsontext.AppendQuote(dst, text)
	return dst
}

// Canonical returns JSON in the one form in which lists and objects are
// stored: names sorted, no spaces, each number in its shortest exact form.
// Equal values have equal forms. It refuses what a record may not hold:
// duplicate names, NUL characters, invalid UTF-8, numbers beyond a double's
// range, and more than [MaxDepth] levels.
func Canonical(raw []byte) ([]byte, error) {
	v, faults := readTree(raw, "", 1)
	if len(faults) > 0 {
		return nil, faults
	}
	return appendTree(nil, v), nil
}

// MergeJSON applies an RFC 7396 merge patch to a target; both are canonical
// JSON and so is the result. An empty target stands for null, and so does
// anything that is not JSON.
func MergeJSON(target, patch []byte) []byte {
	// Faults do not matter here: both sides were checked when they came in,
	// and a merge nests no deeper than the deeper of the two.
	t, _ := readTree(target, "", 1)
	p, _ := readTree(patch, "", 1)
	return appendTree(nil, mergeTree(t, p))
}

// mergeTree is RFC 7396 section 2. It changes neither argument.
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
