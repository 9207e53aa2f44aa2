//go:build !race

package store_test

import (
	"database/sql/driver"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestAFaultAtEachStatementInSQLite(t *testing.T) { failEach(t, 1, inSQLite) }

// TestAFaultAtAnyStatementOnPostgreSQL fails statements on a server, where a
// COMMIT may also be carried out and its answer get lost.
func TestAFaultAtAnyStatementOnPostgreSQL(t *testing.T) {
	t.Parallel()
	failEach(t, 15, func(t *testing.T) place {
		return place{
			address: postgresWithTables(t),
			fault:   &pgconn.PgError{Code: "58030", Message: "could not write block"},
			driver:  func(f *faults) driver.Driver { return faultyPostgres{f} },
		}
	})
}
