package store

import (
	"context"
	"time"

	"bulkpatch/job"
)

// How long a delivery is put off that cannot be begun: for half of the time since that
// was first tried, within these bounds.
const (
	putOffLeast = 30 * time.Second
	putOffMost  = 10 * time.Minute
)

// PutOffWebhook makes a delivery due later that is due and cannot be begun. Otherwise
// the oldest ones would fill each page of [Store.DueWebhooks], and whatever is behind
// them would wait. [job.ErrWebhookOver]: this has lasted for [job.WebhookPeriod], and
// the delivery is given up.
func (s *Store) PutOffWebhook(ctx context.Context, w job.WebhookRef) error {
	var over bool
	err := s.inTx(ctx, func(t *tx) error {
		over = false // the transaction may be repeated
		r, there, err := t.lockWebhook(w.Ref)
		if err != nil || !there || r.DueAt == nil || *r.DueAt > t.Now {
			return err
		}
		if err := r.noteCutOff(); err != nil {
			return err
		}
		if over = r.over(t.Now); over {
			return t.giveUp(w.Ref, r.Attempts)
		}
		if r.FirstAt == nil {
			r.FirstAt = &t.Now
		}
		since := time.Duration(t.Now-*r.FirstAt) * time.Microsecond
		later := min(max(putOffLeast, since/2), putOffMost)
		return t.Run(`UPDATE webhooks SET due_at = ?, begun_at = NULL, epoch = epoch + 1, tries = ?, first_at = ?, attempts = ?
			WHERE workspace = ? AND job = ?`, t.Now+later.Microseconds(), r.Tries, *r.FirstAt, r.Attempts, w.Workspace, w.Job)
	})
	if over && err == nil {
		return job.ErrWebhookOver
	}
	return err
}
