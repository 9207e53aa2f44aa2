package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"bulkpatch/worker"
)

// relay runs the relay in the group: it moves wake-ups from the outbox in the
// database to Redis. Every process has one. That of an API process sends the
// wake-ups of accepted jobs, that of a worker those of jobs that it has released.
func (s *service) relay(ctx context.Context, group *errgroup.Group) {
	r := worker.NewRelay(s.db, s.redis, s.installation, s.log)
	group.Go(func() error { return r.Run(ctx) })
}

// work runs the worker in the group.
func (s *service) work(ctx context.Context, group *errgroup.Group) {
	w := worker.New(worker.Config{
		Store: s.db, Redis: s.redis, Log: s.log, Tracer: s.tracer, Concurrency: s.concurrency, Chunk: s.chunk,
		Installation: s.installation, NewRedis: s.embedded,
	})
	s.counted = append(s.counted, w.Metrics())
	group.Go(func() error { return w.Run(ctx) })
}
