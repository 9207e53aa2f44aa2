package api

import (
	"slices"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// What a key may see of an answer is decided here alone, and whether it may
// make the call at all by its route.

// secrets reports whether records show masked values.
func (c *call) secrets() model.Secrets { return model.Secrets(c.key.Has(auth.SecretsRead)) }

// values reports whether the answer may hold customers' values. Without them
// it has ids, outcomes and counts, and what the caller's own request says.
func (c *call) values() bool { return c.key.Has(auth.CustomersRead) }

// sees reports whether the caller may see a job: all of its workspace, or else
// those that its key made. A key that was revoked may have had the same name
// before; what it made is older than the key.
func (c *call) sees(j job.Job) bool {
	made := j.CreatedBy == c.key.Actor() && !j.CreatedAt.Before(c.key.CreatedAt)
	return made || c.key.Has(auth.JobsRead)
}

// shownRecord appends a record as JSON, to a key that may not see its values
// no more than its id and version.
func (c *call) shownRecord(dst []byte, rec model.Record) []byte {
	if !c.values() {
		return c.model.AppendRecord(dst, rec, []*model.Field{}, model.HideSecrets)
	}
	return c.model.AppendRecord(dst, rec, nil, c.secrets())
}

// shownResult leaves of a result what the caller may see.
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

// shownPreview leaves of a preview what the caller may see.
func (c *call) shownPreview(p job.Preview) job.Preview {
	p.Sample = c.shownItems(p.Sample)
	return p
}

// shownUndo leaves of the preview of an undo what the caller may see. It
// changes no conflicts that others may hold.
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

// shownItems leaves of a sample what the caller may see.
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
