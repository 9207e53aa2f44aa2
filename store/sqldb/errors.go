package sqldb

import "errors"

// What an error of a database means. [Dialect.Classify] and the writers add
// these to the error of the driver.
var (
	// ErrUnavailable says that the database cannot answer now, and may later.
	ErrUnavailable = errors.New("the database cannot answer now")
	// ErrStorageFull says that the database's disk is full.
	ErrStorageFull = errors.New("the database is out of disk space")
	// ErrTooSlow says that a statement of a [Chunked] transaction reached its
	// time limit, while the database could be reached.
	ErrTooSlow = errors.New("a statement took longer than a chunk may")
	// ErrRaced is returned by a transaction that found what another one has
	// written meanwhile. The transaction is then run again from the start.
	ErrRaced = errors.New("another transaction was quicker")
	// ErrClosed says that the writer was closed before the transaction began.
	ErrClosed = errors.New("the store is closed")
	// ErrNoDatabase says that an address names no database of bulkpatch.
	ErrNoDatabase = errors.New("there is no bulkpatch database")
)
