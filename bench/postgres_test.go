package bench

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"bulkpatch/store/pgtest"
)

// wherePostgres is the benchmark's filter, written in SQL.
const wherePostgres = `workspace = 1 AND f_state = 'active' AND (f_trusted OR created_at >= 1559347200000000)`

// A cluster is a server that writes commits to the disk, with a database of
// customers that each round copies.
type cluster struct {
	*pgtest.Server
	copies int
}

func startCluster(b *testing.B, program string, of stock) *cluster {
	b.Helper()
	c := &cluster{Server: pgtest.Start(b, "fsync=on", "full_page_writes=on", "synchronous_commit=on",
		"shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=30min", "autovacuum=off")}
	c.Do(b, "postgres", "CREATE DATABASE base")
	fill(b, program, c.URL("base"), of)
	c.Do(b, "base", "VACUUM ANALYZE")
	return c
}

// copied copies the database of customers.
func (c *cluster) copied(b *testing.B) string {
	b.Helper()
	c.copies++
	name := fmt.Sprint("copy", c.copies)
	c.Do(b, "postgres", "CREATE DATABASE "+name+" TEMPLATE base STRATEGY file_copy")
	c.checkpoint(b)
	return name
}

func (c *cluster) checkpoint(b *testing.B) {
	b.Helper()
	c.Do(b, "postgres", "CHECKPOINT")
}

// bare runs, in one transaction, one UPDATE that sets the same columns as a job.
func (c *cluster) bare(b *testing.B) (int64, time.Duration) {
	b.Helper()
	db, err := sql.Open("pgx", c.URL(c.copied(b)))
	fatal(b, err)
	defer db.Close()
	fatal(b, db.Ping())
	began := time.Now()
	r, err := db.Exec(`UPDATE c_desk SET "f_jobTitle" = 'Lead', version = version + 1, updated_at = 1, last_job = 1 WHERE ` + wherePostgres)
	fatal(b, err)
	c.checkpoint(b)
	took := time.Since(began)
	n, err := r.RowsAffected()
	fatal(b, err)
	return n, took
}

// BenchmarkWholeJobPostgreSQL is BenchmarkWholeJob on PostgreSQL, with one
// worker and with four. Each round runs the bare UPDATE and then the job, on
// separate copies of the database.
func BenchmarkWholeJobPostgreSQL(b *testing.B) {
	program := binary(b)
	c := startCluster(b, program, desks(*records))
	for _, workers := range []int{1, 4} {
		b.Run(fmt.Sprint("workers=", workers), func(b *testing.B) {
			var ours, bare time.Duration
			var rows int64
			for b.Loop() {
				n, took := c.bare(b)
				bare += took
				s := serve(b, program, c.URL(c.copied(b)), "embedded", "--concurrency", fmt.Sprint(workers))
				updated, took := wholeJob(b, s, func() { c.checkpoint(b) })
				s.stop(b)
				ours += took
				rows += updated
				if updated != n {
					b.Fatalf("the job updated %d records and the bare statement %d", updated, n)
				}
			}
			b.ReportMetric(float64(rows)/ours.Seconds(), "records/s")
			b.ReportMetric(bare.Seconds()/ours.Seconds(), "x-of-bare")
		})
	}
}
