package bench

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bulkpatch/client"
	"bulkpatch/model/sample"
)

var measured = flag.Duration("measured", time.Second, "how long neighbours and followers are measured")

// BenchmarkExpensiveNeighbours has eight callers of one workspace loop the
// most expensive list, count, preview and bulk job that the limits allow, and
// measures the calls of another workspace meanwhile: patches of one record that
// wait for their end, bulk jobs over 1,000 customers from the submission to the
// end, reads of the newest job and of a customer by id, and /readyz. wrong-% is
// the share of these calls that were refused or failed. readyz-wrong-% is the
// share of answers of /readyz other than 200, since the service is always ready.
// costly-calls is the number of calls of the eight callers, and costly-refused-%
// the share of them that were refused, which is allowed. At full size:
//
//	go test ./bench -run '^$' -bench ExpensiveNeighbours -costly 100000 -measured 60s
func BenchmarkExpensiveNeighbours(b *testing.B) { onBoth(b, clients(*costly), neighbours) }

func neighbours(b *testing.B, program string, database func() string) {
	b.Helper()
	s := serve(b, program, database(), "embedded")
	defer s.stop(b)
	greedy, other := s.newCaller(b, "greedy", "main", everything...), s.newCaller(b, "other", "next-door", everything...)
	report, err := other.Import(b.Context(), "desk", "application/x-ndjson", sample.DeskReader(2, 1000))
	fatal(b, err)
	if report.Inserted != 1000 {
		b.Fatalf("the import took %+v", report)
	}
	greedy.admitted(b)
	for b.Loop() {
		costs, m := &times{}, &neighbour{caller: other}
		ctx, cancel := context.WithCancel(b.Context())
		var eight sync.WaitGroup
		for _, call := range greedy.costlyCalls() {
			for range 2 {
				eight.Go(func() {
					costs.loop(ctx.Done(), time.Millisecond, func() error {
						if err := call(ctx); ctx.Err() == nil {
							return err
						}
						return errCutOff
					})
				})
			}
		}
		m.measure(b.Context())
		cancel()
		eight.Wait()
		m.report(b)
		b.ReportMetric(float64(s.peak(b))/(1<<20), "MiB-peak")
		b.ReportMetric(float64(len(costs.took)), "costly-calls")
		b.ReportMetric(percent(costs.bad, len(costs.took)), "costly-refused-%")
	}
}

// costlyCalls are the four calls that the callers loop. A bulk job that still
// runs when the context ends is cancelled, so that each round starts alike.
func (c *caller) costlyCalls() []func(context.Context) error {
	// In an address there is room for 64 KiB, and nothing in the filter has to
	// be escaped.
	list := "/v1/clientsuccess/customers?limit=1000&filter=" + matchesNone(*terms)
	var n atomic.Int64
	submission := func() client.Submission {
		patch := raw(fmt.Sprintf(`{"city": "b%d"}`, n.Add(1)))
		return client.Submission{Model: "clientsuccess", Filter: atTheLimits(), Patch: patch}
	}
	return []func(context.Context) error{
		func(ctx context.Context) error { return c.get(ctx, list) },
		func(ctx context.Context) error { return c.get(ctx, list+"&count=true") },
		func(ctx context.Context) error {
			_, err := c.PreviewSubmission(ctx, submission())
			return err
		},
		func(ctx context.Context) error {
			j, err := c.Submit(ctx, submission())
			if err != nil {
				return err
			}
			_, err = c.Wait(ctx, j.ID, nil)
			if ctx.Err() != nil {
				_, err = c.Cancel(context.WithoutCancel(ctx), j.ID)
			}
			return err
		},
	}
}

