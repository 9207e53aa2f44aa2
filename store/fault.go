package store

import "errors"

// Faults fall into two classes. Those in the data would come again with the
// same records: a chunk is halved until one record stands alone, which fails
// with the reason. All others, unknown ones included, are the store's own: the
// job waits for as long as they last.

// A dataFault says why a database refused the values of some records.
type dataFault struct {
	code   string // of a record's failure, see [job.Title]
	column string // whose value is taken, of codeUnique; or the name of its index, see refusedBy
	// memory: the database ran out of it. That is one record's fault only where
	// its values are large.
	memory bool
}

// The codes of records that the database refused.
const (
	codeUnique     = "unique"
	codeConstraint = "constraint"
	codeTooLarge   = "too_large"
	codeTooComplex = "too_complex"
	codeTooSlow    = "too_slow"
)

// errTooSlow says that a statement of a chunk reached its time limit, while the
// database was there.
var errTooSlow = errors.New("a statement took longer than a chunk may")

// inData tells a fault that lies in the data.
func (d *dialect) inData(err error) (dataFault, bool) {
	if errors.Is(err, errTooSlow) {
		return dataFault{code: codeTooSlow}, true
	}
	return d.fault(err)
}

// refusal says whether an error is the refusal of one record's values, and by
// the unique index of which column.
func (d *dialect) refusal(err error) (column string, refused bool) {
	f, refused := d.fault(err)
	return f.column, refused && !f.memory
}
