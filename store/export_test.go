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
