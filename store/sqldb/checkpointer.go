package sqldb

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
	checkpointEvery = time.Second
	// longLog is the length, in pages, from which the log is emptied: SQLite
	// begins it anew only when no reader uses it, which under steady reading
	// may never come by itself.
	longLog = 16_384
	// emptyWait is how long emptying it waits for readers, and for others that
	// write or move it. Nobody writes meanwhile, so that a reader who stands
	// still would hold everybody up: after each attempt in vain the next one is
	// twice as far ahead, up to mostPause.
	emptyWait = 500 * time.Millisecond
	mostPause = 16 * time.Second
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
type checkpointer struct {
	path   string // of the database
	ranAt  time.Time
	growth int64         // that the last look has found
	pause  time.Duration // since the last attempt to empty the log, 0 if it went well
	again  time.Time     // when the pause is over
}

func (k *checkpointer) reserve() string { return k.path + "-reserve" }

// tend is called after each transaction, with its error.
func (k *checkpointer) run(w *groupWriter, err error) {
	if time.Since(k.ranAt) < checkpointEvery {
		return
	}
	k.ranAt = time.Now()
	pages, _, moveErr := checkpoint(w.conn, "PASSIVE")
	if isFull(err) || isFull(moveErr) || pages > longLog && k.ranAt.After(k.again) {
		k.empty(w, isFull(moveErr))
	}
	k.keepReserve(w)
}

func isFull(err error) bool {
	code, _, _ := sqliteError(err)
	return code == sqliteFull
}

// checkpoint moves what no reader stands in the way of from the log into the
// database. It returns how many pages the log has, -1 if another connection is
// moving it, and whether somebody was in the way. The modes are those of
// https://sqlite.org/pragma.html#pragma_wal_checkpoint.
func checkpoint(conn *sqlx.Conn, mode string) (pages int, busy bool, err error) {
	var moved int
	err = conn.QueryRowContext(context.Background(), `PRAGMA wal_checkpoint(`+mode+`)`).Scan(&busy, &pages, &moved)
	return pages, busy, err
}

// empty moves all of the log into the database and cuts the file off. It is an
// attempt, and says when the next one is due: readers may be in the way.
//
// SQLite asks for the lock of writers at intervals so long that others who
// write all the time may leave it no gap, and does not wait at all for another
// connection that moves the log. So the keeper takes the lock as the writer
// does, leaves it to SQLite then, and tries again.
func (k *checkpointer) empty(w *groupWriter, full bool) {
	k.pause = min(max(checkpointEvery, 2*k.pause), mostPause)
	k.again = time.Now().Add(k.pause)
	for deadline := time.Now().Add(emptyWait); time.Now().Before(deadline); time.Sleep(lockPoll) {
		if w.begin(time.Until(deadline)) != nil {
			return
		}
		if full {
			k.giveUpReserve(w)
		}
		if w.rollback() != nil {
			return
		}
		switch pages, busy, err := truncate(w.conn); {
		case err == nil && !busy:
			k.pause, k.again = 0, time.Time{}
			return
		case pages >= 0 || err != nil:
			return
		}
	}
}

// truncate has SQLite wait for readers.
func truncate(conn *sqlx.Conn) (pages int, busy bool, err error) {
	ctx := context.Background()
	_, err = conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, emptyWait.Milliseconds()))
	if err == nil {
		pages, busy, err = checkpoint(conn, "TRUNCATE")
	}
	_, resetErr := conn.ExecContext(ctx, `PRAGMA busy_timeout = 0`)
	return pages, busy, errors.Join(err, resetErr)
}

// giveUpReserve makes room for the database to grow, and has it grow at once.
// The writer has the lock, with which its own connection may not move the log.
func (k *checkpointer) giveUpReserve(w *groupWriter) {
	other, err := w.db.Connx(context.Background())
	if err != nil {
		return
	}
	defer other.Close()
	os.Remove(k.reserve())                 // it is there to be given up
	_, _, _ = checkpoint(other, "PASSIVE") // what is still in the way is met a second later
	k.keepReserve(w)
}

// keepReserve makes the reserve as large as it must be, where there is room:
// what the database will grow by, and twice what that has grown by since the
// last look, for it may have grown faster by the next.
func (k *checkpointer) keepReserve(w *groupWriter) {
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
