package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
	"bulkpatch/worker/redistest"
)

// TestWorkersShareAJobOnPostgreSQL kills one of two workers in the midst of a
// job that both work on.
func TestWorkersShareAJobOnPostgreSQL(t *testing.T) {
	shared := []string{"--db", pgtest.Start(t).Database(t), "--redis", redistest.Start(t).URL()}
	front := start(t, append([]string{"api", "--addr", "127.0.0.1:0"}, shared...)...)
	worker := slices.Concat([]string{"worker", "--metrics-addr", "127.0.0.1:0", "--concurrency", "1"}, tiny, shared)
	first, second := start(t, worker...), start(t, worker...)
	c := front.client(t, front.firstKey)
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
	for name, p := range map[string]*process{"api": front, "worker": second} {
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
			if n, ok := strings.CutPrefix(line, "bulkpatch_records_total "); ok && strings.TrimSpace(n) != "0" {
				return
			}
		}
	}
	t.Fatal("a worker had nothing to do")
}

func TestServeOutlivesARestartOfPostgreSQL(t *testing.T) {
	server := pgtest.Start(t)
	flags := append([]string{"serve", "--addr", "127.0.0.1:0", "--db", server.Database(t)}, tiny...)
	p := start(t, flags...)
	c := p.client(t, p.firstKey)
	j := begin(t, c)
	server.Kill(t)
	get(t, p.base+"/readyz", "", http.StatusServiceUnavailable)
	get(t, p.base+"/healthz", "", http.StatusOK)
	get(t, p.base+"/v1/jobs/"+j.ID, p.firstKey, http.StatusServiceUnavailable)
	server.Restart(t)
	untilReady(t, p)
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, crowd)
	checkChangedOnce(t, c, crowd)
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
