package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestAChangeOfFixedTablesGivesWay migrates a database of an earlier version
// while a backup reads it. The change must not make others wait for the backup.
func TestAChangeOfFixedTablesGivesWay(t *testing.T) {
	t.Parallel()
	for version, table := range map[int64]string{2: "jobs", 3: "shards", 4: "shards", 5: "jobs", 6: "outbox", 8: "models"} {
		t.Run(fmt.Sprint("from version ", version), func(t *testing.T) {
			t.Parallel()
			changeBesideABackup(t, pgtest.Database(t), version, table)
		})
	}
}

func changeBesideABackup(t *testing.T, address string, version int64, table string) {
	ctx := t.Context()
	s, err := Open(ctx, address, Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	db, err := s.db.Migrating()
	must(t, err)
	defer db.Close()
	p, err := s.ledgerMigrations(db)
	must(t, err)
	_, err = p.UpTo(ctx, version)
	must(t, err)
	must(t, db.Close()) // releases the lock

	backup, err := s.db.Lookups.Beginx()
	must(t, err)
	defer backup.Rollback()
	_, err = backup.Exec(`LOCK TABLE ` + table + ` IN ACCESS SHARE MODE`)
	must(t, err)
	migrated := make(chan error, 1)
	go func() { migrated <- s.Migrate(ctx) }()
	for {
		var waiting bool
		must(t, s.db.Lookups.Get(&waiting, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
			AND query ILIKE 'ALTER TABLE '||$1||'%' AND wait_event_type = 'Lock')`, table))
		if waiting {
			break
		}
	}
	within, cancel := context.WithTimeout(ctx, 10*time.Second) // less than a lock may take
	defer cancel()
	must(t, s.db.Lookups.QueryRowContext(within, `SELECT COUNT(*) FROM `+table).Scan(new(int)))
	select {
	case err := <-migrated:
		t.Fatalf("the change did not wait for the backup: %v", err)
	default:
	}
	must(t, backup.Rollback())
	must(t, <-migrated)
	ok, err := s.modelsMigrated(ctx)
	if must(t, err); !ok {
		t.Error("the models are not migrated")
	}
}
