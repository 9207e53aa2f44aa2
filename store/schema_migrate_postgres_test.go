package store_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"bulkpatch/store"
	"bulkpatch/store/pgtest"
)

const fern = "  name: {type: string}\n"

// A peopled is a table that other programs use while a process with another
// model file starts.
type peopled struct {
	*growing
	others *sql.DB
}

func newPeopled(t *testing.T) *peopled {
	t.Helper()
	address := pgtest.Database(t)
	g := newGrowing(t, address)
	fatal(t, g.start(fern, g.add(`{"name": "fern"}`, `{"name": "moss"}`)))
	db, err := sql.Open("pgx", address)
	fatal(t, err)
	t.Cleanup(func() { db.Close() })
	return &peopled{g, db}
}

// waiting returns when a statement of the start waits for transactions that use
// the table.
func (p *peopled) waiting(statement string) {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		var n int
		fatal(p.t, p.others.QueryRow(`SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE $1 AND wait_event_type = 'Lock'`, statement).Scan(&n))
		if n > 0 {
			return
		}
	}
	p.t.Fatalf("nothing like %q waits", statement)
}

// write changes a record. It waits less long for a lock than a lock may be
// held.
func (p *peopled) write() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	defer cancel()
	_, err := p.others.ExecContext(ctx, `UPDATE c_plant SET version = version + 1 WHERE rid = (SELECT MIN(rid) FROM c_plant)`)
	fatal(p.t, err)
}

// TestAnIndexGrowsBesideWriters starts a process whose model has one more index
// while a transaction has written to the table. Others can still write.
func TestAnIndexGrowsBesideWriters(t *testing.T) {
	t.Parallel()
	p := newPeopled(t)
	held, err := p.others.Begin()
	fatal(t, err)
	defer held.Rollback()
	_, err = held.Exec(`UPDATE c_plant SET version = version + 1 WHERE rid = (SELECT MAX(rid) FROM c_plant)`)
	fatal(t, err)
	started := make(chan error, 1)
	go func() { started <- p.start("  name: {type: string, x-unique: true}\n", nil) }()
	p.waiting("CREATE UNIQUE INDEX%")
	p.write()
	select {
	case err := <-started:
		t.Fatalf("the start did not wait: %v", err)
	default:
	}
	fatal(t, held.Commit())
	fatal(t, <-started)
	if n := p.indexes("_u_"); n != 1 {
		t.Errorf("%d unique indexes", n)
	}
}

// TestAChangeOfShapeGivesWay starts a process whose model has one more field
// while a backup reads the table. The start must not make others wait for the
// backup.
func TestAChangeOfShapeGivesWay(t *testing.T) {
	t.Parallel()
	p := newPeopled(t)
	backup, err := p.others.Begin()
	fatal(t, err)
	defer backup.Rollback()
	_, err = backup.Exec(`LOCK TABLE c_plant IN ACCESS SHARE MODE`)
	fatal(t, err)
	started := make(chan error, 1)
	go func() { started <- p.start(fern+"  height: {type: integer, x-indexed: true}\n", nil) }()
	p.waiting("ALTER TABLE%")
	p.write() // waits for the ALTER, which gives way
	fatal(t, backup.Commit())
	fatal(t, <-started)
	if n := p.indexes("_i_"); n != 1 {
		t.Errorf("%d indexes", n)
	}
}

// TestWhoLosesTheLockMigratesNoFurther closes the connection that holds the
// migration lock while a change of columns waits for a backup. Another process
// may migrate from then on, so this start must not continue.
func TestWhoLosesTheLockMigratesNoFurther(t *testing.T) {
	t.Parallel()
	p := newPeopled(t)
	backup, err := p.others.Begin()
	fatal(t, err)
	defer backup.Rollback()
	_, err = backup.Exec(`LOCK TABLE c_plant IN ACCESS SHARE MODE`)
	fatal(t, err)
	started := make(chan error, 1)
	go func() { started <- p.start(fern+"  height: {type: integer, x-indexed: true}\n", nil) }()
	p.waiting("ALTER TABLE%")
	var locked bool
	fatal(t, p.others.QueryRow(`SELECT EXISTS (SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = current_database() AND locktype = 'advisory' AND query ILIKE 'ALTER TABLE%')`).Scan(&locked))
	if !locked {
		t.Error("the change of shape runs on a connection that has not the lock")
	}
	another, err := p.others.Conn(t.Context())
	fatal(t, err)
	defer another.Close()
	_, err = another.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
		WHERE datname = current_database() AND locktype = 'advisory'`) // other tests use the server too
	fatal(t, err)
	_, err = another.ExecContext(t.Context(), `SELECT pg_advisory_lock(1651862635)`) // as another process that migrates
	fatal(t, err)
	fatal(t, backup.Commit())
	if err := <-started; err == nil {
		t.Error("the start went on")
	}
	if n := p.indexes("_i_"); n != 0 {
		t.Errorf("%d indexes were made without the lock", n)
	}
}

// TestABrokenIndexIsMadeAnew finds an invalid index, whose creation failed or
// was interrupted.
func TestABrokenIndexIsMadeAnew(t *testing.T) {
	t.Parallel()
	p := newPeopled(t)
	unique := strings.Replace(fern, "string", "string, x-unique: true", 1)
	fatal(t, p.start(fern, p.add(`{"name": "fern"}`)))
	var loss *store.LossError
	if err := p.start(unique, nil); !errors.As(err, &loss) || loss.Field != "name" {
		t.Fatalf("the error is %v", err)
	}
	if n := p.indexes("_u_"); n != 0 {
		t.Errorf("%d unique indexes are left of the one that was refused", n)
	}
	// Invalid, as a process leaves it that dies while it creates the index.
	if _, err := p.others.Exec(`CREATE UNIQUE INDEX CONCURRENTLY c_plant_u_f_name ON c_plant (workspace, f_name NULLS FIRST)`); err == nil || p.indexes("_u_") != 1 {
		t.Fatalf("no broken index: %v", err)
	}
	_, err := p.others.Exec(`UPDATE c_plant SET f_name = 'oak' WHERE rid = (SELECT MAX(rid) FROM c_plant)`)
	fatal(t, err)
	fatal(t, p.start(unique, nil))
	var valid bool
	fatal(t, p.others.QueryRow(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'c_plant_u_f_name'::regclass`).Scan(&valid))
	if !valid {
		t.Error("the index is still broken")
	}
}

// indexes counts the table's indexes with a mark in their names.
func (p *peopled) indexes(mark string) (n int) {
	p.t.Helper()
	fatal(p.t, p.others.QueryRow(`SELECT COUNT(*) FROM pg_indexes WHERE tablename = 'c_plant' AND strpos(indexname, $1) > 0`, mark).Scan(&n))
	return n
}
