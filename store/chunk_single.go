package store

import (
	"context"
	"encoding/json"
	"errors"

	"bulkpatch/job"
)

// ApplySingle carries out a single-record patch: from queued to its final
// state in one transaction. A job that is not queued any more is left alone,
// so a task that comes twice does no harm. The errors are those of
// [Store.Claim].
func (s *Store) ApplySingle(ctx context.Context, r job.WakeUp) error {
	return s.inTx(ctx, func(t *tx) error {
		var row struct {
			leaseRow
			RID       int64  `db:"rid"`
			CreatedAt int64  `db:"created_at"`
			CreatedBy string `db:"created_by"`
		}
		ok, err := t.Get(&row, `SELECT j.id, w.name AS workspace, j.kind, j.model, j.digest, j.state, j.change, j.options, j.expected,
				j.matched, j.throttle, j.rid, j.if_match, j.created_at, j.created_by
			FROM jobs j JOIN workspaces w ON w.id = j.workspace WHERE j.workspace = ? AND j.num = ? AND j.kind = 'single'`+t.Dialect.ForUpdate("j"), r.Workspace, r.Job)
		if err != nil || !ok || row.State != job.Queued {
			return err
		}
		lease, err := t.lease(s.models, r, row.leaseRow)
		if errors.Is(err, errOutgrown) {
			return t.stop(r.Ref, modelChanged)
		}
		if err != nil {
			return err
		}
		refused, err := changedSince(lease.Guard, row.RID)
		if err != nil {
			return err
		}
		if refused != nil {
			return t.end(r.Ref, row.ID, failed(*refused))
		}
		c := &chunk{d: t.Dialect, q: t, t: t, l: lease, filter: everything, base: row.RID, last: row.RID, selected: []uint32{0}}
		if err := c.applyAlone(row.IfMatch); err != nil {
			return err
		}
		return c.endSingle(row.CreatedBy, row.CreatedAt)
	})
}

// changedSince says why a record is not the one that a preview showed, nil where
// it is: another may have its id by now.
func changedSince(g job.Guard, rid int64) (*job.Error, error) {
	if g.Digest == "" {
		return nil, nil
	}
	one := bitmaps{}
	one.add(rid)
	sel, err := one.selection()
	return g.Check(sel.count, sel.digest), err
}

// applyAlone gives the record its outcome, which is a failure where the fault
// lies in its data.
func (c *chunk) applyAlone(ifMatch *int64) error {
	err := c.t.Attempt(func() error { return c.applyOne(ifMatch) })
	f, inData := c.d.InData(err)
	switch {
	case c.t.TookTooLong(err, writeStatement):
		f.Code = CodeTooSlow
	case !inData || f.Memory:
		return err
	}
	c.fail(f)
	return nil
}

// applyOne judges an If-Match on the version that the record has in this
// transaction, and writes the record.
func (c *chunk) applyOne(ifMatch *int64) error {
	var version int64
	there, err := c.t.Get(&version, "SELECT version FROM "+c.l.Model.Table()+" WHERE rid = ? AND workspace = ?"+c.d.ForUpdate(c.l.Model.Table()), c.base, c.l.Workspace)
	switch {
	case err != nil:
		return err
	case !there:
		c.refuse(0, job.Skipped, "not_found")
		return nil
	case ifMatch != nil && *ifMatch != version:
		c.refuse(0, job.Conflicted, "precondition_failed")
		return nil
	}
	c.leaveToGo(maxValue) // all merges: one record's are quick
	if err := c.findPatched(); err != nil {
		return err
	}
	c.compile(c.t.Now)
	return c.write()
}

// endSingle keeps the former values and ends the job.
func (c *chunk) endSingle(createdBy string, createdAt int64) error {
	c.count()
	if err := c.keepHistory(); err != nil {
		return err
	}
	summary, err := c.addReasons([]job.ErrorSummary{})
	if err != nil {
		return err
	}
	text, err := json.Marshal(summary)
	if err != nil {
		return err
	}
	return c.t.end(c.l.Ref, c.l.JobID, ending{state: c.tally.End(), single: &appliedSingle{
		tally: c.tally, summary: string(text), event: c.endEvent(createdBy, createdAt),
	}})
}
