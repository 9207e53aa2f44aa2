package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// webhookLease is how long nobody else sends what an attempt has begun to send. An
// attempt that has recorded no end by then was cut off by a crash.
const webhookLease = 2 * job.WebhookTimeout

// WebhooksDue receives a value soon after this process has made a webhook due.
func (s *Store) WebhooksDue() <-chan struct{} { return s.webhooksDue }

// DueWebhooks lists deliveries whose next attempt is due, or whose attempt was cut off,
// the longest due first and at most so many. It leaves out those that belong to one
// of the shares in full, and unless there is a secret for all workspaces, those of
// workspaces that have none of their own.
func (s *Store) DueWebhooks(ctx context.Context, full []job.Share, secret bool, most int) ([]job.WebhookRef, error) {
	q := dueWebhooksQuery(s.db.Now().UnixMicro(), full, secret, most)
	var due []job.WebhookRef
	err := s.inIndexOrder(ctx, func(t *sqlx.Tx) error {
		return t.SelectContext(ctx, &due, s.db.Dialect.Rebind(q.text), q.args...)
	})
	return due, err
}

func dueWebhooksQuery(now int64, full []job.Share, secret bool, most int) statement {
	var where statement
	where.add(`h.due_at <= ?`, now)
	for _, f := range full {
		if f.Receiver == "" {
			where.add(`h.workspace <> ?`, f.Workspace)
		} else {
			where.add(`(h.workspace <> ? OR h.receiver <> ?)`, f.Workspace, f.Receiver)
		}
	}
	if !secret {
		where.add(`EXISTS (SELECT 1 FROM webhook_secrets x WHERE x.workspace = h.workspace)`)
	}
	return statement{`SELECT h.workspace, h.job, COALESCE(` + ofJob("id") + `, '') AS id, COALESCE(` + ofJob("state") + `, '') AS state,
			h.receiver, h.body IS NOT NULL AS begun, COALESCE(` + ofJob("traceparent") + `, '') AS traceparent
		FROM webhooks h WHERE ` + where.text + ` ORDER BY h.due_at LIMIT ?`, append(where.args, most)}
}

// ofJob reads a column of the job of a delivery h, null if the job has expired. A join
// could be planned the other way round, beginning with all jobs.
func ofJob(column string) string {
	return `(SELECT CASE WHEN j.left_at IS NULL THEN j.` + column + ` END FROM jobs j WHERE j.workspace = h.workspace AND j.num = h.job)`
}

// WebhookJob reads the job of a delivery as lists show it. [job.ErrGone] and
// [job.ErrNotFound]: the delivery has expired with its job.
func (s *Store) WebhookJob(ctx context.Context, w job.WebhookRef) (job.Job, error) {
	j, err := s.Job(ctx, auth.Workspace{ID: w.Workspace}, w.JobID)
	return j.Short(), err
}

// A webhookRow is a delivery as it is stored.
type webhookRow struct {
	URL      string
	Receiver string
	State    job.DeliveryState
	DueAt    *int64 `db:"due_at"`
	BegunAt  *int64 `db:"begun_at"`
	Epoch    int64
	Tries    int
	FirstAt  *int64 `db:"first_at"`
	Body     *string
	Attempts string
}

const webhookColumns = `SELECT url, receiver, state, due_at, begun_at, epoch, tries, first_at, body, attempts FROM webhooks WHERE workspace = ? AND job = ?`

// lockWebhook locks and reads a delivery.
func (t *tx) lockWebhook(ref job.Ref) (r webhookRow, there bool, err error) {
	there, err = t.Get(&r, webhookColumns+t.Dialect.ForUpdate("webhooks"), ref.Workspace, ref.Job)
	return r, there, err
}

