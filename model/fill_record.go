package model

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// give gives a field the value of the row.
func (w *working) give(t *target) *Fault {
	v := w.Row[t.column]
	if v == (Leave{}) {
		return nil
	}
	w.set[t.place] = true
	stored, merge := w.check.stored(t.field, v, t.field.rule.at)
	if former, ok := w.records[t.place].(string); ok && merge != nil && w.check.Found() == 0 {
		stored = string(MergeJSON([]byte(former), merge))
	}
	return w.put(t.place, stored)
}

// cell returns the value that the row gives to a path inside an object. A value that
// is there already counts as changed, so that it is checked.
func (w *working) cell(t *target) (out []byte, changed bool, f *Fault) {
	v, in := w.Row[t.column], w.former[t.slot]
	switch {
	case v == (Leave{}):
		return in, false, nil
	case v == nil && t.required:
		return nil, false, &Fault{Pointer: ShownPointer(t.pointer), Code: CodeNotNull, Detail: detailNotNull}
	}
	w.set[t.place] = true
	if v == nil {
		return nil, in != nil, nil
	}
	if text, ok := v.(string); ok && !validText(text) {
		return nil, false, &Fault{Pointer: ShownPointer(t.pointer), Code: CodeInvalidUTF8, Detail: detailUTF8}
	}
	return appendScalar(nil, v), true, nil
}

// appendScalar appends a value of a path, in stored form, as JSON.
func appendScalar(dst []byte, v any) []byte {
	switch v := v.(type) {
	case Raw:
		return append(dst, v...)
	case string:
		return appendString(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return jsontext.AppendFloat(dst, v, 64)
	case bool:
		return strconv.AppendBool(dst, v)
	}
	return dst
}

// override takes back the values that others of the row let be ignored.
func (w *working) override() {
	for _, o := range w.ignored {
		if w.set[o.by] && w.after[o.by] != nil {
			w.after[o.field], w.changed[o.field], w.set[o.field] = w.records[o.field], false, false
		}
	}
}

// newChoices lists the values that drop-downs did not know, but not those that were
// ignored in the end.
func (w *working) newChoices() []Set {
	return slices.DeleteFunc(w.check.added, func(s Set) bool {
		outer, _, _ := strings.Cut(s.Field.Name, ".")
		i := slices.IndexFunc(w.writes, func(f *Field) bool { return f == s.Field || f.Name == outer })
		return i < 0 || !w.changed[i]
	})
}

// stored checks a value in stored form, and returns what [checker.value] would of the
// same value in JSON. Lists, objects and values of any type need not be canonical.
func (c *checker) stored(f *Field, v any, at *Place) (stored any, merge []byte) {
	if v == nil {
		return c.value(f, []byte("null"), at)
	}
	if raw, isRaw := v.(Raw); isRaw {
		return c.value(f, []byte(strings.TrimSpace(string(raw))), at)
	}
	text, isText := v.(string)
	switch {
	case isText && !validText(text):
		c.Add(at, CodeInvalidUTF8, detailUTF8)
	case isText && !isScalar(f.Type):
		return c.value(f, []byte(strings.TrimSpace(text)), at)
	case !f.holds(v):
		c.Add(at, CodeType, typeDetail(f))
	case f.rule.full != nil:
		return c.value(f, f.AppendJSON(nil, v), at)
	default:
		return c.storedScalar(f, v, at), nil
	}
	return nil, nil
}

// storedScalar checks a value that the field can hold. It returns the value itself
// where it can, which takes no memory.
func (c *checker) storedScalar(f *Field, value any, at *Place) any {
	switch v := value.(type) {
	case string:
		if !c.text(f, v, at) {
			return nil
		}
		return f.Normal(value)
	case int64:
		if f.Type == Integer && !c.integerInRange(f, v, at) {
			return nil
		}
	case float64:
		if v == 0 {
			value = 0.0 // JSON's -0 and 0 are one value
		}
		if !c.numberInRange(f, v, at) {
			return nil
		}
	}
	return c.enum(f, value, at)
}

// holds reports whether a value is a scalar of the field's type in stored form.
func (f *Field) holds(v any) bool {
	switch v := v.(type) {
	case string:
		return f.Type == String || f.Type == Date
	case int64:
		return f.Type == Integer || f.Type == DateTime && v >= minTime && v <= maxTime
	case float64:
		return f.Type == Number && !math.IsNaN(v) && !math.IsInf(v, 0)
	case bool:
		return f.Type == Boolean
	}
	return false
}
