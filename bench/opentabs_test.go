package bench

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"bulkpatch/client"
)

// openAtOnce is how many pages of one job are open.
const openAtOnce = 200

// BenchmarkOpenTabs has 200 open pages of one running job, which changes one customer a
// second: as pages with an event stream, which is what a browser opens, and as pages
// that are read again every five seconds, which is what a browser does whose windows
// have no connection left. none is the job alone, and events are as many plain event
// streams of the API. cores is the CPU time of the server's process per second, and told
// how many lines of events and pages were sent in a second. At full size:
//
//	go test ./bench -run '^$' -bench OpenTabs -benchtime 1x -measured 30s
func BenchmarkOpenTabs(b *testing.B) {
	program := binary(b)
	db := "sqlite://" + imported(b, program, desks(10_000))
	s := serve(b, program, db, "embedded")
	defer s.stop(b)
	rate := 1.0
	j, err := s.SubmitBulk(b.Context(), "desk", raw(`{}`), raw(`{"jobTitle": "Open"}`), client.Options{AllowAll: true, RecordsPerSecond: &rate})
	fatal(b, err)
	c := s.newCaller(b, "pages", "main", everything...)
	c.http.Transport.(*http.Transport).MaxIdleConnsPerHost = openAtOnce
	f := &crowd{}
	for _, kind := range []struct {
		name string
		n    int
		one  followOnce
	}{{"none", 0, nil}, {"events", openAtOnce, f.stream}, {"pages", openAtOnce, f.page}, {"pages read again", openAtOnce, f.again}} {
		b.Run(kind.name, func(b *testing.B) {
			for b.Loop() {
				*f = crowd{}
				f.watch(b, s, c, j.ID, kind.n, kind.one)
			}
		})
	}
	_, err = s.Cancel(b.Context(), j.ID)
	fatal(b, err)
}

// watch measures what n followers of a job cost.
func (f *crowd) watch(b *testing.B, s *server, c *caller, id string, n int, one followOnce) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	for range n {
		f.join(ctx, c, id, one)
	}
	f.readyWith(b, n)
	before, began, told := s.cpu(b), time.Now(), f.told.Load()
	pause(b, *measured)
	b.ReportMetric((s.cpu(b)-before).Seconds()/time.Since(began).Seconds(), "cores")
	b.ReportMetric(float64(f.told.Load()-told)/time.Since(began).Seconds(), "told/s")
	b.ReportMetric(float64(f.lost.Load()), "lost")
	cancel()
	f.all.Wait()
}

// page opens the page of a job, and reads its events until the stream breaks.
func (f *crowd) page(ctx context.Context, c *caller, id, _ string, opened func()) (string, error) {
	path := "/admin/jobs/" + id
	if err := c.get(ctx, path); err != nil {
		opened()
		return "", err
	}
	return "", f.events(ctx, c, path+"/live", opened)
}

// again reads the page of a job every five seconds, beginning at any time within these.
func (f *crowd) again(ctx context.Context, c *caller, id, _ string, opened func()) (string, error) {
	const every = 5 * time.Second
	wait := time.Duration(f.joined.Load()) * every / openAtOnce
	for opened(); ; wait = every {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(wait):
		}
		if err := c.get(ctx, "/admin/jobs/"+id); err != nil {
			return "", fmt.Errorf("a page: %w", err)
		}
		f.told.Add(1)
	}
}