// BeginWebhook begins an attempt: until the lease of the attempt ends, nobody else sends
// the same. body is what to send if there was no attempt before; otherwise the same is
// sent again. begun is false if the delivery is not due any more. A delivery whose job
// has expired is deleted, and an attempt that was cut off is noted as such.
// [job.ErrWebhookOver]: the time for attempts is over, and the delivery is given up.
func (s *Store) BeginWebhook(ctx context.Context, w job.WebhookRef, body []byte) (d job.Dispatch, begun bool, err error) {
	var over bool
	err = s.inTx(ctx, func(t *tx) error {
		over = false       // the transaction may be repeated
		if w.JobID == "" { // a process of an earlier version has purged it
			return t.Run(`DELETE FROM webhooks WHERE workspace = ? AND job = ?`, w.Workspace, w.Job)
		}
		r, there, err := t.lockWebhook(w.Ref)
		begun = there && r.DueAt != nil && *r.DueAt <= t.Now && (r.Body != nil || body != nil)
		if err != nil || !begun {
			return err
		}
		if err := r.noteCutOff(); err != nil {
			return err
		}
		if over = r.over(t.Now); over {
			return t.giveUp(w.Ref, r.Attempts)
		}
		if r.Body == nil {
			text := string(body)
			r.Body = &text
		}
		if r.FirstAt == nil {
			r.FirstAt = &t.Now
		}
		d = job.Dispatch{WebhookRef: w, Epoch: r.Epoch + 1, URL: r.URL, Body: []byte(*r.Body), Tries: r.Tries,
			Since: time.Duration(t.Now-*r.FirstAt) * time.Microsecond}
		if d.Secrets, err = t.webhookSecrets(w.Workspace); err != nil {
			return err
		}
		return t.Run(`UPDATE webhooks SET due_at = ?, begun_at = ?, epoch = ?, tries = ?, first_at = ?, body = ?, attempts = ? WHERE workspace = ? AND job = ?`,
			t.Now+webhookLease.Microseconds(), t.Now, d.Epoch, r.Tries, *r.FirstAt, *r.Body, r.Attempts, w.Workspace, w.Job)
	})
	if over && err == nil {
		return d, false, job.ErrWebhookOver
	}
	return d, begun, err
}

// noteCutOff notes an attempt, if one was begun, as cut off.
func (r *webhookRow) noteCutOff() (err error) {
	if r.BegunAt == nil {
		return nil
	}
	text, err := withAttempt(r.Attempts, attemptRow{At: *r.BegunAt, Error: cutOff})
	if err == nil {
		r.Attempts, r.BegunAt, r.Tries = text, nil, r.Tries+1
	}
	return err
}

// over reports whether the time is over in which a delivery is attempted.
func (r webhookRow) over(now int64) bool {
	return r.FirstAt != nil && now-*r.FirstAt > job.WebhookPeriod.Microseconds()
}

// giveUp ends the attempts of a delivery. What goes on cannot record its end any more.
func (t *tx) giveUp(ref job.Ref, attempts string) error {
	return t.Run(`UPDATE webhooks SET state = ?, due_at = NULL, begun_at = NULL, epoch = epoch + 1, attempts = ? WHERE workspace = ? AND job = ?`,
		job.DeliveryGaveUp, attempts, ref.Workspace, ref.Job)
}

// cutOff says of an attempt that nobody has recorded its end.
const cutOff = "The process that sent this ended before it could record an answer. It may have arrived."

