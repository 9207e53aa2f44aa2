package sqldb

import (
	"context"
	"sync/atomic"
	"time"
)

// How long a chunk should hold SQLite's writer: briefly where small work has
// been waiting for it. chunkPatience is when it is given up and halved.
const (
	aimAlone      = 60 * time.Millisecond
	aimWaited     = 25 * time.Millisecond
	chunkPatience = time.Second
)

// waiting counts the small transactions that found a large one in their way.
// One a second is no haste: it may be the sign of life of the chunk itself.
type waiting struct {
	since, count, last atomic.Int64 // of this second and of when there was haste, in ns
}

// note says how many were waiting when a large transaction ended.
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

// haste reports whether small work was waiting within the last second.
func (h *waiting) haste(now time.Time) bool {
	return now.UnixNano()-h.last.Load() < int64(time.Second)
}

func (w *groupWriter) Aim() time.Duration {
	if w.waiting.haste(time.Now()) {
		return aimWaited
	}
	return aimAlone
}

// A Mark is a moment between the transactions of a writer.
type Mark struct{ commits, version int64 }

func (w *groupWriter) Mark() Mark { return Mark{w.commits.Load(), w.version.Load()} }

// othersSince reports whether anything was committed since a mark but so many
// transactions of the caller's own. It is asked inside of a transaction, so
// that nothing comes after the answer.
func (w *groupWriter) othersSince(m Mark, own int64) (bool, error) {
	var version int64
	if err := w.conn.QueryRowContext(context.Background(), `PRAGMA data_version`).Scan(&version); err != nil {
		return true, err
	}
	w.version.Store(version)
	return version != m.version || w.commits.Load() != m.commits+own, nil
}
