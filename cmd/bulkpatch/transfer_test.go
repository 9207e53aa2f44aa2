package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"bulkpatch/model/sample"
)

// sampleFile writes a file of customers and returns its path.
func sampleFile(t *testing.T, n int) string {
	t.Helper()
	var b bytes.Buffer
	if err := sample.WriteDesk(&b, 1, n); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "customers.ndjson")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// must runs a command that has to succeed and returns its output.
func must(t *testing.T, args ...string) string {
	t.Helper()
	status, out, complaint := call(t, args...)
	if status != exitOK {
		t.Fatalf("%v ended with %d: %s%s", args, status, out, complaint)
	}
	return out
}

func TestWhatWasExportedComesBackByteForByte(t *testing.T) {
	first := migrated(t)
	if out := must(t, "import", "desk", sampleFile(t, 1500), "--db", first); out != "1500 inserted, 0 updated, 0 unchanged, 0 failed\n" {
		t.Fatalf("import said %q", out)
	}
	want := must(t, "export", "desk", "--db", first)
	if strings.Count(want, "\n") != 1500 {
		t.Fatalf("%d lines", strings.Count(want, "\n"))
	}
	for _, name := range []string{"copy.ndjson", "copy.csv"} {
		t.Run(name, func(t *testing.T) {
			file, second := filepath.Join(t.TempDir(), name), migrated(t)
			must(t, "export", "desk", "-o", file, "--db", first)
			must(t, "import", "desk", file, "--db", second)
			if got := must(t, "export", "desk", "--db", second); got != want {
				t.Error("the second export differs from the first")
			}
			if out := must(t, "import", "desk", file, "--db", second); out != "0 inserted, 0 updated, 1500 unchanged, 0 failed\n" {
				t.Errorf("importing again said %q", out)
			}
			if got := must(t, "export", "desk", "--db", second); got != want {
				t.Error("importing the same again has changed something")
			}
		})
	}
}

