package dashboard

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"bulkpatch/api/web"
)

// CreateCustomer answers with the form of a new customer.
func (d *Dashboard) CreateCustomer(v *Visit) error {
	m, err := v.customerModel()
	if err != nil {
		return err
	}
	return d.showForm(v, http.StatusOK, newForm(m))
}

// TakeNewCustomer takes the form of a new customer, and leads to the customer.
func (d *Dashboard) TakeNewCustomer(v *Visit) error {
	m, err := v.customerModel()
	if err != nil {
		return err
	}
	form := newForm(m)
	form.take(v)
	form.ID = strings.TrimSpace(v.Form.Get("id"))
	draft, ok := form.draft()
	if !ok {
		return d.showForm(v, http.StatusUnprocessableEntity, form)
	}
	var raw json.RawMessage
	_, err = v.Send(http.MethodPost, target(form.options(), "v1", m.Name, "customers"), draft, &raw)
	var p *web.Problem
	if errors.As(err, &p) && refused(p) {
		form.explain(p)
		return d.showForm(v, p.Status, form)
	}
	if err != nil {
		return err
	}
	r, err := recordOf(m, raw)
	if err != nil {
		return err
	}
	return v.redirect(withQuery(r.Path(), url.Values{"created": {"true"}}))
}

// draft makes the new customer of what was typed. What has no value is left out.
func (f *recordForm) draft() (json.RawMessage, bool) {
	values, ok := f.values(func(i *recordInput) bool { return !i.blank() })
	t := newPatchTree()
	if f.ID != "" {
		t.set([]string{f.Model.ID.Name}, f.Model.idJSON(f.ID))
	}
	for _, i := range f.Inputs {
		if value, given := values[i]; given {
			t.set([]string{i.Field()}, value)
		}
	}
	return t.JSON(), ok
}

// blank reports whether nothing was typed for a field of a new customer. Where a
// default stood in the input, taking it away is said.
func (i *recordInput) blank() bool {
	switch {
	case i.Hidden():
		return i.Text == ""
	case i.None, i.Text == "" && !i.Nullable:
		return !i.changed() || !i.Nullable
	}
	return false
}

// options are the options of a call that stores what was typed.
func (f *recordForm) options() url.Values {
	q := url.Values{}
	if f.Grow {
		q.Set("allowNewOptions", "true")
	}
	return q
}
