package sqldb

import (
	"context"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
)

// tuneEvery is how long after a reading of the server's clock the server is asked
// again.
const tuneEvery = 10 * time.Second

// A serverClock tells the time of the database's server, which all processes
// share. Between two readings it adds what this process's monotonic clock has
// measured, so that a change of this machine's time has no effect.
type serverClock struct {
	mu   sync.Mutex
	read time.Time // when the server was asked
	then time.Time // what it said
}

// now is the server's time.
func (c *serverClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.then.Add(time.Since(c.read))
}

// tune asks the server for the time when the last reading is old.
func (c *serverClock) tune(ctx context.Context, db sqlx.QueryerContext) error {
	c.mu.Lock()
	fresh := !c.read.IsZero() && time.Since(c.read) < tuneEvery
	c.mu.Unlock()
	if fresh {
		return nil
	}
	var micros int64
	asked := time.Now()
	err := db.QueryRowxContext(ctx, `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)`).Scan(&micros)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = time.Now()
	c.then = time.UnixMicro(micros).Add(c.read.Sub(asked) / 2)
	return nil
}
