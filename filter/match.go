package filter

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// matches tests a record by the filter as it was given.
func matches(n node, r model.Record) bool {
	switch n := n.(type) {
	case allOf:
		for _, of := range n {
			if !matches(of, r) {
				return false
			}
		}
		return true
	case anyOf:
		return slices.ContainsFunc(n, func(of node) bool { return matches(of, r) })
	case negation:
		return !matches(n.of, r)
	case *cond:
		if n.items {
			return n.holdsOfItems(r)
		}
		return n.holds(n.target.value(r))
	}
	return false
}

// holdsOfItems tests the items of a list: at least one must meet the condition. A test
// for null means that no item has a value.
func (n *cond) holdsOfItems(r model.Record) bool {
	text, _ := r.Values[n.field.Index].(string)
	one := *n
	one.null = false
	var items []jsontext.Value
	_ = json.Unmarshal([]byte(text), &items) // a value that is no list has no items
	return n.null != slices.ContainsFunc(items, func(item jsontext.Value) bool {
		v := lookUp(decoderOf(string(item)), n.path)
		return v != nil && n.null || one.holds(v)
	})
}

// present stands for a list or an object, of which a filter can only ask whether it is
// there.
type present struct{}

// value returns a record's value of a target, nil if it has none. A value inside JSON
// is a string, a bool, a number as [exactNumber] returns it, or present.
func (t target) value(r model.Record) any {
	stored := r.Values[t.field.Index]
	if !t.nested() {
		return stored
	}
	text, _ := stored.(string)
	found := t.lookUp(text)
	if digits, ok := found.(string); ok && t.numeric && len(digits) <= maxNumeral && numeral.MatchString(digits) {
		return bothWays{digits, numberOf(digits)}
	}
	if t.valueType != model.DateTime || found == nil {
		return found
	}
	if text, ok := found.(string); ok {
		if i, ok := parseDateTime(text); ok {
			return i.key()
		}
	}
	return present{}
}

// lookUp finds the target in the canonical JSON of its field. In a list that is
// the first item: a path into a list begins with "0".
func (t target) lookUp(text string) any {
	dec := decoderOf(text)
	if !t.inList() {
		return lookUp(dec, t.path)
	}
	if first, err := dec.ReadToken(); err != nil || first.Kind() != aList || dec.PeekKind() == endList {
		return nil
	}
	return lookUp(dec, t.path[1:])
}

func decoderOf(text string) *jsontext.Decoder { return jsontext.NewDecoder(strings.NewReader(text)) }

// lookUp finds the value at a path of the next value.
func lookUp(dec *jsontext.Decoder, path []string) any {
	for _, name := range path {
		if !enter(dec, name) {
			return nil
		}
	}
	raw, err := dec.ReadValue()
	if err != nil {
		return nil
	}
	switch raw.Kind() {
	case isNull:
		return nil
	case isTrue, isFalse:
		return raw.Kind() == isTrue
	case isString:
		b, _ := jsontext.AppendUnquote(nil, raw)
		return string(b)
	case isNumber:
		return numberOf(string(raw))
	}
	return present{}
}

func numberOf(text string) any {
	f, _ := strconv.ParseFloat(text, 64)
	return exactNumber(text, f)
}

// maxNumeral is the greatest length of a string that counts as a number.
const maxNumeral = 400

// numeral matches a string that is a number in plain digits.
var numeral = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// bothWays is a string that also counts as a number.
type bothWays struct {
	text   string
	number any
}

// enter moves the decoder to the value of a member of the next value, which must be an
// object.
func enter(dec *jsontext.Decoder, name string) bool {
	if dec.PeekKind() != anObject {
		return false
	}
	if _, err := dec.ReadToken(); err != nil {
		return false
	}
	for dec.PeekKind() == isString {
		token, err := dec.ReadToken()
		if err != nil {
			return false
		}
		if token.String() == name {
			return true
		}
		if err := dec.SkipValue(); err != nil {
			return false
		}
	}
	return false
}

// holds tests one value of a record, nil for none.
func (n *cond) holds(v any) bool {
	if v == nil {
		return n.op == opIn && n.null
	}
	for _, l := range n.literals {
		if n.compares(v, l) {
			return true
		}
	}
	return false
}

func (n *cond) compares(v any, l literal) bool {
	if both, ok := v.(bothWays); ok {
		return n.compares(both.text, l) || n.compares(both.number, l)
	}
	switch n.op {
	case opContains:
		text, ok := v.(string)
		return ok && strings.Contains(model.LowerASCII(text), l.v.(string))
	case opStartsWith:
		text, ok := v.(string)
		return ok && strings.HasPrefix(text, l.v.(string))
	}
	order, comparable := compareTo(v, l)
	if !comparable {
		return false
	}
	switch n.op {
	case opLess:
		return order < 0
	case opLessEq:
		return order <= 0
	case opGreater:
		return order > 0
	case opGreaterEq:
		return order >= 0
	}
	return order == 0
}

// compareTo orders a value and a literal. They are not comparable if their types
// differ.
func compareTo(v any, l literal) (order int, comparable bool) {
	switch b := l.v.(type) {
	case string:
		a, ok := v.(string)
		order, comparable = strings.Compare(a, b), ok
	case bool:
		a, ok := v.(bool)
		if a != b {
			order = 1
		}
		comparable = ok
	default:
		order, comparable = compareNumbers(v, b)
	}
	if order == 0 && l.after {
		order = -1
	}
	return order, comparable
}

// compareNumbers orders int64 and float64 by their exact values.
func compareNumbers(a, b any) (order int, comparable bool) {
	switch a := a.(type) {
	case int64:
		switch b := b.(type) {
		case int64:
			return cmp.Compare(a, b), true
		case float64:
			return compareIntFloat(a, b), true
		}
	case float64:
		switch b := b.(type) {
		case int64:
			return -compareIntFloat(b, a), true
		case float64:
			return cmp.Compare(a, b), true
		}
	}
	return 0, false
}

func compareIntFloat(i int64, f float64) int {
	switch {
	case f >= 1<<63:
		return -1
	case f < -1<<63:
		return 1
	}
	whole := int64(f)
	if i != whole {
		return cmp.Compare(i, whole)
	}
	return cmp.Compare(0, f-float64(whole))
}
