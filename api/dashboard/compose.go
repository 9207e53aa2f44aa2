package dashboard

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/client"
)

// NewPreviewPath is where the form of a new update is sent to see what would happen.
const NewPreviewPath = NewPath + "/preview"

// A composePage is the page on which a new update is composed.
type composePage struct {
	Models  []client.Model
	Model   *composeModel
	Form    *composeForm
	What    *composePreview
	Filters string // what a filter may compare, as JSON, for the pickers
	// Operators are what computes values, as JSON, for choosing from.
	Operators string
	Rows      []composeRow
	Signer    webhookSigner // whose secret signs a webhook
	MaySet    bool          // the visitor may set one
}

// A composeRow is a field that may be changed.
type composeRow struct {
	Field *composeField
	composeEntry
	Fault       string
	Miscomputed string // what is wrong with the computation
	Example     *composeExample
}

// ID is the id of the input for a value.
func (r composeRow) ID() string { return inputOf(r.Field.Name) }

// ComputedBy is the id of the input for a computation.
func (r composeRow) ComputedBy() string { return computedBy(r.Field.Name) }

// NewUpdate answers with the page for a new update. The address may begin it: with a
// model, a filter, a patch and what is computed.
func (d *Dashboard) NewUpdate(v *Visit) error {
	m, models, err := composeModels(v, v.query("model"))
	if err != nil {
		return err
	}
	f := composeFormOf(v.Request.URL.Query())
	f.begin(m, v.query("patch"), v.query("compute"))
	what := &composePreview{Model: m.Name, Filter: f.filterText(), Changes: m.shareable(&f), Pristine: true}
	what.leftOut(m)
	return d.composed(v, http.StatusOK, models, m, &f, what)
}

// PreviewUpdate answers with the page as it was filled in, and what will happen beside
// it; or with that part alone, if the form says so. A form from another page may begin
// an update, as an address may.
func (d *Dashboard) PreviewUpdate(v *Visit) error {
	m, models, err := composeModels(v, v.Form.Get("model"))
	if err != nil {
		return err
	}
	f := composeFormOf(v.Form)
	if v.Form.Has("patch") || v.Form.Has("compute") {
		f.begin(m, v.Form.Get("patch"), v.Form.Get("compute"))
	}
	if f.Of != "" && f.Of != m.Name { // another model was chosen: its fields come first
		what := &composePreview{Model: m.Name, Filter: f.filterText(), Pristine: true}
		return d.composed(v, http.StatusOK, models, m, &f, what)
	}
	f.leaveOut(m)
	what, err := d.preview(v, m, &f)
	if err != nil {
		return err
	}
	if v.Form.Has("part") {
		return showPart(v, http.StatusOK, "compose", "what", what)
	}
	return d.composed(v, http.StatusOK, models, m, &f, what)
}

// SubmitUpdate submits the update whose preview the visitor has seen, and leads to its
// job. What keeps it from that is shown on the page.
func (d *Dashboard) SubmitUpdate(v *Visit) error {
	m, models, err := composeModels(v, v.Form.Get("model"))
	if err != nil {
		return err
	}
	f := composeFormOf(v.Form)
	before := f.Filter
	f.leaveOut(m)
	request, faults := f.request(m)
	empty := m.emptied(&f)
	switch {
	case faults.Any():
		return d.again(v, models, m, &f, "")
	case f.Token == "":
		return d.again(v, models, m, &f, "See first what will happen. Then run the update.")
	case f.Filter != before:
		return d.again(v, models, m, &f, "Which customers are left out has changed. This is what will happen now.")
	case len(empty) > 0 && !empty.meant(&f):
		return d.again(v, models, m, &f, "Nothing is typed for a field that is set. Nothing was changed. Say first that this is meant.")
	case !v.typed(f.Matched):
		return d.again(v, models, m, &f, "The number that was typed is not the number of customers. Nothing was changed.")
	}
	request.Options.AllowAll, request.Options.ConfirmToken = f.AllowAll, f.Token
	var j client.Job
	_, err = v.Send(http.MethodPost, "/v1/jobs", request, &j)
	var problem *web.Problem
	switch {
	case err == nil:
		return v.redirect(jobPath(j.ID))
	case errors.As(err, &problem) && problem.Code == "confirm_token_invalid":
		return d.again(v, models, m, &f, "The preview is too old, or the form has changed since. Nothing was changed. This is what will happen now.")
	case errors.As(err, &problem):
		return d.refused(v, models, m, &f, problem)
	}
	return err
}

