package dashboard

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bulkpatch/api/web"
)

// A customerColumn is a column of the list.
type customerColumn struct {
	Field *customerField
	Sort  string // "ascending", "descending" or "" for neither
	Path  string // the list sorted by it, "" where that cannot be
}

// A customerRow is one customer in the list.
type customerRow struct {
	ID, Path string
	Cells    []customerCell
}

// A customerCell is one value in the list.
type customerCell struct {
	Label string
	value
	Number bool
	Cut    bool
	At     *time.Time // for a moment
}

// readFirst is read for a page that does not wait long, unless it was asked to.
func (p *customersPage) readFirst(v *Visit) (err error) {
	p.Later = v.first(func() bool {
		err = p.read(v)
		return p.tooLong
	})
	if p.Later != "" {
		p.Wrong = ""
	}
	return err
}

// Awaited says what a list does that takes a moment.
func (p *customersPage) Awaited() string {
	if p.List.Sort != "" {
		return "Sorting the customers…"
	}
	return "Looking for the customers…"
}

// read reads the customers. What is wrong with the address is said on the page.
func (p *customersPage) read(v *Visit) error {
	p.Columns = p.columns()
	q := url.Values{"filter": {p.List.Filter}, "sort": {p.List.Sort}, "cursor": {p.List.Cursor}, "limit": {customersAPage}}
	names := []string{"id"}
	for _, f := range p.List.columns {
		names = append(names, f.Name)
	}
	q.Set("fields", strings.Join(names, ","))
	var some struct {
		Items      []json.RawMessage `json:"items"`
		NextCursor string            `json:"nextCursor"`
	}
	err := v.Get(target(q, "v1", p.Model.Name, "customers"), &some)
	var problem *web.Problem
	if errors.As(err, &problem) && p.explain(problem) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, item := range some.Items {
		if err := p.add(item); err != nil {
			return err
		}
	}
	p.Count = customerCount{list: p.List, Whole: p.List.Cursor == "" && some.NextCursor == "", N: int64(len(some.Items))}
	p.Count.Known = p.Count.Whole
	if some.NextCursor != "" {
		p.Next = p.List.with("cursor", some.NextCursor)
	}
	if p.List.Cursor != "" {
		p.First = p.List.Path()
	}
	return nil
}

// explain puts a problem on the page, and reports whether it belongs there.
func (p *customersPage) explain(problem *web.Problem) bool {
	switch {
	case problem.Code == "query_timeout":
		p.tooLong = true
		p.Wrong = "This took longer than a list may take. Narrow the filter, sort by an indexed field, or try again later."
		return true
	case problem.Status != http.StatusBadRequest:
		return false
	}
	for _, f := range problem.Errors {
		if f.In == web.InFilter {
			p.Faults = append(p.Faults, customerFault{f.Pointer, f.Detail})
		} else {
			p.Wrong = "The address of this list has a fault in " + strings.TrimPrefix(f.Pointer, "?") + ": " + f.Detail
		}
	}
	if len(p.Faults) == 0 && p.Wrong == "" {
		p.Wrong = problem.Detail
	}
	return true
}

// columns are the columns beside the id.
func (p *customersPage) columns() []customerColumn {
	list := []customerColumn{p.column(p.Model.ID)}
	for _, f := range p.List.columns {
		list = append(list, p.column(f))
	}
	return list
}

// column sorts by a field when its header is pressed: ascending, descending, and no more.
func (p *customersPage) column(f *customerField) customerColumn {
	c := customerColumn{Field: f}
	next := f.Name
	switch p.List.Sort {
	case f.Name:
		c.Sort, next = "ascending", "-"+f.Name
	case "-" + f.Name:
		c.Sort, next = "descending", ""
	}
	if f.sortable() {
		c.Path = p.List.with("sort", next)
	}
	return c
}

// add adds a row for a customer.
func (p *customersPage) add(item json.RawMessage) error {
	t, err := patchTreeOf(string(item))
	if err != nil {
		return err
	}
	id := valueOf(t.raw["id"]).Text
	row := customerRow{ID: id, Path: recordPath(p.Model.Name, id)}
	for _, f := range p.List.columns {
		row.Cells = append(row.Cells, f.cell(t.raw[f.Name]))
	}
	p.Rows = append(p.Rows, row)
	return nil
}

// cell shows a value in a list.
func (f *customerField) cell(raw json.RawMessage) customerCell {
	c := customerCell{Label: f.Name, value: f.read(raw), Number: f.Numeric(), At: f.moment(raw)}
	c.Text, c.Cut = beginningOf(c.Text, cellLength)
	return c
}

// moment reads a moment, nil for any other value.
func (f *customerField) moment(raw json.RawMessage) *time.Time {
	if f.Type != "date-time" {
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, valueOf(raw).Text)
	if err != nil {
		return nil
	}
	return &at
}

// isolated keeps the direction of a text from changing what stands around it, where
// there is no element for it.
func isolated(text string) string { return "\u2068" + text + "\u2069" }

// beginningOf returns the beginning of a text, and whether that is not all of it.
func beginningOf(text string, most int) (beginning string, cut bool) {
	n := 0
	for at := range text {
		if n == most {
			return text[:at] + "…", true
		}
		n++
	}
	return text, false
}

// A choosableColumn is a field in the form that chooses the columns.
type choosableColumn struct {
	*customerField
	Chosen bool
}

// Choosable lists the fields that may be columns.
func (p *customersPage) Choosable() []choosableColumn {
	var list []choosableColumn
	for _, f := range p.Model.Fields {
		if f.Role != roleID && !f.Hidden() {
			list = append(list, choosableColumn{f, slices.Contains(p.List.columns, f)})
		}
	}
	return list
}

// A customerCount is how many customers match.
type customerCount struct {
	N     int64
	Known bool
	Whole bool   // the page shows all of them
	Wrong string // why that is not known, a sentence; "" for nothing
	list  customerList
}

// read counts the customers.
func (c *customerCount) read(v *Visit) {
	if c.Whole {
		return
	}
	q := url.Values{"filter": {c.list.Filter}, "fields": {"id"}, "limit": {"1"}, "count": {"true"}}
	var some struct {
		Count int64 `json:"count"`
	}
	err := v.Get(target(q, "v1", c.list.Model, "customers"), &some)
	var problem *web.Problem
	switch {
	case err == nil:
		c.N, c.Known = some.Count, true
	case errors.As(err, &problem) && problem.Code == "query_timeout":
		c.Wrong = "Counting takes longer than it may with this filter."
	default:
		c.Wrong = "They could not be counted. Load the page again."
	}
}
