package filter

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestCompiledSQL holds the SQL of each folder's filter.json against its
// golden files. What the SQL means is the business of the property tests;
// these show it to a reader and make every change of it visible.
func TestCompiledSQL(t *testing.T) {
	m := sample(t)
	files, err := filepath.Glob("testdata/*/filter.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden folders: %v", err)
	}
	for _, file := range files {
		folder := filepath.Dir(file)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			f := accepted(t, m, string(text))
			for _, d := range []Dialect{SQLite, PostgreSQL} {
				golden(t, filepath.Join(folder, string(d)+".sql"), f, d)
			}
		})
	}
}

func golden(t *testing.T, file string, f Filter, d Dialect) {
	t.Helper()
	text, args := f.SQL(d)
	if marks := strings.Count(text, "?"); marks != len(args) {
		t.Errorf("%d placeholders for %d arguments", marks, len(args))
	}
	var got bytes.Buffer
	fmt.Fprintln(&got, text)
	for _, a := range args {
		fmt.Fprintf(&got, "-- %T %#v\n", a, a)
	}
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s differs; got:\n%s", file, got.Bytes())
	}
}
