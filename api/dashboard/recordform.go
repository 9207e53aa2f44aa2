package dashboard

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"bulkpatch/api/web"
)

// A recordForm is the form of a customer: of a new one, or of one that exists.
type recordForm struct {
	Model   *customerModel
	ID      string // of the customer; of a new one what was typed
	New     bool
	Version string // that the form was made from
	Inputs  []*recordInput
	Grow    bool   // values that a drop-down does not have become choices of it
	Summary string // why nothing was stored, a sentence; "" for none
	Others  []string
	IDFault string
	Since   *historyJob // who has changed the customer meanwhile; nil for nobody or not known
	Moved   bool        // the customer was changed meanwhile
}

// Extensible reports whether a field may gain new choices.
func (f *recordForm) Extensible() bool {
	return slices.ContainsFunc(f.Inputs, func(i *recordInput) bool { return i.Extensible || len(i.DropDowns) > 0 })
}

// Action is where the form is sent to.
func (f *recordForm) Action() string {
	if f.New {
		return modelPath(f.Model.Name) + "/create"
	}
	return recordPath(f.Model.Name, f.ID) + "/edit"
}

// Back is the page to return to.
func (f *recordForm) Back() string {
	if f.New {
		return modelPath(f.Model.Name)
	}
	return recordPath(f.Model.Name, f.ID)
}

// Faulty lists the inputs with a fault.
func (f *recordForm) Faulty() (list []*recordInput) {
	for _, i := range f.Inputs {
		if len(i.Faults) > 0 || i.Theirs != nil {
			list = append(list, i)
		}
	}
	return list
}

// formOf is the form of a customer that exists.
func formOf(r customerRecord) *recordForm {
	f := &recordForm{Model: r.Model, ID: r.ID, Version: r.Version}
	size := 0
	for _, field := range r.Model.Fields {
		if !field.writable() {
			continue
		}
		i := inputFor(field, r.values[field.Name])
		if size += len(i.Text); size > maxInputs && i.Text != "" {
			i.Text, i.TooBig = "", true
		}
		f.Inputs = append(f.Inputs, i)
	}
	return f
}

// newForm is the form of a new customer, with the defaults of the model.
func newForm(m *customerModel) *recordForm {
	f := &recordForm{Model: m, New: true}
	for _, field := range m.Fields {
		if field.writable() {
			i := inputFor(field, field.Default)
			i.New = true
			f.Inputs = append(f.Inputs, i)
		}
	}
	return f
}

// take reads what the visitor typed.
func (f *recordForm) take(v *Visit) {
	f.Grow = v.Form.Get("grow") != ""
	for _, i := range f.Inputs {
		name := i.Field()
		if (v.Form.Has(i.Name()) || v.Form.Has(inputNone+name)) && v.Form.Get(inputTheirs+name) == "" {
			i.TooBig = false
			i.take(v.Form)
		}
	}
}

// values makes the JSON of what was typed for some inputs. ok is false where that is
// not possible; then the inputs have the faults.
func (f *recordForm) values(wanted func(*recordInput) bool) (values map[*recordInput]json.RawMessage, ok bool) {
	values, ok = map[*recordInput]json.RawMessage{}, true
	for _, i := range f.Inputs {
		if i.TooBig || !wanted(i) {
			continue
		}
		value, err := i.value()
		if err != nil {
			i.Faults, ok = append(i.Faults, err.Error()), false
			continue
		}
		values[i] = value
	}
	if !ok {
		f.Summary = "Nothing was stored yet: some values cannot be read."
	}
	return values, ok
}

// explain puts what the API refused at the inputs.
func (f *recordForm) explain(p *web.Problem) {
	f.Summary = "Nothing was stored. " + p.Detail
	for _, fault := range p.Errors {
		name, inner, _ := strings.Cut(strings.TrimPrefix(fault.Pointer, "/"), "/") // no name of a field is escaped
		at := slices.IndexFunc(f.Inputs, func(i *recordInput) bool { return i.Field() == name })
		switch {
		case fault.In == web.InBody && at >= 0:
			i := f.Inputs[at]
			detail := fault.Detail
			if inner != "" {
				detail = pointerWords(inner) + ": " + detail
			}
			i.Faults = append(i.Faults, detail)
		case fault.In == web.InBody && name == f.Model.ID.Name:
			f.IDFault = fault.Detail
		default:
			f.Others = append(f.Others, fault.Detail)
		}
	}
	if p.Code == "id_taken" {
		f.IDFault = p.Detail
	}
	switch n := len(p.Errors) + p.MoreErrors; {
	case n > 1:
		f.Summary = "Nothing was stored: " + number(n) + " things are wrong."
	case n == 1:
		f.Others = nil // the summary says it
	}
}

// showForm answers with the form.
func (d *Dashboard) showForm(v *Visit, status int, form *recordForm) error {
	title := "Edit customer " + isolated(form.ID)
	if form.New {
		title = "New customer"
	}
	f := d.visited(v, title, CustomersPath, form)
	f.Styles = []string{"customers.css"}
	f.Scripts = []string{"customerform.js"}
	return show(v, status, "recordform", f)
}

// refused reports whether a problem belongs into the form, so that nothing that was
// typed is lost.
func refused(p *web.Problem) bool {
	switch p.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return false
	}
	return true
}
