package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bulkpatch/model/table"
)

func TestCSVIsGuardedOnlyWhereItIsSaid(t *testing.T) {
	tests := map[string]struct {
		variable string
		line     string
		want     table.Guard
	}{
		"not said":                  {"", "serve", table.Unguarded},
		"a flag":                    {"", "serve --csv-safe", table.Guarded},
		"a flag with a value":       {"", "serve --csv-safe=true", table.Guarded},
		"before another flag":       {"", "demo --csv-safe --records 5", table.Guarded},
		"a variable":                {"true", "serve", table.Guarded},
		"a variable with a number":  {"1", "api --redis redis://h:1", table.Guarded},
		"a variable that says no":   {"false", "serve", table.Unguarded},
		"the flag and the variable": {"true", "serve --csv-safe=false", table.Unguarded},
		"an export":                 {"", "export desk --csv-safe", table.Guarded},
		"an import":                 {"true", "import desk -", table.Guarded},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("BULKPATCH_CSV_SAFE", tt.variable)
			if got := started(t, strings.Fields(tt.line)...).csvGuard; got != tt.want {
				t.Errorf("guarded: %v", got)
			}
		})
	}
}

// riskyTexts lists all strings of one to three of some characters.
func riskyTexts() []string {
	texts := []string{""}
	for i := 0; len(texts[i]) < 3; i++ {
		for _, c := range "'=+-@\t\r a" {
			texts = append(texts, texts[i]+string(c))
		}
	}
	return texts[1:]
}

// TestASafeExportComesBackUnchanged exports customers whose notes are all the
// risky strings, and imports the file as it is, with tabs, and elsewhere.
func TestASafeExportComesBackUnchanged(t *testing.T) {
	texts := riskyTexts()
	var lines strings.Builder
	for i, text := range texts {
		notes, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&lines, "{\"id\": %d, \"notes\": %s}\n", i+1, notes)
	}
	dir, db := t.TempDir(), migrated(t)
	ndjson, safe, tabs := filepath.Join(dir, "a.ndjson"), filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.tsv")
	writeFile(t, ndjson, lines.String())
	must(t, "import", "desk", ndjson, "--db", db)
	must(t, "export", "desk", "-o", safe, "--csv-safe", "--db", db)
	writeFile(t, tabs, withTabs(t, safe, texts))
	for _, file := range []string{safe, tabs} {
		want := fmt.Sprintf("0 inserted, 0 updated, %d unchanged, 0 failed\n", len(texts))
		if out := must(t, "import", "desk", file, "--csv-safe", "--db", db); out != want {
			t.Errorf("importing %s again said %q", filepath.Base(file), out)
		}
	}
	other := migrated(t)
	must(t, "import", "desk", safe, "--csv-safe", "--db", other)
	if must(t, "export", "desk", "--db", other) != must(t, "export", "desk", "--db", db) {
		t.Error("the customers are not the same elsewhere")
	}
}

// withTabs checks the notes of a safe file, and returns the file with tabs
// instead of commas.
func withTabs(t *testing.T, safe string, texts []string) string {
	t.Helper()
	file, err := os.Open(safe)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(rows[0], "notes")
	for i, row := range rows[1:] {
		want := texts[i]
		if want != "" && strings.ContainsAny(want[:1], "=+-@\t\r'") {
			want = "'" + want
		}
		if row[at] != want {
			t.Errorf("%q is written as %q", texts[i], row[at])
		}
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = '\t'
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
