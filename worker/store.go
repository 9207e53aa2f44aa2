package worker

import (
	"context"
	"time"

	"bulkpatch/job"
)

// A Store is what the worker needs of the database. The errors that a caller
// tells apart are those of package job; any other error is a fault that may pass.
// store.Store implements it and documents each method.
type Store interface {
	// For the relay. Notified has a value soon after this process has put a
	// wake-up into the outbox.
	Notified() <-chan struct{}
	Singles(ctx context.Context, limit int) ([]job.WakeUp, error)
	Bulks(ctx context.Context, limit int) ([]job.WakeUp, error)
	Sent(ctx context.Context, wakeUps []job.WakeUp) error
	Unsent(ctx context.Context, reason string) (more bool, err error)

	// For the work on a task.
	Claim(ctx context.Context, wakeUp job.WakeUp) (job.Lease, error)
	PutBack(ctx context.Context, wakeUp job.WakeUp, reason string) error
	Heartbeat(ctx context.Context, l job.Lease, reason string) error
	Resolve(ctx context.Context, l job.Lease) (ended bool, err error)
	Chunks(l job.Lease) job.Chunks
	NoProgress(ctx context.Context, wakeUp job.WakeUp) (*job.Error, error)
	ApplySingle(ctx context.Context, wakeUp job.WakeUp) error
	Yield(ctx context.Context, l job.Lease, after time.Duration, reason string) error
	Finish(ctx context.Context, ref job.Ref) error
	Settle(ctx context.Context, ref job.Ref) error
	Fail(ctx context.Context, ref job.Ref, why job.Error) error

	// For the sweep.
	Liveness(ctx context.Context, after int64, limit int) (liveness []job.Liveness, next int64, err error)
	Redeliver(ctx context.Context, still []job.Liveness) error

	// For the list of running processes, and for the purge.
	ShowRunning(ctx context.Context, process string) error
	ShowStopped(ctx context.Context, process string) error
	Purge(ctx context.Context) (more bool, err error)
}
