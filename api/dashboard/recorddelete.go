package dashboard

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
)

// ConfirmDelete answers with the page that asks whether to delete a customer.
func (d *Dashboard) ConfirmDelete(v *Visit) error {
	return d.askDelete(v, "")
}

// askDelete asks whether to delete the customer in the version that it has now. wrong
// is why it was not deleted, "" for the first time.
func (d *Dashboard) askDelete(v *Visit, wrong string) error {
	r, err := v.customer()
	if err != nil {
		return err
	}
	c := confirmation{
		Title:   "Delete customer " + words.Isolated(r.ID) + "?",
		Lines:   r.sketch(),
		Warning: "This cannot be undone. No undo of a job brings the customer back.",
		Action:  r.below("delete"), Button: "Delete this customer", Danger: true, Back: r.Path(),
		Hidden: []hidden{{"version", r.Version}}, Wrong: wrong,
	}
	return d.confirm(v, CustomersPath, c)
}

// sketch says in a few lines which customer it is.
func (r customerRecord) sketch() []string {
	lines := []string{words.Isolated(r.Model.Title) + ", version " + r.Version + "."}
	for _, f := range r.Model.telling() {
		if s := valueOf(r.values[f.Name]); !s.None && s.Text != "" {
			text, _ := beginningOf(s.Text, cellLength)
			lines = append(lines, f.Name+": "+words.Isolated(text))
		}
	}
	return lines
}

// DeleteCustomer deletes a customer in the version that the visitor has seen.
func (d *Dashboard) DeleteCustomer(v *Visit) error {
	m, err := v.customerModel()
	if err != nil {
		return err
	}
	id := v.Request.PathValue("id")
	_, err = v.Send(http.MethodDelete, target(nil, "v1", m.Name, "customers", id), nil, nil, "If-Match", strconv.Quote(v.Form.Get("version")))
	var p *web.Problem
	switch {
	case errors.As(err, &p) && p.Code == "precondition_failed":
		return d.askDelete(v, "The customer was changed meanwhile, so it was not deleted. This is what it holds now.")
	case errors.As(err, &p) && p.Code == "record_not_found":
		return errNoCustomer
	case err != nil:
		return err
	}
	return v.redirect(withQuery(modelPath(m.Name), url.Values{"deleted": {id}}))
}
