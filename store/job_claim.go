package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// leaseRow is what a claim reads of a job's row.
type leaseRow struct {
	ID            string
	Workspace     string
	Kind          job.Kind
	Parent        *int64 `db:"origin"`
	RestoreSource *int64 `db:"source"`
	Chosen        bool
	RecordID      *string `db:"record_id"`
	IfMatch       *int64  `db:"if_match"`
	Model         string
	Digest        string
	State         job.State
	CreatedAt     int64 `db:"created_at"`
	Filter        *string
	Target        *string // of a file job; JSON
	Change        string
	Options       string
	Expected      string
	Matched       *int64
	Throttle      *float64
	Resumes       int64 // of the shard
}

const leaseQuery = `SELECT j.id, w.name AS workspace, j.kind, j.origin, j.source, j.chosen = 1 AS chosen, j.record_id, j.if_match,
		j.model, j.digest, j.state, j.created_at, j.filter, j.target, j.change, j.options, j.expected, j.matched, j.throttle,
		COALESCE((SELECT s.resumes FROM shards s WHERE s.workspace = j.workspace AND s.job = j.num AND s.no = ?), 0) AS resumes
	FROM jobs j JOIN workspaces w ON w.id = j.workspace WHERE j.workspace = ? AND j.num = ?`

// Claim takes the shard that a wake-up asks for, if the shard still is at the
// wake-up's epoch, and fences off the worker that held it before. The claim of
// a queued job's shard starts the job.
//
// [job.ErrLeaseLost]: the shard has moved on, so the wake-up is void.
// [job.ErrStopped]: a pause or cancel waits to be settled. [job.ErrBraked]: the
// brake holds the job. [job.ErrOtherModel]: this process does not have the model
// that the database was migrated to. A job that does not fit its model any more
// ends as failed, and its wake-up is void.
func (s *Store) Claim(ctx context.Context, r job.WakeUp) (job.Lease, error) {
	var lease job.Lease
	outgrown := false
	err := s.inTx(ctx, func(t *tx) (err error) {
		lease, err = t.claim(s.models, r)
		if outgrown = errors.Is(err, errOutgrown); outgrown {
			return t.fail(r.Ref, modelChanged) // to be committed, so it is no error yet
		}
		return err
	})
	if err == nil && outgrown {
		err = job.ErrLeaseLost
	}
	return lease, err
}

func (t *tx) claim(models *model.Registry, r job.WakeUp) (job.Lease, error) {
	row, ok, err := t.jobToWork(r)
	switch {
	case err != nil:
		return job.Lease{}, err
	case !ok || row.State.Final() || row.State == job.Paused:
		return job.Lease{}, job.ErrLeaseLost
	case row.State.Stopping():
		return job.Lease{}, job.ErrStopped
	case row.Kind.Braked():
		if err := t.checkBrake(r.Workspace); err != nil {
			return job.Lease{}, err
		}
	}
	lease, err := t.readLease(models, r, row)
	if err != nil {
		return lease, err
	}
	if err := t.takeShard(r, row.Resumes); err != nil {
		return lease, err
	}
	if row.State == job.Queued {
		return lease, t.start(r, row)
	}
	return lease, nil
}

// errOutgrown says that a job's filter, patch or computation does not fit its model any more.
var errOutgrown = errors.New("the job does not fit its model")

// modelChanged is why such a job fails: it would wait for ever.
var modelChanged = job.Error{Code: "model_changed",
	Detail: "The model has changed since: it no longer has a field of the job's patch, computation or filter, or no longer lets it be computed or filtered."}

// jobToWork reads the job of a wake-up. It locks a queued job, because to start it
// writes the job's row, and a job is locked before its shards.
func (t *tx) jobToWork(r job.WakeUp) (row leaseRow, ok bool, err error) {
	ok, err = t.Get(&row, leaseQuery, r.Shard, r.Workspace, r.Job)
	if ok && row.State == job.Queued {
		row = leaseRow{}
		ok, err = t.Get(&row, leaseQuery+t.Dialect.ForUpdate("j"), r.Shard, r.Workspace, r.Job)
	}
	return row, ok, err
}

