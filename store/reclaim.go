package store

import (
	"context"
	"os"
	"time"
)

const (
	// tendEvery is how often the writer looks at the write-ahead log.
	tendEvery = time.Second
	// longLog is the length, in pages, from which the log is emptied: SQLite
	// begins it anew only when no reader uses it, which under steady reading
	// may never come by itself.
	longLog = 16_384
	// readersMay is how long emptying the log waits for readers.
	readersMay = "250"
	// minReserve is the least that is kept free for a disk that the log itself
	// has filled: emptying the log first needs a little room in the database.
	minReserve = 1 << 20
)

// A logKeeper keeps SQLite's write-ahead log from growing without end, and
// empties it when the disk is full. While a reader of it stands still, the log
// cannot be emptied and grows with each write; it may fill the disk, and as no
// commit succeeds any more, SQLite would never get to emptying it.
//
// So it keeps a reserve, a file as large as what the database will grow by
// when the log is moved into it, and gives that up in the moment in which the
// move needs it: before, others would write the room full.
type logKeeper struct {
	path   string // of the database
	tended time.Time
	growth int64 // that the last look has found
}

func (k *logKeeper) reserve() string { return k.path + "-reserve" }

// tend is called after each transaction, with its error.
func (k *logKeeper) tend(w *groupWriter, err error) {
	if time.Since(k.tended) < tendEvery {
		return
	}
	k.tended = time.Now()
	pages, moveErr := k.move(w)
	switch {
	case isFull(moveErr):
		os.Remove(k.reserve()) // it is there to be given up
		k.empty(w)
	case isFull(err) || pages > longLog:
		k.empty(w)
	}
	k.keepReserve(w)
}

func isFull(err error) bool {
	code, _, _ := sqliteError(err)
	return code == sqliteFull
}

// move moves what no reader stands in the way of from the log into the
// database, and returns how many pages the log has.
func (k *logKeeper) move(w *groupWriter) (int, error) {
	var busy, pages, moved int
	err := w.conn.QueryRowContext(context.Background(), `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &moved)
	return pages, err
}

// empty moves all of the log into the database and cuts the file off. It is an
// attempt: readers may be in the way, and the next one is a second ahead.
func (k *logKeeper) empty(w *groupWriter) {
	ctx := context.Background()
	for _, pragma := range []string{`busy_timeout = ` + readersMay, `wal_checkpoint(TRUNCATE)`, `busy_timeout = 0`} {
		if _, err := w.conn.ExecContext(ctx, `PRAGMA `+pragma); err != nil {
			continue // the time-out must be set back in any case
		}
	}
}

// keepReserve makes the reserve as large as it must be, where there is room:
// what the database will grow by, and once more what that has grown by since
// the last look.
func (k *logKeeper) keepReserve(w *groupWriter) {
	var pages, size int64
	ctx := context.Background()
	if w.conn.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages) != nil || w.conn.QueryRowContext(ctx, `PRAGMA page_size`).Scan(&size) != nil {
		return
	}
	growth := max(0, pages*size-fileSize(k.path))
	want := growth + max(minReserve, growth-k.growth)
	k.growth = growth
	have := fileSize(k.reserve())
	if have >= want && have < 2*want+minReserve {
		return
	}
	if resize(k.reserve(), have, want) != nil && have == 0 {
		os.Remove(k.reserve()) // a part of the least keeps nobody's room
	}
}

// fileSize is 0 for a file that is not there.
func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// resize cuts a file, or lengthens it by bytes that take room.
func resize(path string, have, want int64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if want <= have {
		return f.Truncate(want)
	}
	block := make([]byte, min(want-have, 1<<20))
	for have < want {
		n, err := f.WriteAt(block[:min(int64(len(block)), want-have)], have)
		if have += int64(n); err != nil {
			return err
		}
	}
	return nil
}
