package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/google/uuid"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// Submit accepts a job: when it returns without an error, the job is on disk
// and will run, even if this process or Redis fails. With an
// idempotency key that has made a job before, that job is returned and
// replayed is true. [job.ErrNotFound]: a single's record does not exist.
// [job.ErrKeyReused]: the key was used for another request.
// [job.ErrTooManyJobs]: the workspace has as many open jobs as it may have.
func (s *Store) Submit(ctx context.Context, by auth.Caller, sub job.Submission) (j job.Job, replayed bool, err error) {
	next := uuid.Must(uuid.NewV7()).String()
	id := next
	text, err := s.prepare(ctx, by, &sub)
	if err != nil {
		return job.Job{}, false, err
	}
	err = s.accepting(ctx, by.Workspace, useOf(sub.Kind, text.bytes()), func(t *tx, room error) (bool, error) {
		before, err := t.replay(by.Workspace, sub.Once)
		if id, replayed = cmp.Or(before, next), before != ""; err != nil || replayed {
			return false, err
		}
		if room != nil {
			return false, room
		}
		return true, t.accept(id, by, sub, text)
	})
	if err != nil {
		return job.Job{}, false, err
	}
	j, err = s.Job(ctx, by.Workspace, id)
	return j, replayed, err
}

// prepare returns the text that a job keeps of a submission. It completes the
// submission of a file job, whose columns follow from its file.
func (s *Store) prepare(ctx context.Context, by auth.Caller, sub *job.Submission) (requestText, error) {
	var f job.File
	if sub.File != nil {
		var err error
		if f, err = s.File(ctx, by.Workspace, sub.Model.Name, sub.File.File); err != nil {
			return requestText{}, err
		}
		if sub.Patch, err = filePatch(sub.Model, *sub.File, f); err != nil {
			return requestText{}, err
		}
	}
	return textOf(by, *sub, f)
}

// errTarget says that the caller has not compared a target with its file.
var errTarget = errors.New("the target does not fit the columns of the file")

// filePatch is the patch of a file job: what its columns write.
func filePatch(m *model.Model, t job.FileTarget, f job.File) (model.Patch, error) {
	matched := 0
	for _, name := range t.Columns {
		if slices.Contains(t.Match, columnField(m, name)) {
			matched++
		}
	}
	if len(t.Columns) != len(f.Columns) || matched == 0 || matched != len(t.Match) {
		return model.Patch{}, errTarget
	}
	c, faults := m.CheckFilling(writtenColumns(m, t))
	if len(faults) > 0 {
		return model.Patch{}, faults
	}
	return model.Patch{Compute: c}, nil
}

// Replay finds the job that an idempotency key has made. [job.ErrNotFound]:
// none yet. [job.ErrKeyReused]: the key was used for another request.
func (s *Store) Replay(ctx context.Context, ws auth.Workspace, key, fingerprint string) (job.Job, error) {
	var before keyUse
	ok, err := sqldb.HasRow(s.db.Lookups.GetContext(ctx, &before, s.db.Dialect.Rebind(keyUseQuery), ws.ID, key))
	if err != nil {
		return job.Job{}, s.classify(err)
	}
	if !ok {
		return job.Job{}, job.ErrNotFound
	}
	if before.Fingerprint != fingerprint {
		return job.Job{}, job.ErrKeyReused
	}
	return s.Job(ctx, ws, before.ID)
}

// keyUse is the request and the job that an idempotency key was used for.
type keyUse struct {
	Fingerprint string
	ID          string // of the job it made
}

const keyUseQuery = `SELECT i.fingerprint, j.id FROM idempotency i JOIN jobs j ON j.workspace = i.workspace AND j.num = i.job WHERE i.workspace = ? AND i.key = ?`

// replay finds the job that a request's idempotency key has made, "" for none.
func (t *tx) replay(ws auth.Workspace, once job.Once) (jobID string, err error) {
	if once.IdempotencyKey == "" {
		return "", nil
	}
	var before keyUse
	ok, err := t.Get(&before, keyUseQuery, ws.ID, once.IdempotencyKey)
	if err != nil || !ok {
		return "", err
	}
	if before.Fingerprint != once.Fingerprint {
		return "", job.ErrKeyReused
	}
	return before.ID, nil
}

// accept writes the job, which is also the audit entry of its submission, the row
// of its idempotency key, the drop-down choices that its patch adds, and its first
// wake-up.
func (t *tx) accept(id string, by auth.Caller, sub job.Submission, text requestText) error {
	if sub.File != nil {
		if err := t.holdFile(by.Workspace.ID, sub.Model.Name, sub.File.File); err != nil {
			return err
		}
	}
	r, err := t.newJobRow(id, by, sub, text)
	if err != nil {
		return err
	}
	var num int64
	_, err = t.Get(&num, `INSERT INTO jobs
		(workspace, id, kind, model, digest, state, created_at, created_by, filter, patch, compute, change, options,
		 expected, confirms, if_match, record_id, rid, matched, throttle, request_bytes, file, target, note_words,
		 key_id, person, address, request_id, traceparent)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULLIF(?, '')) RETURNING num`, r...)
	if err != nil {
		return err
	}
	if err := t.useKey(by.Workspace, sub.Once, num); err != nil {
		return err
	}
	if err := t.keepWebhook(by.Workspace.ID, num, sub.Webhook); err != nil {
		return err
	}
	if sub.Kind != job.PreviewKind {
		if err := t.addChoices(by.Workspace.ID, sub.Model, sub.Patch.NewChoices(nil)); err != nil {
			return err
		}
	}
	t.noteAccepted(id, sub.Kind, sub.Model.Name, by)
	ref := job.Ref{Workspace: by.Workspace.ID, Job: num}
	if sub.Kind == job.Single {
		return t.wake(job.WakeUp{Ref: ref, Single: true})
	}
	return t.openJob(ref)
}

