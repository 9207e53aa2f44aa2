//go:build !fuzz

package filter

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"
	"pgregory.net/rapid"

	"bulkpatch/model"
)

// A runner asks a database which records a filter selects.
type runner struct {
	db      *sql.DB
	dialect Dialect
	m       *model.Model
}

// columnTypes are those that the store gives the kinds.
var columnTypes = map[Dialect]map[model.Type]string{
	SQLite: {
		model.String: "TEXT", model.Integer: "INTEGER", model.Number: "REAL", model.Boolean: "INTEGER", model.Date: "TEXT",
		model.DateTime: "INTEGER", model.Object: "TEXT", model.Array: "TEXT", model.Any: "TEXT",
	},
	PostgreSQL: {
		model.String: `text COLLATE "C"`, model.Integer: "bigint", model.Number: "double precision", model.Boolean: "boolean",
		model.Date: `text COLLATE "C"`, model.DateTime: "bigint", model.Object: "jsonb", model.Array: "jsonb", model.Any: "jsonb",
	},
}

func newRunner(t *testing.T, db *sql.DB, d Dialect) runner {
	t.Helper()
	r := runner{db, d, sample(t)}
	columns := []string{"rid bigint PRIMARY KEY"}
	for _, f := range r.m.Fields {
		columns = append(columns, quote(f.Column)+" "+columnTypes[d][f.Type])
	}
	if _, err := db.Exec("CREATE TABLE c (" + strings.Join(columns, ", ") + ")"); err != nil {
		t.Fatal(err)
	}
	return r
}

// rebind writes placeholders as the database knows them, as the store does.
func (r runner) rebind(text string) string {
	if r.dialect == SQLite {
		return text
	}
	var b strings.Builder
	for i, part := range strings.Split(text, "?") {
		if i > 0 {
			fmt.Fprintf(&b, "$%d", i)
		}
		b.WriteString(part)
	}
	return b.String()
}

func (r runner) replace(t rapid.TB, records []model.Record) {
	t.Helper()
	tx, err := r.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("DELETE FROM c"); err != nil {
		t.Fatal(err)
	}
	marks := strings.Repeat(", ?", len(r.m.Fields))
	for _, rec := range records {
		if _, err := tx.Exec(r.rebind("INSERT INTO c VALUES (?"+marks+")"), append([]any{rec.RID}, rec.Values...)...); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// selected asks twice: in a WHERE clause, and as a value, which shows a NULL.
func (r runner) selected(t rapid.TB, f Filter) map[int64]bool {
	t.Helper()
	cond, args := f.SQL(r.dialect)
	found := map[int64]bool{}
	r.rows(t, "SELECT rid, TRUE FROM c WHERE "+cond, args, func(rid int64, _ bool) { found[rid] = true })
	r.rows(t, "SELECT rid, "+cond+" FROM c", args, func(rid int64, is bool) {
		if is != found[rid] {
			t.Fatalf("%s: WHERE and SELECT differ for record %d", f.JSON(), rid)
		}
	})
	return found
}

func (r runner) rows(t rapid.TB, query string, args []any, each func(int64, bool)) {
	t.Helper()
	rows, err := r.db.Query(r.rebind(query), args...)
	if err != nil {
		t.Fatalf("%v\n%s\n%#v", err, query, args)
	}
	defer rows.Close()
	for rows.Next() {
		var rid int64
		var is bool // refuses NULL
		if err := rows.Scan(&rid, &is); err != nil {
			t.Fatalf("%v\n%s", err, query)
		}
		each(rid, is)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%v\n%s\n%#v", err, query, args)
	}
}

// testSelectsWhatMatches is the property: a database selects exactly the
// records that the plain matcher does.
func (r runner) testSelectsWhatMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := make([]model.Record, recordsPerCheck)
		for i := range records {
			records[i] = model.Record{RID: int64(i), Values: make([]any, len(r.m.Fields))}
			for _, f := range r.m.Fields {
				records[i].Values[f.Index] = stored(t, f)
			}
		}
		r.replace(t, records)
		for range filtersPerCheck {
			text := conditions(t, 0)
			f, faults := Restore([]byte(text), r.m)
			if len(faults) > 0 {
				t.Fatalf("%s was refused: %v", text, faults)
			}
			got := r.selected(t, f)
			for _, rec := range records {
				if want := f.Match(rec); got[rec.RID] != want {
					t.Fatalf("%s\nrecord %#v\nselected %v, should be %v", text, rec.Values, got[rec.RID], want)
				}
			}
		}
	})
}

func openSQLite(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	t.Cleanup(func() { db.Close() })
	return db
}

func TestSQLiteSelectsWhatMatches(t *testing.T) {
	newRunner(t, openSQLite(t), SQLite).testSelectsWhatMatches(t)
}

func TestSQLiteTakesTheLargestFilters(t *testing.T) {
	newRunner(t, openSQLite(t), SQLite).testTakesTheLargestFilters(t)
}

// testTakesTheLargestFilters runs filters at the limits of the language,
// which must not pass those of the database.
func (r runner) testTakesTheLargestFilters(t *testing.T) {
	r.replace(t, []model.Record{record(t, r.m, map[string]any{"age": int64(9999), "name": "n9999", "custom": `{"x":9999}`})})
	wide := func(word, item string) string { return wide(word, item, MaxValues) }
	for name, text := range map[string]string{
		"wide or":         wide("$or", `{"age": %d}`),
		"wide prefixes":   wide("$or", `{"name": {"$startsWith": "n%d"}}`),
		"wide parts":      wide("$or", `{"name": {"$contains": "N%d"}}`),
		"no wide parts":   wide("$and", `{"name": {"$not": {"$contains": "x%d"}}}`),
		"parts of paths":  wide("$and", `{"custom.y": {"$not": {"$contains": "x%d"}}}`),
		"wide bounds":     wide("$or", `{"age": {"$gt": %d}}`),
		"wide and":        wide("$and", `{"age": {"$ne": -1%d}}`),
		"wide paths":      wide("$or", `{"custom.x": %d}`),
		"deep":            nest(20, `{"age": {"$gt": 1}}`),
		"deep and wide":   nest(19, wide("$or", `{"age": %d}`)),
		"deep nots":       `{"age": ` + strings.Repeat(`{"$not": `, 20) + `{"$gt": 1}` + strings.Repeat(`}`, 21),
		"both ways":       strings.Repeat(`{"age": {"$gt": 1}, "$and": [`, 20) + `{}` + strings.Repeat(`]}`, 20),
		"long list":       `{"age": {"$in": [` + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(seq(MaxValues))), ","), "[]") + `]}}`,
		"long other list": `{"custom.x": {"$in": [` + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(seq(MaxValues))), ","), "[]") + `]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if got := r.selected(t, restored(t, r.m, text)); !got[0] {
				t.Error("the record was not selected")
			}
		})
	}
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}
