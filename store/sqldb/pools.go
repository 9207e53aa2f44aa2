package sqldb

import (
	"context"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"
)

// Pools are the connections on which a database is read. Each class of reads
// has a pool of its own, so that no class can take the connections that
// another one needs.
type Pools struct {
	Lookups  *sqlx.DB // short reads, whose cost no caller chooses
	Searches *sqlx.DB // reads whose cost a caller chooses
	Work     *sqlx.DB // reads in the background
}

// PoolSizes says how many connections each pool has. Long is how many of those
// for work may be taken by reads that last for minutes.
type PoolSizes struct{ Lookups, Searches, Work, Long int }

// cancelWait is how long a database may take to end a statement whose context
// has ended. After that its connection is given up.
const cancelWait = 5 * time.Second

// openPools opens a pool for each class. open opens a pool of n connections.
func openPools(sizes PoolSizes, open func(n int) (*sqlx.DB, error)) (p Pools, err error) {
	for _, class := range []struct {
		db *(*sqlx.DB)
		n  int
	}{{&p.Lookups, sizes.Lookups}, {&p.Searches, sizes.Searches}, {&p.Work, sizes.Work}} {
		if *class.db, err = open(class.n); err != nil {
			return Pools{}, errors.Join(err, p.close())
		}
	}
	return p, nil
}

func (p Pools) close() error {
	var errs []error
	for _, db := range []*sqlx.DB{p.Lookups, p.Searches, p.Work} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Snapshot runs fn in a transaction on a connection of a pool. The transaction
// only reads, and sees one unchanging state of the database. When the context
// ends, so do the wait for a connection and the statements of fn. The transaction
// itself has a context that lasts a little longer, so that it can be rolled back
// after a cancelled statement and its connection stays usable. The error is not
// classified.
func (db *DB) Snapshot(ctx context.Context, pool *sqlx.DB, fn func(*sqlx.Tx) error) error {
	ctx, span := beginSpan(ctx, "snapshot", db.Dialect)
	defer span.End()
	conn, err := pool.Connx(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	span.Event("began")
	own, end := outlasting(ctx, cancelWait)
	defer end()
	t, err := conn.BeginTxx(own, db.Dialect.Snapshot)
	if err != nil {
		return err
	}
	defer t.Rollback()
	return fn(t)
}

// outlasting returns a context that ends some time after another one, or when end
// is called.
func outlasting(ctx context.Context, by time.Duration) (own context.Context, end func()) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return own, func() { stop(); cancel() }
}
