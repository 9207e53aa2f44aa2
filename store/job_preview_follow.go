package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// PreviewRetry computes in one snapshot what a retry would do, and writes
// nothing. Conflicts of the retry of an undo count as failed. [*job.StateError]:
// the job does not allow a retry. [job.ErrQueryTimeout]: it takes too long, so that
// it needs a job of kind preview.
func (s *Store) PreviewRetry(ctx context.Context, by auth.Caller, f job.Follow) (p job.Preview, err error) {
	err = s.previewFollow(ctx, by.Workspace, f, job.Retry, job.Job.CheckRetry, func(ctx context.Context, t *sqlx.Tx, l job.Lease, sel selection) error {
		if p, err = s.previewSelected(ctx, t, l, sel, func(float64) {}); err == nil {
			typePreview(l.Model, &p)
		}
		return err
	})
	return p, err
}

// PreviewUndo computes in one snapshot what an undo would do, and writes
// nothing. The errors are those of [Store.PreviewRetry].
func (s *Store) PreviewUndo(ctx context.Context, by auth.Caller, f job.Follow) (p job.UndoPreview, err error) {
	err = s.previewFollow(ctx, by.Workspace, f, job.Undo, job.Job.CheckUndo, func(ctx context.Context, t *sqlx.Tx, l job.Lease, sel selection) error {
		if p, err = s.previewUndo(ctx, t, l, sel, func(float64) {}); err == nil {
			typeUndoPreview(l.Model, &p)
		}
		return err
	})
	return p, err
}

// previewFollow selects in a snapshot the records that a retry or undo would take,
// and calls look with them.
func (s *Store) previewFollow(ctx context.Context, ws auth.Workspace, f job.Follow, kind job.Kind, check func(job.Job) error,
	look func(context.Context, *sqlx.Tx, job.Lease, selection) error) error {
	parent, err := s.Job(ctx, ws, f.Parent)
	if err != nil {
		return err
	}
	if err := check(parent); err != nil {
		return err
	}
	err = s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		l, err := s.leaseOf(ctx, t, ws, parent, f, kind)
		if err != nil {
			return err
		}
		q := snapshotReader{ctx, t, s.db.Dialect}
		var sel selection
		if f.IDs != nil {
			sel, err = q.chosen(l.Workspace, l.Parent, l.Model, f.IDs)
		} else {
			sel, err = s.remaining(ctx, t, l, func(float64) {})
		}
		if err != nil {
			return err
		}
		return look(ctx, t, l, sel)
	})
	if errors.Is(err, errLoneRecord) {
		err = fmt.Errorf("%w: %w", job.ErrQueryTimeout, err)
	}
	return err
}

// leaseOf is the lease that a retry or undo would be carried out with.
func (s *Store) leaseOf(ctx context.Context, t *sqlx.Tx, ws auth.Workspace, parent job.Job, f job.Follow, kind job.Kind) (job.Lease, error) {
	l := job.Lease{Ref: job.Ref{Workspace: ws.ID}, Kind: kind, Parent: parent.Num, Owner: ws}
	var ok bool
	if l.Model, ok = s.models.Model(parent.Model); !ok {
		return l, job.ErrOtherModel
	}
	var row leaseRow
	if err := t.GetContext(ctx, &row, s.db.Dialect.Rebind(leaseQuery), l.Shard, l.Workspace, parent.Num); err != nil {
		return l, err
	}
	l.RestoreSource, l.Accepted = deref(row.RestoreSource), s.db.Now().UnixMicro()
	if kind == job.Undo {
		l.RestoreSource = parent.Num
	}
	if err := row.compile(&l); err != nil {
		return l, err
	}
	l.Codes, l.Pointers, l.IncludeSkipped = f.Codes, f.Pointers, f.OnMismatch == job.Force
	if f.OnMismatch != "" {
		l.Options.OnMismatch = f.OnMismatch
	}
	if kind == job.Undo {
		l.Filter, l.Options = nil, job.Options{}
	}
	return l, nil
}

