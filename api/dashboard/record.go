package dashboard

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
	"bulkpatch/auth"
)

// Sizes of the page of a customer.
const (
	valueLength  = 4000 // characters of a value
	historyAPage = "20"
)

// A customerRecord is a customer as the API shows it.
type customerRecord struct {
	Model   *customerModel
	ID      string
	Version string
	values  map[string]json.RawMessage
}

var errNoCustomer = web.NewProblem("record_not_found", "No customer has this id. It may have been deleted.")

// customer reads the customer that the path of a page names, and its model.
func (v *Visit) customer() (customerRecord, error) {
	m, err := v.customerModel()
	if err != nil {
		return customerRecord{}, err
	}
	return v.record(m)
}

// record reads the customer of a model that the path of a page names.
func (v *Visit) record(m *customerModel) (customerRecord, error) {
	var raw json.RawMessage
	err := v.Get(target(nil, "v1", m.Name, "customers", v.Request.PathValue("id")), &raw)
	var p *web.Problem
	if errors.As(err, &p) && p.Code == "record_not_found" {
		return customerRecord{}, errNoCustomer
	}
	if err != nil {
		return customerRecord{}, err
	}
	return recordOf(m, raw)
}

// recordOf reads a customer.
func recordOf(m *customerModel, raw json.RawMessage) (customerRecord, error) {
	t, err := patchTreeOf(string(raw))
	if err != nil {
		return customerRecord{}, err
	}
	return customerRecord{Model: m, ID: valueOf(t.raw["id"]).Text, Version: valueOf(t.raw["version"]).Text, values: t.raw}, nil
}

// Path is the page of the customer.
func (r customerRecord) Path() string { return recordPath(r.Model.Name, r.ID) }

// below is a page about the customer.
func (r customerRecord) below(name string) string { return r.Path() + "/" + name }

// target is where the API has the customer.
func (r customerRecord) target() string { return target(nil, "v1", r.Model.Name, "customers", r.ID) }

// role returns the value of the field with a role.
func (r customerRecord) role(role string) (*customerField, json.RawMessage) {
	for _, f := range r.Model.Fields {
		if f.Role == role {
			return f, r.values[f.Name]
		}
	}
	return nil, nil
}

// moment returns the moment in the field with a role, nil for none.
func (r customerRecord) moment(role string) *time.Time {
	f, raw := r.role(role)
	if f == nil {
		return nil
	}
	return f.moment(raw)
}

// lastJob returns the id of the job that last changed the customer, "" for none.
func (r customerRecord) lastJob() string {
	_, raw := r.role(roleLastJob)
	return valueOf(raw).Text
}

// A recordPage is what the page of a customer shows.
type recordPage struct {
	customerRecord
	Values   []shownField
	Empty    []shownField // those without a value, where they are many; else they are among Values
	Created  *time.Time
	Updated  *time.Time
	LastJob  *historyJob // nil for none
	History  []historyEntry
	Older    string // the next page of the history, "" for none
	Newest   string // the first page of the history, "" for this one
	Note     string // what was done just now, "" for nothing
	MayWrite bool
	MayTick  bool // an update can be started with this customer alone
}

// A shownField is a field with its value.
type shownField struct {
	*customerField
	value
	Items []value // of a list of scalars
	Block bool    // it is indented JSON, or has several lines
	At    *time.Time
	All   string // the page with the whole value, "" where it is whole
}

// Customer answers with the page of one customer.
func (d *Dashboard) Customer(v *Visit) error {
	r, err := v.customer()
	if err != nil {
		return err
	}
	page := recordPage{
		customerRecord: r, Values: r.shown(v.query("all")), Created: r.moment(roleCreated), Updated: r.moment(roleUpdated),
		MayWrite: v.may(auth.CustomersWrite),
	}
	page.fold()
	page.MayTick = page.MayWrite && r.Model.ID.Filterable
	if err := page.readHistory(v); err != nil {
		return err
	}
	page.note(v)
	f := d.visited(v, r.Model.Title+" "+words.Isolated(r.ID), CustomersPath, page)
	f.Styles = []string{"customers.css"}
	return show(v, http.StatusOK, "record", f)
}

