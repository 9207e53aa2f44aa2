package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// openWriter opens a database with a table of numbers that may stand in it once.
func openWriter(t *testing.T) (*DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "writer.db")
	db := openAt(t, "sqlite://"+path)
	must(t, small(t.Context(), db, func(t *Tx) error {
		return t.Run(`CREATE TABLE numbers (n INTEGER PRIMARY KEY, CHECK (n < 1000)) STRICT`)
	}))
	return db, path
}

func insertNumbers(numbers ...int) func(*Tx) error {
	return func(t *Tx) error {
		for _, n := range numbers {
			if err := t.Run(`INSERT INTO numbers (n) VALUES (?)`, n); err != nil {
				return err
			}
		}
		return nil
	}
}

func countNumbers(t *testing.T, db *DB) (n int) {
	t.Helper()
	must(t, db.Lookups.Get(&n, `SELECT COUNT(*) FROM numbers`))
	return n
}

// TestAMemberThatFailsUndoesOnlyItself holds the writer back until many
// members wait, so that they share a commit.
func TestAMemberThatFailsUndoesOnlyItself(t *testing.T) {
	db, _ := openWriter(t)
	defer db.Close()
	release, entered := make(chan struct{}), make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		must(t, small(t.Context(), db, func(*Tx) error { close(entered); <-release; return nil }))
	})
	<-entered
	const members = 40
	errs := make([]error, members)
	for i := range members {
		ended.Go(func() {
			numbers := []int{2 * i, 2*i + 1}
			if i%4 == 3 {
				numbers[1] = 1000 // the table refuses it
			}
			errs[i] = small(t.Context(), db, insertNumbers(numbers...))
		})
	}
	for len(db.Writer.(*groupWriter).queue[Small]) < members {
		runtime.Gosched() // they are on their way into the queue
	}
	close(release)
	ended.Wait()
	for i, err := range errs {
		if _, refused := db.Dialect.Refusal(err); refused != (i%4 == 3) {
			t.Errorf("member %d: %v", i, err)
		}
	}
	if n := countNumbers(t, db); n != 2*members*3/4 {
		t.Errorf("%d numbers are there", n)
	}
}

func TestAFaultOfTheTransactionFailsAllItsMembers(t *testing.T) {
	db, path := openWriter(t)
	defer db.Close()
	release, entered := make(chan struct{}), make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		must(t, small(t.Context(), db, func(*Tx) error { close(entered); <-release; return nil }))
	})
	<-entered
	errs := make([]error, 8)
	for i := range errs {
		ended.Go(func() { errs[i] = small(t.Context(), db, insertNumbers(i)) })
	}
	for len(db.Writer.(*groupWriter).queue[Small]) < len(errs) {
		runtime.Gosched() // they are on their way into the queue
	}
	// Another process takes the lock as soon as it is free, and keeps it for
	// longer than the writer waits.
	other, err := sql.Open("sqlite3", sqliteFile(path)+"?_busy_timeout=10000&_txlock=immediate")
	must(t, err)
	defer other.Close()
	locked := make(chan *sql.Tx)
	go func() {
		tx, err := other.Begin()
		if err != nil {
			t.Error(err)
		}
		locked <- tx
	}()
	// The writer's members that wait are one transaction from here on.
	db.Writer.(*groupWriter).lockWait = 0
	close(release)
	tx := <-locked
	ended.Wait()
	refused := 0
	for i, err := range errs {
		if err == nil {
			continue // it came in before the other process
		}
		refused++
		if !errors.Is(err, ErrUnavailable) {
			t.Errorf("member %d: %v", i, err)
		}
	}
	must(t, tx.Rollback())
	if n := countNumbers(t, db); n != len(errs)-refused {
		t.Errorf("%d numbers are there and %d members were refused", n, refused)
	}
	must(t, small(t.Context(), db, insertNumbers(500)))
}

// TestAWaitForTheLockIsNoPartOfAChunksTime reads the time limit of a chunk: it
// begins when SQLite's lock was taken. Another process that holds the lock for
// long is not the fault of a chunk's records.
func TestAWaitForTheLockIsNoPartOfAChunksTime(t *testing.T) {
	db, _ := openWriter(t)
	defer db.Close()
	_, err := db.Writer.Do(t.Context(), Chunked, func(tx *Tx) error {
		if end, limited := tx.Ctx.Deadline(); !limited || end.Sub(tx.Began) < chunkPatience {
			t.Errorf("a chunk has %v after its transaction has begun", end.Sub(tx.Began))
		}
		return nil
	})
	must(t, err)
}

// TestOnlyWhatIsSlowByItselfIsTooSlow tells a statement that was ended by its
// time limit from a fault of the store which came after it.
func TestOnlyWhatIsSlowByItselfIsTooSlow(t *testing.T) {
	over, cancel := context.WithTimeoutCause(t.Context(), 0, ErrTooSlow)
	defer cancel()
	for _, test := range []struct {
		ctx  context.Context
		err  error
		slow bool
	}{
		{over, context.DeadlineExceeded, true},
		{over, sqlite3.Error{Code: sqlite3.ErrInterrupt}, true},
		{over, sqlite3.Error{Code: sqlite3.ErrFull}, false},
		{over, sqlite3.Error{Code: sqlite3.ErrIoErr}, false},
		{t.Context(), sqlite3.Error{Code: sqlite3.ErrInterrupt}, false},
	} {
		if _, inData := SQLite.InData(WithTooSlow(test.ctx, test.err)); inData != test.slow {
			t.Errorf("%v counts as the data's fault: %v", test.err, inData)
		}
	}
}

func TestACallerWhoLeavesTearsNoCommit(t *testing.T) {
	db, _ := openWriter(t)
	defer db.Close()
	ctx, cancel := context.WithCancel(t.Context())
	err := small(ctx, db, func(t *Tx) error {
		cancel()
		return insertNumbers(1)(t)
	})
	if err != nil || countNumbers(t, db) != 1 {
		t.Errorf("%v, and %d numbers are there", err, countNumbers(t, db))
	}
	if err := small(ctx, db, insertNumbers(2)); !errors.Is(err, context.Canceled) || countNumbers(t, db) != 1 {
		t.Errorf("%v, and %d numbers are there", err, countNumbers(t, db))
	}
}

func TestTheEndInterruptsAStatementThatNeverEnds(t *testing.T) {
	db, _ := openWriter(t)
	entered, result := make(chan struct{}), make(chan error)
	go func() {
		result <- large(context.Background(), db, func(t *Tx) error {
			if err := insertNumbers(1)(t); err != nil {
				return err
			}
			close(entered)
			return t.Run(`WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) INSERT INTO numbers SELECT -x FROM c WHERE x < 0`)
		})
	}()
	<-entered
	must(t, db.Close())
	if err := <-result; err == nil {
		t.Error("a statement that never ends has ended well")
	}
}

func TestNothingRunsAfterTheEnd(t *testing.T) {
	db, _ := openWriter(t)
	must(t, db.Close())
	for _, n := range []Size{Small, Large} {
		if _, err := db.Writer.Do(t.Context(), n, insertNumbers(1)); !errors.Is(err, ErrClosed) {
			t.Error(fmt.Sprint(n), err)
		}
	}
}
