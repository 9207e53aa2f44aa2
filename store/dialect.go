package store

import (
	"database/sql"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// A dialect says what differs between databases. Code asks it for text and
// never asks which database it is talking to.
type dialect struct {
	name   string
	filter filter.Dialect
	rebind func(query string) string // from ? to the driver's placeholders

	migrations string // folder of the fixed tables' migrations
	snapshot   *sql.TxOptions

	columnType func(model.Kind) string
	// notIndexed makes a statement over a range of numbers walk that range:
	// an index on a filtered field looks cheaper to SQLite's planner and is
	// several times slower.
	notIndexed string
	forUpdate  string // locks the rows that a SELECT returns

	differs string // "a differs b": null-safe inequality
	same    string // "a same b": null-safe equality
	inList  string // "x inList": membership in a JSON array bound as one value
	// collect gathers an expression of the rows that meet a condition into a
	// JSON array, in the order of the rows.
	collect func(expr, condition string) string
	barrier string // ends a subquery whose order and columns must be kept as they are
	// merge applies the bound RFC 7396 patch to a column of JSON.
	merge func(column string) string

	// classify turns a driver's error into one of package job where it has a
	// meaning there, and leaves it alone otherwise.
	classify func(error) error
	// refusal says whether an error is the refusal of one record's values, and
	// by which unique index.
	refusal func(error) (index string, refused bool)
}
