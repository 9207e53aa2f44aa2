package model

import (
	"bytes"
	"errors"
)

// A reader iterates over the members of a JSON object and finds the field of each.
// It notes unknown and repeated names. Invalid JSON is a fault that ends it.
type reader struct {
	*scanner
	model *Model
	raw   []byte
	check checker
	seen  []bool
	buf   [64]bool // holds seen of most models
	other [2]bool  // "version" and "id" were seen, if the model has other names for them

	columns Columns // other names of fields

	name  string // of the current member, as given
	field *Field // of that name; nil if there is none, or a fault
	value []byte // valid until the next call
}

func newReader(m *Model, raw []byte, o PatchOptions) *reader {
	r := &reader{scanner: newScanner(raw), model: m, raw: raw, check: newChecker(o)}
	if len(m.Fields) <= len(r.buf) {
		r.seen = r.buf[:len(m.Fields)]
	} else {
		r.seen = make([]bool, len(m.Fields))
	}
	if err := r.begin(); err != nil {
		r.fail(err)
	}
	return r
}

var errNotObject = errors.New("not an object")

func (r *reader) begin() error {
	if kind := r.dec.PeekKind(); kind != '{' && kind != 0 {
		return errNotObject
	}
	_, err := r.dec.ReadToken()
	return err
}

func (r *reader) fail(err error) {
	r.model = nil
	if err == errNotObject {
		r.check.Add(nil, CodeType, "This must be an object.")
		return
	}
	r.check.syntaxFault(r.raw, nil, err)
}

// next reads the next member. It returns false at the end and after invalid
// JSON.
func (r *reader) next() bool {
	if r.model == nil {
		return false
	}
	if r.dec.PeekKind() == '}' {
		_, err := r.dec.ReadToken()
		if err == nil {
			err = r.end()
		}
		if err != nil {
			r.fail(err)
		}
		r.model = nil
		return false
	}
	if err := r.member(); err != nil {
		r.fail(err)
		return false
	}
	return true
}

func (r *reader) member() error {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return err
	}
	ignored := false
	if len(r.columns) > 0 {
		if raw, ignored, err = r.rename(raw); err != nil {
			return err
		}
	}
	if ignored {
		r.field = nil
	} else if err := r.lookUp(raw); err != nil {
		return err
	}
	r.value, err = r.dec.ReadValue()
	return err
}

// rename returns the name that columns have for a name, or says that it is to be
// ignored.
func (r *reader) rename(quoted []byte) (name []byte, ignored bool, err error) {
	text, err := unquote(quoted)
	if err != nil {
		return nil, false, err
	}
	field, renamed := r.columns[text]
	if !renamed {
		return quoted, false, nil
	}
	return appendString(nil, field), field == "", nil
}

// lookUp finds the field of a name. Every answer shows the id and the version of a
// record as "id" and "version", so these names are accepted in every model.
func (r *reader) lookUp(quoted []byte) error {
	var f *Field
	if n := len(quoted); n >= 2 && bytes.IndexByte(quoted, '\\') < 0 {
		f = r.model.byName[string(quoted[1:n-1])]
	}
	if f != nil {
		r.name = f.Name
	} else {
		name, err := unquote(quoted)
		if err != nil {
			return err
		}
		r.name = name
		if f = r.model.byName[name]; f == nil && (name == "id" || name == "version") {
			r.field = r.model.byRole[Role(name)]
			if i := btoi(name == "id"); r.other[i] {
				r.check.Add(placeOf(nil, name), CodeDuplicateKey, detailTwice)
			} else {
				r.other[i] = true
			}
			return nil
		}
	}
	r.field = f
	switch {
	case f == nil:
		r.check.Add(placeOf(f, r.name), CodeUnknownField, detailUnknown)
	case r.seen[f.Index]:
		r.check.Add(f.rule.at, CodeDuplicateKey, detailTwice)
		r.field = nil
	default:
		r.seen[f.Index] = true
	}
	return nil
}

// placeOf returns the place of a member of the record. f is its field, nil if it
// has none.
func placeOf(f *Field, name string) *Place {
	if f != nil && f.Name == name {
		return f.rule.at
	}
	return At("").Member(name)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
