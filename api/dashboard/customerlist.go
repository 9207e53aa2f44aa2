package dashboard

import (
	"net/url"
	"slices"
	"strings"

	"bulkpatch/api/dashboard/words"
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
	Words   words.Sentence
	Without string // the list without the condition
}

// mostChips bounds, in bytes, what the links of the chips have together: each of them
// has the rest of the filter.
const mostChips = 256 << 10

// chips are the conditions of the filter, nil for a filter that cannot be split, or into
// too many.
func (l customerList) chips(known words.Choices) []filterChip {
	conditions, ok := conditionsOf(l.Filter)
	if !ok || len(conditions) == 0 || len(conditions)*len(l.Filter) > mostChips {
		return nil
	}
	list := make([]filterChip, len(conditions))
	for i, c := range conditions {
		rest := slices.Delete(slices.Clone(conditions), i, i+1)
		list[i] = filterChip{words.Filter(c.JSON(), known), l.with("filter", filterOf(rest))}
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
