package worker

import (
	"time"

	"bulkpatch/job"
)

// waits measures how long rings have waited since this relay first saw them,
// by its own monotonic clock: a machine's clock may step, and two machines'
// clocks differ. A relay that starts lets them wait anew. The zero value is
// ready.
type delays struct {
	seen map[int64]time.Time // by the ring's sequence
}

// due picks the rings that have waited long enough, and says when to look
// again for the others, at most relayPoll from now.
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