// admitted checks that the costly filters are within the limits: calls that are
// refused as bad input would cost nothing.
func (c *caller) admitted(b *testing.B) {
	b.Helper()
	fatal(b, c.costlyCalls()[0](b.Context()))
	for _, filter := range []string{matchesNone(*terms), string(atTheLimits())} {
		j, err := c.Submit(b.Context(), client.Submission{Model: "clientsuccess", Filter: raw(filter), Patch: raw(`{"city": "b"}`)})
		fatal(b, err)
		_, err = c.Cancel(b.Context(), j.ID)
		if err != nil && !client.HasStatus(err, 409) {
			b.Fatal(err)
		}
		_, err = c.Wait(b.Context(), j.ID, nil)
		fatal(b, err)
	}
}

// A neighbour measures the calls of a workspace that has a thousand customers.
type neighbour struct {
	*caller
	singles, bulks, lookups, probes times
}

// measure loops its calls for as long as the flag says.
func (m *neighbour) measure(ctx context.Context) {
	stop, singles, bulks := make(chan struct{}), 0, 0
	var all sync.WaitGroup
	loop := func(t *times, pause time.Duration, call func(context.Context) error) {
		all.Go(func() {
			t.loop(stop, pause, func() error {
				ctx, cancel := context.WithTimeout(ctx, patience)
				defer cancel()
				return call(ctx)
			})
		})
	}
	loop(&m.singles, 20*time.Millisecond, func(ctx context.Context) error { singles++; return m.single(ctx, singles) })
	loop(&m.bulks, 100*time.Millisecond, func(ctx context.Context) error { bulks++; return m.bulk(ctx, bulks) })
	loop(&m.lookups, 10*time.Millisecond, func(ctx context.Context) error { return m.get(ctx, "/v1/desk/customers/8") })
	loop(&m.lookups, 10*time.Millisecond, func(ctx context.Context) error { return m.get(ctx, "/v1/jobs?limit=1") })
	loop(&m.probes, 50*time.Millisecond, func(ctx context.Context) error { return m.get(ctx, "/readyz") })
	time.Sleep(*measured)
	close(stop)
	all.Wait()
}

// patience is how long a call of the neighbour may take before it counts as
// not answered.
const patience = time.Minute

// single patches a customer and waits until the patch is applied.
func (m *neighbour) single(ctx context.Context, n int) error {
	resp, err := m.open(ctx, "PATCH", "/v1/desk/customers/7", strings.NewReader(fmt.Sprintf(`{"firstName": "n%d"}`, n)),
		"Content-Type", "application/json", "Prefer", "wait=30")
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		return fmt.Errorf("a single was answered %d", resp.StatusCode)
	}
	return nil
}

// bulk patches all customers of the workspace and waits for the job's end.
func (m *neighbour) bulk(ctx context.Context, n int) error {
	j, err := m.SubmitBulk(ctx, "desk", raw(`{"id": {"$gt": 0}}`), raw(fmt.Sprintf(`{"jobTitle": "b%d"}`, n)), client.Options{})
	if err != nil {
		return err
	}
	j, err = m.Wait(ctx, j.ID, nil)
	if err == nil && j.State != "succeeded" {
		err = errors.New("the neighbour's job ended as " + j.State)
	}
	return err
}

func (m *neighbour) report(b *testing.B) {
	b.Helper()
	b.ReportMetric(ms(m.singles.share(0.95)), "single-ms-p95")
	b.ReportMetric(m.bulks.share(0.95).Seconds(), "bulk-s-p95")
	b.ReportMetric(m.bulks.share(1).Seconds(), "bulk-s-max")
	b.ReportMetric(ms(m.lookups.share(0.95)), "lookup-ms-p95")
	b.ReportMetric(ms(m.probes.share(0.95)), "readyz-ms-p95")
	b.ReportMetric(percent(m.singles.bad+m.bulks.bad+m.lookups.bad, len(m.singles.took)+len(m.bulks.took)+len(m.lookups.took)), "wrong-%")
	b.ReportMetric(percent(m.probes.bad, len(m.probes.took)), "readyz-wrong-%")
}
