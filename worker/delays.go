package worker

import (
	"time"

	"bulkpatch/job"
)

// delays measures how long each wake-up in the outbox has waited since this
// relay first read it. It uses the process's own monotonic clock, because the
// clock of a machine may be set, and the clocks of two machines differ. After a
// restart of the relay the waits begin again. The zero value is ready to use.
type delays struct {
	seen map[int64]time.Time // by the nonce of the wake-up
}

// due returns the wake-ups that have waited long enough, and how long the relay
// may sleep until the next of the others is due: at most relayPoll.
func (w *delays) due(wakeUps []job.WakeUp, now time.Time) (due []job.WakeUp, next time.Duration) {
	next = relayPoll
	seen := make(map[int64]time.Time)
	for _, r := range wakeUps {
		if r.Wait == 0 {
			due = append(due, r)
			continue
		}
		since, known := w.seen[r.Nonce]
		if !known {
			since = now
		}
		seen[r.Nonce] = since
		left := time.Duration(r.Wait)*time.Microsecond - now.Sub(since)
		if left <= 0 {
			due = append(due, r)
			continue
		}
		next = min(next, left)
	}
	w.seen = seen
	return due, max(next, time.Millisecond)
}
