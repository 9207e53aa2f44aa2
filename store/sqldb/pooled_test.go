package sqldb

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"bulkpatch/store/pgtest"
)

// TestAWaitForLocksIsNotTooSlow reads the limits of transactions. The second
// statement in the queue for a record waits for the first one and then for the
// holder of the record. Both waits together are shorter than its own limit.
func TestAWaitForLocksIsNotTooSlow(t *testing.T) {
	db := openAt(t, pgtest.Database(t))
	defer db.Close()
	for _, n := range []Size{Small, Large, Chunked} {
		_, err := db.Writer.Do(t.Context(), n, func(tx *Tx) error {
			var limits struct{ Statement, Lock int }
			_, err := tx.Get(&limits, `SELECT (SELECT CAST(setting AS integer) FROM pg_settings WHERE name = 'statement_timeout') AS statement,
				(SELECT CAST(setting AS integer) FROM pg_settings WHERE name = 'lock_timeout') AS lock`)
			if limits.Lock == 0 || 2*limits.Lock >= limits.Statement {
				t.Errorf("a transaction of size %d waits %d ms for a lock, and a statement takes at most %d", n, limits.Lock, limits.Statement)
			}
			return err
		})
		must(t, err)
	}
}

// TestAChunkThatReachesItsLimitIsTooSlow, but not one that an operator has ended
// long before.
func TestAChunkThatReachesItsLimitIsTooSlow(t *testing.T) {
	db := openAt(t, pgtest.Database(t))
	defer db.Close()
	for _, took := range []time.Duration{0, chunkStatement} {
		_, err := db.Writer.Do(t.Context(), Chunked, func(tx *Tx) error {
			tx.Began = tx.Began.Add(-took)
			return &pgconn.PgError{Code: postgresCancelled}
		})
		if slow := errors.Is(err, ErrTooSlow); slow != (took > 0) {
			t.Errorf("after %v: %v", took, err)
		}
	}
}
