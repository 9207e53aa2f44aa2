package sqldb

import (
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"
)

// TestTheReserveIsWhatTheDatabaseWillGrowBy has a reader stand still while others
// write. What they write stays in the log, and the database will need room for it
// when the log may have filled the disk.
func TestTheReserveIsWhatTheDatabaseWillGrowBy(t *testing.T) {
	db, _ := openWriter(t)
	defer db.Close()
	reader, err := db.Lookups.Beginx()
	must(t, err)
	defer reader.Rollback()
	var n int
	must(t, reader.Get(&n, `SELECT COUNT(*) FROM sqlite_master`))

	must(t, small(t.Context(), db, func(t *Tx) error { return t.Run(`CREATE TABLE bulk (x TEXT)`) }))
	for range 5 {
		must(t, small(t.Context(), db, func(t *Tx) error { return t.Run(`INSERT INTO bulk VALUES (?)`, strings.Repeat("x", 1<<20)) }))
	}
	look(t, db)
	if have := fileSize(db.Writer.(*groupWriter).checkpointer.reserve()); have < 6<<20 {
		t.Errorf("the reserve is %d bytes", have)
	}

	must(t, reader.Rollback())
	look(t, db)
	look(t, db)
	if have := fileSize(db.Writer.(*groupWriter).checkpointer.reserve()); have > 3<<20 || have < minReserve {
		t.Errorf("when the log could be moved, the reserve stays %d bytes", have)
	}
}

// TestTheReserveIsGivenUpWhileNobodyWrites has another process hold the write
// lock: it could fill the room that the reserve leaves.
func TestTheReserveIsGivenUpWhileNobodyWrites(t *testing.T) {
	db, path := openWriter(t)
	defer db.Close()
	look(t, db)
	w := db.Writer.(*groupWriter)
	must(t, os.WriteFile(w.checkpointer.reserve(), []byte("this one"), 0o600))
	given := func() bool {
		text, err := os.ReadFile(w.checkpointer.reserve())
		must(t, err)
		return string(text) != "this one"
	}
	other, err := sql.Open("sqlite3", sqliteFile(path)+"?_txlock=immediate")
	must(t, err)
	defer other.Close()
	tx, err := other.Begin()
	must(t, err)
	_, err = tx.Exec(`INSERT INTO numbers (n) VALUES (1)`)
	must(t, err)

	w.checkpointer.empty(w, diskFull)
	if given() {
		t.Error("the reserve was given up while another process could write")
	}
	must(t, tx.Commit())
	w.checkpointer.empty(w, diskFull)
	if !given() {
		t.Error("the reserve was not given up")
	}
	if n := fileSize(path + "-wal"); n != 0 {
		t.Errorf("the log was not emptied: %d bytes", n)
	}
}

// TestAReaderWhoStandsStillIsWaitedForLessAndLess, because nobody can write while
// the checkpointer waits for readers.
func TestAReaderWhoStandsStillIsWaitedForLessAndLess(t *testing.T) {
	db, _ := openWriter(t)
	defer db.Close()
	look(t, db)
	reader, err := db.Lookups.Beginx()
	must(t, err)
	defer reader.Rollback()
	var n int
	must(t, reader.Get(&n, `SELECT COUNT(*) FROM numbers`))
	must(t, small(t.Context(), db, insertNumbers(1)))

	w := db.Writer.(*groupWriter)
	for _, want := range []time.Duration{checkpointEvery, 2 * checkpointEvery} {
		w.checkpointer.empty(w, roomOnDisk)
		if w.checkpointer.pause != want {
			t.Errorf("the next attempt is %v ahead, not %v", w.checkpointer.pause, want)
		}
	}
	must(t, reader.Rollback())
	w.checkpointer.empty(w, roomOnDisk)
	if n := fileSize(w.checkpointer.path + "-wal"); w.checkpointer.pause != 0 || n != 0 {
		t.Errorf("without the reader the log has %d bytes, and the pause is %v", n, w.checkpointer.pause)
	}
}

// look makes the checkpointer run after the next transaction, and returns when it
// has run.
func look(t *testing.T, db *DB) {
	t.Helper()
	must(t, small(t.Context(), db, func(*Tx) error {
		db.Writer.(*groupWriter).checkpointer.ranAt = time.Time{} // on the writer's own goroutine
		return nil
	}))
	must(t, small(t.Context(), db, func(*Tx) error { return nil }))
}