// EndWebhook records how an attempt ended, and returns the state in which the delivery
// is then: it is due again, although the attempt says otherwise, if somebody has asked
// for it since the attempt was begun and it has failed. EndWebhook does nothing if
// another attempt has begun since, or the delivery has expired.
func (s *Store) EndWebhook(ctx context.Context, d job.Dispatch, e job.DispatchEnd) (job.DeliveryState, error) {
	state := e.State
	err := s.inTx(ctx, func(t *tx) error {
		r, there, err := t.lockWebhook(d.Ref)
		if err != nil || !there || r.Epoch != d.Epoch || r.BegunAt == nil {
			return err
		}
		a := attemptRow{At: *r.BegunAt, Took: e.Took.Microseconds(), Status: e.Status, Error: e.Error}
		if r.Attempts, err = withAttempt(r.Attempts, a); err != nil {
			return err
		}
		var due *int64
		if state, due = r.after(t.Now, e); r.askedFor() {
			r.Tries = 0
		} else {
			r.Tries++
		}
		return t.Run(`UPDATE webhooks SET state = ?, due_at = ?, begun_at = NULL, tries = ?, attempts = ? WHERE workspace = ? AND job = ?`,
			state, due, r.Tries, r.Attempts, d.Workspace, d.Job)
	})
	return state, err
}

// askedFor reports whether somebody has asked for a delivery since its attempt that goes
// on was begun: an attempt has a first one, but [Store.SendAgain] begins anew.
func (r webhookRow) askedFor() bool { return r.BegunAt != nil && r.FirstAt == nil }

// after is the state of a delivery after its attempt, and when the next one is due.
func (r webhookRow) after(now int64, e job.DispatchEnd) (job.DeliveryState, *int64) {
	at := now + e.After.Microseconds()
	switch {
	case r.askedFor() && e.State != job.Delivered:
		at = max(now, *r.BegunAt+job.WebhookPause.Microseconds())
		return job.DeliveryPending, &at
	case e.State == job.DeliveryPending:
		return e.State, &at
	}
	return e.State, nil
}

// An attemptRow is an attempt as it is stored. Times are microseconds.
type attemptRow struct {
	At     int64  `json:"at"`
	Took   int64  `json:"took"`
	Status int    `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
}

// withAttempt adds an attempt to a list, of which the last [job.MaxWebhookTries] are
// kept.
func withAttempt(text string, a attemptRow) (string, error) {
	var list []attemptRow
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return "", err
	}
	list = append(list, a)
	out, err := json.Marshal(list[max(0, len(list)-job.MaxWebhookTries):])
	return string(out), err
}

// lostPage is how many deliveries that wait for the end of their job one call of
// [Store.LostWebhooks] looks at.
const lostPage = 500

// lostWebhooksQuery lists deliveries that wait for the end of their job, and whether it
// has come.
var lostWebhooksQuery = `SELECT h.workspace, h.job, COALESCE(` + ofJob("state") + ` IN ` + finalStates + `, FALSE) AS ended
	FROM webhooks h WHERE h.state = 'waiting' AND (h.workspace, h.job) > (?, ?) ORDER BY h.workspace, h.job LIMIT ?`

// LostWebhooks makes deliveries due whose job has ended without that: it was ended by a
// process of an earlier version. It looks at some deliveries, behind the given one.
// next is the value of after for the next call, zero to begin again.
func (s *Store) LostWebhooks(ctx context.Context, after job.Ref) (next job.Ref, err error) {
	var rows []struct {
		job.Ref
		Ended bool
	}
	err = s.inIndexOrder(ctx, func(t *sqlx.Tx) error {
		return t.SelectContext(ctx, &rows, s.db.Dialect.Rebind(lostWebhooksQuery), after.Workspace, after.Job, lostPage)
	})
	if err != nil {
		return after, err
	}
	for _, r := range rows {
		if r.Ended {
			if err := s.inTx(ctx, func(t *tx) error { return t.dueWebhook(r.Ref) }); err != nil {
				return after, err
			}
		}
	}
	if len(rows) == lostPage {
		next = rows[lostPage-1].Ref
	}
	return next, nil
}

// PendingWebhooks counts the deliveries that wait for an attempt, or are being sent.
func (s *Store) PendingWebhooks(ctx context.Context) (int64, error) {
	var n int64
	err := s.db.Lookups.GetContext(ctx, &n, `SELECT COUNT(*) FROM webhooks WHERE due_at IS NOT NULL`)
	return n, s.classify(err)
}
