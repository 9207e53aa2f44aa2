package api_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/api"
	"bulkpatch/auth"
	"bulkpatch/job"
)

// key makes another key of the bubble.
func (b *bubble) key(name string, scopes ...auth.Scope) string {
	_, secret, err := b.store.CreateKey(context.Background(), auth.Caller{}, auth.Key{Name: name, Workspace: auth.Workspace{Name: "main"}, Scopes: scopes})
	if err != nil {
		panic(err)
	}
	return secret
}

// running gives the job of the bubble a selection.
func (b *bubble) running() (live string) {
	matched := int64(120000)
	b.store.changeUnseen(b.job, func(j *job.Job) {
		j.Matched, j.Kind, j.Model, j.Tally, j.Filter = &matched, job.Bulk, "desk", job.Tally{Updated: 59000}, json.RawMessage(`{}`)
	})
	return "/admin/jobs/" + b.job + "/live"
}

// end ends the job of the bubble.
func (b *bubble) end() {
	b.store.change(b.job, func(j *job.Job) { j.State, j.Updated = job.Succeeded, *j.Matched })
}

func TestAnOpenPageOfAJobFollowsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		live := b.running()
		b.store.pace = job.Pace{From: time.Now(), Width: time.Second, Counts: []int64{1, 2, 3}}
		go func() {
			time.Sleep(time.Second)
			b.store.change(b.job, func(j *job.Job) {
				j.Updated = 60000
				j.Transitions = []job.Transition{{State: job.Running, By: "key:a\revent: end\r\ndata: x"}}
			})
			time.Sleep(time.Second)
			b.end()
		}()
		w := b.call(live)
		text := w.Body.String()
		for _, part := range []string{"event: part\nid: 2\ndata: <div id=\"job-actions\"", "59,000</b> updated", "60,000</b> updated", "120,000</b> updated", "succeeded</span>", `id="job-pace"`, `data-value="3"`} {
			if !strings.Contains(text, part) {
				t.Errorf("no %q in %s", part, text)
			}
		}
		if w.Header().Get("Content-Type") != "text/event-stream" || !strings.HasSuffix(text, "\n\nevent: end\ndata: \n\n") || strings.Count(strings.ReplaceAll(text, "\r", "\n"), "\nevent: end") != 1 {
			t.Errorf("the stream is %s", text)
		}
		if again := b.call(live, "Last-Event-ID", "4").Body.String(); again != "event: end\ndata: \n\n" {
			t.Errorf("who has the final state is told %q", again)
		}
	})
}

// TestTheRateOfAJobIsShownAnew has a job whose revision stays, while its rate changes.
func TestTheRateOfAJobIsShownAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		live := b.running()
		ctx, leave := context.WithTimeout(t.Context(), 30*time.Second)
		defer leave()
		go func() {
			time.Sleep(10 * time.Second)
			b.store.set(func() {
				j := b.store.jobs[b.job]
				j.RecordsPerSecond = 1234
				b.store.jobs[b.job] = j
			})
		}()
		text := b.as(ctx, b.admin, live).Body.String()
		if strings.Count(text, "event: part") != 2 || !strings.Contains(text, "1,234 records per second") {
			t.Errorf("the stream is %s", text)
		}
	})
}

// TestManyOpenPagesOfOneJobCostLittle opens 200 pages, half of them with other rights.
func TestManyOpenPagesOfOneJobCostLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		live := b.running()
		looks := b.key("looks", auth.JobsRead)
		var all sync.WaitGroup
		ctx, leave := context.WithCancel(t.Context())
		for i := range api.MaxStreams {
			key := []string{b.admin, looks}[i%2]
			all.Go(func() {
				text := b.as(ctx, key, live).Body.String()
				if may := strings.Contains(text, "/cancel"); may != (key == b.admin) {
					t.Errorf("offered to cancel: %v", may)
				}
			})
		}
		time.Sleep(4 * time.Second)
		queries, reads, _ := b.store.counts()
		var paces, lone int
		b.store.set(func() { paces, lone = b.store.paces, b.store.lone })
		time.Sleep(30 * time.Second)
		q, r, _ := b.store.counts()
		b.store.set(func() {
			if n := b.store.paces - paces; n > 7 {
				t.Errorf("%d reads for plots in half a minute", n)
			}
			if n := b.store.lone - lone; n > 0 {
				t.Errorf("%d reads of the job by single pages", n)
			}
		})
		if q-queries > 125 || r-reads > 22 {
			t.Errorf("%d queries for revisions and %d reads in half a minute", q-queries, r-reads)
		}
		leave()
		all.Wait()
	})
}

func TestOpenPagesCountAsStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		live := b.running()
		ctx, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range api.MaxStreams {
			all.Go(func() { b.as(ctx, b.admin, live) })
		}
		time.Sleep(time.Second)
		if w := b.call(live); w.Code != 429 {
			t.Errorf("one too many is answered with %d", w.Code)
		}
		leave()
		all.Wait()
		for path, want := range map[string]int{"/admin/jobs/nope/live": 404, live: 200} {
			var w *httptest.ResponseRecorder
			done := make(chan struct{})
			go func() { defer close(done); w = b.call(path) }()
			if want == 200 {
				time.Sleep(time.Second)
				b.end()
			}
			if <-done; w.Code != want {
				t.Errorf("%s is answered with %d", path, w.Code)
			}
		}
	})
}