// readLease reads all that a worker needs to work on a job. A job that was
// accepted under an older version of its model runs under the present one,
// which still has all fields: migrations refuse to remove any.
func (t *tx) readLease(models *model.Registry, r job.WakeUp, row leaseRow) (job.Lease, error) {
	m, ok := models.Model(row.Model)
	if !ok {
		return job.Lease{}, job.ErrOtherModel
	}
	if m.Digest != row.Digest {
		if err := t.checkCurrent(m); err != nil {
			return job.Lease{}, err
		}
	}
	l := job.Lease{
		Ref:           r.Ref,
		Epoch:         r.Epoch + 1,
		JobID:         row.ID,
		Owner:         auth.Workspace{ID: r.Workspace, Name: row.Workspace},
		Kind:          row.Kind,
		Parent:        deref(row.Parent),
		RestoreSource: deref(row.RestoreSource),
		Chosen:        row.Chosen,
		RecordID:      deref(row.RecordID),
		IfMatch:       row.IfMatch,
		Model:         m,
		Accepted:      row.CreatedAt,
		Resolved:      row.Matched != nil,
	}
	err := row.compile(&l)
	if err != nil {
		return l, err
	}
	l.Guard = l.Options.Guard(row.Expected)
	if l.Tally, err = t.tally(r.Ref); err != nil {
		return l, err
	}
	if l.File != nil {
		if l.Unusable, err = t.unusable(r.Ref); err != nil {
			return l, err
		}
	}
	l.Throttle, err = t.share(r.Ref, row.Throttle)
	return l, err
}

// compile reads the job's options, patch and filter into a lease that has its
// model. [errOutgrown]: the filter or patch does not fit the model any more.
func (row leaseRow) compile(l *job.Lease) (err error) {
	var o storedOptions
	if err := json.Unmarshal([]byte(row.Options), &o); err != nil {
		return err
	}
	l.Options, l.IncludeSkipped, l.Codes, l.Pointers = o.Options, o.IncludeSkipped, o.Reasons.Codes, o.Reasons.Pointers
	read := l.Model.UnmarshalStored
	if l.RestoreSource != 0 {
		read = l.Model.UnmarshalWritten
	}
	if l.Patch, err = read([]byte(row.Change)); err != nil {
		return errors.Join(errOutgrown, err)
	}
	if row.Target != nil {
		return row.compileFile(l)
	}
	if row.Filter == nil {
		return nil
	}
	f, faults := filter.Restore([]byte(*row.Filter), l.Model)
	if len(faults) > 0 {
		return errors.Join(errOutgrown, faults)
	}
	l.Filter = &f
	return nil
}

// compileFile reads what a file job does with its file into a lease.
func (row leaseRow) compileFile(l *job.Lease) error {
	var r job.FileRequest
	if err := json.Unmarshal([]byte(*row.Target), &r); err != nil {
		return err
	}
	t, ok := r.Target(l.Model)
	if !ok {
		return errOutgrown
	}
	l.File = &t
	return nil
}

// share is a shard's part of a job's throttle, which the open shards share
// equally.
func (t *tx) share(ref job.Ref, throttle *float64) (*float64, error) {
	if throttle == nil {
		return nil, nil
	}
	open, err := t.openShards(ref)
	part := *throttle / float64(max(1, open))
	return &part, err
}

