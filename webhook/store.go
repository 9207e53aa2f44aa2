package webhook

import (
	"context"

	"bulkpatch/job"
)

// A Store is what sending needs of the database. Any number of processes may send from
// one database at the same time.
type Store interface {
	// WebhooksDue receives a value soon after this process has made a delivery due.
	WebhooksDue() <-chan struct{}
	// DueWebhooks lists deliveries that are due, the longest due first and at most so
	// many, without those of the shares in full. Without a secret for all workspaces
	// it lists only those of workspaces that have one of their own.
	DueWebhooks(ctx context.Context, full []job.Share, secret bool, most int) ([]job.WebhookRef, error)
	// WebhookJob reads the job of a delivery as lists show it. job.ErrGone and
	// job.ErrNotFound: the delivery has expired with it.
	WebhookJob(ctx context.Context, w job.WebhookRef) (job.Job, error)
	// BeginWebhook begins an attempt, for twice [job.WebhookTimeout]. body is for the
	// first one. begun is false if the delivery is not due any more, or has expired.
	// job.ErrWebhookOver: the delivery is given up instead.
	BeginWebhook(ctx context.Context, w job.WebhookRef, body []byte) (d job.Dispatch, begun bool, err error)
	// PutOffWebhook makes a delivery due later that cannot be begun.
	// job.ErrWebhookOver: it is given up instead.
	PutOffWebhook(ctx context.Context, w job.WebhookRef) error
	// EndWebhook records how an attempt ended, unless another one has begun since. It
	// returns the state of the delivery, which is pending after a failure if somebody
	// has asked for it meanwhile.
	EndWebhook(ctx context.Context, d job.Dispatch, e job.DispatchEnd) (job.DeliveryState, error)
	// LostWebhooks makes some deliveries due whose job has ended without that, and
	// returns where the next call has to go on.
	LostWebhooks(ctx context.Context, after job.Ref) (next job.Ref, err error)
}