// again answers with a new preview, and says why the update was not submitted.
func (d *Dashboard) again(v *Visit, models []client.Model, m *composeModel, f *composeForm, why string) error {
	v.Once, f.Follow = "", "" // what follows is another call
	what, err := d.preview(v, m, f)
	if err != nil {
		return err
	}
	what.Stale = why
	return d.composed(v, http.StatusUnprocessableEntity, models, m, f, what)
}

// refused answers with what the API says against the update.
func (d *Dashboard) refused(v *Visit, models []client.Model, m *composeModel, f *composeForm, p *web.Problem) error {
	what := &composePreview{Model: m.Name, Filter: f.filterText(), Changes: m.shareable(f)}
	what.leftOut(m)
	if !what.Faults.take(p, m, f) {
		what.Problem = p.Detail
	}
	what.NeedsAll = what.Faults.NeedsAll
	what.empties(m, f)
	p.SetHeaders(v.Header())
	return d.composed(v, p.Status, models, m, f, what)
}

// composed answers with the whole page.
func (d *Dashboard) composed(v *Visit, status int, models []client.Model, m *composeModel, f *composeForm, what *composePreview) error {
	f.Filter, f.Further, f.Computed, what.Whole = what.Filter, m.masked(f.Further), m.masked(f.Computed), true
	page := composePage{Models: models, Model: m, Form: f, What: what, Filters: string(compactJSON(m.Filters)), Operators: operatorsJSON, MaySet: v.may(auth.Admin)}
	for _, field := range m.Fields {
		row := composeRow{field, f.Entries[field.Name], what.Faults.At(inputOf(field.Name)), what.Faults.At(computedBy(field.Name)), what.example(field.Name)}
		if field.Secret {
			row.Text, row.By = "", "" // secrets never reach a page, not even back
		}
		page.Rows = append(page.Rows, row)
	}
	var err error
	if page.Signer, err = v.webhookSigner(); err != nil {
		page.Signer.Own = true // the API says it when the update has a webhook
	}
	frame := d.visited(v, "New update", NewPath, page)
	frame.Scripts, frame.Styles = []string{"compose.js"}, []string{"compose.css"}
	return show(v, status, "compose", frame)
}

// composeModels reads the models, and describes the one with a name, or the first.
func composeModels(v *Visit, name string) (*composeModel, []client.Model, error) {
	list, err := v.models()
	if err != nil {
		return nil, nil, err
	}
	if name == "" && len(list) > 0 {
		name = v.likelyModel(list)
	}
	described, err := v.model(name)
	if err != nil {
		return nil, nil, err
	}
	m, err := composeModelOf(described)
	return m, list, err
}

// likelyModel returns the model that somebody who has named none is likely to mean: the
// one of the largest among the latest bulk jobs, or else the first.
func (v *Visit) likelyModel(models []client.Model) string {
	const latest = 10
	var answer jobsAnswer
	if err := v.Get(jobsTarget(url.Values{"kind": {"bulk"}}, latest, ""), &answer); err != nil {
		return models[0].Name // it is only a suggestion
	}
	likely, most := models[0].Name, int64(0)
	for _, j := range answer.Items {
		known := slices.ContainsFunc(models, func(m client.Model) bool { return m.Name == j.Model })
		if n := deref64(j.Counts.Matched); n > most && known {
			likely, most = j.Model, n
		}
	}
	return likely
}

// kindsOfText are the kinds of inputs that are texts over several lines.
var kindsOfText = []string{"text", "list", "json"}

// Lines reports whether the input of a field has several lines.
func (r composeRow) Lines() bool { return slices.Contains(kindsOfText, r.Field.Kind()) }
