package webhook

import (
	"math/rand/v2"
	"time"

	"bulkpatch/job"
)

// delays are the times between the first attempts. Later ones lie [lastDelay] apart.
var delays = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
}

const lastDelay = 6 * time.Hour

// longestPause bounds how long a receiver may ask to be left alone.
const longestPause = 12 * time.Hour

// after says what becomes of a delivery after an attempt that has failed. It is repeated
// after a delay that grows from attempt to attempt, by up to a fifth longer at random, or
// after the pause that the receiver asked for. It is given up when the next attempt would
// be later than [job.WebhookPeriod] after the first one.
func after(d job.Dispatch, a answer) (job.DeliveryState, time.Duration) {
	delay := lastDelay
	if d.Tries < len(delays) {
		delay = delays[d.Tries]
	}
	delay = max(delay+rand.N(delay/5), min(a.pause, longestPause))
	if d.Since+delay > job.WebhookPeriod {
		return job.DeliveryGaveUp, 0
	}
	return job.DeliveryPending, delay
}
