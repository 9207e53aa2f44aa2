package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bulkpatch/client"
)

// BenchmarkExpensiveFilter runs a job with the most expensive filter that the
// limits allow, over all customers of a model. It reports:
//
//   - s-job: the time from the submission to the end.
//   - resolved-steps and count-steps: how many different values of
//     resolvedPercent, and then of the counts, a caller reads that asks every
//     20 ms.
//   - cancel-resolving-s and cancel-running-s: the time from the request to
//     cancel such a job in that state until the job is cancelled and the request
//     is answered.
//   - lock-over-250ms-%, on SQLite: another process asks for the database's write
//     lock every 20 ms during all of this; this is the share of its attempts that
//     waited longer than 250 ms, as any small write would. It is an upper bound
//     for the share of transactions that take so long, because one attempt may
//     wait for several transactions in a row.
//
// At full size:
//
//	go test ./bench -run '^$' -bench ExpensiveFilter -costly 100000 -timeout 1h
func BenchmarkExpensiveFilter(b *testing.B) { onBoth(b, clients(*costly), costlyJob) }

func costlyJob(b *testing.B, program string, database func() string) {
	b.Helper()
	db := database()
	s := serve(b, program, db, "embedded")
	defer s.stop(b)
	c := s.newCaller(b, "costly", "main", everything...)
	for n := 0; b.Loop(); n++ {
		waited := lockWaits(b, db)
		began := time.Now()
		p := c.followCostly(b, c.submitCostly(b, n))
		b.ReportMetric(time.Since(began).Seconds(), "s-job")
		b.ReportMetric(float64(p.resolved), "resolved-steps")
		b.ReportMetric(float64(p.counted), "count-steps")
		for _, state := range []string{"resolving", "running"} {
			if took, met := c.cancelIn(b, state, n); met {
				b.ReportMetric(took.Seconds(), "cancel-"+state+"-s")
			}
		}
		if t := waited(); t != nil {
			b.ReportMetric(t.over(250*time.Millisecond), "lock-over-250ms-%")
			b.ReportMetric(ms(t.share(1)), "lock-ms-max")
		}
	}
}

// submitCostly submits a job that changes every customer.
func (c *caller) submitCostly(b *testing.B, n int) string {
	b.Helper()
	patch := raw(fmt.Sprintf(`{"city": "c%d %d"}`, n, time.Now().UnixNano()))
	j, err := c.Submit(b.Context(), client.Submission{Model: "clientsuccess", Filter: atTheLimits(), Patch: patch})
	fatal(b, err)
	return j.ID
}

// A costlyView is the part of such a job that the benchmark reads.
type costlyView struct {
	State    string
	Done     bool
	Counts   client.Counts
	Progress struct{ ResolvedPercent *float64 }
}

// look reads a job once. It does not repeat a call that is refused.
func (c *caller) look(ctx context.Context, id string) (v costlyView, err error) {
	resp, err := c.open(ctx, "GET", "/v1/jobs/"+id, nil)
	if err != nil {
		return v, err
	}
	err = json.NewDecoder(resp.Body).Decode(&v)
	return v, errors.Join(err, resp.Body.Close())
}

// steps counts how often the progress of a job changed between two reads.
type steps struct{ resolved, counted int }

// followCostly reads a job again and again until it has succeeded.
func (c *caller) followCostly(b *testing.B, id string) (s steps) {
	b.Helper()
	resolved, counted := map[float64]bool{}, map[int64]bool{}
	for {
		v, err := c.look(b.Context(), id)
		if err == nil && v.Progress.ResolvedPercent != nil {
			resolved[*v.Progress.ResolvedPercent] = true
		}
		if err == nil && v.Counts.Matched != nil {
			counted[v.Counts.Tried()] = true
		}
		if err == nil && v.Done {
			if v.State != "succeeded" {
				b.Fatalf("the job ended as %s, %+v", v.State, v.Counts)
			}
			return steps{len(resolved), len(counted)}
		}
		pause(b, 20*time.Millisecond)
	}
}

func pause(b *testing.B, d time.Duration) {
	b.Helper()
	select {
	case <-b.Context().Done():
		b.Fatal(b.Context().Err())
	case <-time.After(d):
	}
}

// cancelIn submits a job, cancels it when it is in a state, and returns how long
// it took to end. It reports nothing if the job leaves the state too quickly.
func (c *caller) cancelIn(b *testing.B, state string, n int) (took time.Duration, met bool) {
	b.Helper()
	id := c.submitCostly(b, n)
	var began time.Time
	for {
		v, err := c.look(b.Context(), id)
		switch {
		case err == nil && v.Done && v.State != "cancelled":
			b.Logf("a job was %s before it was cancelled while %s; more customers than %d would keep it busy", v.State, state, *costly)
			return 0, false
		case err == nil && v.Done:
			return time.Since(began), true
		case err == nil && began.IsZero() && v.State == state:
			began = time.Now()
			if _, err := c.Cancel(b.Context(), id); err != nil && !client.HasStatus(err, 409) {
				b.Logf("the cancel of a job that is %s: %v", state, err)
			}
		default:
			pause(b, time.Millisecond)
		}
	}
}

// lockWaits asks for the write lock of an SQLite database again and again until
// the returned function is called. That function returns how long each attempt
// waited. For other databases it returns nothing.
func lockWaits(b *testing.B, address string) func() *times {
	b.Helper()
	path, ok := strings.CutPrefix(address, "sqlite://")
	if !ok {
		return func() *times { return nil }
	}
	db, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=0&_synchronous=OFF")
	fatal(b, err)
	db.SetMaxOpenConns(1)
	stop, ended, t := make(chan struct{}), make(chan struct{}), &times{}
	go func() {
		defer close(ended)
		t.loop(stop, 20*time.Millisecond, func() error {
			for {
				if _, err := db.Exec(`BEGIN IMMEDIATE; ROLLBACK`); err == nil {
					return nil
				}
				time.Sleep(time.Millisecond)
			}
		})
	}()
	return func() *times {
		close(stop)
		<-ended
		fatal(b, db.Close())
		return t
	}
}
