package sqldb

import "errors"

// There are two classes of faults. A fault in the data comes again with the same
// records: its caller tries fewer records, until it knows the one that cannot be
// written. All other faults, unknown ones included, are the database's own, and
// its caller waits until they are over.

// A DataFault says why a database refused the values of some records.
type DataFault struct {
	Code string // one of the codes below
	// Column is set with [CodeUnique]: the column whose value is taken, or the
	// name of its index if the index is on an expression.
	Column string
	// Memory says that the database ran out of memory. That is a fault in the
	// data only if the values are large.
	Memory bool
}

// The codes of a [DataFault]. They are also what a record's failure shows.
const (
	CodeUnique     = "unique"
	CodeConstraint = "constraint"
	CodeTooLarge   = "too_large"
	CodeTooComplex = "too_complex"
	CodeTooSlow    = "too_slow"
)

// InData reports whether an error is a fault in the data.
func (d *Dialect) InData(err error) (DataFault, bool) {
	if errors.Is(err, ErrTooSlow) {
		return DataFault{Code: CodeTooSlow}, true
	}
	return d.Fault(err)
}

// Refusal reports whether the database refused the values of a record, and
// names the column where a unique value was taken.
func (d *Dialect) Refusal(err error) (column string, refused bool) {
	f, refused := d.Fault(err)
	return f.Column, refused && !f.Memory
}
