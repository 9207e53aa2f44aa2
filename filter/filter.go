package filter

import "bulkpatch/model"

// Limits of a filter.
const (
	MaxDepth  = 20    // nested objects and lists of conditions
	MaxValues = 10000 // compared values in all
	MaxBytes  = 1 << 20
)

// A Dialect is a database a filter can be compiled for.
type Dialect string

// The dialects.
const (
	SQLite     Dialect = "sqlite"
	PostgreSQL Dialect = "postgres"
)

// A Filter is a checked filter of one model. The zero Filter is not valid;
// use [New]. It is immutable and safe for concurrent use.
type Filter struct {
	m    *model.Model
	root node
	raw  []byte // compact JSON as given
}