func TestABadLineIsNamedAndIgnored(t *testing.T) {
	file := filepath.Join(t.TempDir(), "two.ndjson")
	if err := os.WriteFile(file, []byte("{\"id\":1}\n{\"id\":2,\"trusted\":\"maybe\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	db := migrated(t)
	status, out, complaint := call(t, "import", "desk", file, "--db", db)
	if status != exitFailed || out != "1 inserted, 0 updated, 0 unchanged, 1 failed\n" || !strings.Contains(complaint, "line 2: ") || strings.Contains(complaint, "maybe") {
		t.Errorf("ended with %d, %q, %q", status, out, complaint)
	}
	file = filepath.Join(t.TempDir(), "old.csv")
	for content, want := range map[string]struct {
		status int
		said   string
	}{
		"id,version,notes\n1,7,old\n": {exitFailed, `--columns '{"version": null}' leaves the column out.`},
		"id,Remark\n1,old\n":          {exitRefused, `say which it is with --columns '{"Remark": "email"}', or leave it out with --columns '{"Remark": null}'.`},
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, _, complaint := call(t, "import", "desk", file, "--db", db); status != want.status || !strings.Contains(complaint, want.said) {
			t.Errorf("%q ended with %d and said %q", content, status, complaint)
		}
	}
}

// TestALineWithoutAnIDIsNotMergedIntoTheNext imports Alice, who has no id, before
// customers with ids, and the same file of edits twice.
func TestALineWithoutAnIDIsNotMergedIntoTheNext(t *testing.T) {
	db, file := migrated(t), filepath.Join(t.TempDir(), "customers.csv")
	lines := "id,firstName\n,Alice\n"
	for id := 5000; id < 6100; id++ {
		lines += fmt.Sprintf("%d,Bo\n", id)
	}
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must(t, "import", "desk", file, "--db", db); out != "1101 inserted, 0 updated, 0 unchanged, 0 failed\n" {
		t.Errorf("the import said %q", out)
	}
	if out := must(t, "export", "desk", "--db", db, "--filter", `{"firstName":"Alice"}`); !strings.HasPrefix(out, `{"id":6100,`) {
		t.Errorf("Alice is %q", out)
	}
	export := must(t, "export", "desk", "--db", db, "--filter", `{"id":5000}`)
	edited := filepath.Join(t.TempDir(), "edited.ndjson")
	if err := os.WriteFile(edited, []byte(strings.Replace(export, `"Bo"`, `"Bob"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"0 inserted, 1 updated, 0 unchanged, 0 failed\n", "0 inserted, 0 updated, 1 unchanged, 0 failed\n"} {
		if out := must(t, "import", "desk", edited, "--db", db); out != want {
			t.Errorf("the edited export: %q, not %q", out, want)
		}
	}
	if err := os.WriteFile(edited, []byte(strings.Replace(export, `"Bo"`, `"Bobby"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, said := call(t, "import", "desk", edited, "--db", db); status != exitFailed || !strings.Contains(said, "line 1: precondition_failed: ") {
		t.Errorf("an old export ended with %d and said %q", status, said)
	}
}

func TestExportTakesAFilterAndRefusesABadOne(t *testing.T) {
	db := migrated(t)
	must(t, "import", "desk", sampleFile(t, 50), "--db", db)
	if out := must(t, "export", "desk", "--db", db, "--filter", `{"id":{"$lte":7}}`); strings.Count(out, "\n") != 7 {
		t.Errorf("export gave %q", out)
	}
	for _, line := range []string{"export nope", "import nope " + sampleFile(t, 1)} {
		if status, out, said := call(t, append(strings.Fields(line), "--db", db)...); status != exitRefused || out != "" || !strings.HasSuffix(said, "bulkpatch: there is no model nope; there are: accounts, clientsuccess, desk, mythic, plane\n") {
			t.Errorf("%s ended with %d and said %q", line, status, said)
		}
	}
	for filter, want := range map[string]int{`{"wings":1}`: exitRefused, `{`: exitUsage, ``: exitUsage} {
		file := filepath.Join(t.TempDir(), "out.ndjson")
		status, _, complaint := call(t, "export", "desk", "--db", db, "-o", file, "--filter", filter)
		if status != want || strings.Contains(complaint, "json:") {
			t.Errorf("filter %q ended with %d and said %q", filter, status, complaint)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("filter %q left a file", filter)
		}
	}
}

func TestTransfersGoOverHTTPToo(t *testing.T) {
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", migrated(t))
	t.Setenv("BULKPATCH_SERVER", p.base)
	t.Setenv("BULKPATCH_KEY", p.firstKey)
	var in, out, complaint bytes.Buffer
	if err := sample.WriteDesk(&in, 1, 20); err != nil {
		t.Fatal(err)
	}
	a := &app{in: &in, out: &out, err: &complaint}
	if status := run(t.Context(), []string{"import", "desk", "-"}, a); status != exitOK || !strings.HasPrefix(out.String(), "20 inserted") {
		t.Fatalf("ended with %d: %s%s", status, out.String(), complaint.String())
	}
	if got := must(t, "export", "desk"); strings.Count(got, "\n") != 20 {
		t.Errorf("export gave %q", got)
	}
	status, _, said := call(t, "export", "desk", "--key", "wrong")
	if status != exitRefused || strings.Contains(said, "wrong") {
		t.Errorf("a wrong key ended with %d and said %q", status, said)
	}
}

func TestKeysAreMadeListedAndRevoked(t *testing.T) {
	db := migrated(t)
	secret := strings.TrimSpace(must(t, "key", "create", "sync", "--workspace", "north", "--scopes", "customers:read,jobs:read", "--db", db))
	if !regexp.MustCompile(`^bp_\S{40,}$`).MatchString(secret) {
		t.Fatalf("the key is %q", secret)
	}
	list := must(t, "key", "list", "--db", db)
	if !regexp.MustCompile(`north +sync +customers:read,jobs:read`).MatchString(list) || !strings.Contains(list, "main") || strings.Contains(list, secret) {
		t.Errorf("the list is\n%s", list)
	}
	must(t, "import", "desk", sampleFile(t, 3), "--db", db, "--workspace", "north")
	if out := must(t, "export", "desk", "--db", db); out != "" {
		t.Errorf("the workspace main sees %q", out)
	}
	if status, _, said := call(t, "export", "desk", "--db", db, "--workspace", "south"); status != exitRefused || !strings.Contains(said, "no key reaches a workspace south") {
		t.Errorf("a workspace that is not there ended with %d and said %q", status, said)
	}
	must(t, "key", "revoke", "sync", "--workspace", "north", "--db", db)
	if list := must(t, "key", "list", "--db", db); strings.Contains(list, "sync") {
		t.Errorf("the list is still\n%s", list)
	}
	if status, _, _ := call(t, "key", "revoke", "sync", "--workspace", "north", "--db", db); status != exitRefused {
		t.Errorf("revoking what is not there ended with %d", status)
	}
	if status, _, complaint := call(t, "key", "create", "x", "--scopes", "fly", "--db", db); status != exitUsage || !strings.Contains(complaint, "fly") {
		t.Errorf("an unknown scope ended with %d and said %q", status, complaint)
	}
}

func TestAKeyIsRotated(t *testing.T) {
	db := migrated(t)
	first := strings.TrimSpace(must(t, "key", "create", "ana", "--preset", "reader", "--scopes", "secrets:read", "--expires", "90d", "--person", "Ana Ruíz", "--db", db))
	second := strings.TrimSpace(must(t, "key", "rotate", "ana", "--overlap", "24h", "--db", db))
	if !regexp.MustCompile(`^bp_\S{40,}$`).MatchString(second) || second == first {
		t.Fatalf("the new secret is %q", second)
	}
	expires := time.Now().UTC().AddDate(0, 0, 90).Format(time.DateOnly)
	list := must(t, "key", "list", "--db", db)
	if !regexp.MustCompile(`ana +customers:read,jobs:read,secrets:read +Ana Ruíz +` + second[:7] + `… .*` + expires + `.* never`).MatchString(list) {
		t.Errorf("the list is\n%s", list)
	}
	status, out, told := call(t, "key", "rotate", "ana", "--db", db)
	if status != exitOK || strings.Count(out, "\n") != 1 || !strings.Contains(told, "no longer works") {
		t.Errorf("rotating again ended with %d and said %q, %q", status, out, told)
	}
	if status, _, _ := call(t, "key", "rotate", "bo", "--db", db); status != exitRefused {
		t.Errorf("rotating what is not there ended with %d", status)
	}
}

func TestWhoHasRevokedTheLastKeyCanMakeAnother(t *testing.T) {
	db := migrated(t)
	must(t, "key", "list", "--db", db)
	must(t, "key", "revoke", "admin", "--db", db)
	must(t, "key", "create", "rescue", "--scopes", "admin", "--db", db)
	if list := must(t, "key", "list", "--db", db); !strings.Contains(list, "rescue") {
		t.Errorf("the list is\n%s", list)
	}
}

func TestModelCheckNamesTheLineOfEveryFault(t *testing.T) {
	good, bad := filepath.Join(t.TempDir(), "good.yaml"), filepath.Join(t.TempDir(), "bad.yaml")
	source := "x-model: shop\ntitle: Shop\ntype: object\nproperties:\n  name:\n    type: string\n"
	if err := os.WriteFile(good, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad, []byte(source+"    wings: 2\n  legs:\n    type: feet\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must(t, "model", "check", good); !strings.Contains(out, "model shop") {
		t.Errorf("said %q", out)
	}
	status, _, complaint := call(t, "model", "check", good, bad, bad+".none")
	if status != exitFailed || !strings.Contains(complaint, "bad.yaml:7:") || !strings.Contains(complaint, "bad.yaml:9:") || !strings.Contains(complaint, "none") {
		t.Errorf("ended with %d and said %s", status, complaint)
	}
}

// TestATransferOfTheDatabaseItselfHasItsTime imports for so long that the API
// checks whether the keys of open calls were revoked. The key of a command that
// works on the database directly is in no table.
func TestATransferOfTheDatabaseItselfHasItsTime(t *testing.T) {
	t.Parallel()
	var out, complaint bytes.Buffer
	lines := &linesFor{until: time.Now().Add(time.Second)}
	status := run(t.Context(), []string{"import", "desk", "-", "--db", migrated(t)}, &app{in: lines, out: &out, err: &complaint})
	if want := fmt.Sprintf("%d inserted, 0 updated, 0 unchanged, 0 failed\n", lines.n); status != exitOK || out.String() != want {
		t.Errorf("the import ended with %d and said %q: %s", status, out.String(), complaint.String())
	}
}

// linesFor gives customers until a deadline.
type linesFor struct {
	until time.Time
	n     int
}

func (l *linesFor) Read(p []byte) (int, error) {
	if time.Now().After(l.until) {
		return 0, io.EOF
	}
	l.n++
	return copy(p, `{"firstName": "Ana"}`+"\n"), nil
}
