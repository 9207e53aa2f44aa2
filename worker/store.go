package worker

import (
	"context"
	"time"

	"bulkpatch/job"
)

// A Store is what the worker needs of the database. Errors are those of
// package job; any other is a fault that may pass.
type Store interface {
	// Bell has a value soon after this process put work into the outbox.
	Bell() <-chan struct{}
	Singles(ctx context.Context, limit int) ([]job.Ring, error)
	Bulks(ctx context.Context, limit int) ([]job.Ring, error)
	Sent(ctx context.Context, rings []job.Ring) error
	Unsent(ctx context.Context, reason string) (more bool, err error)

	Claim(ctx context.Context, r job.Ring) (job.Lease, error)
	PutBack(ctx context.Context, r job.Ring, reason string) error
	Beat(ctx context.Context, l job.Lease, reason string) error
	Resolve(ctx context.Context, l job.Lease) (ended bool, err error)
	Chunks(l job.Lease) job.Chunks
	Fruitless(ctx context.Context, r job.Ring) (*job.Error, error)
	ApplySingle(ctx context.Context, r job.Ring) error
	Yield(ctx context.Context, l job.Lease, after time.Duration, reason string) error
	Finish(ctx context.Context, ref job.Ref) error
	Settle(ctx context.Context, ref job.Ref) error
	Stop(ctx context.Context, ref job.Ref, why job.Error) error

	Pulses(ctx context.Context, after int64, limit int) (pulses []job.Pulse, next int64, err error)
	RingAgain(ctx context.Context, still []job.Pulse) error

	ShowRunning(ctx context.Context, process string) error
	ShowStopped(ctx context.Context, process string) error

	Retire(ctx context.Context) (more bool, err error)
}
