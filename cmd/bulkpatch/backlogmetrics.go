package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/job"
	"bulkpatch/store"
)

// newOpenJobs returns a gauge of the jobs that have not ended. States without a job
// are 0.
func newOpenJobs(db *store.Store) prometheus.Collector {
	read := scraped[map[job.State]int64]{read: db.OpenJobs}
	return read.gauge("bulkpatch_jobs_open", "Jobs that have not ended, by state.", func(counts map[job.State]int64) (all []labelled) {
		for _, s := range job.States {
			if !s.Final() {
				all = append(all, labelled{float64(counts[s]), []string{string(s)}})
			}
		}
		return all
	}, "state")
}

// newBrakesOn returns a gauge of the switches of the brake that are on.
func newBrakesOn(db *store.Store) prometheus.Collector {
	read := scraped[int]{read: db.BrakesOn}
	return read.gauge("bulkpatch_brakes_on", "Switches of the brake that are on: of single workspaces, and of every workspace.",
		func(n int) []labelled { return unlabelled(float64(n)) })
}

// newPendingWebhooks returns a gauge of the deliveries that have not ended.
func newPendingWebhooks(db *store.Store) prometheus.Collector {
	read := scraped[int64]{read: db.PendingWebhooks}
	return read.gauge("bulkpatch_webhook_pending", "Deliveries of all processes that are being sent or wait for an attempt.",
		func(n int64) []labelled { return unlabelled(float64(n)) })
}

// An outboxReading is the outbox as it was at an instant of the database's clock.
type outboxReading struct {
	job.Outbox
	age time.Duration // of the oldest wake-up that may be sent
}

// newOutbox returns gauges of the outbox. now is the clock of the process: where the
// database has its own, the age is off by the difference of the two.
func newOutbox(db *store.Store, now func() time.Time) prometheus.Collector {
	read := scraped[outboxReading]{read: func(ctx context.Context) (r outboxReading, err error) {
		if r.Outbox, err = db.Outbox(ctx); err == nil && r.Oldest != nil {
			r.age = max(0, now().Sub(*r.Oldest))
		}
		return r, err
	}}
	return read.gauge("bulkpatch_outbox_wake_ups", "Wake-ups that wait in the database to be sent to Redis: due, later (throttled) or held by the brake. No more than 10,000 are counted.",
		func(o outboxReading) []labelled {
			return []labelled{
				{float64(o.Waiting - o.Held - o.Later), []string{"due"}}, {float64(o.Later), []string{"later"}}, {float64(o.Held), []string{"held"}},
			}
		}, "state").
		gauge("bulkpatch_outbox_oldest_seconds", "How long the oldest wake-up that is due has waited, 0 for none.",
			func(o outboxReading) []labelled { return unlabelled(o.age.Seconds()) })
}
