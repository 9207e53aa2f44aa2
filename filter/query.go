package filter

import "bulkpatch/model"

// A Query asks for a page of records.
type Query struct {
	Filter Filter
	Sort   []Sort
	Limit  int
	Cursor string // NextCursor of the page before, "" for the first
	Offset int    // records before the page, which it leaves out; not together with Cursor
	Count  bool   // count all that match, too
}

// A Sort is one key of an order. Records without a value come first
// ascending and last descending; ties are broken by id, ascending.
type Sort struct {
	Field      *model.Field
	Descending bool

	of []target // of one of [Names]: the first value that is there counts
}

// SQL is the expression to order by. It has no placeholders, and for a field
// it is the column.
func (s Sort) SQL(d Dialect) string {
	if s.of == nil {
		return quote(s.Field.Column)
	}
	text := ""
	for _, t := range s.of {
		if text != "" {
			text += ", "
		}
		text += sortedBy(t, dialectOf(d))
	}
	return "coalesce(" + text + ", NULL)"
}

func sortedBy(t target, d dialect) string {
	switch {
	case !t.nested():
		return quote(t.field.Column)
	case t.valueType == model.Integer || t.valueType == model.Number:
		return d.part(t, numericType)
	}
	return d.part(t, textType)
}

// A Page is some of the records that a [Query] asks for.
type Page struct {
	Items      []model.Record
	NextCursor string // "" at the end
	Count      *int64 // when asked for
}