func deref[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// checkCurrent returns [job.ErrOtherModel] if the database was migrated to another
// version of the model.
func (t *tx) checkCurrent(m *model.Model) error {
	var digest string
	if _, err := t.Get(&digest, `SELECT digest FROM models WHERE name = ?`, m.Name); err != nil {
		return err
	}
	if digest != m.Digest {
		return job.ErrOtherModel
	}
	return nil
}

// waitsOn is the condition under which a claim keeps the wait reason of a shard:
// it waits for nothing, for its limit, or for other jobs that are being resolved.
const waitsOn = `COALESCE(wait_reason, '` + job.WaitThrottled + `') IN ('` + job.WaitThrottled + `', '` + job.WaitResolve + `')`

// takeShard raises the shard's epoch. If the shard is still held, its holder has
// crashed or is fenced off by the new epoch: that counts as a resume. The reason
// why the shard waited is cleared, unless it is one of [waitsOn].
//
// before is how often that had happened: it changes only with the epoch.
func (t *tx) takeShard(r job.WakeUp, before int64) error {
	var resumes int64
	ok, err := t.Get(&resumes, `UPDATE shards SET epoch = epoch + 1, beat = beat + 1, beat_at = ?, resumes = resumes + held, held = 1,
			revision = revision + held + CASE WHEN `+waitsOn+` THEN 0 ELSE 1 END, wait_reason = CASE WHEN `+waitsOn+` THEN wait_reason END
		WHERE workspace = ? AND job = ? AND no = ? AND epoch = ? AND open = 1 RETURNING resumes`,
		t.Now, r.Workspace, r.Job, r.Shard, r.Epoch)
	if err != nil {
		return err
	}
	if !ok {
		return job.ErrLeaseLost
	}
	if resumes > before {
		t.note(job.Event{What: job.EventTakenOver})
	}
	return nil
}

// start moves a queued job on: it resolves its filter, or runs if its selection
// is committed already.
func (t *tx) start(r job.WakeUp, row leaseRow) error {
	to := job.Resolving
	if row.Matched != nil {
		to = job.Running
	}
	t.touch(row.ID)
	// The rate that users see is measured from here: it includes waits between
	// two leases, but no pause.
	if err := t.Run(`UPDATE shards SET chunk_at = ?, recent = '[]' WHERE workspace = ? AND job = ?`, t.Now, r.Workspace, r.Job); err != nil {
		return err
	}
	var startedAt int64
	if _, err := t.Get(&startedAt, `UPDATE jobs SET state = ?, started_at = COALESCE(started_at, ?), `+transit+`, revision = revision + 1
		WHERE workspace = ? AND num = ? RETURNING started_at`, to, t.Now, t.transition(to, ""), r.Workspace, r.Job); err != nil || startedAt < t.Now {
		return err // it was started before, and paused
	}
	return t.noteJob(job.EventStarted, r.Ref)
}

// tally sums what the shards of a job have done.
func (t *tx) tally(ref job.Ref) (job.Tally, error) {
	var sum job.Tally
	_, err := t.Get(&sum, `SELECT COALESCE(SUM(updated), 0) AS updated, COALESCE(SUM(unchanged), 0) AS unchanged,
			COALESCE(SUM(skipped), 0) AS skipped, COALESCE(SUM(conflicted), 0) AS conflicted, COALESCE(SUM(failed), 0) AS failed
		FROM shards WHERE workspace = ? AND job = ?`, ref.Workspace, ref.Job)
	return sum, err
}

// waits sets what a shard waits for. Users see that, so a new reason raises the
// revision.
const waits = `revision = revision + CASE WHEN COALESCE(wait_reason, '') = ? THEN 0 ELSE 1 END, wait_reason = NULLIF(?, '')`

// Heartbeat shows that the holder of a lease is alive while it waits or does
// something long. reason is what the shard waits for from now on; "" leaves that
// as it is. [job.ErrLeaseLost]: another worker has the shard.
func (s *Store) Heartbeat(ctx context.Context, l job.Lease, reason string) error {
	return s.inTx(ctx, func(t *tx) error {
		set, args := "beat = beat + 1, beat_at = ?", []any{t.Now}
		if reason != "" {
			set, args = set+", "+waits, append(args, reason, reason)
		}
		n, err := t.Exec(`UPDATE shards SET `+set+` WHERE workspace = ? AND job = ? AND no = ? AND epoch = ?`,
			append(args, l.Workspace, l.Job, l.Shard, l.Epoch)...)
		if err == nil && n == 0 {
			err = job.ErrLeaseLost
		}
		return err
	})
}

// PutBack gives back work that a worker was woken for and could not start. The
// wake-up is sent again after its wait, and users see the reason. The heartbeat is
// raised, so that the sweep does not redeliver the wake-up meanwhile. With the
// reason [job.WaitModel] the wake-up is not sent while no running process has the
// model, and with [job.WaitBrake] not while the brake is on. If the work has moved
// on since, PutBack does nothing, so a second call is harmless.
func (s *Store) PutBack(ctx context.Context, r job.WakeUp, reason string) error {
	return s.inTx(ctx, func(t *tx) error {
		shown := reason
		if reason == job.WaitBrake {
			shown = "" // users see the brake itself, for as long as it is on
		}
		answered := `UPDATE shards SET beat = beat + 1, ` + waits + ` WHERE workspace = ? AND job = ? AND no = ? AND epoch = ? AND open = 1`
		args := []any{shown, shown, r.Workspace, r.Job, r.Shard, r.Epoch}
		if r.Single {
			answered = `UPDATE jobs SET beat = beat + 1, ` + waits + ` WHERE workspace = ? AND num = ? AND state = 'queued'`
			args = args[:4]
		}
		n, err := t.Exec(answered, args...)
		if err != nil || n == 0 {
			return err
		}
		var of struct{ ID, Model string }
		if _, err := t.Get(&of, `SELECT id, model FROM jobs WHERE workspace = ? AND num = ?`, r.Workspace, r.Job); err != nil {
			return err
		}
		t.touch(of.ID)
		return t.wakeFor(group(reason, of.Model), r)
	})
}

// group is the group of wake-ups to which that of a job with a model belongs, by
// the reason why it waits; see [wakeUpGroups].
func group(reason, model string) string {
	switch reason {
	case job.WaitModel:
		return model
	case job.WaitBrake:
		return heldBack
	}
	return ""
}

// Yield gives a shard back and has its wake-up sent again after a while. reason is
// what it waits for, "" for nothing. If the lease is lost, Yield does nothing.
func (s *Store) Yield(ctx context.Context, l job.Lease, after time.Duration, reason string) error {
	return s.inTx(ctx, func(t *tx) error {
		n, err := t.Exec(`UPDATE shards SET held = 0, beat = beat + 1, beat_at = ?, `+waits+`
			WHERE workspace = ? AND job = ? AND no = ? AND epoch = ? AND open = 1`,
			t.Now, reason, reason, l.Workspace, l.Job, l.Shard, l.Epoch)
		if err != nil || n == 0 {
			return err
		}
		return t.wake(job.WakeUp{Ref: l.Ref, Epoch: l.Epoch, Wait: after.Microseconds()})
	})
}
