package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
	"bulkpatch/worker/redistest"
)

// The model of this version, and that of the next, which has one more field and
// index.
const (
	plants     = "x-model: plant\nx-filterable: true\ntype: object\nproperties:\n  name: {type: string}\n  watered: {type: boolean}\n"
	nextPlants = plants + "  height: {type: integer, x-indexed: true}\n"
)

// TestARollingUpgradeHoldsNobodyUp replaces an API process and a worker by those
// of the next version while a job runs and a caller continues to write.
func TestARollingUpgradeHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	const people = 10_000
	shared := []string{"--db", pgtest.Database(t), "--redis", redistest.Start(t).URL()}
	api := func(models string) *process {
		return start(t, slices.Concat([]string{"api", "--addr", "127.0.0.1:0", "--models", folder(t, models)}, shared)...)
	}
	worker := func(models string) *process {
		return start(t, slices.Concat([]string{"worker", "--metrics-addr", "127.0.0.1:0", "--models", folder(t, models)}, tiny, shared)...)
	}
	oldAPI, oldWorker := api(plants), worker(plants)
	proxy := &proxy{current: oldAPI}
	c := proxy.client(t)
	report, err := c.Import(t.Context(), "plant", client.NDJSON, strings.NewReader(strings.Repeat(`{"name": "fern"}`+"\n", people)))
	if err != nil || report.Inserted != people {
		t.Fatalf("%+v, %v", report, err)
	}
	stop, patched := make(chan struct{}), make(chan int, 1)
	go func() { patched <- patchOneByOne(t, c, stop) }()

	j, err := c.SubmitBulk(t.Context(), "plant", everybody, map[string]any{"watered": true}, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	under(t, c, j)
	if status, _, said := call(t, "migrate", "--db", shared[1], "--models", folder(t, nextPlants)); status != 0 {
		t.Fatalf("migrate: exit status %d, %s", status, said)
	}
	newAPI, newWorker := api(nextPlants), worker(nextPlants)
	proxy.switchTo(newAPI)
	for name, p := range map[string]*process{"API process": oldAPI, "worker": oldWorker} {
		if status := p.stop(t); status != 0 {
			t.Errorf("the old %s: exit status %d", name, status)
		}
	}
	if j, err = c.Job(t.Context(), j.ID); err != nil || j.Done {
		t.Fatalf("the job ended before the next version had it: %+v, %v", j, err)
	}
	untilCounted(t, newWorker)
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, people)
	close(stop)
	checkVersions(t, c, <-patched)
	if _, err := c.UpdateRecord(t.Context(), "plant", "1", map[string]any{"height": 12}, 0); err != nil {
		t.Errorf("the new field: %v", err)
	}
}

// A proxy sends all calls to one API process.
type proxy struct {
	current  *process
	underWay sync.RWMutex // held for reading by each call
}

// client returns a client that calls the current API process.
func (p *proxy) client(t *testing.T) *client.Client {
	t.Helper()
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		to, err := url.Parse(p.current.base)
		if err != nil {
			t.Error(err)
		}
		r.SetURL(to)
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.underWay.RLock()
		defer p.underWay.RUnlock()
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c, err := client.New(server.URL, p.current.firstKey)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// switchTo sends later calls to another API process. When it returns, the former
// one has answered all of its calls: a call on the way to it would fail when it
// stops.
func (p *proxy) switchTo(to *process) {
	p.underWay.Lock()
	defer p.underWay.Unlock()
	p.current = to
}

// folder creates a folder with one model file.
func folder(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "plant.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// patchOneByOne gives a name to one plant after the other until it is told to
// stop, and says how many have one.
func patchOneByOne(t *testing.T, c *client.Client, stop chan struct{}) int {
	for id := 1; ; id++ {
		select {
		case <-stop:
			return id - 1
		default:
		}
		if _, err := c.UpdateRecord(t.Context(), "plant", fmt.Sprint(id), map[string]any{"name": "moss"}, 0); err != nil {
			t.Errorf("plant %d: %v", id, err)
		}
	}
}

// checkVersions fails the test unless the first plants were changed twice, and
// the others once.
func checkVersions(t *testing.T, c *client.Client, twice int) {
	t.Helper()
	if twice == 0 {
		t.Error("no plant was patched meanwhile")
	}
	for r, err := range c.Records(t.Context(), "plant", client.RecordQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		var id int
		if _, err := fmt.Sscan(r.ID(), &id); err != nil {
			t.Fatal(err)
		}
		want := int64(2)
		if id <= twice {
			want = 3
		}
		if r.Version() != want {
			t.Fatalf("plant %d has version %d, not %d", id, r.Version(), want)
		}
	}
}
