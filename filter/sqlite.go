package filter

import (
	"fmt"
)

// sqlite compiles for SQLite, where JSON columns are text.
type sqlite struct{}

// jsonPath writes the arguments of a JSON function. The parts of a path are
// letters, digits, "_" and "-" only, so they need no escapes; the quotes keep
// SQLite from taking digits for an index.
func (sqlite) jsonPath(t target) string {
	column, path, parts := quote(t.field.Column), "$", t.path
	if t.item {
		column = "CASE item.type WHEN 'object' THEN item.value END" // of other types there is nothing below
	}
	if t.inList() {
		path, parts = "$["+t.path[0]+"]", t.path[1:]
	}
	for _, part := range parts {
		path += `."` + part + `"`
	}
	return "(" + column + ", '" + path + "')"
}

func (sqlite) items(t target) string { return "json_each(" + quote(t.field.Column) + ") AS item" }

func (d sqlite) jsonType(t target) string { return "json_type" + d.jsonPath(t) }

func (d sqlite) part(t target, st sqlType) string {
	value := "json_extract" + d.jsonPath(t)
	switch st {
	case booleanType:
		return "CASE " + d.jsonType(t) + " WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
	case numericType:
		number := "CASE WHEN " + d.jsonType(t) + " IN ('integer', 'real') THEN " + value
		if t.numeric {
			number += " WHEN " + d.jsonType(t) + " = 'text' THEN " + fmt.Sprintf(sqliteNumeral, value, maxNumeral)
		}
		return number + " END"
	}
	return "CASE " + d.jsonType(t) + " WHEN 'text' THEN " + value + " END"
}

// sqliteNumeral is the number that a string has in plain digits, else NULL.
const sqliteNumeral = `(SELECT CASE WHEN length(s) <= %[2]d AND s NOT GLOB '*[^-.0-9]*' AND json_valid(s) THEN json_extract(s, '$') END FROM (SELECT %[1]s AS s))`

// sqliteInstant finds the key of a date-time s in three steps: the zone z at
// its end, the fraction f between that and the seconds, and then the seconds
// in UTC. What is not RFC 3339 fails one of the tests and has no key; SQLite's
// own functions take much that is not.
const sqliteInstant = `(SELECT CASE WHEN s GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'` +
	` AND s >= '0001' AND date(substr(s, 1, 10)) = substr(s, 1, 10) AND substr(s, 12, 2) < '24' AND substr(s, 15, 2) < '60' AND substr(s, 18, 2) < '60'` +
	` AND (f = '' OR f GLOB '.[0-9]*' AND substr(f, 2) NOT GLOB '*[^0-9]*')` +
	` AND (z = 'Z' OR z GLOB '[+-][01][0-9]:[0-5][0-9]' OR z GLOB '[+-]2[0-3]:[0-5][0-9]')` +
	` THEN printf('%%012d', unixepoch(substr(s, 1, 19)) + %d - CASE WHEN z = 'Z' THEN 0` +
	` ELSE CAST(substr(z, 1, 1) || '60' AS INTEGER) * (60 * CAST(substr(z, 2, 2) AS INTEGER) + CAST(substr(z, 5, 2) AS INTEGER)) END)` +
	` || '.' || rtrim(substr(f, 2), '0') END` +
	` FROM (SELECT s, z, substr(s, 20, length(s) - 19 - length(z)) AS f` +
	` FROM (SELECT s, CASE WHEN s GLOB '*Z' THEN 'Z' ELSE substr(s, -6) END AS z` +
	` FROM (SELECT upper(%s) AS s))))`

func (d sqlite) instant(t target) string {
	return fmt.Sprintf(sqliteInstant, keyShift, d.part(t, textType))
}

func (sqlite) position(expr string) string { return "instr(lower(" + expr + "), ?)" }

// containsAny computes the text once for all of the list. The list is read
// once for all records: json_each by itself would be read for each anew.
func (sqlite) containsAny(expr string, s sense) string {
	return "(SELECT " + exists(s) + " (WITH list(v) AS MATERIALIZED (SELECT value FROM json_each(?)) SELECT 1 FROM list WHERE instr(s, v) > 0)" +
		" FROM (SELECT lower(" + expr + ") AS s))"
}

func (d sqlite) startsWithAny(expr string, s sense) string {
	return "(SELECT " + exists(s) + " (WITH lengths(n) AS MATERIALIZED (SELECT value FROM json_each(?)) SELECT 1 FROM lengths WHERE substr(s, 1, n) IN " + d.list(textType) + ")" +
		" FROM (SELECT " + expr + " AS s))"
}

func (sqlite) list(sqlType) string { return "(SELECT value FROM json_each(?))" }

func (sqlite) mark(sqlType) string { return "?" }

func (sqlite) arg(_ operand, v any) any {
	b, ok := v.(bool)
	switch {
	case !ok:
		return v
	case b:
		return int64(1)
	}
	return int64(0)
}
