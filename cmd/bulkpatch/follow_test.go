package main

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"bulkpatch/client"
)

// TestAWatchSurvivesARestart kills the server of a job that is watched in a pipe, and
// starts it again when the command has noticed.
func TestAWatchSurvivesARestart(t *testing.T) {
	t.Parallel()
	const people = 120
	db, address := database(t), "127.0.0.1:"+freePort(t)
	serve := func() *process { return start(t, "serve", "--addr", address, "--db", db) }
	p := serve()
	c := p.client(t, p.firstKey)
	load(t, c, people)
	rate := 15.0
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{RecordsPerSecond: &rate})
	if err != nil {
		t.Fatal(err)
	}
	out, said := newHeard(), newHeard()
	cmd := exec.CommandContext(t.Context(), binary(t), "watch", j.ID, "--server", "http://"+address, "--key", p.firstKey)
	cmd.Stdout, cmd.Stderr = out, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out.until(t, "running: ")
	p.kill(t)
	said.until(t, "the job goes on. Trying again for 15 min 0 s at most …\n")
	serve()
	err = cmd.Wait()
	if err != nil || !strings.HasSuffix(out.String(), "succeeded: 120 updated\n") || !strings.HasSuffix(said.String(), "bulkpatch: the server answers again\n") {
		t.Errorf("it ended with %v, printed\n%s and said\n%s", err, out, said)
	}
}

// TestAWatchEndsByItselfOnlyForAReason follows a job with a server that stays away, and
// with one that answers that the job is gone.
func TestAWatchEndsByItselfOnlyForAReason(t *testing.T) {
	refused := &url.Error{Op: "Get", URL: "http://h/x", Err: syscall.ECONNREFUSED}
	gone := &client.Error{Status: 404, Code: "job_not_found", Detail: "No such job."}
	var said bytes.Buffer
	for _, tt := range []struct {
		next, read error
		want       string
	}{
		{refused, refused, "http://h cannot be reached: connection refused"},
		{refused, gone, "No such job."},
		{gone, nil, "No such job."},
		{&client.Error{Status: 502}, refused, "http://h cannot be reached: connection refused"},
	} {
		f := follower{
			next:     func(context.Context, client.Job) (client.Job, error) { return client.Job{}, tt.next },
			read:     func(context.Context, string) (client.Job, error) { return client.Job{}, tt.read },
			told:     &said,
			patience: 20 * time.Millisecond, pause: time.Millisecond,
		}
		_, err := f.follow(t.Context(), client.Job{ID: "j"}, func(client.Job) {})
		if c := complain(err); c.status != exitRefused || c.lines[0] != tt.want {
			t.Errorf("after %v and %v it ended with %+v", tt.next, tt.read, c)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f := follower{next: func(ctx context.Context, _ client.Job) (client.Job, error) { return client.Job{}, ctx.Err() }, told: &said}
	if _, err := f.follow(ctx, client.Job{ID: "j"}, func(client.Job) {}); !errors.Is(err, errSaid) || !strings.HasSuffix(said.String(), "Stopped watching; the job goes on. To follow it: bulkpatch watch j\n") {
		t.Errorf("interrupted it returned %v and said %s", err, &said)
	}
}
