package main

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"bulkpatch/api/apitest"
	"bulkpatch/client"
	"bulkpatch/worker/redistest"
)

// The filter and the patch of the update that most tests submit. The filter
// matches all customers, and the patch changes each of them.
var (
	everybody = map[string]any{"id": map[string]any{"$gt": 0}}
	trusting  = map[string]any{"extraData": "seen"}
)

// queues starts each kind of Redis that serve supports.
func queues(tb testing.TB) map[string]func(tb testing.TB) string {
	return map[string]func(testing.TB) string{
		"embedded Redis": func(testing.TB) string { return "embedded" },
		"real Redis":     func(tb testing.TB) string { return redistest.Start(tb).URL() },
		"Redis Sentinel": func(tb testing.TB) string { return redistest.StartSentinel(tb).URL() },
		"Redis Cluster":  func(tb testing.TB) string { return redistest.StartCluster(tb).URL() },
	}
}

func TestServeRunsAJobToItsEndAndStops(t *testing.T) {
	t.Parallel()
	for name, queue := range queues(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, redis := database(t), queue(t)
			p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", db, "--redis", redis)
			if p.firstKey == "" {
				t.Fatal("the first start printed no admin key")
			}
			c := p.client(t, p.firstKey)
			load(t, c, 3000)
			j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkSum(t, wait(t, c, j.ID), client.StateSucceeded, 3000)
			if status := p.stop(t); status != 0 {
				t.Errorf("exit status %d after SIGTERM", status)
			}

			again := start(t, "serve", "--addr", "127.0.0.1:0", "--db", db, "--redis", redis)
			if again.firstKey != "" {
				t.Error("the second start printed a key again")
			}
			checkSum(t, wait(t, again.client(t, p.firstKey), j.ID), client.StateSucceeded, 3000)
		})
	}
}

// Tests of crashes have crowd customers and run with the flag tiny: their jobs
// have so many small chunks that one is always in flight. The process that
// resumes the job runs without the flag where nothing else must happen before
// the job ends: the test then ends sooner.
const crowd = 8_000

var tiny = []string{"--chunk", "3"}

// begin submits a job over all customers and returns when it has updated some.
func begin(t *testing.T, c *client.Client) client.Job {
	t.Helper()
	load(t, c, crowd)
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return under(t, c, j)
}

func TestAJobOutlivesKill9OfTheProcess(t *testing.T) {
	t.Parallel()
	for name, queue := range queues(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags := []string{"serve", "--addr", "127.0.0.1:0", "--db", database(t), "--redis", queue(t)}
			p := start(t, slices.Concat(flags, tiny)...)
			before := begin(t, p.client(t, p.firstKey))
			p.kill(t)

			c := start(t, flags...).client(t, p.firstKey)
			after, err := c.Job(t.Context(), before.ID)
			if err != nil {
				t.Fatal(err)
			}
			if after.Counts.Tried() < before.Counts.Tried() || after.Revision < before.Revision {
				t.Errorf("the crash took back %+v to %+v", before.Counts, after.Counts)
			}
			checkResumed(t, c, before.ID)
		})
	}
}

// checkResumed waits for the end of the job. The job must have been resumed, and
// must have changed each customer exactly once.
func checkResumed(t *testing.T, c *client.Client, id string) {
	t.Helper()
	j := wait(t, c, id)
	checkSum(t, j, client.StateSucceeded, crowd)
	if j.Attempt.Resumes == 0 {
		t.Error("the job does not show that it was taken up again")
	}
	checkChangedOnce(t, c, crowd)
}

// checkChangedOnce reads all customers. Each must have been changed exactly
// once, to the value that the job writes.
func checkChangedOnce(t *testing.T, c *client.Client, n int) {
	t.Helper()
	stream, err := c.Export(t.Context(), "desk", client.NDJSON, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	seen := 0
	for d := json.NewDecoder(stream); ; seen++ {
		var r struct {
			ID        int
			Version   int
			ExtraData string
		}
		if err := d.Decode(&r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if r.Version != 2 || r.ExtraData != "seen" {
			t.Fatalf("customer %d has version %d and %q", r.ID, r.Version, r.ExtraData)
		}
	}
	if seen != n {
		t.Errorf("%d customers of %d", seen, n)
	}
}

func TestAStopInTheMidstOfAJobIsInOrderAndTheNextStartGoesOn(t *testing.T) {
	t.Parallel()
	flags := []string{"serve", "--addr", "127.0.0.1:0", "--db", database(t)}
	p := start(t, slices.Concat(flags, tiny)...)
	j := begin(t, p.client(t, p.firstKey))
	if status := p.stop(t); status != 0 {
		t.Errorf("exit status %d after SIGTERM", status)
	}
	c := start(t, flags...).client(t, p.firstKey)
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, crowd)
	checkChangedOnce(t, c, crowd)
}

func TestAPIAndWorkersAreProcessesOfTheirOwn(t *testing.T) {
	t.Parallel()
	shared := []string{"--db", database(t), "--redis", redistest.Start(t).URL()}
	api := start(t, append([]string{"api", "--addr", "127.0.0.1:0"}, shared...)...)
	worker := slices.Concat([]string{"worker", "--metrics-addr", "127.0.0.1:0"}, shared)
	first := start(t, slices.Concat(worker, tiny)...)
	c := api.client(t, api.firstKey)
	j := begin(t, c)
	first.kill(t)
	second := start(t, worker...)
	checkResumed(t, c, j.ID)
	for name, p := range map[string]*process{"api": api, "worker": second} {
		if status := p.stop(t); status != 0 {
			t.Errorf("%s: exit status %d after SIGTERM", name, status)
		}
	}
}

// TestAJobIsFollowedThroughAnyAPIProcess submits a job to one API process and
// follows it through another, while a worker process runs it.
func TestAJobIsFollowedThroughAnyAPIProcess(t *testing.T) {
	t.Parallel()
	shared := []string{"--db", database(t), "--redis", redistest.Start(t).URL()}
	api := append([]string{"api", "--addr", "127.0.0.1:0"}, shared...)
	one := start(t, api...)
	other := start(t, api...)
	c := one.client(t, one.firstKey)
	load(t, c, 1000)
	slowly := 500.0
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{RecordsPerSecond: &slowly})
	if err != nil {
		t.Fatal(err)
	}
	start(t, append([]string{"worker", "--metrics-addr", "127.0.0.1:0"}, shared...)...)
	seen := map[string]bool{}
	elsewhere := other.client(t, one.firstKey)
	last, err := elsewhere.Wait(t.Context(), j.ID, func(j client.Job) { seen[j.State] = true })
	if err != nil {
		t.Fatal(err)
	}
	checkSum(t, last, client.StateSucceeded, 1000)
	if !seen["running"] {
		t.Errorf("the other API process showed the states %v on the way", seen)
	}
}

