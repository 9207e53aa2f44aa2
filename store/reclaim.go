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
	// reserveSize is what is kept free for a disk that the log itself has
	// filled: emptying the log first needs a little room in the database.
	reserveSize = 1 << 20
)

// A logKeeper keeps SQLite's write-ahead log from growing without end, and
// empties it when the disk is full. While a reader of it stands still, the log
// cannot be emptied and grows with each write; it may fill the disk, and as no
// commit succeeds any more, SQLite would never get to emptying it.
type logKeeper struct {
	reserve string // file that keeps some room free
	tended  time.Time
}

// tend is called after each transaction, with its error.
func (k *logKeeper) tend(w *writer, err error) {
	if time.Since(k.tended) < tendEvery {
		return
	}
	k.tended = time.Now()
	if code, _, _ := sqliteError(err); code == sqliteFull {
		os.Remove(k.reserve) // it is there to be given up
		k.empty(w)
	} else if err == nil && k.length(w) > longLog {
		k.empty(w)
	}
	k.keepReserve()
}

// length moves what it can from the log into the database, and returns how
// many pages the log has. It is 0 when SQLite does not say.
func (k *logKeeper) length(w *writer) int {
	var busy, pages, moved int
	if err := w.conn.QueryRowContext(context.Background(), `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &moved); err != nil {
		return 0
	}
	return pages
}

// empty moves all of the log into the database and cuts the file off. It is an
// attempt: readers may be in the way, and the next one is a second ahead.
func (k *logKeeper) empty(w *writer) {
	ctx := context.Background()
	for _, pragma := range []string{`busy_timeout = ` + readersMay, `wal_checkpoint(TRUNCATE)`, `busy_timeout = 0`} {
		if _, err := w.conn.ExecContext(ctx, `PRAGMA `+pragma); err != nil {
			continue // the time-out must be set back in any case
		}
	}
}

// keepReserve puts the reserve there if it is not and there is room.
func (k *logKeeper) keepReserve() {
	if _, err := os.Stat(k.reserve); err == nil {
		return
	}
	if os.WriteFile(k.reserve, make([]byte, reserveSize), 0o600) != nil {
		os.Remove(k.reserve) // half of it keeps nobody's room
	}
}
