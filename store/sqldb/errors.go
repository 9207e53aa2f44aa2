package sqldb

import "errors"

// What an error of a database means to whoever asked. [Dialect.Classify] and
// the writers add these to the error of the driver.
var (
	// ErrUnavailable says that the database cannot answer now, and may later.
	ErrUnavailable = errors.New("the database cannot answer now")
	// ErrStorageFull says that the database's disk is full.
	ErrStorageFull = errors.New("the database is out of disk space")
	// ErrNoDatabase says that an address names no database of ours.
	ErrNoDatabase = errors.New("there is no bulkpatch database")
)
