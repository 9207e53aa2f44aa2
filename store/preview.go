package store

import (
	"context"
	"encoding/json"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/model"
)

// Preview computes in one snapshot what a submission would do, and writes
// nothing. It reads all that the filter matches, so it takes about as long as
// resolving the job would; ctx bounds it. The token is the caller's to add.
func (s *Store) Preview(ctx context.Context, sub job.Submission, secrets bool) (job.Preview, error) {
	sub.Patch = sub.Patch.Stamped(sub.Model, sub.Actor)
	now := s.now().UnixMicro()
	var p job.Preview
	err := s.inSearch(ctx, sub.Workspace.ID, func(ctx context.Context, t *sqlx.Tx) error {
		a := s.d.assign(sub.Patch.Sets, now).require(sub.Patch.Sets)
		condition, args := s.previewCondition(sub)
		sel, err := s.d.selectNumbers(ctx, t, sub.Workspace.ID, sub.Model, condition, args, a)
		if err != nil {
			return err
		}
		p = job.Preview{Matched: sel.count, WouldChange: sel.differ, Unchanged: sel.count - sel.differ - sel.lack, Digest: sel.digest}
		p.Sample, err = s.sample(ctx, t, sub, a, now, secrets)
		return err
	})
	return p, err
}

// previewCondition selects what the submission would.
func (s *Store) previewCondition(sub job.Submission) (string, []any) {
	if sub.RecordID != nil {
		return "id = ?", []any{sub.RecordID}
	}
	return sub.Filter.SQL(s.d.filter)
}

// sample shows the first records that would change.
func (s *Store) sample(ctx context.Context, t *sqlx.Tx, sub job.Submission, a assignment, now int64, secrets bool) ([]job.PreviewItem, error) {
	condition, args := s.previewCondition(sub)
	rest := " WHERE workspace = ? AND " + condition + " AND " + a.differs + " ORDER BY rid LIMIT ?"
	all := append(append([]any{sub.Workspace.ID}, args...), a.differsArgs...)
	records, err := s.queryRecords(ctx, t, sub.Model, rest, append(all, job.MaxPreviewSample)...)
	if err != nil {
		return nil, err
	}
	items := make([]job.PreviewItem, len(records))
	id := sub.Model.Role(model.RoleID).Index
	for i, r := range records {
		items[i] = job.PreviewItem{ID: model.FormatID(r.Values[id]), Changed: map[string]job.Change{}}
		for _, set := range sub.Patch.Sets {
			before, was := r.Values[set.Field.Index], any(nil)
			if set.When != nil {
				was = r.Values[set.When.Index]
			}
			if c, differs := change(set.Field, before, patched(sub.Patch, set, before, was, now), secrets); differs {
				items[i].Changed[set.Field.Name] = c
			}
		}
	}
	return items, nil
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
	p, err := s.Preview(ctx, sub, false)
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
