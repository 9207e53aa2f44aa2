package api

import (
	"slices"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// This file alone decides what a key may see of an answer. Whether it may make
// the call at all is decided by the route.

// secrets reports whether records show masked values.
func (c *call) secrets() model.Secrets { return model.Secrets(c.key.Has(auth.SecretsRead)) }

// values reports whether the answer may have customers' values. An answer without
// them has ids, outcomes and counts, and what the caller's own request said.
func (c *call) values() bool { return c.key.Has(auth.CustomersRead) }

// sees reports whether the caller may see a job: all of its workspace, or else
// those that its key made. A key that was revoked may have had the same name
// before; what it made is older than the key.
func (c *call) sees(j job.Job) bool {
	made := j.CreatedBy == c.key.Actor() && !j.CreatedAt.Before(c.key.CreatedAt)
	return made || c.key.Has(auth.JobsRead)
}

// shownRecord appends a record as JSON. Where the key may not see values, it has
// only its id and version.
func (c *call) shownRecord(dst []byte, rec model.Record) []byte {
	if !c.values() {
		return c.model.AppendRecord(dst, rec, []*model.Field{}, model.HideSecrets)
	}
	return c.model.AppendRecord(dst, rec, nil, c.secrets())
}

// shownResult returns a result without what the caller may not see.
func (c *call) shownResult(r job.Result) job.Result {
	if c.values() {
		return r
	}
	r.Changed = nil
	if r.Conflict != nil {
		r.Conflict = &job.Conflict{By: r.Conflict.By}
	}
	return r
}

// shownPreview returns a preview without what the caller may not see.
func (c *call) shownPreview(p job.Preview) job.Preview {
	p.Sample = c.shownItems(p.Sample)
	return p
}

// shownUndo returns the preview of an undo without what the caller may not see.
// It does not change p, which other calls may share.
func (c *call) shownUndo(p job.UndoPreview) job.UndoPreview {
	p.Sample = c.shownItems(p.Sample)
	if c.values() {
		return p
	}
	p.Conflicts = slices.Clone(p.Conflicts)
	for i := range p.Conflicts {
		p.Conflicts[i].Fields = nil
	}
	return p
}

// shownItems returns a sample without what the caller may not see.
func (c *call) shownItems(items []job.PreviewItem) []job.PreviewItem {
	if c.values() {
		return items
	}
	ids := make([]job.PreviewItem, len(items))
	for i, item := range items {
		ids[i].ID = item.ID
	}
	return ids
}
