package sqldb

import "errors"

// Faults fall into two classes. Those in the data would come again with the
// same records: a chunk is halved until one record stands alone, which fails
// with the reason. All others, unknown ones included, are the store's own: the
// job waits for as long as they last.

// A dataFault says why a database refused the values of some records.
type DataFault struct {
	Code   string // of a record's failure, see [job.Title]
	Column string // whose value is taken, of codeUnique; or the name of its index, see refusedBy
	// memory: the database ran out of it. That is one record's fault only where
	// its values are large.
	Memory bool
}

// The codes of records that the database refused.
const (
	CodeUnique     = "unique"
	CodeConstraint = "constraint"
	CodeTooLarge   = "too_large"
	CodeTooComplex = "too_complex"
	CodeTooSlow    = "too_slow"
)

// errTooSlow says that a statement of a chunk reached its time limit, while the
// database was there.
var ErrTooSlow = errors.New("a statement took longer than a chunk may")

// inData tells a fault that lies in the data.
func (d *Dialect) InData(err error) (DataFault, bool) {
	if errors.Is(err, ErrTooSlow) {
		return DataFault{Code: CodeTooSlow}, true
	}
	return d.Fault(err)
}

// refusal says whether an error is the refusal of one record's values, and by
// the unique index of which column.
func (d *Dialect) Refusal(err error) (column string, refused bool) {
	f, refused := d.Fault(err)
	return f.Column, refused && !f.Memory
}
