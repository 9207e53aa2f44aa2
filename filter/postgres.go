package filter

import (
	"fmt"
	"strconv"
	"strings"
)

// postgres compiles for PostgreSQL, where JSON columns are jsonb. It does not use the
// operators of jsonb with a question mark, which would look like placeholders, nor #>,
// which reads digits as the index of an item.
type postgres struct{}

// step walks a path; the last arrow decides between jsonb and text.
func (postgres) step(t target, last string) string {
	expr := quote(t.field.Column)
	if t.item {
		expr = "item.value"
	}
	for i, part := range t.path {
		arrow := "->"
		if i == len(t.path)-1 {
			arrow = last
		}
		if i > 0 || !t.inList() {
			part = "'" + part + "'"
		}
		expr += " " + arrow + " " + part
	}
	return "(" + expr + ")"
}

func (postgres) items(t target) string {
	column := quote(t.field.Column)
	return "jsonb_array_elements(CASE jsonb_typeof(" + column + ") WHEN 'array' THEN " + column + " END) AS item(value)"
}

func (d postgres) jsonType(t target) string { return "jsonb_typeof(" + d.step(t, "->") + ")" }

// postgresNumber reads a JSON number like SQLite and the matcher: exactly if it is an
// integer of 64 bits, else as the nearest double. It tests the range first, because a
// cast out of range is an error. It has no sub-select, because planning a statement
// with thousands of those takes a minute.
var postgresNumber = strings.NewReplacer("$n", "CAST(%[2]s AS numeric)").Replace(
	`CASE WHEN %[1]s = 'number' THEN CASE WHEN $n = trunc($n) AND $n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN $n` +
		` WHEN abs($n) > 1.7976931348623158e308 THEN sign($n) * 1e309 WHEN abs($n) < 2.4703282292062328e-324 THEN 0` +
		` ELSE CAST(CAST(CAST($n AS double precision) AS text) AS numeric) END END`)

// postgresNumeral is 'number' if a string is a number in plain digits.
const postgresNumeral = `CASE WHEN %[1]s = 'string' AND length(%[2]s) <= %[3]d AND %[2]s ~ '^-{0,1}(0|[1-9][0-9]*)([.][0-9]+){0,1}$' THEN 'number' END`

func (d postgres) part(t target, st sqlType) string {
	value := d.step(t, "->")
	switch st {
	case booleanType:
		return "CASE " + d.jsonType(t) + " WHEN 'boolean' THEN CAST(" + value + " AS boolean) END"
	case numericType:
		number := fmt.Sprintf(postgresNumber, d.jsonType(t), value)
		if t.numeric {
			text := d.step(t, "->>")
			number = "coalesce(" + number + ", " + fmt.Sprintf(postgresNumber, fmt.Sprintf(postgresNumeral, d.jsonType(t), text, maxNumeral), text) + ")"
		}
		return number
	}
	return "CASE " + d.jsonType(t) + " WHEN 'string' THEN " + d.step(t, "->>") + ` COLLATE "C" END`
}

// postgresInstant finds the key of a date-time by a pattern that leaves only
// the day of the month to be checked: it must lie in the month it belongs to.
const postgresInstant = `(SELECT CASE WHEN m IS NULL OR m[1] = '0000' OR m[3] = '00' THEN NULL` +
	` WHEN extract(month FROM make_date(CAST(m[1] AS integer), CAST(m[2] AS integer), 1) + CAST(m[3] AS integer) - 1) <> CAST(m[2] AS integer) THEN NULL` +
	` ELSE lpad(CAST(86400 * CAST(make_date(CAST(m[1] AS integer), CAST(m[2] AS integer), CAST(m[3] AS integer)) - DATE '1970-01-01' AS bigint)` +
	` + 3600 * CAST(m[4] AS integer) + 60 * CAST(m[5] AS integer) + CAST(m[6] AS integer)` +
	` - coalesce(CAST(m[10] || '60' AS integer) * (60 * CAST(m[11] AS integer) + CAST(m[12] AS integer)), 0) + %d AS text), 12, '0')` +
	` || '.' || rtrim(coalesce(m[8], ''), '0') END COLLATE "C"` +
	` FROM (SELECT regexp_match(upper(%s), '^([0-9]{4})-(0[1-9]|1[0-2])-([0-3][0-9])T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])` +
	`([.]([0-9]+)){0,1}(Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$') AS m OFFSET 0) AS match)`

func (d postgres) instant(t target) string {
	return fmt.Sprintf(postgresInstant, keyShift, d.part(t, textType))
}

func (postgres) position(expr string) string {
	return "strpos(lower(" + expr + ` COLLATE "C"), ?)`
}

// containsAny computes the text once for all of the list: OFFSET keeps the
// planner from writing the expression into each comparison.
func (postgres) containsAny(expr string, s sense) string {
	return "(SELECT " + exists(s) + " (SELECT 1 FROM jsonb_array_elements_text(CAST(? AS jsonb)) AS list(v) WHERE strpos(s, v) > 0)" +
		" FROM (SELECT lower(" + expr + ` COLLATE "C") AS s OFFSET 0) AS searched)`
}

// startsWithAny looks prefixes up in a hash table, which CASE keeps the planner
// from turning into a join.
func (d postgres) startsWithAny(expr string, s sense) string {
	return "(SELECT " + exists(s) + " (SELECT 1 FROM jsonb_array_elements_text(CAST(? AS jsonb)) AS lengths(n)" +
		" WHERE CASE WHEN left(s, CAST(n AS integer)) IN " + d.list(textType) + " THEN TRUE END)" +
		" FROM (SELECT " + expr + " AS s OFFSET 0) AS searched)"
}

func (postgres) list(st sqlType) string {
	return "(SELECT CAST(v AS " + string(st) + ") FROM jsonb_array_elements_text(CAST(? AS jsonb)) AS list(v))"
}

func (postgres) mark(st sqlType) string {
	if st == numericType {
		return "CAST(? AS numeric)"
	}
	return "?"
}

// arg returns a number for a comparison as decimal text, which no driver rounds.
func (postgres) arg(x operand, v any) any {
	if x.sqlType != numericType {
		return v
	}
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return strconv.FormatInt(v.(int64), 10)
}