// useKey records which job a request's idempotency key has made. It waits for any
// other transaction that is using the key. If that one has made a job, the request
// is tried again and finds it.
func (t *tx) useKey(ws auth.Workspace, once job.Once, num int64) error {
	if once.IdempotencyKey == "" {
		return nil
	}
	n, err := t.Exec(`INSERT INTO idempotency (workspace, key, fingerprint, job) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		ws.ID, once.IdempotencyKey, once.Fingerprint, num)
	if err == nil && n == 0 {
		err = sqldb.ErrRaced
	}
	return err
}

// openJob gives a job its first shard and wakes a worker for it.
func (t *tx) openJob(ref job.Ref) error {
	if err := t.Run(`INSERT INTO shards (workspace, job, no, open) VALUES (?, ?, 0, 1)`, ref.Workspace, ref.Job); err != nil {
		return err
	}
	return t.wake(job.WakeUp{Ref: ref})
}

// A requestText is the text that a job keeps of its request.
type requestText struct {
	filter         *string // nil for a single record
	patch, compute *string // as shown; nil for none
	change         string  // as applied
	file, target   *string // of a file job; see [job.FileRequest]
}

func textOf(by auth.Caller, sub job.Submission, f job.File) (requestText, error) {
	if sub.File != nil {
		target, err := json.Marshal(sub.File.Request(f))
		return requestText{file: &sub.File.File, target: new(string(target)), change: string(sub.Patch.Stamped(sub.Model, by.KeyID).MarshalStored())}, err
	}
	text := requestText{patch: new(string(sub.Patch.Display())), change: string(sub.Patch.Stamped(sub.Model, by.KeyID).MarshalStored())}
	if sub.Patch.Compute != nil {
		text.compute = new(string(sub.Patch.Compute.JSON()))
		if len(sub.Patch.Sets) == 0 {
			text.patch = nil
		}
	}
	if sub.RecordID == nil {
		filter := string(sub.Filter.JSON())
		text.filter = &filter
	}
	return text, nil
}

func (r requestText) bytes() int {
	return len(deref(r.filter)) + len(deref(r.patch)) + len(deref(r.compute)) + len(deref(r.target)) + len(r.change)
}

func (t *tx) newJobRow(id string, by auth.Caller, sub job.Submission, text requestText) ([]any, error) {
	options, err := json.Marshal(storedOptions{Options: sub.Options, Reasons: storedReasons{Computes: sub.Patch.Compute != nil, Fills: sub.File != nil}})
	if err != nil {
		return nil, err
	}
	var recordID, rid, matched any
	if sub.RecordID != nil {
		number, err := t.numberOf(by.Workspace.ID, sub.Model, sub.RecordID)
		if err != nil {
			return nil, err
		}
		recordID = model.FormatID(sub.RecordID)
		if sub.Kind == job.Single {
			rid, matched = number, 1
		}
	}
	return []any{
		by.Workspace.ID, id, sub.Kind, sub.Model.Name, sub.Model.Digest, job.Queued, t.Now, by.Actor(),
		text.filter, text.patch, text.compute, text.change, string(options),
		sub.Digest, sub.Confirms, sub.IfMatch, recordID, rid, matched, sub.Options.RecordsPerSecond, text.bytes(), text.file, text.target,
		noteWords(sub.Options.Note),
		keyOf(by), by.Person, by.Address, by.RequestID, by.Trace,
	}, nil
}

// numberOf finds a record's internal number, or answers [job.ErrNotFound].
func (t *tx) numberOf(ws int64, m *model.Model, id any) (int64, error) {
	var rid int64
	ok, err := t.Get(&rid, "SELECT rid FROM "+m.Table()+" WHERE workspace = ? AND id = ?", ws, id)
	if err != nil {
		return 0, err
	}
	return rid, found(ok)
}

// wake puts a wake-up into the outbox, for any worker. A shard or single has at
// most one wake-up there: a later one replaces an earlier one.
func (t *tx) wake(r job.WakeUp) error { return t.wakeFor("", r) }

// wakeFor is wake for a wake-up of one of [wakeUpGroups]: a model, if no process can
// do the work that does not have it, or [heldBack]. "" stands for any worker.
func (t *tx) wakeFor(group string, r job.WakeUp) error {
	t.woke = true
	if err := t.Run(`INSERT INTO outbox (workspace, job, shard, single, epoch, seq, wait, scale, model) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (workspace, job, shard) DO UPDATE
		SET epoch = excluded.epoch, seq = excluded.seq, wait = excluded.wait, scale = excluded.scale, model = excluded.model`,
		r.Workspace, r.Job, r.Shard, sqldb.Flag(r.Single), r.Epoch, rand.Int64(), max(0, r.Wait), scaleOf(r.Wait), group); err != nil || r.Single {
		return err
	}
	return t.Run(`UPDATE shards SET told = 0 WHERE workspace = ? AND job = ? AND no = ? AND told = 1`, r.Workspace, r.Job, r.Shard)
}
