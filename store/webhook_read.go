package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// Delivery reads what became of the call that a job makes when it ends, with the last
// attempts, newest first. [job.ErrGone] and [job.ErrNotFound] are as for [Store.Job],
// whose job is returned with the delivery.
func (s *Store) Delivery(ctx context.Context, ws auth.Workspace, id string) (job.Delivery, error) {
	j, err := s.Job(ctx, ws, id)
	if err != nil {
		return job.Delivery{Job: j}, err
	}
	var r webhookRow
	there, err := sqldb.HasRow(s.db.Lookups.GetContext(ctx, &r, s.db.Dialect.Rebind(webhookColumns), ws.ID, j.Num))
	if err != nil || !there {
		return job.Delivery{Job: j}, s.classify(err)
	}
	return r.delivery(j)
}

func (r webhookRow) delivery(j job.Job) (job.Delivery, error) {
	d := job.Delivery{Job: j, URL: job.MaskWebhook(r.URL), State: r.State}
	if r.BegunAt == nil { // otherwise due_at is the end of a lease
		d.NextAttempt = microsPtr(r.DueAt)
	}
	var list []attemptRow
	if err := json.Unmarshal([]byte(r.Attempts), &list); err != nil {
		return d, err
	}
	for _, a := range slices.Backward(list) {
		d.Attempts = append(d.Attempts, job.DeliveryAttempt{
			At: micros(a.At), Took: time.Duration(a.Took) * time.Microsecond, Status: a.Status, Error: a.Error,
		})
	}
	return d, nil
}

// SendAgain makes the delivery of a job's end due at once, also if it was delivered or
// given up, and returns it. It begins anew to repeat failed attempts. An attempt that
// goes on is the one that was asked for; if it fails, another one follows, whatever
// was to become of it. [job.WebhookPause] lies between two attempts.
// [job.ErrNoWebhook]: the job was made without the option. [*job.StateError]: it has not
// ended.
func (s *Store) SendAgain(ctx context.Context, by auth.Caller, id string) (job.Delivery, error) {
	j, err := s.Job(ctx, by.Workspace, id)
	if err != nil {
		return job.Delivery{Job: j}, err
	}
	err = s.inTx(ctx, func(t *tx) error {
		r, there, err := t.lockWebhook(job.Ref{Workspace: by.Workspace.ID, Job: j.Num})
		if err != nil {
			return err
		}
		if !there {
			return job.ErrNoWebhook
		}
		if r.State == job.DeliveryWaiting {
			return &job.StateError{State: j.State, Allowed: j.AllowedActions(), Reason: "There is nothing to deliver before the end of the job."}
		}
		due, err := r.again(t.Now)
		if err != nil {
			return err
		}
		if err := t.Run(`UPDATE webhooks SET state = ?, due_at = ?, tries = 0, first_at = NULL WHERE workspace = ? AND job = ?`,
			job.DeliveryPending, due, by.Workspace.ID, j.Num); err != nil {
			return err
		}
		t.calls = true
		return t.audit(by, auth.Entry{Action: auth.JobRedelivered, Target: auth.Target{JobID: id, Model: j.Model}})
	})
	if err != nil {
		return job.Delivery{Job: j}, err
	}
	return s.Delivery(ctx, by.Workspace, id)
}

// again is when an attempt that somebody asks for is due.
func (r webhookRow) again(now int64) (int64, error) {
	if r.BegunAt != nil && r.DueAt != nil {
		return *r.DueAt, nil
	}
	var list []attemptRow
	if err := json.Unmarshal([]byte(r.Attempts), &list); err != nil || len(list) == 0 {
		return now, err
	}
	return max(now, list[len(list)-1].At+job.WebhookPause.Microseconds()), nil
}