// TestTheSecondSignalEndsAtOnce runs alone: the second signal must come within
// the eight seconds that the first stop takes.
func TestTheSecondSignalEndsAtOnce(t *testing.T) {
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t))
	// A request whose body does not end delays the first stop.
	body, feed := io.Pipe()
	defer feed.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/v1/desk/customers", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-API-Key", p.firstKey)
	made := make(chan error, 1)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		made <- err
	}()
	if _, err := io.WriteString(feed, "{"); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	untilRefused(t, strings.TrimPrefix(p.base, "http://"))
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-p.ended
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Errorf("the process ended with %v", p.cmd.ProcessState)
	}
	feed.Close()
	if err := <-made; err == nil {
		t.Error("the call was answered")
	}
}

// untilRefused returns when the address refuses connections.
func untilRefused(t *testing.T, addr string) {
	t.Helper()
	for {
		// Attempts may fail otherwise: be lost right before the port closes, or find no
		// free port of their own, when many have been made.
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", addr)
		switch {
		case err == nil:
			conn.Close()
		case errors.Is(err, syscall.ECONNREFUSED):
			return
		}
	}
}

func TestBadInputsLeaveNoTraceOnTheRealService(t *testing.T) {
	t.Parallel()
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t))
	c := p.client(t, p.firstKey)
	_, reader, err := c.CreateKey(t.Context(), "reader", "main", []string{"customers:read"})
	if err != nil {
		t.Fatal(err)
	}
	_, foreign, err := c.CreateKey(t.Context(), "foreign", "elsewhere", []string{"admin"})
	if err != nil {
		t.Fatal(err)
	}
	j, err := p.client(t, foreign).SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	record, err := c.CreateRecord(t.Context(), "desk", map[string]any{"firstName": "Ana"})
	if err != nil {
		t.Fatal(err)
	}
	apitest.BadInputs(t, apitest.Target{
		BaseURL: p.base, Admin: p.firstKey, Reader: reader, ForeignJob: j.ID, Record: record.ID(),
	})
}

// chosenKey is an admin key as a user may choose it.
const chosenKey = "chosen-by-the-user-himself"

func TestTheServiceShowsMetricsAndQueues(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "admin-key")
	if err := os.WriteFile(file, []byte(chosenKey+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--admin-key-file", file)
	if p.firstKey != "" {
		t.Error("a key that the user chose was printed")
	}
	if log := p.logged.String(); strings.Count(log, "chmod 600 "+file) != 1 || strings.Contains(log, chosenKey) {
		t.Errorf("a key that others can read is spoken of so: %s", log)
	}
	c := p.client(t, chosenKey)
	load(t, c, 10)
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, c, j.ID)
	get(t, p.base+"/healthz", "", http.StatusOK)
	get(t, p.base+"/readyz", "", http.StatusOK)
	if page := get(t, p.base+"/admin/queues", chosenKey, http.StatusOK); !strings.Contains(page, `colspan="2" class="num">bulk</th>`) {
		t.Errorf("the queues' page says %s", page)
	}
}

func get(t *testing.T, address, key string, status int) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		t.Fatalf("%s: %s, %v\n%s", address, resp.Status, err, body)
	}
	return string(body)
}

func TestTheDemoEndsWellAndLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := exec.Command(binary(t), "demo", "--exit", "--records", "2000")
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, part := range []string{": succeeded", ": partially_succeeded", "failed 2", "(unique)", "→"} {
		if !strings.Contains(string(out), part) {
			t.Errorf("no %q in:\n%s", part, out)
		}
	}
	if strings.Contains(string(out), "http") {
		t.Errorf("it shows addresses of a server that has ended:\n%s", out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
