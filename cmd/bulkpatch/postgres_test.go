package main

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
	"bulkpatch/worker/redistest"
)

// TestWorkersShareAJobOnPostgreSQL kills one of two workers in the midst of a
// job that both work on.
func TestWorkersShareAJobOnPostgreSQL(t *testing.T) {
	t.Parallel()
	shared := []string{"--db", pgtest.Database(t), "--redis", redistest.Start(t).URL()}
	api := start(t, append([]string{"api", "--addr", "127.0.0.1:0"}, shared...)...)
	worker := slices.Concat([]string{"worker", "--metrics-addr", "127.0.0.1:0", "--concurrency", "1"}, tiny, shared)
	first, second := start(t, worker...), start(t, worker...)
	c := api.client(t, api.firstKey)
	j := begin(t, c)
	for _, p := range []*process{first, second} {
		untilCounted(t, p)
	}
	first.kill(t)
	if j, err := c.Job(t.Context(), j.ID); err != nil || j.Done {
		t.Fatalf("the job ended before the kill: %+v, %v", j, err)
	}
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, crowd)
	checkChangedOnce(t, c, crowd)
	for name, p := range map[string]*process{"api": api, "worker": second} {
		get(t, p.base+"/readyz", "", http.StatusOK)
		if status := p.stop(t); status != 0 {
			t.Errorf("%s: exit status %d after SIGTERM", name, status)
		}
	}
}

// untilCounted returns when a worker has updated records.
func untilCounted(t *testing.T, p *process) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		for line := range strings.Lines(get(t, p.base+"/metrics", "", http.StatusOK)) {
			if n, ok := strings.CutPrefix(line, `bulkpatch_records_total{kind="bulk",outcome="updated"} `); ok && strings.TrimSpace(n) != "0" {
				return
			}
		}
	}
	t.Fatal("a worker had nothing to do")
}

// TestServeOutlivesTheLossOfPostgreSQL makes the server unavailable while a job
// runs. Meanwhile each call must answer 503 and change nothing.
func TestServeOutlivesTheLossOfPostgreSQL(t *testing.T) {
	t.Parallel()
	for name, loss := range map[string]struct {
		begin, end func(*testing.T, *pgtest.Server)
	}{
		"it is killed": {
			func(t *testing.T, s *pgtest.Server) { s.Kill(t) },
			func(t *testing.T, s *pgtest.Server) { s.Restart(t) }},
		"it says nothing": {
			func(t *testing.T, s *pgtest.Server) { fatal(t, s.Stall()) },
			func(t *testing.T, s *pgtest.Server) { fatal(t, s.Resume()) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := pgtest.Start(t)
			p := start(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--db", server.Database(t)}, tiny...)...)
			c := p.client(t, p.firstKey)
			j := begin(t, c)
			loss.begin(t, server)
			get(t, p.base+"/readyz", "", http.StatusServiceUnavailable)
			get(t, p.base+"/healthz", "", http.StatusOK)
			refusedForNow(t, p, j.ID)
			loss.end(t, server)
			untilReady(t, p)
			checkSum(t, wait(t, c, j.ID), client.StateSucceeded, crowd)
			checkChangedOnce(t, c, crowd)
			var warnings []string
			for line := range strings.Lines(p.logged.String()) {
				if strings.Contains(line, "level=WARN") && !strings.Contains(line, "msg=request ") {
					warnings = append(warnings, line)
				}
			}
			if len(warnings) > 1 || len(warnings) == 1 && !strings.Contains(warnings[0], "The database does not answer") {
				t.Errorf("the log warns of %q", warnings)
			}
		})
	}
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refusedForNow makes calls of each kind. All must answer 503 with Retry-After.
func refusedForNow(t *testing.T, p *process, id string) {
	t.Helper()
	var calls sync.WaitGroup
	for _, call := range []struct{ method, path, body string }{
		{"GET", "/v1/jobs/" + id, ""},
		{"GET", "/v1/jobs/" + id + "/results", ""},
		{"GET", "/v1/desk/customers", ""},
		{"PATCH", "/v1/desk/customers/1", `{"jobTitle": "never"}`},
		{"PATCH", "/v1/desk/customers?filter=%7B%22id%22%3A%7B%22$gt%22%3A0%7D%7D", `{"jobTitle": "never"}`},
		{"POST", "/v1/jobs/" + id + "/cancel", ""},
		{"PATCH", "/desk/api/v2/customers/1.json", `{"customer": {"jobTitle": "never"}}`},
	} {
		calls.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), call.method, p.base+call.path, strings.NewReader(call.body))
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set("Authorization", "Bearer "+p.firstKey)
			req.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
				t.Errorf("%s %s answered %s, Retry-After %q", call.method, call.path, resp.Status, resp.Header.Get("Retry-After"))
			}
		})
	}
	calls.Wait()
}

// untilReady returns when the process can work again.
func untilReady(t *testing.T, p *process) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		resp, err := http.Get(p.base + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatal("the process is not ready again")
}
