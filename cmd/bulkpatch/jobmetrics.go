package main

import (
	"context"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/job"
	"bulkpatch/store"
)

// countWithin bounds how long a scrape waits for the database.
const countWithin = 2 * time.Second

// openJobs is a gauge of the jobs that have not ended. Each scrape counts them.
type openJobs struct {
	db   *store.Store
	desc *prometheus.Desc
}

func newOpenJobs(db *store.Store) openJobs {
	return openJobs{db, prometheus.NewDesc("bulkpatch_jobs_open", "Jobs that have not ended, by state.", []string{"state"}, nil)}
}

// Describe implements [prometheus.Collector].
func (o openJobs) Describe(ch chan<- *prometheus.Desc) { ch <- o.desc }

// Collect implements [prometheus.Collector]. States without a job are 0, so
// that a graph has no gaps.
func (o openJobs) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), countWithin)
	defer cancel()
	counts, err := o.db.OpenJobs(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(o.desc, err)
		return
	}
	for _, s := range job.States {
		if !s.Final() {
			ch <- prometheus.MustNewConstMetric(o.desc, prometheus.GaugeValue, float64(counts[s]), string(s))
		}
	}
}

// newBrakesOn returns a gauge of the switches of the brake that are on. It is not a
// number while the database does not answer.
func newBrakesOn(db *store.Store) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "bulkpatch_brakes_on", Help: "Switches of the brake that are on: of single workspaces, and of every workspace.",
	}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), countWithin)
		defer cancel()
		n, err := db.BrakesOn(ctx)
		if err != nil {
			return math.NaN()
		}
		return float64(n)
	})
}
