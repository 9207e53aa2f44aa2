package filter

import (
	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// A sqlType is the type of an expression, so far as a database must be told.
type sqlType string

const (
	textType    sqlType = "text"
	integerType sqlType = "bigint"
	floatType   sqlType = "double precision"
	booleanType sqlType = "boolean"
	numericType sqlType = "numeric" // a number in JSON
)

func columnType(k model.Type) sqlType {
	switch k {
	case model.Integer, model.DateTime:
		return integerType
	case model.Number:
		return floatType
	case model.Boolean:
		return booleanType
	}
	return textType
}

// An operand is the left side of a comparison. Its value is NULL where a
// record has none, or one of another type.
type operand struct {
	expr    string
	column  string // quoted; "" for a part of a JSON column
	sqlType sqlType
	mark    string // placeholder of an argument to compare with
}

// when is the piece for a comparison of the operand: for a NULL, which makes
// the comparison NULL, it is false, and in the negative sense true. A column
// is guarded by a test of its own, which leaves the comparison to an index;
// other expressions have none and are not worth evaluating twice.
func (x operand) when(comparison string, args []any, s sense) piece {
	switch {
	case x.column != "" && s == positive:
		comparison = "(" + x.column + " IS NOT NULL AND " + comparison + ")"
	case x.column != "":
		comparison = "(" + x.column + " IS NULL OR " + comparison + ")"
	case s == positive:
		comparison = "coalesce(" + comparison + ", FALSE)"
	default:
		comparison = "coalesce(" + comparison + ", TRUE)"
	}
	return piece{text: comparison, args: args}
}

// exists is the piece for having a value of the operand's type.
func (x operand) exists(s sense) piece {
	if s == positive {
		return piece{text: "(" + x.expr + " IS NOT NULL)"}
	}
	return piece{text: "(" + x.expr + " IS NULL)"}
}

// exists is the word before a sub-select that finds rows or, in the negative
// sense, none. It is never NULL.
func exists(s sense) string {
	if s == positive {
		return "EXISTS"
	}
	return "NOT EXISTS"
}

// quote writes an identifier. Models allow no quotation marks in a column,
// but this is the one place where text of a model becomes SQL.
func quote(name string) string {
	b := []byte{'"'}
	for i := range len(name) {
		if name[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, name[i])
	}
	return string(append(b, '"'))
}

// jsonArray writes literals as one argument.
func jsonArray(group []literal) string {
	b := []byte{'['}
	for i, l := range group {
		if i > 0 {
			b = append(b, ',')
		}
		switch v := l.v.(type) {
		case string:
			// The text passed the parser, so it is valid and cannot fail.
			b, _ = jsontext.AppendQuote(b, v)
		case int64:
			b = append(b, jsontext.Int(v).String()...)
		case float64:
			b = jsontext.AppendFloat(b, v, 64)
		}
	}
	return string(append(b, ']'))
}
