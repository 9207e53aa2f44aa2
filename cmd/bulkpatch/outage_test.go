package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
	"bulkpatch/worker/redistest"
)

func TestAnOutageIsTwoLines(t *testing.T) {
	var logged bytes.Buffer
	var answer error
	o := outage{what: "Redis", log: slog.New(slog.NewTextHandler(&logged, nil)), within: time.Second,
		ask: func(context.Context) error { return answer }}
	if o.state() != "down" {
		t.Error("Redis is up before it was asked")
	}
	since := time.Time{}
	for _, answer = range []error{nil, errors.New("refused"), errors.New("refused"), errors.New("timeout"), nil, nil} {
		since = o.look(t.Context(), since)
		if up := o.state() == "up"; up != (answer == nil) {
			t.Errorf("after %v Redis is %s", answer, o.state())
		}
	}
	lines := strings.Split(strings.TrimSpace(logged.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "level=WARN") || !strings.Contains(lines[0], "refused") ||
		!strings.Contains(lines[1], "level=INFO") || !strings.Contains(lines[1], "away=") {
		t.Errorf("the log says %q", lines)
	}
}

func TestASubmitIsAcceptedWhileRedisIsDown(t *testing.T) {
	t.Parallel()
	for name, db := range map[string]func(testing.TB) string{
		"SQLite":     database,
		"PostgreSQL": pgtest.Database,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := redistest.Start(t)
			p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", db(t), "--redis", redis.URL())
			c := p.client(t, p.firstKey)
			load(t, c, 500)
			redis.Kill()
			j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{})
			if err != nil {
				t.Fatalf("submit without Redis: %v", err)
			}
			for why := ""; why != "redis_unavailable"; {
				if j, err = c.Next(t.Context(), j); err != nil || j.Done {
					t.Fatalf("job %+v, error %v", j, err)
				}
				if j.Progress.WaitReason != nil {
					why = *j.Progress.WaitReason
				}
			}
			redis.Restart(t)
			checkSum(t, wait(t, c, j.ID), client.StateSucceeded, 500)
		})
	}
}

func TestAStartDoesNotNeedRedis(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	redis.Kill()
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--redis", redis.URL())
	c := p.client(t, p.firstKey)
	load(t, c, 10)
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{})
	if err != nil {
		t.Fatalf("submit without Redis: %v", err)
	}
	if metrics := get(t, p.base+"/metrics", p.firstKey, http.StatusOK); !strings.Contains(metrics, "go_goroutines") {
		t.Errorf("no metrics without Redis:\n%s", metrics)
	}
	redis.Restart(t)
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, 10)
	if status := p.stop(t); status != 0 {
		t.Errorf("exit status %d after SIGTERM", status)
	}
}

// TestProcessesSayWhetherTheyAreReady stops Redis under an API process and a
// worker that have work, starts it again, and then stops both processes.
func TestProcessesSayWhetherTheyAreReady(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	shared := []string{"--db", database(t), "--redis", redis.URL()}
	api := start(t, slices.Concat([]string{"api", "--addr", "127.0.0.1:0"}, shared)...)
	worker := start(t, slices.Concat([]string{"worker", "--metrics-addr", "127.0.0.1:0"}, shared)...)
	c := api.client(t, api.firstKey)
	load(t, c, 10)
	for _, p := range []*process{api, worker} {
		p.untilReady(t, http.StatusOK, `"redis":"up"`)
	}
	redis.Kill()
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	api.untilReady(t, http.StatusOK, `"redis":"down"`)
	worker.untilReady(t, http.StatusServiceUnavailable, `"redis":"down"`)
	redis.Restart(t)
	for _, p := range []*process{api, worker} {
		p.untilReady(t, http.StatusOK, `"redis":"up"`)
	}
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, 10)
	for name, p := range map[string]*process{"api": api, "worker": worker} {
		if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		p.untilReady(t, http.StatusServiceUnavailable, "not_ready")
		<-p.ended
		said := p.logged.String()
		for _, line := range []string{"Redis does not answer", "Redis answers again", "level=WARN"} {
			if n := strings.Count(said, line); n != 1 {
				t.Errorf("%s says %q %d times", name, line, n)
			}
		}
	}
	said := api.logged.String() + worker.logged.String()
	for _, event := range []string{"accepted", "started", "ended"} {
		if n := strings.Count(said, `msg="job `+event+`" job=`+j.ID); n != 1 {
			t.Errorf("the logs say %d times that the job was %s", n, event)
		}
	}
}

// untilReady returns when /readyz answers with a status and a text. /readyz must
// answer each time.
func (p *process) untilReady(t *testing.T, status int, text string) {
	t.Helper()
	var last string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		resp, err := http.Get(p.base + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if last = resp.Status + " " + string(body); err == nil && resp.StatusCode == status && strings.Contains(last, text) {
			return
		}
	}
	t.Fatalf("/readyz says %s", last)
}
