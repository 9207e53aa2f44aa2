package store_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/model/sample"
	"bulkpatch/store"
)

var benchRecords = flag.Int("records", 20_000, "customers of BenchmarkJob")

// benchFilter matches about half of them. benchWhere is the same condition as
// SQL written by hand.
const (
	benchFilter = `{"state": "active", "$or": [{"trusted": true}, {"createdAt": {"$gte": "2019-06-01T00:00:00Z"}}]}`
	benchWhere  = `workspace = 1 AND f_state = 'active' AND (f_trusted = 1 OR created_at >= 1559347200000000)`
)

// imported returns a database file with customers.
func imported(b *testing.B, n int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "customers.db")
	s := openBench(b, path)
	desk, _ := model.Shipped().Model("desk")
	_, _, err := s.Bootstrap(b.Context(), "")
	fatal(b, err)
	var drafts []model.Draft
	for line := range sample.Desk(1, n) {
		d, faults := desk.CheckDraft(line, model.Import)
		if len(faults) > 0 {
			b.Fatal(faults)
		}
		if drafts = append(drafts, d); len(drafts) == 1000 {
			_, err := s.Import(b.Context(), auth.Caller{Workspace: auth.Workspace{ID: 1}}, job.Import{Model: desk}, drafts, make([]int64, len(drafts)))
			fatal(b, err)
			drafts = drafts[:0]
		}
	}
	fatal(b, s.Close())
	return path
}

func openBench(b *testing.B, path string) *store.Store {
	b.Helper()
	s, err := store.Open(b.Context(), "sqlite://"+path, store.Options{Models: model.Shipped()})
	fatal(b, err)
	fatal(b, s.Migrate(b.Context()))
	return s
}

func fatal(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// copied copies a database file that no process has open, and waits until the copy
// is on the disk.
func copied(b *testing.B, path string) string {
	b.Helper()
	to := filepath.Join(b.TempDir(), "copy.db")
	in, err := os.Open(path)
	fatal(b, err)
	defer in.Close()
	out, err := os.Create(to)
	fatal(b, err)
	_, err = io.Copy(out, in)
	fatal(b, errors.Join(err, out.Sync(), out.Close()))
	return to
}

// BenchmarkJob compares a job with a single UPDATE statement that sets the same
// field and stamps. The job resolves a filter that matches about half of the
// customers, and updates one field chunk by chunk. The statement runs right
// before it, on a copy of the file. Both times include a final checkpoint.
// x-of-bare is the rate of the job divided by that of the statement.
func BenchmarkJob(b *testing.B) {
	base := imported(b, *benchRecords)
	var ours, bare time.Duration
	var rows int64
	for b.Loop() {
		b.StopTimer()
		n, took := bareUpdate(b, copied(b, base))
		bare += took
		path := copied(b, base)
		b.StartTimer()
		updated, took := wholeJob(b, path)
		if updated != n {
			b.Fatalf("the job updated %d records and the bare statement %d", updated, n)
		}
		ours += took
		rows += updated
	}
	b.ReportMetric(float64(rows)/ours.Seconds(), "records/s")
	b.ReportMetric(bare.Seconds()/ours.Seconds(), "x-of-bare")
}

func bareUpdate(b *testing.B, path string) (int64, time.Duration) {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL&_cache_size=-65536")
	fatal(b, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	began := time.Now()
	r, err := db.Exec(`UPDATE c_desk NOT INDEXED SET f_jobTitle = 'Lead', version = version + 1, updated_at = 1, last_job = 1 WHERE ` + benchWhere)
	fatal(b, err)
	checkpoint(b, db)
	took := time.Since(began)
	n, err := r.RowsAffected()
	fatal(b, err)
	return n, took
}

func checkpoint(b *testing.B, db *sql.DB) {
	b.Helper()
	_, err := db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	fatal(b, err)
}

func wholeJob(b *testing.B, path string) (int64, time.Duration) {
	b.Helper()
	ctx := context.Background()
	s := openBench(b, path)
	defer s.Close()
	desk, _ := model.Shipped().Model("desk")
	f, faults := filter.New([]byte(benchFilter), desk, filter.Native)
	if faults != nil {
		b.Fatal(faults)
	}
	p, faults := desk.CheckPatch([]byte(`{"jobTitle": "Lead"}`), model.PatchOptions{})
	if faults != nil {
		b.Fatal(faults)
	}
	return carriedOut(ctx, b, s, path, job.Submission{Kind: job.Bulk, Model: desk, Filter: f, Patch: p})
}

// carriedOut carries out a job, from its submission to a final checkpoint.
func carriedOut(ctx context.Context, b *testing.B, s *store.Store, path string, sub job.Submission) (int64, time.Duration) {
	b.Helper()
	began := time.Now()
	j, _, err := s.Submit(ctx, auth.Caller{Workspace: auth.Workspace{ID: 1}}, sub)
	fatal(b, err)
	wakeUps, err := s.Bulks(ctx, 1)
	fatal(b, err)
	l, err := s.Claim(ctx, wakeUps[0])
	fatal(b, err)
	_, err = s.Resolve(ctx, l)
	fatal(b, err)
	chunks := s.Chunks(l)
	defer chunks.Close()
	for done := false; !done; {
		step, err := chunks.Next(ctx, 10_000)
		fatal(b, err)
		done = step.Done
	}
	fatal(b, s.Finish(ctx, l.Ref))
	db, err := sql.Open("sqlite3", "file:"+path)
	fatal(b, err)
	defer db.Close()
	checkpoint(b, db)
	took := time.Since(began)
	j, err = s.Job(ctx, auth.Workspace{ID: 1}, j.ID)
	fatal(b, err)
	if !strings.HasPrefix(string(j.State), "succeeded") {
		b.Fatalf("the job ended as %s", j.State)
	}
	return j.Updated, took
}

// BenchmarkImport imports new customers from checked drafts, a thousand in one
// transaction.
func BenchmarkImport(b *testing.B) {
	const n = 20_000
	desk, _ := model.Shipped().Model("desk")
	var drafts []model.Draft
	for line := range sample.Desk(1, n) {
		d, faults := desk.CheckDraft(line, model.Import)
		if len(faults) > 0 {
			b.Fatal(faults)
		}
		drafts = append(drafts, d)
	}
	for b.Loop() {
		b.StopTimer()
		s := openBench(b, filepath.Join(b.TempDir(), "import.db"))
		_, _, err := s.Bootstrap(b.Context(), "")
		fatal(b, err)
		b.StartTimer()
		for part := range slices.Chunk(drafts, 1000) {
			report, err := s.Import(b.Context(), auth.Caller{Workspace: auth.Workspace{ID: 1}}, job.Import{Model: desk}, part, make([]int64, len(part)))
			fatal(b, err)
			if report.Inserted != int64(len(part)) {
				b.Fatalf("%+v", report)
			}
		}
		b.StopTimer()
		fatal(b, s.Close())
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "records/s")
}
