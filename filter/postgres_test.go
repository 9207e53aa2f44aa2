//go:build !fuzz

package filter

import (
	"database/sql"
	"testing"

	"bulkpatch/store/pgtest"
)

// These tests start a PostgreSQL server of their own, and fail where they
// cannot: .ci/prepare sees that its programs are there.

func TestPostgreSQLSelectsWhatMatches(t *testing.T) {
	newRunner(t, openPostgreSQL(t), PostgreSQL).testSelectsWhatMatches(t)
}

func TestPostgreSQLTakesTheLargestFilters(t *testing.T) {
	newRunner(t, openPostgreSQL(t), PostgreSQL).testTakesTheLargestFilters(t)
}

func openPostgreSQL(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", pgtest.Start(t, "jit=off").URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestPostgreSQLKnowsEveryEdge(t *testing.T) {
	newRunner(t, openPostgreSQL(t), PostgreSQL).testKnowsEveryEdge(t)
}
