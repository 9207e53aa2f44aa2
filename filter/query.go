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
}

// A Page is some of the records that a [Query] asks for.
type Page struct {
	Items      []model.Record
	NextCursor string // "" at the end
	Count      *int64 // when asked for
}
