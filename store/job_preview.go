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
	"bulkpatch/store/sqldb"
)

// Preview computes in one snapshot what a submission would do, and writes
// nothing. It reads all that the filter matches, so it takes about as long as
// resolving the job would. [job.ErrNotFound]: a single's record does not exist.
// [job.ErrQueryTimeout]: it takes too long, so that it needs a job of kind preview.
// The caller adds the confirm token.
func (s *Store) Preview(ctx context.Context, by auth.Caller, sub job.Submission) (job.Preview, error) {
	if _, err := s.prepare(ctx, by, &sub); err != nil {
		return job.Preview{}, err
	}
	l := job.Lease{
		Ref: job.Ref{Workspace: by.Workspace.ID}, Model: sub.Model, Patch: sub.Patch.Stamped(sub.Model, by.KeyID),
		Options: sub.Options, Guard: sub.Options.Guard(""), IfMatch: sub.IfMatch, Accepted: s.db.Now().UnixMicro(),
	}
	switch {
	case sub.File != nil:
		l.File = sub.File
	case sub.RecordID == nil:
		l.Filter = &sub.Filter
	default:
		l.RecordID = model.FormatID(sub.RecordID)
	}
	var p job.Preview
	err := s.inSearch(ctx, by.Workspace.ID, func(ctx context.Context, t *sqlx.Tx) (err error) {
		p, _, err = s.preview(ctx, t, l, func(float64) {})
		return err
	})
	if errors.Is(err, errLoneRecord) {
		err = fmt.Errorf("%w: %w", job.ErrQueryTimeout, err)
	}
	if err == nil && sub.RecordID != nil && p.Matched == 0 {
		err = job.ErrNotFound
	}
	typePreview(sub.Model, &p)
	return p, err
}

// preview computes what a job with this lease would select and do. Its ids are
// strings, as in stored previews.
func (s *Store) preview(ctx context.Context, t *sqlx.Tx, l job.Lease, examined func(part float64)) (p job.Preview, sel selection, err error) {
	if l.File != nil {
		return s.previewFile(ctx, t, l, examined)
	}
	o := newOutlook(s.db.Dialect, l.Patch.Sets, s.db.Now().UnixMicro())
	c := choice{ws: l.Workspace, model: l.Model, condition: everything.text, outlook: o}
	if l.Filter != nil {
		c.condition, c.args = l.Filter.SQL(s.db.Dialect.Filter)
	} else {
		c.id, _ = l.Model.ParseID(l.RecordID)
	}
	if sel, err = selectNumbers(ctx, s.db.Dialect, t, c, examined); err != nil {
		return p, sel, err
	}
	all, err := s.forecast(ctx, t, l, c, sel)
	if err != nil {
		return p, sel, err
	}
	p, err = s.previewOf(ctx, t, l, sel, all)
	return p, sel, err
}

// previewFile is preview for a file job.
func (s *Store) previewFile(ctx context.Context, t *sqlx.Tx, l job.Lease, examined func(part float64)) (p job.Preview, sel selection, err error) {
	if sel, err = s.matchFile(ctx, t, l, func(part float64) { examined(part / 2) }); err != nil {
		return p, sel, err
	}
	all, err := s.foresight(t, l, everything, sel.rows).of(ctx, sel, func(part float64) { examined((1 + part) / 2) })
	if err != nil {
		return p, sel, err
	}
	var unusable forecast
	unusable.tally, unusable.reasons = sel.rows.sum()
	unusable.join(all)
	p, err = s.previewOf(ctx, t, l, sel, unusable)
	return p, sel, err
}

// forecast returns what a job would do to records that were selected with an
// outlook. For the records that the outlook leaves open, Go decides.
func (s *Store) forecast(ctx context.Context, t *sqlx.Tx, l job.Lease, c choice, sel selection) (forecast, error) {
	refused, err := s.unmet(ctx, t, l, c.id)
	if err != nil || refused.tally.Tried() > 0 {
		return refused, err
	}
	open, err := c.outlook.open.selection()
	if err != nil {
		return forecast{}, err
	}
	all, err := s.foresight(t, l, everything, nil).of(ctx, open, func(float64) {})
	if err != nil {
		return forecast{}, err
	}
	o := c.outlook
	told := forecast{reasons: o.lacks, tally: job.Tally{Updated: o.differ, Failed: o.lack, Unchanged: sel.count - open.count - o.differ - o.lack}}
	told.changed, err = s.firstDiffering(ctx, t, c)
	all.join(told)
	return all, err
}

