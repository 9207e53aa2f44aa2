package bench

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bulkpatch/client"
)

// BenchmarkSingleBesideAJob patches one record after the other in a workspace
// of its own, while a job over all customers of another workspace runs.
// ms-p95 is the time of 19 of 20 such patches, from the request until the
// answer says that it is applied.
func BenchmarkSingleBesideAJob(b *testing.B) {
	program := binary(b)
	b.Run("SQLite", func(b *testing.B) {
		base := imported(b, program, desks(*records))
		beside(b, program, func() string { return "sqlite://" + copied(b, base) })
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		c := startCluster(b, program, desks(*records))
		beside(b, program, func() string { return c.URL(c.copied(b)) })
	})
}

func beside(b *testing.B, program string, database func() string) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		s := serve(b, program, database(), "embedded")
		j, err := s.SubmitBulk(b.Context(), "desk", raw(`{"id": {"$gt": 0}}`), raw(`{"jobTitle": "Lead"}`), client.Options{})
		fatal(b, err)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			if j, err := s.Wait(b.Context(), j.ID, nil); err != nil || j.State != "succeeded" {
				b.Errorf("the job ended as %s, %v", j.State, err)
			}
		}()
		took = append(took, patchUntil(b, s.neighbour(b), ended)...)
		s.stop(b)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)*19/20].Seconds()*1e3, "ms-p95")
	b.ReportMetric(float64(len(took)), "patches")
}

// neighbour returns a client of another workspace, which has one customer.
func (s *server) neighbour(b *testing.B) *client.Client {
	b.Helper()
	_, secret, err := s.CreateKey(b.Context(), "neighbour", "next-door", []string{"customers:read", "customers:write", "jobs:read"})
	fatal(b, err)
	c, err := client.New(s.base, secret)
	fatal(b, err)
	_, err = c.CreateRecord(b.Context(), "desk", map[string]any{"id": 1})
	fatal(b, err)
	return c
}

// patchUntil patches the neighbour's customer until the job has ended.
func patchUntil(b *testing.B, c *client.Client, ended chan struct{}) (took []time.Duration) {
	b.Helper()
	for i := 0; ; i++ {
		began := time.Now()
		_, err := c.UpdateRecord(b.Context(), "desk", "1", map[string]any{"firstName": fmt.Sprint("n", i)}, 0)
		fatal(b, err)
		took = append(took, time.Since(began))
		select {
		case <-ended:
			return took
		default:
		}
	}
}
