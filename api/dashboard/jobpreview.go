package dashboard

import (
	"encoding/json"

	"bulkpatch/client"
)

// A jobPreview is what a job would do: an update or a retry, or else an undo.
type jobPreview struct {
	Model     string
	may       JobRights
	Retry     *client.Preview
	Undo      *client.UndoPreview
	Groups    []reasonGroup
	Sample    []previewRow
	Conflicts []previewConflict
}

// A previewRow is a customer that would change.
type previewRow struct {
	ID, Path string
	Changes  []changedField
}

// A previewConflict is a customer that an undo would leave alone.
type previewConflict struct {
	ID, Path string
	Fields   []conflictedField
	laterChange
}

// previewOf shows a preview that the API answered, nil for none.
func previewOf(raw json.RawMessage, model string, may JobRights) *jobPreview {
	var kind struct {
		WouldRestore *int64 `json:"wouldRestore"` // only an undo has it
	}
	if noValue(raw) || json.Unmarshal(raw, &kind) != nil {
		return nil
	}
	p := &jobPreview{Model: model, may: may}
	if kind.WouldRestore != nil {
		p.Undo = &client.UndoPreview{}
		if json.Unmarshal(raw, p.Undo) != nil {
			return nil
		}
		p.sample(p.Undo.Sample)
		p.conflicts(p.Undo.Conflicts)
		return p
	}
	p.Retry = &client.Preview{}
	if json.Unmarshal(raw, p.Retry) != nil {
		return nil
	}
	p.Groups = groupsOf(p.Retry.Reasons, model, may)
	p.sample(p.Retry.Sample)
	return p
}

// path is the page of a customer, "" for who may not see customers.
func (p *jobPreview) path(id client.ID) string {
	if !p.may.Values {
		return ""
	}
	return recordPath(p.Model, id.String())
}

func (p *jobPreview) sample(list []client.PreviewRecord) {
	for _, r := range list {
		p.Sample = append(p.Sample, previewRow{r.ID.String(), p.path(r.ID), changesOf(r.Changed)})
	}
}

func (p *jobPreview) conflicts(list []client.PreviewConflict) {
	for _, c := range list {
		met := previewConflict{ID: c.ID.String(), Path: p.path(c.ID), Fields: conflictOf(c.Conflict)}
		if c.By != nil {
			met.By = &relatedJob{ID: *c.By, Path: jobPath(*c.By)}
		}
		p.Conflicts = append(p.Conflicts, met)
	}
}

// Legend counts what would happen, in the order of the outcomes.
func (p *jobPreview) Legend() []outcomeCount {
	if p.Undo != nil {
		return []outcomeCount{
			{Class: "b-up", Word: "would get their former values", Count: p.Undo.WouldRestore},
			{Class: "b-skip", Word: "no longer exist", Count: p.Undo.Skipped},
			{Class: "b-conf", Word: "were edited since", Count: p.Undo.Conflicted},
		}
	}
	return []outcomeCount{
		{Class: "b-up", Word: "would change", Count: p.Retry.WouldChange},
		{Class: "b-same", Word: "are right already", Count: p.Retry.Unchanged},
		{Class: "b-skip", Word: "would be skipped", Count: p.Retry.WouldSkip},
		{Class: "b-fail", Word: "would fail", Count: p.Retry.WouldFail},
	}
}

// Total is how many customers are meant.
func (p *jobPreview) Total() int64 {
	if p.Undo != nil {
		return p.Undo.Matched
	}
	return p.Retry.Matched
}

// More is how many conflicts there are beyond those that are shown.
func (p *jobPreview) More() int64 {
	if p.Undo == nil {
		return 0
	}
	return p.Undo.Conflicted - int64(len(p.Conflicts))
}