// manyEmpty is how many fields without a value stand among the others.
const manyEmpty = 15

// fold sets the fields without a value apart, where they are many.
func (p *recordPage) fold() {
	var filled, empty []shownField
	for _, s := range p.Values {
		if s.None {
			empty = append(empty, s)
		} else {
			filled = append(filled, s)
		}
	}
	if len(empty) > manyEmpty && len(filled) > 0 {
		p.Values, p.Empty = filled, empty
	}
}

// note says what a form has done just before. It looks whether that is so: an address
// can be made up.
func (p *recordPage) note(v *Visit) {
	switch {
	case v.query("created") != "" && p.Version == "1":
		p.Note = "The customer was created."
	case v.query("saved") != "" && v.query("saved") == p.Version:
		p.Note = "The change was saved. This is version " + p.Version + "."
	}
}

// EditPath, DeletePath, ListPath and UpdatePath are pages about the customer.
func (p recordPage) EditPath() string { return p.below("edit") }

// DeletePath asks whether to delete the customer.
func (p recordPage) DeletePath() string { return p.below("delete") }

// ListPath is the list of the model's customers.
func (p recordPage) ListPath() string { return modelPath(p.Model.Name) }

// UpdatePath is a new update of this customer.
func (p recordPage) UpdatePath() string {
	return newUpdatePath(p.Model.Name, p.Model.ofIDs([]string{p.ID}), shareable{})
}

// shown lists the fields that people set, in the order of the model. The value of the
// field that is named is shown as a whole.
func (r customerRecord) shown(whole string) []shownField {
	var list []shownField
	for _, f := range r.Model.Fields {
		if f.Role != "" {
			continue
		}
		s := r.field(f)
		switch {
		case f.Name != whole:
			s.shorten(r.Path())
		case s.Block && !f.scalar():
			s.Text = indented(r.values[f.Name])
		}
		list = append(list, s)
	}
	return list
}

func (r customerRecord) field(f *customerField) shownField {
	raw, shown := r.values[f.Name]
	s := shownField{customerField: f, value: f.read(raw), At: f.moment(raw)}
	if !shown {
		s.value = value{Text: words.SecretMask} // secrets that are never shown
		return s
	}
	if s.None || f.Hidden() {
		return s
	}
	switch {
	case f.Type == "array" && s.list(raw):
		return s
	case !f.scalar():
		s.Text, s.Block = string(raw), true
		if len(raw) <= mostIndented {
			s.Text = indented(raw)
		}
	default:
		s.Block = strings.Contains(s.Text, "\n")
	}
	return s
}

// shorten cuts a long value, and leads to the page of the customer with all of it.
func (s *shownField) shorten(page string) {
	var cut bool
	if s.Text, cut = beginningOf(s.Text, valueLength); cut {
		s.All = withQuery(page, url.Values{"all": {s.Name}}) + "#field-" + url.PathEscape(s.Name)
	}
}

// list reads a short list of scalars.
func (s *shownField) list(raw json.RawMessage) bool {
	var items []json.RawMessage
	if len(raw) > valueLength || json.Unmarshal(raw, &items) != nil || len(items) == 0 {
		return false
	}
	for _, item := range items {
		if bytes.HasPrefix(item, []byte("{")) || bytes.HasPrefix(item, []byte("[")) {
			s.Items = nil
			return false
		}
		s.Items = append(s.Items, valueOf(item))
	}
	return true
}

// mostIndented is how long JSON may be, in bytes, of which only the beginning is shown
// and that is indented all the same: indented, it may be twenty times as long.
const mostIndented = 16 * valueLength

// indented writes JSON over several lines.
func indented(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}
