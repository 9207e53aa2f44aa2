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

// Sizes of a list of customers.
const (
	customersAPage = "50"
	cellLength     = 200 // characters of a value
)

// A customerList is what the address of a list asks for.
type customerList struct {
	Model                        string
	Filter, Sort, Fields, Cursor string
	Count                        bool
	columns                      []*customerField
}

// customerListOf reads the address of a list.
func customerListOf(v *Visit, m *customerModel) customerList {
	l := customerList{
		Model: m.Name, Filter: v.query("filter"), Sort: v.query("sort"), Fields: v.query("fields"), Cursor: v.query("cursor"),
		Count: v.query("count") == "true",
	}
	if l.Fields == "" {
		l.columns = m.telling()
		return l
	}
	for name := range strings.SplitSeq(l.Fields, ",") {
		f := m.byName[strings.TrimSpace(name)]
		if f != nil && f.Role != roleID && !slices.Contains(l.columns, f) {
			l.columns = append(l.columns, f)
		}
	}
	return l
}

// query returns the list as parameters of its address, without the place in it.
func (l customerList) query() url.Values {
	q := url.Values{"filter": {l.Filter}, "sort": {l.Sort}, "fields": {l.Fields}}
	if l.Count {
		q.Set("count", "true")
	}
	return q
}

// Path is the first page of the list.
func (l customerList) Path() string { return withQuery(modelPath(l.Model), l.query()) }

// below is a path below the list, for the same customers.
func (l customerList) below(name string) string {
	q := l.query()
	q.Del("count")
	return withQuery(modelPath(l.Model)+"/"+name, q)
}

// with is the list with another value of a parameter, from its first page.
func (l customerList) with(name, value string) string {
	q := l.query()
	q.Set(name, value)
	return withQuery(modelPath(l.Model), q)
}

// CSVPath and NDJSONPath are downloads of the customers.
func (l customerList) CSVPath() string { return l.below("export") + l.joint("export") + "format=csv" }

// NDJSONPath is the download with one customer a line.
func (l customerList) NDJSONPath() string {
	return l.below("export") + l.joint("export") + "format=ndjson"
}

// joint is what stands before a further parameter of a path below the list.
func (l customerList) joint(name string) string {
	if strings.Contains(l.below(name), "?") {
		return "&"
	}
	return "?"
}

// CountPath is where a script reads how many customers match, and CountedPath the list
// that says so.
func (l customerList) CountPath() string { return l.below("count") }

// CountedPath is the list with the number of customers.
func (l customerList) CountedPath() string { return l.with("count", "true") }

// UpdatePath is where the form with the ticks leads to.
func (l customerList) UpdatePath() string { return modelPath(l.Model) + "/update" }

// ListPath is the list of all customers of the model.
func (l customerList) ListPath() string { return modelPath(l.Model) }

// AllPath is the list without a filter.
func (l customerList) AllPath() string { return l.with("filter", "") }

// A filterChip is a condition of the filter, which can be taken away.
type filterChip struct {
	Words   sentence
	Without string // the list without the condition
}

// chips are the conditions of the filter, nil for a filter that cannot be split.
func (l customerList) chips(known knownChoices) []filterChip {
	conditions, ok := conditionsOf(l.Filter)
	if !ok || len(conditions) == 0 {
		return nil
	}
	list := make([]filterChip, len(conditions))
	for i, c := range conditions {
		rest := slices.Delete(slices.Clone(conditions), i, i+1)
		list[i] = filterChip{filterWords(c.JSON(), known), l.with("filter", filterOf(rest))}
	}
	return list
}

// submitted reads the forms of the page, which become an address that can be shared.
func (p *customersPage) submitted(v *Visit) (to string, ok bool) {
	form := v.Request.URL.Query()
	if form.Has("choose") {
		return p.List.with("fields", strings.Join(form["column"], ",")), true
	}
	if !form.Has("op") {
		return "", false
	}
	p.Quick = quickCondition{Field: form.Get("field"), Operator: form.Get("op"), Value: form.Get("value")}
	c, wrong := p.Model.condition(p.Quick)
	conditions, split := conditionsOf(p.List.Filter)
	if wrong == "" && !split {
		wrong = "The filter cannot be read, so nothing can be added to it. Mend it below, or clear it."
	}
	if p.Quick.Wrong = wrong; wrong != "" {
		return "", false
	}
	return p.List.with("filter", filterOf(append(conditions, c))), true
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
	c := customerCell{Label: f.Name, value: valueOf(raw), Number: f.Numeric(), At: f.moment(raw)}
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
