package dashboard

import (
	"slices"
	"strings"
)

// composeEmptied are fields that are set while nothing is typed for them. That is how a
// field begins that was only just added, so somebody must say that it is meant.
type composeEmptied []*composeField

// emptied lists the fields of a form that are set to nothing, where that is a value.
// Nothing for another field is a fault.
func (m *composeModel) emptied(f *composeForm) (list composeEmptied) {
	for _, field := range m.Fields {
		e := f.Entries[field.Name]
		blank := e.Text == "" || field.Kind() == "list" && strings.TrimSpace(e.Text) == ""
		if e.Do != setField || !blank {
			continue
		}
		if _, err := field.valueOf(e.Text); err == nil {
			list = append(list, field)
		}
	}
	return list
}

// Names are the names of the fields, as the form sends them back once they are meant: a
// further empty field has to be meant anew.
func (l composeEmptied) Names() string {
	var names []string
	for _, field := range l {
		names = append(names, field.Name)
	}
	return strings.Join(names, ", ")
}

// What says what the fields would be set to.
func (l composeEmptied) What() string {
	isList := func(field *composeField) bool { return field.Kind() == "list" }
	switch {
	case !slices.ContainsFunc(l, isList):
		return "the empty text"
	case slices.IndexFunc(l, func(field *composeField) bool { return !isList(field) }) < 0:
		return "the empty list"
	}
	return "an empty value"
}

// meant reports whether somebody has said that the fields are to be empty.
func (l composeEmptied) meant(f *composeForm) bool { return f.EmptyMeant == l.Names() }

// empties notes which fields would become empty, and whether that is meant.
func (p *composePreview) empties(m *composeModel, f *composeForm) {
	p.Emptied = m.emptied(f)
	p.EmptyMeant = p.Emptied.meant(f)
}

// AsksEmpty reports whether somebody has to say first that empty fields are meant.
func (p *composePreview) AsksEmpty() bool { return len(p.Emptied) > 0 && !p.EmptyMeant }
