package store

import (
	"errors"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// meanings gives, for errors of package sqldb, those of package job that callers
// of the store know.
var meanings = []struct{ database, job error }{
	{sqldb.ErrUnavailable, job.ErrUnavailable},
	{sqldb.ErrStorageFull, job.ErrStorageFull},
}

// classify adds to an error of the database the error of package job that means
// the same, and returns all other errors as they are. Every error of a driver or
// a writer has to pass through it before a method of the store returns it.
func (s *Store) classify(err error) error { return inWordsOfJob(s.db.Dialect.Classify(err)) }

// inWordsOfJob is classify for an error that package sqldb has classified.
func inWordsOfJob(err error) error {
	for _, m := range meanings {
		if errors.Is(err, m.database) && !errors.Is(err, m.job) {
			err = &classified{err: err, meaning: m.job}
		}
	}
	return err
}

// A classified is an error of the database with its meaning in package job. Its
// text is that of the database's error.
type classified struct{ err, meaning error }

func (c *classified) Error() string   { return c.err.Error() }
func (c *classified) Unwrap() []error { return []error{c.err, c.meaning} }
