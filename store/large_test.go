//go:build !race

package store_test

import (
	"testing"

	"bulkpatch/store/pgtest"
	"bulkpatch/store/storetest"
)

func TestLargeValuesInSQLite(t *testing.T) { storetest.RunLarge(t, openSQLite) }

// TestPostgreSQLInTurn runs the tests that TestPostgreSQL leaves out.
func TestPostgreSQLInTurn(t *testing.T) {
	server := pgtest.Start(t)
	template := server.Database(t)
	makeTables(t, template)
	t.Run("suite", func(t *testing.T) { storetest.RunInTurn(t, openPostgres(server, template)) })
	t.Run("large values", func(t *testing.T) { storetest.RunLarge(t, openPostgres(server, template)) })
	noDeadlocks(t, server)
}
