package store

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
)

// OpenWith is [Open] with another driver.
var OpenWith = open

// UseClock replaces the database's clock.
func (s *Store) UseClock(now func() time.Time) {
	s.db.Now = now
}

// CutFinely makes shards of as few as part records.
func (s *Store) CutFinely(part int64) {
	d := *s.db.Dialect
	d.Part = part
	s.db.Dialect = &d
}

// LimitOpenBytes limits the bytes of a workspace's open requests.
func (s *Store) LimitOpenBytes(n int64) { s.open.most.Bytes = n }

// CountsOfOpenJobs returns how often open jobs have been counted since the
// call.
func (s *Store) CountsOfOpenJobs() *atomic.Int64 {
	n, count := new(atomic.Int64), s.open.count
	s.open.count = func(ctx context.Context, ws int64) (openUse, error) {
		n.Add(1)
		return count(ctx, ws)
	}
	return n
}

// ApplyChunk applies one chunk of a lease.
func (s *Store) ApplyChunk(ctx context.Context, l job.Lease, limit int) (job.Step, error) {
	c := s.Chunks(l)
	defer c.Close()
	return c.Next(ctx, limit)
}

// LimitFiles sets how many bytes of blocks an upload writes at once, and how many bytes
// the files of a workspace may have.
func (s *Store) LimitFiles(write int, total int64) { s.files = fileLimits{write, total} }

// UseFile makes an accepted job one that needs a file, as its submission does.
func (s *Store) UseFile(ctx context.Context, ws int64, model, file, jobID string) error {
	return s.inTx(ctx, func(t *tx) error {
		if err := t.holdFile(ws, model, file); err != nil {
			return err
		}
		return t.Run(`UPDATE jobs SET file = ? WHERE workspace = ? AND id = ?`, file, ws, jobID)
	})
}

// Exec runs a statement in a transaction.
func (s *Store) Exec(ctx context.Context, query string, args ...any) error {
	return s.inTx(ctx, func(t *tx) error { return t.Run(query, args...) })
}

// Count runs a query for one number.
func (s *Store) Count(ctx context.Context, query string) (n int64, err error) {
	return n, s.db.Lookups.GetContext(ctx, &n, query)
}

// withTables creates the tables of the shipped models in a new database, and
// returns its address. To copy such a database is faster than to create many.
func withTables(t *testing.T, address string) string {
	t.Helper()
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	must(t, s.Migrate(t.Context()))
	must(t, s.Close())
	return address
}

// openTemp opens a store in a new SQLite file, whose path it returns.
func openTemp(t *testing.T) (*Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := Open(t.Context(), "sqlite://"+path, Options{Models: model.Shipped()})
	must(t, err)
	return s, path
}
