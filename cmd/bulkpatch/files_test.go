//go:build !race

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"bulkpatch/client"
)

// A fileCase is a file as people have it, and the outcome that it must have.
type fileCase struct {
	File, Model string
	Delimiter   string
	Columns     json.RawMessage
	Before      string // NDJSON that was imported before

	Refused         string // part of the reason: nothing is stored
	RefusedOverHTTP string // the same, where the command line does more
	client.ImportReport
	Records []map[string]any // all that are there then, by id; the fields named
}

func (c fileCase) path() string { return filepath.Join("testdata", "files", c.File) }

func (c fileCase) options() client.ImportOptions {
	return client.ImportOptions{Delimiter: c.Delimiter, Columns: string(c.Columns)}
}

func fileCases(t *testing.T) []fileCase {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "files", "outcomes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []fileCase
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// TestFilesAsPeopleHaveThem imports each file over HTTP, with the command line
// through a server, and with the command line on the database itself.
func TestFilesAsPeopleHaveThem(t *testing.T) {
	t.Parallel()
	for name, db := range databases(t) {
		t.Run(name, func(t *testing.T) {
			at := db()
			p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", at)
			t.Run("exports", func(t *testing.T) { exportsComeBack(t, p) })
			t.Run("8,000 rows and a stray quote", func(t *testing.T) { strayQuote(t, p.tenant(t, "stray")) })
			for i, c := range fileCases(t) {
				t.Run(fmt.Sprintf("%d %s", i, c.File), func(t *testing.T) {
					c.overHTTP(t, p.tenant(t, fmt.Sprint("http-", i)))
					w := p.tenant(t, fmt.Sprint("server-", i))
					c.onCommandLine(t, w, "--server", p.base, "--key", w.key)
					w = p.tenant(t, fmt.Sprint("db-", i))
					c.onCommandLine(t, w, "--db", at, "--workspace", w.name)
				})
			}
		})
	}
}

// A tenant is a workspace of its own on a server.
type tenant struct {
	*client.Client
	base, name, key string
}

func (p *process) tenant(t *testing.T, name string) tenant {
	t.Helper()
	_, key, err := p.client(t, p.firstKey).CreateKey(t.Context(), "files", name, []string{"admin"})
	if err != nil {
		t.Fatal(err)
	}
	return tenant{p.client(t, key), p.base, name, key}
}

// before imports what a case finds there.
func (w tenant) before(t *testing.T, c fileCase) {
	t.Helper()
	if c.Before == "" {
		return
	}
	report, err := w.Import(t.Context(), c.Model, client.NDJSON, strings.NewReader(c.Before))
	if err != nil || report.Failed > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
}

func (c fileCase) overHTTP(t *testing.T, w tenant) {
	t.Helper()
	w.before(t, c)
	file, err := os.Open(c.path())
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	report, err := w.Import(t.Context(), c.Model, formatOf("auto", c.File), file, c.options())
	if refused := c.Refused + c.RefusedOverHTTP; refused != "" {
		var answer *client.Error
		if !errors.As(err, &answer) || answer.Status != http.StatusBadRequest || !strings.Contains(answer.Error(), refused) {
			t.Errorf("answered %+v, %v", report, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	c.checkReport(t, report)
	c.checkRecords(t, w)
}

// checkReport compares the counts and the places of the errors, and looks for
// the words of their details.
func (c fileCase) checkReport(t *testing.T, got client.ImportReport) {
	t.Helper()
	for i, e := range got.Errors {
		if i < len(c.Errors) && strings.Contains(e.Detail, c.Errors[i].Detail) {
			got.Errors[i].Detail = c.Errors[i].Detail
		}
	}
	want := c.ImportReport
	want.Errors = append([]client.LineError{}, want.Errors...)
	if hinted := got.Hint != ""; hinted != (want.Updated > 0 && want.Inserted == 0) {
		t.Errorf("the hint is %q", got.Hint)
	}
	got.Hint = ""
	if !reflect.DeepEqual(got, want) {
		t.Errorf("answered %+v", got)
	}
}

// checkRecords compares all records with those that must be there.
func (c fileCase) checkRecords(t *testing.T, w tenant) {
	t.Helper()
	var page struct{ Items []map[string]any }
	if err := json.Unmarshal([]byte(get(t, w.base+"/v1/"+c.Model+"/customers?sort=id", w.key, http.StatusOK)), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != len(c.Records) {
		t.Fatalf("%d records: %v", len(page.Items), page.Items)
	}
	for i, want := range c.Records {
		for _, field := range slices.Sorted(maps.Keys(want)) {
			if got := page.Items[i][field]; !reflect.DeepEqual(got, want[field]) {
				t.Errorf("record %v: %s is %#v and not %#v", page.Items[i]["id"], field, got, want[field])
			}
		}
	}
}

func (c fileCase) onCommandLine(t *testing.T, w tenant, target ...string) {
	t.Helper()
	w.before(t, c)
	args := append([]string{"import", c.Model, c.path()}, target...)
	if c.Delimiter != "" {
		args = append(args, "--delimiter", c.Delimiter)
	}
	if c.Columns != nil {
		args = append(args, "--columns", string(c.Columns))
	}
	status, out, complaint := call(t, args...)
	if c.Refused != "" {
		if status == exitOK || out != "" || !strings.Contains(complaint, c.Refused) {
			t.Errorf("ended with %d: %s%s", status, out, complaint)
		}
		return
	}
	want := fmt.Sprintf("%d inserted, %d updated, %d unchanged, %d failed\n", c.Inserted, c.Updated, c.Unchanged, c.Failed)
	if out != want || (status == exitOK) != (c.Failed == 0) {
		t.Errorf("ended with %d: %s%s", status, out, complaint)
	}
	for _, e := range c.Errors {
		detail := apiColumns.ReplaceAllString(e.Detail, "--columns '$1'") // the parameter's name on the command line
		if !strings.Contains(complaint, detail) || !strings.Contains(complaint, fmt.Sprint(e.ToLine, ": ")) {
			t.Errorf("no %s in line %d: %s", detail, e.ToLine, complaint)
		}
	}
	c.checkRecords(t, w)
}

// strayQuote imports 8,000 rows, more bytes than a row may have, of which one
// opens a quote.
func strayQuote(t *testing.T, w tenant) {
	t.Helper()
	var file bytes.Buffer
	file.WriteString("id,firstName,notes\n")
	for i := range 8000 {
		quote := ""
		if i == 99 {
			quote = `"`
		}
		fmt.Fprintf(&file, "%d,%sAna,%s\n", i+1, quote, strings.Repeat("x", 200))
	}
	report, err := w.Import(t.Context(), "desk", client.CSV, &file)
	if err != nil || report.Inserted != 99 || report.Failed != 7901 || len(report.Errors) != 1 ||
		report.Errors[0].Line != 101 || report.Errors[0].ToLine != 8001 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestADamagedFileIsNamed(t *testing.T) {
	packed, err := os.ReadFile(filepath.Join("testdata", "files", "packed.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.csv.gz")
	if err := os.WriteFile(cut, packed[:len(packed)-12], 0o600); err != nil {
		t.Fatal(err)
	}
	db := migrated(t)
	status, _, complaint := call(t, "import", "desk", cut, "--db", db)
	if status == exitOK || !strings.Contains(complaint, "cut.csv.gz is compressed, and damaged or cut short") {
		t.Errorf("ended with %d: %s", status, complaint)
	}
}
