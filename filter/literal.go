package filter

import (
	"math"
	"strconv"

	"bulkpatch/model"
)

// A typeFault says why a value does not fit its target.
type typeFault struct{ code, detail string }

func wrongType(want string) *typeFault {
	return &typeFault{CodeType, "The value must be " + want + "."}
}

// literalOf converts a scalar other than null to a literal for a target.
func literalOf(t target, v tree) (literal, *typeFault) {
	if v.kind == isString && t.field.IsUUID(t.path...) {
		v.text = model.LowerASCII(v.text) // as it is stored
	}
	switch t.valueType {
	case model.String:
		return stringLiteral(v, "a string")
	case model.Boolean:
		return booleanLiteral(v)
	case model.Integer:
		return integerLiteral(v)
	case model.Number:
		return numberLiteral(t, v)
	case model.Date, model.DateTime:
		return timeLiteral(t, v)
	default:
		return ownLiteral(t, v)
	}
}

func stringLiteral(v tree, want string) (literal, *typeFault) {
	if v.kind != isString {
		return literal{}, wrongType(want)
	}
	return literal{v: v.text}, nil
}

func booleanLiteral(v tree) (literal, *typeFault) {
	if v.kind != isTrue && v.kind != isFalse {
		return literal{}, wrongType("true or false")
	}
	return literal{v: v.kind == isTrue}, nil
}

func integerLiteral(v tree) (literal, *typeFault) {
	if v.kind != isNumber {
		return literal{}, wrongType("an integer")
	}
	n, err := model.ParseInteger(v.text)
	switch err {
	case nil:
		return literal{v: n}, nil
	case model.ErrRange:
		return literal{}, &typeFault{CodeOutOfRange, "The integer must be from -9223372036854775808 to 9223372036854775807."}
	}
	return literal{}, wrongType("an integer")
}

// numberLiteral returns a number in the form that the database has it. A column of
// numbers has floats. Inside JSON integers are exact, so that ids of 17 digits and
// more are not equal to their neighbours.
func numberLiteral(t target, v tree) (literal, *typeFault) {
	if v.kind != isNumber {
		return literal{}, wrongType("a number")
	}
	f, err := strconv.ParseFloat(v.text, 64)
	if err != nil {
		return literal{}, &typeFault{CodeOutOfRange, "The number must be from -1.7976931348623157e+308 to 1.7976931348623157e+308."}
	}
	if !t.nested() {
		return literal{v: f}, nil
	}
	return literal{v: exactNumber(v.text, f)}, nil
}

// isRounded reports whether a literal is not exactly the number that was given, so
// that it could select other records.
func isRounded(l literal, given tree) bool {
	switch v := l.v.(type) {
	case float64:
		return !model.KeepsDecimal([]byte(given.text), v)
	case int64:
		_, err := model.ParseInteger(given.text)
		return given.kind == isNumber && err != nil
	}
	return false
}

func timeLiteral(t target, v tree) (literal, *typeFault) {
	i, ok := instant{}, false
	if v.kind == isString {
		i, ok = parseInstant(v.text)
	}
	if !ok {
		return literal{}, wrongType("a date (YYYY-MM-DD) or an RFC 3339 date-time")
	}
	switch {
	case t.valueType == model.Date:
		day, after := i.day()
		return literal{v: day, after: after}, nil
	case t.nested():
		return literal{v: i.key()}, nil
	default:
		micros, after := i.micros()
		return literal{v: micros, after: after}, nil
	}
}

// ownLiteral returns a literal of the value's own type, for paths without a declared
// one.
func ownLiteral(t target, v tree) (literal, *typeFault) {
	switch v.kind {
	case isString:
		return stringLiteral(v, "a string")
	case isNumber:
		return numberLiteral(t, v)
	default:
		return booleanLiteral(v)
	}
}

// exactNumber returns the number of a JSON literal as both databases read one inside
// JSON: an int64 if it is one exactly, else the nearest float64, which is f.
func exactNumber(text string, f float64) any {
	if n, err := model.ParseInteger(text); err == nil {
		return n
	}
	if f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 {
		return int64(f) // more digits than a float64 holds
	}
	return f
}