// unmet is the forecast for a record that does not have the version that it must
// have. In all other cases it is empty.
func (s *Store) unmet(ctx context.Context, t *sqlx.Tx, l job.Lease, id any) (f forecast, err error) {
	if l.IfMatch == nil || id == nil {
		return f, nil
	}
	var row struct{ RID, Version int64 }
	there, err := sqldb.HasRow(t.GetContext(ctx, &row, s.db.Dialect.Rebind("SELECT rid, version FROM "+l.Model.Table()+" WHERE workspace = ? AND id = ?"), l.Workspace, id))
	if err == nil && there && row.Version != *l.IfMatch {
		f.tally = f.tally.Count(job.Conflicted)
		f.reasons.add(why{code: "precondition_failed"}, 1, row.RID)
	}
	return f, err
}

// previewOf is the preview that shows the forecast of a selection, with a sample of
// the changes. Its ids are strings.
func (s *Store) previewOf(ctx context.Context, t *sqlx.Tx, l job.Lease, sel selection, all forecast) (job.Preview, error) {
	n := all.tally
	p := job.Preview{
		Matched: sel.selected().Matched(), WouldChange: n.Updated, Unchanged: n.Unchanged, WouldFail: n.Failed + n.Conflicted, WouldSkip: n.Skipped,
		Guard: l.Guard.Unmet(sel.selected()), Digest: sel.digest,
	}
	var err error
	if p.Reasons, err = all.reasons.addTo(nil, snapshotReader{ctx, t, s.db.Dialect}, s.db.Dialect, l.Workspace, l.Model); err != nil {
		return p, err
	}
	p.Sample, err = s.foresight(t, l, everything, sel.rows).sample(ctx, all.changed, s.db.Now().UnixMicro())
	return p, err
}

// firstDiffering reads the first records that would change, as far as SQL can
// decide, from the ranges that are known to have some.
func (s *Store) firstDiffering(ctx context.Context, t *sqlx.Tx, c choice) ([]int64, error) {
	query := s.db.Dialect.Rebind("SELECT rid FROM " + c.model.Table() + s.db.Dialect.NotIndexed + " WHERE rid >= ? AND rid < ? AND workspace = ? AND " +
		s.db.Dialect.Opaque(c.condition) + " AND " + c.outlook.differs() + " ORDER BY rid LIMIT ?")
	var rids []int64
	for _, r := range c.outlook.differing {
		var some []int64
		args := append(append([]any{r.first, r.before, c.ws}, c.args...), c.outlook.a.differsArgs...)
		if err := t.SelectContext(ctx, &some, query, append(args, job.MaxPreviewSample-len(rids))...); err != nil {
			return nil, err
		}
		rids = append(rids, some...)
	}
	return rids, nil
}

// resolvePreview carries out a job of kind preview: it computes what the
// submission would do, and ends the job with that. The selected records stay
// pending.
func (s *Store) resolvePreview(ctx context.Context, l job.Lease) error {
	if l.Parent != 0 {
		return s.resolveFollowed(ctx, l)
	}
	var p job.Preview
	var sel selection
	err := s.inResolving(ctx, l, func(ctx context.Context, t *sqlx.Tx, examined func(float64)) (err error) {
		p, sel, err = s.preview(ctx, t, l, examined)
		return err
	})
	if err != nil {
		return err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return s.endPreview(ctx, l, sel, text)
}

// endPreview ends a job of kind preview with its result.
func (s *Store) endPreview(ctx context.Context, l job.Lease, sel selection, text []byte) error {
	if sel.rows != nil {
		if err := sel.rows.pack(s.db.Now(), true); err != nil {
			return err
		}
	}
	return s.inLargeTx(ctx, func(t *tx) error {
		if err := t.fenceJob(l, job.Resolving); err != nil {
			return err
		}
		if err := t.keepSelection(l, sel, sel.cut(1, 1)); err != nil {
			return err
		}
		if err := t.keepPending(l, sel); err != nil {
			return err
		}
		if err := t.Run(`UPDATE jobs SET preview = ? WHERE workspace = ? AND num = ?`, string(text), l.Workspace, l.Job); err != nil {
			return err
		}
		return t.end(l.Ref, l.JobID, ending{state: job.Succeeded})
	})
}
