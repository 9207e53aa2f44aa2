package main

import (
	"database/sql"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
	"bulkpatch/worker/redistest"
)

// keepRelease makes the test write the databases in testdata/release. Each
// release does so once: later versions must be able to continue with them.
var keepRelease = flag.Bool("keep-release", false, "leave the databases of this version in testdata/release (asks for sqlite3 and pg_dump)")

const (
	releaseKey    = "bp_the_key_of_the_release"
	releasePeople = 60
	releaseSubmit = "submitted-before-the-upgrade"
)

// releasePatches are the patches of the jobs in the kept databases, oldest
// first. The jobs are finished, paused, running when their worker died, and
// queued.
var releasePatches = []map[string]any{{"jobTitle": "Lead"}, {"notes": "kept"}, {"extraData": "seen"}, {"lastName": "Moss"}}

// releases are the kinds of database: how to create an empty one, and how to
// dump one.
var releases = map[string]struct {
	driver string
	empty  func(*testing.T) string
	dump   func(*testing.T, string) *exec.Cmd
}{
	"sqlite": {"sqlite3", func(t *testing.T) string { return database(t) }, func(_ *testing.T, address string) *exec.Cmd {
		return exec.Command("sqlite3", strings.TrimPrefix(address, "sqlite://"), ".dump")
	}},
	"postgres": {"pgx", func(t *testing.T) string { return pgtest.Database(t) }, func(_ *testing.T, address string) *exec.Cmd {
		return exec.Command("pg_dump", "--inserts", "--no-owner", "--no-privileges", address)
	}},
}

// TestTheNextVersionFinishesWhatThisOneBegan starts on databases that an
// earlier version left with jobs in several states, one of them under way.
func TestTheNextVersionFinishesWhatThisOneBegan(t *testing.T) {
	t.Parallel()
	for name, kind := range releases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, file := kind.empty(t), filepath.Join("testdata", "release", name+".sql")
			if *keepRelease {
				leave(t, address)
				keep(t, kind.dump(t, address), file)
				return
			}
			bringBack(t, kind.driver, address, file)
			addOfBothCases(t, kind.driver, address)
			flags := []string{"--retention", "36500d", "--undo-retention", "36500d"} // the jobs grow old
			c := start(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--db", address}, flags...)...).client(t, releaseKey)
			takeUp(t, c)
			keptBothCases(t, c, address)
		})
	}
}

// bringBack restores a kept database.
func bringBack(t *testing.T, driver, address, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open(driver, strings.TrimPrefix(address, "sqlite://"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), string(text)); err != nil {
		t.Fatal(err)
	}
}

// takeUp waits until all jobs have ended, undoes one, and repeats a submission
// with its idempotency key.
func takeUp(t *testing.T, c *client.Client) {
	t.Helper()
	var jobs []client.Job
	for j, err := range c.Jobs(t.Context(), client.JobQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	slices.Reverse(jobs)
	if len(jobs) != len(releasePatches)+1 || jobs[0].State != client.StateSucceeded || jobs[1].State != client.StatePaused {
		t.Fatalf("the jobs are %+v", jobs)
	}
	if _, err := c.Resume(t.Context(), jobs[1].ID); err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs[:4] {
		checkSum(t, wait(t, c, j.ID), client.StateSucceeded, releasePeople)
	}
	checkSum(t, wait(t, c, jobs[4].ID), client.StateSucceeded, 1)
	if again, err := c.Submit(t.Context(), releaseSubmission()); err != nil || again.ID != jobs[3].ID {
		t.Errorf("submitted again, %v, is job %s and not %s", err, again.ID, jobs[3].ID)
	}
	undo, err := c.Undo(t.Context(), jobs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	checkSum(t, wait(t, c, undo.ID), client.StateSucceeded, releasePeople)
	for r, err := range c.Records(t.Context(), "desk", client.RecordQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		want := int64(1 + len(releasePatches) + 1) // and the undo
		if r.ID() == "1" {
			want++
		}
		if r.Version() != want {
			t.Fatalf("record %s has version %d, not %d: %s", r.ID(), r.Version(), want, r.JSON)
		}
	}
}

func releaseSubmission() client.Submission {
	return client.Submission{Model: "desk", Filter: everybody, Patch: releasePatches[3], IdempotencyKey: releaseSubmit}
}

// leave creates the jobs and then kills the processes.
func leave(t *testing.T, address string) {
	t.Helper()
	shared := []string{"--db", address, "--redis", redistest.Start(t).URL()}
	api := start(t, slices.Concat([]string{"api", "--addr", "127.0.0.1:0", "--admin-key", releaseKey}, shared)...)
	worker := start(t, slices.Concat([]string{"worker", "--metrics-addr", "127.0.0.1:0"}, shared)...)
	c := api.client(t, releaseKey)
	load(t, c, releasePeople)
	slowly := 20.0
	submit := func(patch map[string]any, o client.Options) client.Job {
		j, err := c.SubmitBulk(t.Context(), "desk", everybody, patch, o)
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	wait(t, c, submit(releasePatches[0], client.Options{}).ID)
	paused := under(t, c, submit(releasePatches[1], client.Options{RecordsPerSecond: &slowly}))
	if _, err := c.Pause(t.Context(), paused.ID); err != nil {
		t.Fatal(err)
	}
	under(t, c, submit(releasePatches[2], client.Options{RecordsPerSecond: &slowly}))
	worker.kill(t)
	if _, err := c.Submit(t.Context(), releaseSubmission()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.SubmitSingle(t.Context(), "desk", "1", map[string]any{"firstName": "Ada"}, 0); err != nil {
		t.Fatal(err)
	}
	api.kill(t)
}

// keep writes the dump of a database to a file, without comments and without
// commands of the dumping program's shell.
func keep(t *testing.T, dump *exec.Cmd, file string) {
	t.Helper()
	text, err := dump.Output()
	if err != nil {
		t.Fatalf("%v: %v", dump, err)
	}
	lines := slices.DeleteFunc(slices.Collect(strings.Lines(string(text))), func(line string) bool {
		return strings.HasPrefix(line, `\`) || strings.HasPrefix(line, "--") || strings.TrimSpace(line) == ""
	})
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o644); err != nil {
		t.Fatal(err)
	}
}
