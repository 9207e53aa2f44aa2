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
	// checkpointEvery is how often the checkpointer runs at most.
	checkpointEvery = time.Second
	// longLog is the length, in pages, from which the log is emptied. SQLite
	// starts the log again from its beginning only at a moment when no reader
	// uses it; under steady reading such a moment may never come.
	longLog = 16_384
	// emptyWait is how long an attempt to empty the log waits for readers, and
	// for others that write or run a checkpoint. Nobody can write meanwhile. So
	// that a reader which stands still does not stop everybody, the pause after
	// each failed attempt is twice as long as the one before, up to mostPause.
	emptyWait = 500 * time.Millisecond
	mostPause = 16 * time.Second
	// minReserve is the least size of the disk reserve: where the log has filled
	// the disk, emptying it needs a little room in the database first.
	minReserve = 1 << 20
)

// A checkpointer is the WAL checkpointer: it moves SQLite's write-ahead log into
// the database, so that the log does not grow without end. While a reader stands
// still, the log cannot be emptied and grows with each write. It may fill the
// disk. Then no commit succeeds any more, and SQLite would never get to emptying
// the log.
//
// Against that the checkpointer keeps a disk reserve: a file as large as what the
// database will grow by when the log is moved into it. When the disk is full it
// deletes the file and moves the log at once, while it holds the write lock:
// otherwise other processes would fill the space that this has freed.
type checkpointer struct {
	path   string // of the database
	ranAt  time.Time
	growth int64         // by how much the database would have grown when last measured
	pause  time.Duration // after the last attempt to empty the log; 0 if it succeeded
	again  time.Time     // when the pause is over
}

func (c *checkpointer) reserve() string { return c.path + "-reserve" }

// run is called after each transaction, with its error. Most calls return at
// once; see checkpointEvery.
func (c *checkpointer) run(w *groupWriter, err error) {
	if time.Since(c.ranAt) < checkpointEvery {
		return
	}
	c.ranAt = time.Now()
	pages, _, moveErr := checkpoint(w.conn, "PASSIVE")
	if isFull(err) || isFull(moveErr) || pages > longLog && c.ranAt.After(c.again) {
		room := roomOnDisk
		if isFull(moveErr) {
			room = diskFull
		}
		c.empty(w, room)
	}
	c.keepReserve(w)
}

func isFull(err error) bool {
	code, _, _ := sqliteError(err)
	return code == sqliteFull
}

// checkpoint moves the pages that no reader still needs from the log into the
// database. It returns how many pages the log has, -1 if another connection runs
// a checkpoint, and whether somebody was in the way. The modes are those of
// https://sqlite.org/pragma.html#pragma_wal_checkpoint.
func checkpoint(conn *sqlx.Conn, mode string) (pages int, busy bool, err error) {
	var moved int
	err = conn.QueryRowContext(context.Background(), `PRAGMA wal_checkpoint(`+mode+`)`).Scan(&busy, &pages, &moved)
	return pages, busy, err
}

// A diskState says whether the log could still be moved into the database.
type diskState int

const (
	roomOnDisk diskState = iota
	diskFull
)

// empty tries to move all of the log into the database and to truncate the log's
// file. Readers may be in the way; c.again is when the next attempt is due.
//
// SQLite tries to take the write lock at such long intervals that others who
// write all the time may leave it no gap, and it does not wait at all for another
// connection's checkpoint. So empty first takes the lock as the writer does, then
// releases it for SQLite to take, and repeats that until it succeeds.
func (c *checkpointer) empty(w *groupWriter, disk diskState) {
	c.pause = min(max(checkpointEvery, 2*c.pause), mostPause)
	c.again = time.Now().Add(c.pause)
	for deadline := time.Now().Add(emptyWait); time.Now().Before(deadline); time.Sleep(lockPoll) {
		if w.begin(time.Until(deadline)) != nil {
			return
		}
		if disk == diskFull {
			c.giveUpReserve(w)
		}
		if w.rollback() != nil {
			return
		}
		switch pages, busy, err := truncate(w.conn); {
		case err == nil && !busy:
			c.pause, c.again = 0, time.Time{}
			return
		case pages >= 0 || err != nil:
			return
		}
	}
}

// truncate runs a checkpoint that waits for readers and truncates the log.
func truncate(conn *sqlx.Conn) (pages int, busy bool, err error) {
	ctx := context.Background()
	_, err = conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d`, emptyWait.Milliseconds()))
	if err == nil {
		pages, busy, err = checkpoint(conn, "TRUNCATE")
	}
	_, resetErr := conn.ExecContext(ctx, `PRAGMA busy_timeout = 0`)
	return pages, busy, errors.Join(err, resetErr)
}

// giveUpReserve deletes the disk reserve and runs a checkpoint in the room that
// this makes. It does so on another connection, because the writer's own holds
// the write lock and so cannot run one.
func (c *checkpointer) giveUpReserve(w *groupWriter) {
	other, err := w.db.Connx(context.Background())
	if err != nil {
		return
	}
	defer other.Close()
	os.Remove(c.reserve())
	_, _, _ = checkpoint(other, "PASSIVE") // if this fails, the next run meets the same error
	c.keepReserve(w)
}

// keepReserve makes the disk reserve as large as it has to be, if there is room:
// as much as the database will grow by, and twice as much as that has increased
// since the last run, because it may increase faster until the next.
func (c *checkpointer) keepReserve(w *groupWriter) {
	var pages, size int64
	ctx := context.Background()
	if w.conn.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages) != nil || w.conn.QueryRowContext(ctx, `PRAGMA page_size`).Scan(&size) != nil {
		return
	}
	growth := max(0, pages*size-fileSize(c.path))
	want := growth + max(minReserve, 2*(growth-c.growth))
	c.growth = growth
	have := fileSize(c.reserve())
	if have >= want && have < 2*want+minReserve {
		return
	}
	if resize(c.reserve(), have, want) != nil && have == 0 {
		os.Remove(c.reserve()) // a file that is too small is of no use
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

// resize truncates a file, or appends bytes that really take room on the disk.
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
