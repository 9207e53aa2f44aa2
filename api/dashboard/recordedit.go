package dashboard

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"bulkpatch/api/web"
	"bulkpatch/client"
)

// editWithin is how many seconds a page waits for a change to be applied.
const editWithin = 10

// EditCustomer answers with the form of a customer.
func (d *Dashboard) EditCustomer(v *Visit) error {
	r, err := v.customer()
	if err != nil {
		return err
	}
	return d.showForm(v, http.StatusOK, formOf(r))
}

// TakeCustomer takes the form of a customer: it sends what was changed as a patch, for
// the version that the form was made from. If the customer has another version by now,
// nothing is stored, and the form shows both values of what both have changed.
func (d *Dashboard) TakeCustomer(v *Visit) error {
	r, err := v.customer()
	if err != nil {
		return err
	}
	form := formOf(r)
	form.take(v)
	if form.Version = v.Form.Get("version"); form.Version != r.Version {
		return d.showMoved(v, r, form)
	}
	patch, ok := form.patch(r)
	if !ok {
		return d.showForm(v, http.StatusUnprocessableEntity, form)
	}
	if string(patch) == "{}" {
		form.Summary = "There is nothing to store: no field was changed."
		return d.showForm(v, http.StatusUnprocessableEntity, form)
	}
	return d.save(v, r, form, patch)
}

// save sends the patch, and leads to the customer, or to the job if it takes long.
func (d *Dashboard) save(v *Visit, r customerRecord, form *recordForm, patch json.RawMessage) error {
	var raw json.RawMessage
	a, err := v.Send(http.MethodPatch, withQuery(r.target(), form.options()), patch, &raw,
		"If-Match", strconv.Quote(form.Version), "Prefer", "wait="+strconv.Itoa(editWithin))
	var p *web.Problem
	switch {
	case errors.As(err, &p) && p.Code == "precondition_failed":
		now, err := v.record(r.Model)
		if err != nil {
			return err
		}
		return d.showMoved(v, now, form)
	case errors.As(err, &p) && refused(p):
		form.explain(p)
		return d.showForm(v, p.Status, form)
	case err != nil:
		return err
	case a.Status == http.StatusAccepted:
		var j client.Job
		if err := json.Unmarshal(raw, &j); err != nil {
			return err
		}
		return v.redirect(jobPath(j.ID))
	}
	saved, err := recordOf(r.Model, raw)
	if err != nil {
		return err
	}
	q := url.Values{}
	if saved.Version != form.Version {
		q.Set("saved", saved.Version)
	}
	return v.redirect(withQuery(r.Path(), q))
}

// patch makes the merge patch of what was changed.
func (f *recordForm) patch(r customerRecord) (json.RawMessage, bool) {
	values, ok := f.values(func(i *recordInput) bool { return i.changed() })
	t := newPatchTree()
	for _, i := range f.Inputs {
		value, changed := values[i]
		if !changed {
			continue
		}
		if value = mergeOf(r.values[i.Field()], value); value != nil {
			t.set([]string{i.Field()}, value)
		}
	}
	return t.JSON(), ok
}

// mergeOf returns what a merge patch must hold to make one value of another, nil for
// nothing: names of objects that are missing in the new value are cleared.
func mergeOf(from, to json.RawMessage) json.RawMessage {
	if bytes.Equal(from, to) {
		return nil
	}
	old, err := patchTreeOf(string(from))
	if err != nil || len(from) == 0 {
		return to
	}
	next, err := patchTreeOf(string(to))
	if err != nil {
		return to
	}
	t := newPatchTree()
	for _, name := range old.names {
		if _, kept := next.raw[name]; !kept && string(old.raw[name]) != "null" {
			t.set([]string{name}, json.RawMessage("null"))
		}
	}
	for _, name := range next.names {
		value := next.raw[name]
		if _, was := old.raw[name]; was {
			if value = mergeOf(old.raw[name], value); value == nil {
				continue
			}
		}
		t.set([]string{name}, value)
	}
	if len(t.names) == 0 {
		return nil
	}
	return t.JSON()
}

// showMoved answers with the form after somebody else has changed the customer. What
// only they have changed is taken over. Where both have changed a field, the visitor's
// value stays in the input, and theirs stands beside it.
func (d *Dashboard) showMoved(v *Visit, now customerRecord, form *recordForm) error {
	next := formOf(now)
	next.Moved, next.Grow = true, form.Grow
	if id := now.lastJob(); id != "" {
		by := v.historyJob(now.Model, map[string]historyJob{}, id)
		next.Since = &by
	}
	for at, i := range next.Inputs {
		mine := form.Inputs[at]
		switch {
		case mine.TooBig || !mine.changed():
			i.Taken = mine.Was != i.Was && !i.TooBig && mine.Was != ""
		case mine.mark() == i.mark():
		default:
			if mine.Was != i.Was {
				theirs := i.read(now.values[i.Field()]) // of a secret, its mask
				theirs.Text, _ = beginningOf(theirs.Text, cellLength)
				i.Theirs = &theirs
			}
			i.Text, i.None, i.AsJSON, i.TooBig = mine.Text, mine.None, mine.AsJSON, false
		}
	}
	return d.showForm(v, http.StatusPreconditionFailed, next)
}
