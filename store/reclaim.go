package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jmoiron/sqlx"
)

const (
	// tendEvery is how often the writer looks at the write-ahead log.
	tendEvery = time.Second
	// longLog is the length, in pages, from which the log is emptied: SQLite
	// begins it anew only when no reader uses it, which under steady reading
	// may never come by itself.
	longLog = 16_384
	// emptyWait is how long emptying a log of that length waits for readers,
	// and others that write or move it; for a longer one it waits longer, up to
	// emptyWaitMost. Nobody writes meanwhile.
	emptyWait     = 250 * time.Millisecond
	emptyWaitMost = 2 * time.Second
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
// move needs it, while nobody may write: else others would write the room
// full.
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
	pages, moveErr := checkpoint(w.conn, "PASSIVE")
	if isFull(err) || isFull(moveErr) || pages > longLog {
		k.empty(w, min(emptyWait*time.Duration(max(pages, longLog))/longLog, emptyWaitMost), isFull(moveErr))
	}
	k.keepReserve(w)
}

func isFull(err error) bool {
	code, _, _ := sqliteError(err)
	return code == sqliteFull
}

// checkpoint moves what no reader stands in the way of from the log into the
// database, and returns how many pages the log has: -1 if another connection is
// moving it. The modes are those of https://sqlite.org/pragma.html.
func checkpoint(conn *sqlx.Conn, mode string) (int, error) {
	var busy, pages, moved int
	err := conn.QueryRowContext(context.Background(), `PRAGMA wal_checkpoint(`+mode+`)`).Scan(&busy, &pages, &moved)
	return pages, err
}

// empty moves all of the log into the database and cuts the file off. It is an
// attempt: readers may be in the way, and the next one is a second ahead.
//
// SQLite asks for the lock of writers at intervals so long that others who
// write all the time may leave it no gap, and does not wait at all for another
// connection that moves the log. So the keeper takes the lock as the writer
// does, leaves it to SQLite then, and tries again.
func (k *logKeeper) empty(w *groupWriter, wait time.Duration, full bool) {
	for deadline := time.Now().Add(wait); time.Now().Before(deadline); time.Sleep(lockPoll) {
		if w.begin(time.Until(deadline)) != nil {
			return
		}
		if full {
			k.giveUpReserve(w)
		}
		if w.rollback() != nil {
			return
		}
		if pages, err := k.cutOff(w, wait); pages >= 0 || err != nil {
			return
		}
	}
}

// cutOff has SQLite wait for readers, which it does with the log alone.
func (k *logKeeper) cutOff(w *groupWriter, wait time.Duration) (pages int, err error) {
	ctx := context.Background()
	_, err = w.conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, wait.Milliseconds()))
	if err == nil {
		pages, err = checkpoint(w.conn, "TRUNCATE")
	}
	_, resetErr := w.conn.ExecContext(ctx, `PRAGMA busy_timeout = 0`)
	return pages, errors.Join(err, resetErr)
}

// giveUpReserve makes room for the database to grow, and has it grow at once.
// The writer has the lock, with which its own connection may not move the log.
func (k *logKeeper) giveUpReserve(w *groupWriter) {
	other, err := w.db.Connx(context.Background())
	if err != nil {
		return
	}
	defer other.Close()
	os.Remove(k.reserve())              // it is there to be given up
	_, _ = checkpoint(other, "PASSIVE") // what is still in the way is met a second later
	k.keepReserve(w)
}

// keepReserve makes the reserve as large as it must be, where there is room:
// what the database will grow by, and twice what that has grown by since the
// last look, for it may have grown faster by the next.
func (k *logKeeper) keepReserve(w *groupWriter) {
	var pages, size int64
	ctx := context.Background()
	if w.conn.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages) != nil || w.conn.QueryRowContext(ctx, `PRAGMA page_size`).Scan(&size) != nil {
		return
	}
	growth := max(0, pages*size-fileSize(k.path))
	want := growth + max(minReserve, 2*(growth-k.growth))
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
