package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/model"
)

// Preview computes in one snapshot what a submission would do, and writes
// nothing. It reads all that the filter matches, so it takes about as long as
// resolving the job would. [job.ErrQueryTimeout]: that is too long, and a job
// of kind preview is to do it. The token is the caller's to add.
func (s *Store) Preview(ctx context.Context, sub job.Submission, secrets bool) (job.Preview, error) {
	var p job.Preview
	err := s.inSearch(ctx, sub.Workspace.ID, func(ctx context.Context, t *sqlx.Tx) (err error) {
		p, err = s.preview(ctx, t, sub, secrets, func(float64) {})
		return err
	})
	if errors.Is(err, errLoneRecord) {
		err = fmt.Errorf("%w: %w", job.ErrQueryTimeout, err)
	}
	typePreview(sub.Model, &p)
	return p, err
}

func (s *Store) preview(ctx context.Context, t *sqlx.Tx, sub job.Submission, secrets bool, examined func(part float64)) (job.Preview, error) {
	sub.Patch = sub.Patch.Stamped(sub.Model, sub.Actor)
	now := s.now().UnixMicro()
	c := choice{ws: sub.Workspace.ID, model: sub.Model, id: sub.RecordID, condition: "1 = 1", a: s.d.assign(sub.Patch.Sets, now).require(sub.Patch.Sets)}
	if sub.RecordID == nil {
		c.condition, c.args = sub.Filter.SQL(s.d.filter)
	}
	sel, err := s.d.selectNumbers(ctx, t, c, examined)
	if err != nil {
		return job.Preview{}, err
	}
	p := job.Preview{Matched: sel.count, WouldChange: sel.differ, Unchanged: sel.count - sel.differ - sel.lack, Digest: sel.digest}
	records, err := s.sampled(ctx, t, c, sel.differing)
	if err == nil {
		p.Sample = sampleOf(sub, records, now, secrets)
	}
	return p, err
}

// sampled reads the first records that would change, from the ranges which are
// known to have them.
func (s *Store) sampled(ctx context.Context, t *sqlx.Tx, c choice, ranges []span) ([]model.Record, error) {
	query := s.d.rebind("SELECT rid FROM " + c.model.Table() + s.d.notIndexed + " WHERE rid >= ? AND rid < ? AND workspace = ? AND " +
		s.d.opaque(c.condition) + " AND " + c.a.differs + " ORDER BY rid LIMIT ?")
	var rids []int64
	for _, r := range ranges {
		var some []int64
		args := append(append([]any{r.first, r.before, c.ws}, c.args...), c.a.differsArgs...)
		if err := t.SelectContext(ctx, &some, query, append(args, job.MaxPreviewSample-len(rids))...); err != nil {
			return nil, err
		}
		rids = append(rids, some...)
	}
	return s.recordsOf(ctx, t, c.ws, c.model, rids, budget{left: pageBytes})
}

// sampleBytes is how much the sample of a preview shows. A preview job keeps it
// with its row.
const sampleBytes = 1 << 20

// sampleOf shows what would change in some records.
func sampleOf(sub job.Submission, records []model.Record, now int64, secrets bool) []job.PreviewItem {
	items := make([]job.PreviewItem, 0, len(records))
	room := budget{left: sampleBytes}
	id := sub.Model.Role(model.RoleID).Index
	for _, r := range records {
		item := job.PreviewItem{ID: model.TextID(model.FormatID(r.Values[id])), Changed: map[string]job.Change{}}
		for _, set := range sub.Patch.Sets {
			before, was := r.Values[set.Field.Index], any(nil)
			if set.When != nil {
				was = r.Values[set.When.Index]
			}
			if c, differs := change(set.Field, before, patched(sub.Patch, set, before, was, now), secrets); differs {
				item.Changed[set.Field.Name] = c
			}
		}
		if !room.take(changedBytes(item.Changed)) {
			break
		}
		items = append(items, item)
	}
	return items
}

// resolvePreview carries out a job of kind preview: it computes what the
// submission would do and ends the job with that.
func (s *Store) resolvePreview(ctx context.Context, l job.Lease) error {
	sub := job.Submission{Workspace: l.Owner, Model: l.Model, Patch: l.Patch}
	if l.Filter != nil {
		sub.Filter = *l.Filter
	} else {
		sub.RecordID, _ = l.Model.ParseID(l.RecordID)
	}
	var p job.Preview
	err := s.inResolving(ctx, l, func(ctx context.Context, t *sqlx.Tx, examined func(float64)) (err error) {
		p, err = s.preview(ctx, t, sub, false, examined)
		return err
	})
	if err != nil {
		return err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(t *tx) error {
		if err := t.fenceJob(l, job.Resolving); err != nil {
			return err
		}
		if err := t.exec1(`UPDATE jobs SET preview = ? WHERE workspace = ? AND num = ?`, string(text), l.Workspace, l.Job); err != nil {
			return err
		}
		return t.end(l.Ref, l.JobID, job.Succeeded, nil)
	})
}
