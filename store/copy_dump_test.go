package store_test

import (
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
)

// dump reads all tables of a database except those of the migrations. Each row
// becomes a line of its columns and values. It shares no code with the store.
// Columns of JSON, given as table.column, are compared by their meaning, since
// PostgreSQL stores JSON in its own form.
func dump(t *testing.T, address string, isJSON map[string]bool) map[string][]string {
	t.Helper()
	db, list := raw(t, address)
	defer db.Close()
	out := map[string][]string{}
	for _, table := range texts(t, db, list) {
		if !strings.HasPrefix(table, "goose") && !strings.HasPrefix(table, "sqlite") {
			out[table] = dumpTable(t, db, table, isJSON)
		}
	}
	return out
}

const (
	tablesOfSQLite   = `SELECT name FROM sqlite_master WHERE type = 'table'`
	tablesOfPostgres = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	jsonOfPostgres   = `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'jsonb'`
)

func raw(t *testing.T, address string) (db *sql.DB, list string) {
	t.Helper()
	if path, ok := strings.CutPrefix(address, "sqlite://"); ok {
		db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
		fatal(t, err)
		return db, tablesOfSQLite
	}
	db, err := sql.Open("pgx", address)
	fatal(t, err)
	return db, tablesOfPostgres
}

func texts(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.Query(query)
	fatal(t, err)
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		fatal(t, rows.Scan(&s))
		list = append(list, s)
	}
	fatal(t, rows.Err())
	return list
}

func jsonColumns(t *testing.T, address string) map[string]bool {
	t.Helper()
	db, _ := raw(t, address)
	defer db.Close()
	columns := map[string]bool{}
	for _, name := range texts(t, db, jsonOfPostgres) {
		columns[name] = true
	}
	return columns
}

func dumpTable(t *testing.T, db *sql.DB, table string, isJSON map[string]bool) []string {
	t.Helper()
	rows, err := db.Query(`SELECT * FROM ` + table)
	fatal(t, err)
	defer rows.Close()
	names, err := rows.Columns()
	fatal(t, err)
	var lines []string
	for rows.Next() {
		cells, dest := make([]any, len(names)), make([]any, len(names))
		for i := range cells {
			dest[i] = &cells[i]
		}
		fatal(t, rows.Scan(dest...))
		line := make([]string, len(names))
		for i, name := range names {
			show := cell
			if isJSON[table+"."+name] {
				show = jsonCell
			}
			line[i] = name + "=" + show(t, cells[i])
		}
		slices.Sort(line)
		lines = append(lines, strings.Join(line, " "))
	}
	fatal(t, rows.Err())
	slices.Sort(lines)
	return lines
}

// jsonCell is cell for a column of JSON, of which only the meaning counts.
func jsonCell(t *testing.T, v any) string {
	t.Helper()
	switch v := v.(type) {
	case string:
		return meaning(t, v)
	case []byte:
		return meaning(t, string(v))
	}
	return cell(t, v)
}

// cell returns a value of a row in a form that is the same on both databases.
func cell(_ *testing.T, v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return "int64 1"
		}
		return "int64 0"
	case []byte:
		return "bytes " + hex.EncodeToString(v)
	}
	return fmt.Sprintf("%T %#v", v, v)
}

// meaning returns the same text for all forms of a JSON value.
func meaning(t *testing.T, text string) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	out, err := json.Marshal(exact(t, v))
	fatal(t, err)
	return "JSON " + string(out)
}

func exact(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case json.Number:
		r, ok := new(big.Rat).SetString(v.String())
		if !ok {
			t.Fatalf("%s is no number", v)
		}
		return "number " + r.String()
	case []any:
		for i := range v {
			v[i] = exact(t, v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = exact(t, v[k])
		}
	}
	return v
}
