package dashboard

import "slices"

// A customerColumn is a column of the list.
type customerColumn struct {
	Field *customerField
	Sort  string // "ascending", "descending" or "" for neither
	Path  string // the list sorted by it, "" where that cannot be
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

// A choosableColumn is a field in the form that chooses the columns.
type choosableColumn struct {
	*customerField
	Chosen bool
}

// Choosable lists the fields that may be columns.
func (p *customersPage) Choosable() []choosableColumn {
	var list []choosableColumn
	for _, f := range p.Model.Fields {
		if f.Role != roleID && !f.WriteOnly && f.Secret != "hashed" {
			list = append(list, choosableColumn{f, slices.Contains(p.List.columns, f)})
		}
	}
	return list
}
