package bench

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
)

var kept = flag.String("kept", "", "an SQLite file that BenchmarkPages fills, unless it is there, and leaves for its next run; without it the file is temporary")

// What there is beside customers and jobs.
const (
	pageKeys    = 100
	auditShare  = 3 // an audit entry of its own for so many jobs
	fewFailures = 2000
)

// pagesFile returns an SQLite database with customers, jobs and audit entries.
func pagesFile(b *testing.B, program string) string {
	b.Helper()
	path := *kept
	if path == "" {
		path = filepath.Join(b.TempDir(), "pages.db")
	} else if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		fatal(b, err)
		return path
	}
	fill(b, program, "sqlite://"+path, desks(*records))
	fillJobs(b, path, *jobs)
	fillAudit(b, path, *jobs/auditShare)
	return path
}

// fillAudit adds audit entries of the last days: brakes of the workspace main that were
// switched on and off.
func fillAudit(b *testing.B, path string, n int) {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_synchronous=OFF")
	fatal(b, err)
	defer db.Close()
	_, err = db.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO audit (workspace, at, num, action, key_id, key_name, person, address, request_id, job, target, counts)
		SELECT 1, ? - i * 1000000, i, CASE i % 2 WHEN 0 THEN 'brake.on' ELSE 'brake.off' END, 1, 'admin', '', '127.0.0.1', 'r' || i, NULL, '{}', '{}' FROM n`,
		n, time.Now().UnixMicro())
	fatal(b, err)
	_, err = db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	fatal(b, err)
}

// copiedToCluster copies an SQLite database to a new PostgreSQL server.
func copiedToCluster(b *testing.B, program, file string) string {
	b.Helper()
	c := pgtest.Start(b, "shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=30min", "autovacuum=off")
	c.Do(b, "postgres", "CREATE DATABASE pages")
	out, err := exec.Command(program, "copy", "--db", "sqlite://"+file, "--to", c.URL("pages")).CombinedOutput()
	if err != nil {
		b.Fatalf("copy: %v: %s", err, out)
	}
	c.Do(b, "pages", "VACUUM ANALYZE")
	return c.URL("pages")
}

// prepared are the ids of jobs that the pages are about.
type prepared struct {
	all     string // has changed all customers, a few of which were edited since
	failing string // has ended with failures
	stopped string // was cancelled when it had selected all customers and changed few
	running string // changes one customer a second
	code    string // why records of failing failed
}

// prepare makes the jobs and keys that the pages are about, unless they are there.
func (s *server) prepare(b *testing.B) (p prepared) {
	b.Helper()
	all, slow := raw(`{}`), 1.0
	p.failing = s.prepared(b, "failing", raw(fmt.Sprintf(`{"id": {"$lte": %d}}`, fewFailures)), `{"permission": "own"}`, client.Options{}, true)
	p.all = s.prepared(b, "all", all, `{"jobTitle": "Lead of all"}`, client.Options{AllowAll: true}, true)
	p.stopped = s.prepared(b, "stopped", all, `{"jobTitle": "Stopped"}`, client.Options{AllowAll: true, RecordsPerSecond: &slow}, false)
	s.selected(b, p.stopped)
	if _, err := s.Cancel(b.Context(), p.stopped); err != nil && !client.HasStatus(err, 409) {
		b.Fatal(err)
	}
	_, err := s.Wait(b.Context(), p.stopped, nil)
	fatal(b, err)
	p.running = s.prepared(b, "running", all, `{"jobTitle": "Running"}`, client.Options{AllowAll: true, RecordsPerSecond: &slow}, false)
	s.selected(b, p.running)
	j, err := s.Job(b.Context(), p.failing)
	fatal(b, err)
	if len(j.ErrorSummary) == 0 {
		b.Fatalf("no record of the job with failures has failed: %+v", j.Counts)
	}
	p.code = j.ErrorSummary[0].Code
	s.editSome(b)
	s.moreKeys(b)
	return p
}

// prepared returns the id of a job with a note, which it submits if there is none. It
// may wait for its end.
func (s *server) prepared(b *testing.B, name string, filter json.RawMessage, patch string, o client.Options, wait bool) string {
	b.Helper()
	note := "prepared" + name
	for j, err := range s.Jobs(b.Context(), client.JobQuery{Note: note}) {
		fatal(b, err)
		if name == "running" && j.Done {
			continue // it was ended with the benchmark before
		}
		return j.ID
	}
	o.Note = note
	began := time.Now()
	j, err := s.SubmitBulk(b.Context(), "desk", filter, raw(patch), o)
	fatal(b, err)
	if wait {
		_, err = s.Wait(b.Context(), j.ID, nil)
		fatal(b, err)
		b.Logf("the job %s took %v", name, time.Since(began))
	}
	return j.ID
}

// selected waits until a job has selected its records.
func (s *server) selected(b *testing.B, id string) {
	b.Helper()
	j, err := s.Job(b.Context(), id)
	fatal(b, err)
	for j.Counts.Matched == nil {
		j, err = s.Next(b.Context(), j)
		fatal(b, err)
	}
}

// editSome changes some customers that the jobs have changed.
func (s *server) editSome(b *testing.B) {
	b.Helper()
	var lines bytes.Buffer
	for id := 77; id <= *records; id += max(1, *records/edits) {
		fmt.Fprintf(&lines, "{\"id\": %d, \"jobTitle\": \"Edited\"}\n", id)
	}
	_, err := s.Import(b.Context(), "desk", "application/x-ndjson", &lines)
	fatal(b, err)
}

// moreKeys adds keys up to the number that there should be.
func (s *server) moreKeys(b *testing.B) {
	b.Helper()
	var names []string
	for k, err := range s.Keys(b.Context()) {
		fatal(b, err)
		names = append(names, k.Name)
	}
	for i := range pageKeys {
		name := fmt.Sprint("page", i)
		if slices.Contains(names, name) {
			continue
		}
		_, _, err := s.CreateKey(b.Context(), name, "main", everything)
		fatal(b, err)
	}
}

// end cancels the job that runs.
func (p prepared) end(b *testing.B, s *server) {
	b.Helper()
	if *kept == "" {
		_, err := s.Cancel(b.Context(), p.running)
		fatal(b, err)
	}
}

// cursorAfter returns the parameter with which the list of jobs goes on behind so many
// jobs.
func (s *server) cursorAfter(b *testing.B, n int) (cursor string) {
	b.Helper()
	c := &caller{s.Client, s.base, adminKey, http.DefaultClient}
	for n > 0 {
		some := min(n, 990)
		n -= some
		var page struct {
			NextCursor string `json:"nextCursor"`
		}
		resp, err := c.open(b.Context(), "GET", "/v1/jobs?limit="+fmt.Sprint(some)+cursor, nil)
		fatal(b, err)
		fatal(b, errors.Join(json.NewDecoder(resp.Body).Decode(&page), resp.Body.Close()))
		if page.NextCursor == "" {
			break // a small installation has no more
		}
		cursor = "&cursor=" + url.QueryEscape(page.NextCursor)
	}
	return cursor
}