// foresee returns a foresight for a job with this lease.
func (s *Store) foresee(t *sqlx.Tx, l job.Lease) foresight {
	meets := everything
	if l.Filter != nil {
		meets.text, meets.args = l.Filter.SQL(s.db.Dialect.Filter)
	}
	return s.foresight(t, l, meets, nil)
}

// previewSelected is the preview of a job with this selection. Its ids are strings.
func (s *Store) previewSelected(ctx context.Context, t *sqlx.Tx, l job.Lease, sel selection, examined func(part float64)) (job.Preview, error) {
	all, err := s.foresee(t, l).of(ctx, sel, examined)
	if err != nil {
		return job.Preview{}, err
	}
	return s.previewOf(ctx, t, l, sel, all)
}

// previewUndo is the preview of an undo with this selection. Its ids are strings.
func (s *Store) previewUndo(ctx context.Context, t *sqlx.Tx, l job.Lease, sel selection, examined func(part float64)) (job.UndoPreview, error) {
	f := s.foresee(t, l)
	var all forecast
	met := firstConflicts{room: budget{left: sampleBytes}}
	err := f.each(ctx, sel, examined, func(c *chunk) error {
		all.add(c)
		met.add(c)
		return nil
	})
	if err != nil {
		return job.UndoPreview{}, err
	}
	n := all.tally
	p := job.UndoPreview{Matched: sel.count, WouldRestore: n.Updated, Conflicted: n.Conflicted, Skipped: n.Skipped}
	if p.Conflicts, err = met.shown(snapshotReader{ctx, t, s.db.Dialect}, l); err != nil {
		return p, err
	}
	p.Sample, err = f.sample(ctx, all.changed, s.db.Now().UnixMicro())
	return p, err
}

// firstConflicts are the first records that an undo would not restore.
type firstConflicts struct {
	rids []int64
	met  []metChange
	room budget
}

func (f *firstConflicts) add(c *chunk) {
	for _, r := range c.rejected {
		if r.Outcome != job.Conflicted {
			continue
		}
		var met metChange
		if r.conflict != nil {
			met = *r.conflict
		}
		if len(f.rids) == job.MaxPreviewConflicts || !f.room.take(met.bytes()) {
			return
		}
		f.rids, f.met = append(f.rids, c.base+int64(r.Offset)), append(f.met, met)
	}
}

func (f *firstConflicts) shown(q snapshotReader, l job.Lease) ([]job.PreviewConflict, error) {
	ids, err := idsOf(q, q.d, l.Workspace, l.Model, f.rids)
	if err != nil {
		return nil, err
	}
	var by changers
	list := make([]job.PreviewConflict, len(f.rids))
	for i, rid := range f.rids {
		list[i].ID = model.StringID(ids[rid])
		if f.met[i].Fields == nil {
			continue // of a secret, whose former value is not kept
		}
		if list[i].Conflict, err = by.conflict(q, l.Workspace, l.Model, f.met[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// resolveFollowed carries out a preview of a retry or undo.
func (s *Store) resolveFollowed(ctx context.Context, l job.Lease) error {
	var text []byte
	var sel selection
	err := s.inResolving(ctx, l, func(ctx context.Context, t *sqlx.Tx, examined func(float64)) (err error) {
		if sel, err = s.remaining(ctx, t, l, func(float64) {}); err != nil {
			return err
		}
		var p any
		if l.RestoreSource == l.Parent {
			p, err = s.previewUndo(ctx, t, l, sel, examined)
		} else {
			p, err = s.previewSelected(ctx, t, l, sel, examined)
		}
		if err != nil {
			return err
		}
		text, err = json.Marshal(p)
		return err
	})
	if err != nil {
		return err
	}
	return s.endPreview(ctx, l, sel, text)
}

// typeUndoPreview gives the ids of a stored preview the type that they have in the
// model.
func typeUndoPreview(m *model.Model, p *job.UndoPreview) {
	for i := range p.Sample {
		p.Sample[i].ID = m.Typed(p.Sample[i].ID)
	}
	for i := range p.Conflicts {
		p.Conflicts[i].ID = m.Typed(p.Conflicts[i].ID)
	}
}
