package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"bulkpatch/worker"
)

// relay lets the group tell Redis of what waits in the database. Every process
// does so: the API for what it has just accepted, the workers for what they
// have put down.
func (s *service) relay(ctx context.Context, group *errgroup.Group) {
	r := worker.NewRelay(s.db, s.redis, s.installation, s.log)
	group.Go(func() error { return r.Run(ctx) })
}

// work lets the group work on jobs.
func (s *service) work(ctx context.Context, group *errgroup.Group) {
	w := worker.New(worker.Config{
		Store: s.db, Redis: s.redis, Log: s.log, Concurrency: s.concurrency, Chunk: s.chunk,
		Installation: s.installation, NewRedis: s.embedded,
	})
	s.counted = append(s.counted, w.Metrics())
	group.Go(func() error { return w.Run(ctx) })
}
