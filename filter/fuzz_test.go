package filter

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// FuzzParse feeds anything to New. What it accepts must compile and match
// without a panic, and its JSON must be the same filter again.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*/filter.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	m := sample(f)
	empty := record(f, m, nil)
	full := record(f, m, map[string]any{
		"name": "Ana", "age": int64(3), "balance": 0.5, "active": true, "born": "2000-01-01", "seenAt": int64(1),
		"custom": `{"seen":"2024-01-01T00:00:00Z","tier":"gold","x":[1]}`, "tags": `[]`,
	})
	f.Fuzz(func(t *testing.T, text []byte) {
		got, faults := New(text, m, Native)
		if len(faults) > 0 {
			return
		}
		again, faults := New(got.JSON(), m, Native)
		if len(faults) > 0 {
			t.Fatalf("%s was refused the second time: %v", got.JSON(), faults)
		}
		for _, d := range []Dialect{SQLite, PostgreSQL} {
			sql1, args1 := got.SQL(d)
			sql2, args2 := again.SQL(d)
			if sql1 != sql2 || !reflect.DeepEqual(args1, args2) || strings.Count(sql1, "?") != len(args1) {
				t.Fatalf("%s compiles to\n%s %v and then to\n%s %v", got.JSON(), sql1, args1, sql2, args2)
			}
		}
		if got.Match(empty) != again.Match(empty) || got.Match(full) != again.Match(full) {
			t.Fatalf("%s matches otherwise the second time", got.JSON())
		}
	})
}
