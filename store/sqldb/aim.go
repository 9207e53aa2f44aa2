package sqldb

import (
	"context"
	"sync/atomic"
	"time"
)

// How long a chunk should keep SQLite's writer busy: less while small transactions
// wait. After chunkPatience it is ended with [ErrTooSlow].
const (
	aimAlone      = 60 * time.Millisecond
	aimWaited     = 25 * time.Millisecond
	chunkPatience = time.Second
)

// waiting counts the small transactions that had to wait for a large one. One
// each second does not count: it may be the heartbeat of the job whose chunk
// made it wait.
type waiting struct {
	since atomic.Int64 // when the second began in which count counts, in ns
	count atomic.Int64
	last  atomic.Int64 // when more than one was waiting, in ns
}

// note counts n small transactions that were waiting when a large one ended.
func (h *waiting) note(n int, now time.Time) {
	if n == 0 {
		return
	}
	at := now.UnixNano()
	if at-h.since.Load() > int64(time.Second) {
		h.since.Store(at)
		h.count.Store(0)
	}
	if h.count.Add(int64(n)) > 1 {
		h.last.Store(at)
	}
}

// haste reports whether small transactions were waiting within the last second.
func (h *waiting) haste(now time.Time) bool {
	return now.UnixNano()-h.last.Load() < int64(time.Second)
}

// Aim implements [Writer].
func (w *groupWriter) Aim() time.Duration {
	if w.waiting.haste(time.Now()) {
		return aimWaited
	}
	return aimAlone
}

// A Mark is a moment between two transactions of a writer.
type Mark struct{ commits, version int64 }

// Mark implements [Writer].
func (w *groupWriter) Mark() Mark { return Mark{w.commits.Load(), w.version.Load()} }

// othersSince answers [Tx.OthersSince]. It is called inside a transaction, so
// nothing can be committed before its answer is used.
func (w *groupWriter) othersSince(m Mark, own int64) (bool, error) {
	var version int64
	if err := w.conn.QueryRowContext(context.Background(), `PRAGMA data_version`).Scan(&version); err != nil {
		return true, err
	}
	w.version.Store(version)
	return version != m.version || w.commits.Load() != m.commits+own, nil
}
