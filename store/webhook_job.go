package store

import (
	"errors"

	"bulkpatch/job"
)

// A webhook's row is written when its job is accepted, and waits for the end of the
// job. So the end of a job cannot be missed, whoever writes it: a process of an earlier
// version does not know of webhooks, and [Store.LostWebhooks] finds what it has ended.

// hasWebhook is the condition that a job, whose workspace and number are bound, has a
// row.
const hasWebhook = `EXISTS (SELECT 1 FROM webhooks WHERE workspace = ? AND job = ?)`

// keepWebhook stores the URL that a job calls when it ends, "" for none.
func (t *tx) keepWebhook(ws, num int64, text string) error {
	if text == "" {
		return nil
	}
	u, must := job.ParseWebhook(text)
	if must != "" {
		return errors.New("a webhook that was not checked")
	}
	return t.Run(`INSERT INTO webhooks (workspace, job, url, receiver) VALUES (?, ?, ?, ?)`, ws, num, text, job.Receiver(u))
}

// inheritWebhook stores for a retry the URL of its parent job, if that has one.
func (t *tx) inheritWebhook(parent job.Job, num int64) error {
	return t.Run(`INSERT INTO webhooks (workspace, job, url, receiver)
		SELECT workspace, CAST(? AS bigint), url, receiver FROM webhooks WHERE workspace = ? AND job = ?`, num, parent.WorkspaceID, parent.Num)
}

// dueWebhook makes the webhook of a job due that ends in this transaction, or has
// ended. It does so once.
func (t *tx) dueWebhook(ref job.Ref) error {
	n, err := t.Exec(`UPDATE webhooks SET state = ?, due_at = ? WHERE workspace = ? AND job = ? AND state = ?`,
		job.DeliveryPending, t.Now, ref.Workspace, ref.Job, job.DeliveryWaiting)
	t.calls = t.calls || n > 0
	return err
}
