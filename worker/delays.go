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
func (d *delays) due(wakeUps []job.WakeUp, now time.Time) (due []job.WakeUp, next time.Duration) {
	next = relayPoll
	seen := make(map[int64]time.Time)
	for _, wakeUp := range wakeUps {
		if wakeUp.Wait == 0 {
			due = append(due, wakeUp)
			continue
		}
		since, known := d.seen[wakeUp.Nonce]
		if !known {
			since = now
		}
		seen[wakeUp.Nonce] = since
		remaining := time.Duration(wakeUp.Wait)*time.Microsecond - now.Sub(since)
		if remaining <= 0 {
			due = append(due, wakeUp)
			continue
		}
		next = min(next, remaining)
	}
	d.seen = seen
	return due, max(next, time.Millisecond)
}
