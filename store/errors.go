package store

import (
	"errors"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// meanings lists the errors of the database that callers of the store know
// under a name of package job.
var meanings = []struct{ database, job error }{
	{sqldb.ErrUnavailable, job.ErrUnavailable},
	{sqldb.ErrStorageFull, job.ErrStorageFull},
}

// classify adds to an error of the database the one of package job that it
// amounts to. It returns all other errors as they are. Every error of a driver
// or a writer that a method of the store returns has to pass through it.
func (s *Store) classify(err error) error { return inWordsOfJob(s.db.Dialect.Classify(err)) }

// inWordsOfJob is classify for an error that the database has classified.
func inWordsOfJob(err error) error {
	for _, m := range meanings {
		if errors.Is(err, m.database) && !errors.Is(err, m.job) {
			err = &classified{err: err, meaning: m.job}
		}
	}
	return err
}

// A classified is an error of the database that has a meaning in package job.
// Its text is that of the database's error, which says as much.
type classified struct{ err, meaning error }

func (c *classified) Error() string   { return c.err.Error() }
func (c *classified) Unwrap() []error { return []error{c.err, c.meaning} }
