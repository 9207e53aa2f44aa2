package store

import (
	"context"
	"encoding/json"
	"errors"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
	"bulkpatch/trace"
)

// ApplySingle carries out a single-record patch: from queued to its final
// state in one transaction. It ignores a job that is not queued any more, so a
// task that comes twice does no harm. The errors are those of [Store.Claim].
func (s *Store) ApplySingle(ctx context.Context, r job.WakeUp) error {
	return s.inTx(ctx, func(t *tx) error { return carryOut(t, &singleChunk{models: s.models, wakeUp: r}) })
}

// A singleChunk is the one record of a single-record job.
type singleChunk struct {
	models *model.Registry
	wakeUp job.WakeUp
	row    singleRow
}

type singleRow struct {
	leaseRow
	RID       int64  `db:"rid"`
	CreatedBy string `db:"created_by"`
}

// lock locks the job. It returns no chunk where the job is not queued any more
// or ends before its record is read.
func (o *singleChunk) lock(t *tx) (*chunk, error) {
	r := o.wakeUp
	o.row = singleRow{}
	ok, err := t.Get(&o.row, `SELECT j.id, w.name AS workspace, j.kind, j.model, j.digest, j.state, j.change, j.options, j.expected,
			j.matched, j.throttle, j.rid, j.if_match, j.created_at, j.created_by
		FROM jobs j JOIN workspaces w ON w.id = j.workspace WHERE j.workspace = ? AND j.num = ? AND j.kind = 'single'`+t.Dialect.ForUpdate("j"), r.Workspace, r.Job)
	if err != nil || !ok || o.row.State != job.Queued {
		return nil, err
	}
	trace.Of(t.Ctx).Text(trace.Job, o.row.ID)
	lease, err := t.readLease(o.models, r, o.row.leaseRow)
	if errors.Is(err, errOutgrown) {
		return nil, t.fail(r.Ref, modelChanged)
	}
	if err != nil {
		return nil, err
	}
	broken, err := changedSince(lease.Guard, o.row.RID)
	if err != nil {
		return nil, err
	}
	if broken != nil {
		return nil, t.end(r.Ref, o.row.ID, failed(*broken))
	}
	return &chunk{d: t.Dialect, l: lease, filter: everything, at: t.Now, base: o.row.RID, last: o.row.RID, selected: []uint32{0}}, nil
}

// changedSince returns why a record is not the one that a preview showed, or
// nil. Another record may have its id by now.
func changedSince(g job.Guard, rid int64) (*job.Error, error) {
	if g.Digest == "" {
		return nil, nil
	}
	one := bitmaps{}
	one.add(rid)
	sel, err := one.selection()
	return g.Check(sel.selected()), err
}

// isolate sets a savepoint, so that a fault in the record's data undoes only
// what was done to the record, which then fails.
func (o *singleChunk) isolate(c *chunk, change func() error) error {
	err := c.t.Attempt(change)
	f, inData := c.d.InData(err)
	switch {
	case c.t.TookTooLong(err):
		f.Code = sqldb.CodeTooSlow
	case !inData || f.Memory:
		return err
	}
	c.fail(f)
	return nil
}

// read locks the record, compares its version with If-Match and decides its
// outcome.
func (o *singleChunk) read(c *chunk) error {
	var version int64
	there, err := c.t.Get(&version, "SELECT version FROM "+c.l.Model.Table()+" WHERE rid = ? AND workspace = ?"+c.d.ForUpdate(c.l.Model.Table()), c.base, c.l.Workspace)
	switch {
	case err != nil:
		return err
	case !there:
		c.reject(0, job.Skipped, "not_found")
		return nil
	case o.row.IfMatch != nil && *o.row.IfMatch != version:
		c.reject(0, job.Conflicted, "precondition_failed")
		return nil
	}
	c.leaveToGo(job.MaxValue) // all merges: those of one record take no time
	return c.find()
}

// advance writes the job's final state and counts.
func (o *singleChunk) advance(c *chunk) error {
	summary, err := c.addReasons([]job.ErrorSummary{})
	if err != nil {
		return err
	}
	text, err := json.Marshal(summary)
	if err != nil {
		return err
	}
	return c.t.end(c.l.Ref, c.l.JobID, ending{state: c.tally.End(), single: &appliedSingle{
		tally: c.tally, summary: string(text), event: c.endEvent(o.row.CreatedBy, o.row.CreatedAt),
	}})
}
