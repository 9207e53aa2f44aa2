package main

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
	"bulkpatch/worker/redistest"
)

// The filter and the patch of a job that ends before the copy.
var (
	few     = map[string]any{"id": map[string]any{"$lte": 100}}
	renamed = map[string]any{"jobTitle": "Lead"}
)

// TestAnInstallationMovesToPostgreSQL kills serve on SQLite while a job runs,
// copies the database, and continues on PostgreSQL.
func TestAnInstallationMovesToPostgreSQL(t *testing.T) {
	t.Parallel()
	old, address := database(t), pgtest.Database(t)
	p := start(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--db", old}, tiny...)...)
	c := p.client(t, p.firstKey)
	load(t, c, crowd)
	before := titles(t, c)
	earlier := client.Submission{Model: "desk", Filter: few, Patch: renamed, IdempotencyKey: "earlier"}
	done := submitted(t, c, earlier)
	checkSum(t, wait(t, c, done.ID), client.StateSucceeded, 100)
	j := under(t, c, submitted(t, c, client.Submission{Model: "desk", Filter: everybody, Patch: trusting}))
	p.kill(t)

	out := copied(t, old, address)
	if !strings.Contains(out, fmt.Sprintf("copied %d records and 2 jobs", crowd)) {
		t.Errorf("copy said\n%s", out)
	}
	shared := []string{"--db", address, "--redis", redistest.Start(t).URL()}
	api := start(t, append([]string{"api", "--addr", "127.0.0.1:0"}, shared...)...)
	if api.firstKey != "" {
		t.Error("the copy got a first key of its own")
	}
	start(t, append([]string{"worker", "--metrics-addr", "127.0.0.1:0"}, shared...)...)
	c = api.client(t, p.firstKey)
	after, err := c.Job(t.Context(), j.ID)
	if err != nil || after.Counts.Tried() < j.Counts.Tried() || after.Revision < j.Revision {
		t.Fatalf("the move took back %+v to %+v, %v", j.Counts, after.Counts, err)
	}
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, crowd)
	if got := titles(t, c); got != strings.Repeat("Lead,", 100) {
		t.Errorf("the titles are %s", got)
	}
	goOn(t, c, earlier, done)
	if titles(t, c) != before {
		t.Error("the undo has not restored the titles")
	}
	if back := copiedBack(t, address); !strings.Contains(back, fmt.Sprintf("copied %d records and 3 jobs", crowd+1)) {
		t.Errorf("copying back said\n%s", back)
	}
}

func submitted(t *testing.T, c *client.Client, s client.Submission) client.Job {
	t.Helper()
	j, err := c.Submit(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// titles are the job titles of the few.
func titles(t *testing.T, c *client.Client) string {
	t.Helper()
	list := ""
	for r, err := range c.Records(t.Context(), "desk", client.RecordQuery{Filter: few, Sort: "id", Fields: []string{"jobTitle"}}) {
		if err != nil {
			t.Fatal(err)
		}
		var v struct{ JobTitle string }
		if err := r.Decode(&v); err != nil {
			t.Fatal(err)
		}
		list += v.JobTitle + ","
	}
	return list
}

// goOn repeats the submission of the earlier job, undoes the job, and creates a
// customer.
func goOn(t *testing.T, c *client.Client, earlier client.Submission, done client.Job) {
	t.Helper()
	if again := submitted(t, c, earlier); again.ID != done.ID {
		t.Errorf("the idempotency key made job %s instead of %s", again.ID, done.ID)
	}
	undo, err := c.Undo(t.Context(), done.ID)
	if err != nil {
		t.Fatal(err)
	}
	checkSum(t, wait(t, c, undo.ID), client.StateSucceeded, 100)
	fresh, err := c.CreateRecord(t.Context(), "desk", map[string]any{"firstName": "New"})
	if err != nil || !strings.Contains(string(fresh.JSON), fmt.Sprintf(`"id":%d`, crowd+1)) {
		t.Errorf("a new customer is %s, %v", fresh.JSON, err)
	}
}

// copied runs the program's copy and returns what it printed.
func copied(t *testing.T, from, to string) string {
	t.Helper()
	out, err := exec.Command(binary(t), "copy", "--db", from, "--to", to).CombinedOutput()
	if err != nil {
		t.Fatalf("copy: %v\n%s", err, out)
	}
	return string(out)
}

func copiedBack(t *testing.T, from string) string {
	t.Helper()
	to := database(t)
	out := copied(t, from, to)
	if n := strings.Count(must(t, "export", "desk", "--db", to), "\n"); n != crowd+1 {
		t.Errorf("%d customers came back", n)
	}
	return out
}

// TestACopyOutlivesKill9 kills a copy while its transaction is copying records,
// and copies again.
func TestACopyOutlivesKill9(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	old, address := migrated(t), server.Database(t)
	must(t, "import", "desk", sampleFile(t, 500), "--db", old)
	must(t, "migrate", "--db", address)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	server.Do(t, name, `CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END'`)
	server.Do(t, name, `CREATE TRIGGER wait_here BEFORE INSERT ON c_desk FOR EACH STATEMENT EXECUTE FUNCTION wait_here()`)
	release := holding(t, address)
	cmd := exec.Command(binary(t), "copy", "--db", old, "--to", address)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for server.Do(t, name, `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`) == "0" {
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // says that it was killed
	release()
	if out := copied(t, old, address); !strings.Contains(out, "copied 500 records and 0 jobs") {
		t.Errorf("the second copy said\n%s", out)
	}
}

// holding takes a lock that makes the copy wait.
func holding(t *testing.T, address string) (release func()) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`SELECT pg_advisory_lock(7)`); err != nil {
		t.Fatal(err)
	}
	return func() { db.Close() }
}

func TestACopyThatCannotBeginSaysWhyAndMakesNothing(t *testing.T) {
	used, other := migrated(t), migrated(t)
	must(t, "import", "desk", sampleFile(t, 3), "--db", used)
	must(t, "import", "desk", sampleFile(t, 3), "--db", other)
	missing := "sqlite://" + filepath.Join(t.TempDir(), "missing.db")
	tests := map[string]struct {
		from, to string
		status   int
		want     string
	}{
		"no source":            {missing, database(t), exitUsage, "--db: there is no bulkpatch database at "},
		"a destination in use": {used, other, exitFailed, "the destination is not empty"},
		"one database":         {used, used, exitFailed, "the destination is the source itself"},
		"a bad destination":    {used, "mysql://u:secretword@h/d", exitUsage, "--to must be sqlite://PATH or postgres://"},
		"no server":            {used, "postgres://u:secretword@127.0.0.1:1/d", exitRefused, "--to: "},
		"a source elsewhere":   {"postgres://u:secretword@127.0.0.1:1/d", database(t), exitRefused, "--db: "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			status, out, complaint := call(t, "copy", "--db", tt.from, "--to", tt.to)
			if status != tt.status || out != "" || !strings.Contains(complaint, tt.want) || strings.Contains(complaint, "secretword") {
				t.Errorf("ended with %d and said %q, %q", status, out, complaint)
			}
		})
	}
	for _, address := range []string{missing, tests["no source"].to, tests["a source elsewhere"].to} {
		if _, err := os.Stat(strings.TrimPrefix(address, "sqlite://")); err == nil {
			t.Errorf("%s was made", address)
		}
	}
}
