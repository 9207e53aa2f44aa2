package words

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// The kinds of a value are those of JSON.
const (
	aNull    = jsontext.KindNull
	aTrue    = jsontext.KindTrue
	aFalse   = jsontext.KindFalse
	aString  = jsontext.KindString
	aNumber  = jsontext.KindNumber
	anObject = jsontext.KindBeginObject
	aList    = jsontext.KindBeginArray
)

// A jsonValue is a JSON value whose members keep their order, and whose numbers keep all
// their digits.
type jsonValue struct {
	kind  jsontext.Kind
	text  string      // of a string; else the literal
	raw   []byte      // the JSON
	names []string    // of an object's members
	items []jsonValue // the values of a list or an object
}

// maxNesting is how deep a value may nest to be read. No filter and no patch that
// the API accepts is deeper.
const maxNesting = 200

var errTooDeep = errors.New("nested too deep")

// readJSON reads a JSON value. ok is false for anything else, and for one that
// nests deeper than maxNesting.
func readJSON(raw []byte) (v jsonValue, ok bool) {
	d := jsonReader{raw: raw, dec: jsontext.NewDecoder(bytes.NewReader(raw),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	v, err := d.read(0)
	if err != nil {
		return jsonValue{}, false
	}
	_, err = d.dec.ReadToken()
	return v, err == io.EOF
}

// A jsonReader reads a value that it also has as a whole.
type jsonReader struct {
	raw []byte
	dec *jsontext.Decoder
}

func (d *jsonReader) read(depth int) (v jsonValue, err error) {
	if depth > maxNesting {
		return v, errTooDeep
	}
	v.kind = d.dec.PeekKind()
	from := d.dec.InputOffset()
	token, err := d.dec.ReadToken()
	switch {
	case err != nil:
		return v, err
	case v.kind == anObject || v.kind == aList:
		err = d.members(&v, depth)
	default:
		v.text = token.String()
	}
	v.raw = bytes.TrimLeft(d.raw[from:d.dec.InputOffset()], " \t\r\n,:")
	return v, err
}

// members reads what is inside an object or a list, and its end.
func (d *jsonReader) members(v *jsonValue, depth int) error {
	end := jsontext.KindEndArray
	if v.kind == anObject {
		end = jsontext.KindEndObject
	}
	for d.dec.PeekKind() != end {
		if v.kind == anObject {
			name, err := d.dec.ReadToken()
			if err != nil {
				return err
			}
			v.names = append(v.names, name.String())
		}
		item, err := d.read(depth + 1)
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
	}
	_, err := d.dec.ReadToken()
	return err
}
