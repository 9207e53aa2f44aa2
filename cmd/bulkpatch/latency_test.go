package main

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bulkpatch/client"
)

// BenchmarkSinglePatchOfAnIdleService patches one record after another, each
// when the one before is done, and reports two medians: from accepting the job
// to its being applied, by the database's own times, and from sending the
// request to having the record back.
func BenchmarkSinglePatchOfAnIdleService(b *testing.B) {
	for name, queue := range queues(b) {
		b.Run(name, func(b *testing.B) {
			p := start(b, "serve", "--addr", "127.0.0.1:0", "--db", database(b), "--redis", queue(b), "--log-level", "warn")
			c := p.client(b, p.firstKey)
			load(b, c, 1)
			var applied, answered []time.Duration
			for n := 0; b.Loop(); n++ {
				began := time.Now()
				r, err := c.UpdateRecord(b.Context(), "desk", "1", map[string]any{"phone": fmt.Sprint("+", n)}, 0)
				if err != nil {
					b.Fatal(err)
				}
				answered = append(answered, time.Since(began))
				applied = append(applied, took(b, c, r))
			}
			b.ReportMetric(median(applied), "ms-applied")
			b.ReportMetric(median(answered), "ms-answered")
		})
	}
}

// took is how long the job that last changed the record took from being
// accepted to its end.
func took(b *testing.B, c *client.Client, r client.Record) time.Duration {
	b.Helper()
	var last struct{ LastJobID string }
	if err := r.Decode(&last); err != nil {
		b.Fatal(err)
	}
	j, err := c.Job(b.Context(), last.LastJobID)
	if err != nil || j.FinishedAt == nil || j.Counts.Updated != 1 {
		b.Fatalf("job %+v, %v", j, err)
	}
	return j.FinishedAt.Sub(j.CreatedAt)
}

// median is the middle of the list, in milliseconds.
func median(list []time.Duration) float64 {
	slices.Sort(list)
	return list[len(list)/2].Seconds() * 1000
}
