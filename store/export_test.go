package store

import (
	"context"
	"sync/atomic"
	"time"

	"bulkpatch/job"
)

// OpenWith is [Open] with another driver.
var OpenWith = open

// UseClock replaces the database's clock.
func (s *Store) UseClock(now func() time.Time) {
	s.now = now
	if w, ok := s.write.(*pooledWriter); ok {
		w.now = now
	}
}

// CutFinely makes shards of as few as part records.
func (s *Store) CutFinely(part int64) {
	d := *s.Dialect
	d.Part = part
	s.Dialect = &d
	if w, ok := s.write.(*pooledWriter); ok {
		w.d = &d
	}
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
