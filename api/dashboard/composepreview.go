package dashboard

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/client"
)

// A composePreview is the part of the page that says what will happen. It is the same
// beside the form without a script, and where a script asks for it alone.
type composePreview struct {
	Model    string
	Whole    bool      // the whole page is answered, which lists the faults on top
	Filter   string    // as it is after customers were left out
	Changes  shareable // for the address of the page
	Pristine bool      // nothing has been asked yet
	Faults   composeFaults
	Problem  string // why nothing can be said, a sentence; "" for nothing
	Stale    string // why what was confirmed has not been done, a sentence; "" for nothing
	// NeedsAll says that the filter is true for all customers; AllowAll that
	// somebody has said that all are meant.
	NeedsAll, AllowAll bool
	// Emptied are the fields that are set while nothing is typed for them; EmptyMeant
	// says that somebody has said that this is meant.
	Emptied    composeEmptied
	EmptyMeant bool

	Counted  bool        // there is no preview yet, but a count
	Count    int64       // how many match
	Job      *client.Job // computes the preview
	Preview  *client.Preview
	Sentence words.Sentence // what the update is
	Sample   []composeSample
	Examples []composeExample // of each field that is computed
	Without  []composeLeftOut // customers that the filter leaves out
	Values   bool             // the visitor may see values
}

// A composeSample is a customer in the preview.
type composeSample struct {
	Key     string // the id as JSON
	ID      string
	Path    string
	Changes []changedField
}

// A composeLeftOut is a customer that is left out.
type composeLeftOut struct{ Key, ID, Path string }

// shownLeftOut is how many of the customers that are left out are listed.
const shownLeftOut = 50

// preview says what the update of a form would do.
func (d *Dashboard) preview(v *Visit, m *composeModel, f *composeForm) (*composePreview, error) {
	p := &composePreview{Model: m.Name, Filter: f.filterText(), Changes: m.shareable(f), Values: v.may(auth.CustomersRead)}
	p.leftOut(m)
	p.empties(m, f)
	request, faults := f.request(m)
	if p.Faults = faults; faults.Any() {
		return p, nil
	}
	var err error
	switch {
	case f.Follow != "":
		err = p.follow(v, f.Follow)
	case request.changes():
		err = p.compute(v, request, f)
	default:
		err = p.count(v, request)
	}
	var problem *web.Problem
	if errors.As(err, &problem) {
		if !p.Faults.take(problem, m, f) {
			p.Problem = problem.Detail
		}
		p.NeedsAll, err = p.NeedsAll || p.Faults.NeedsAll, nil
	}
	if p.show(); p.Preview != nil {
		p.Sentence = m.sentence(f)
		if p.Values {
			p.Examples = examplesOf(m.computed(f), p.Preview.Sample)
		}
	}
	return p, err
}

// compute asks for a preview. It asks first without allowAll, so that a filter which has
// become narrower does not keep it.
func (p *composePreview) compute(v *Visit, r composeRequest, f *composeForm) error {
	r.Options.DryRun = true
	err := p.dryRun(v, r)
	var problem *web.Problem
	if !errors.As(err, &problem) || len(problem.Errors) != 1 || problem.Errors[0].Code != "allow_all_required" {
		return err
	}
	p.NeedsAll = true
	if !f.AllowAll {
		return p.count(v, r)
	}
	p.AllowAll, r.Options.AllowAll = true, true
	return p.dryRun(v, r)
}

func (p *composePreview) dryRun(v *Visit, r composeRequest) error {
	var raw json.RawMessage
	a, err := v.Send(http.MethodPost, "/v1/jobs", r, &raw)
	if err != nil {
		return err
	}
	if a.Status == http.StatusAccepted {
		p.Job = new(client.Job)
		return json.Unmarshal(raw, p.Job)
	}
	p.Preview = new(client.Preview)
	return json.Unmarshal(raw, p.Preview)
}

// follow reads the job that computes the preview.
func (p *composePreview) follow(v *Visit, id string) error {
	var j client.Job
	if err := v.Get(target(nil, "v1", "jobs", id), &j); err != nil {
		return err
	}
	switch {
	case !j.Done:
		p.Job = &j
	case j.Preview == nil:
		p.Problem = "The preview could not be computed. Preview again."
	default:
		p.Preview = j.Preview
		p.AllowAll = allowsAll(j)
		p.NeedsAll = p.AllowAll
	}
	return nil
}

// allowsAll reports whether a job was given the option allowAll.
func allowsAll(j client.Job) bool {
	var o client.Options
	return json.Unmarshal(j.Request.Options, &o) == nil && o.AllowAll
}

// longestTarget is how long the path of a call of the API may be, in bytes.
const longestTarget = 60 << 10

// count counts the customers that match. Who may not read customers has no count, nor
// has a filter that is too long for it.
func (p *composePreview) count(v *Visit, r composeRequest) error {
	path := target(url.Values{"filter": {string(r.Filter)}, "limit": {"1"}, "count": {"true"}}, "v1", r.Model, "customers")
	if !v.may(auth.CustomersRead) || len(path) > longestTarget {
		return nil
	}
	var page struct {
		Count *int64 `json:"count"`
	}
	if err := v.Get(path, &page); err != nil {
		return err
	}
	if page.Count != nil {
		p.Counted, p.Count = true, *page.Count
	}
	return nil
}

// show lists the sample.
func (p *composePreview) show() {
	if p.Preview == nil {
		return
	}
	for _, r := range p.Preview.Sample {
		id := string(compactJSON(r.ID))
		p.Sample = append(p.Sample, composeSample{id, r.ID.String(), recordPath(p.Model, r.ID.String()), changesOf(r.Changed)})
	}
}

// leftOut lists the customers that the filter leaves out.
func (p *composePreview) leftOut(m *composeModel) {
	for _, key := range narrowedOf(p.Filter, m.ID).ids {
		id := valueOf(json.RawMessage(key)).Text
		p.Without = append(p.Without, composeLeftOut{key, id, recordPath(p.Model, id)})
	}
}

// ShownWithout lists the first of the customers that are left out.
func (p *composePreview) ShownWithout() []composeLeftOut {
	return p.Without[:min(len(p.Without), shownLeftOut)]
}

// MoreWithout counts the others.
func (p *composePreview) MoreWithout() int { return len(p.Without) - len(p.ShownWithout()) }

// Typed reports whether the number of customers must be typed.
func (p *composePreview) Typed() bool { return p.Preview.Matched > typedAbove }

// CanRun reports whether the preview can be confirmed.
func (p *composePreview) CanRun() bool {
	return !p.AsksEmpty() && p.Preview != nil && p.Preview.ConfirmToken != "" && p.Preview.Matched > 0
}
