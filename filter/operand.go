package filter

import (
	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// A sqlType is the SQL type of an expression.
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

// An operand is the left side of a comparison. It is NULL for a record that has no
// value or one of another type.
type operand struct {
	expr    string
	column  string // quoted; "" for a part of a JSON column
	sqlType sqlType
	mark    string // placeholder of an argument to compare with
}

// when returns a comparison of the operand that is never NULL: if the operand is NULL
// it is false, and in the negative sense true. A column gets a separate test for NULL,
// so that the database can use an index for the comparison. Other expressions have no
// index, and coalesce evaluates them only once.
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

// exists returns the test whether the operand has a value.
func (x operand) exists(s sense) piece {
	if s == positive {
		return piece{text: "(" + x.expr + " IS NOT NULL)"}
	}
	return piece{text: "(" + x.expr + " IS NULL)"}
}

// exists returns EXISTS, or NOT EXISTS in the negative sense.
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

// jsonArray returns literals as one argument.
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
