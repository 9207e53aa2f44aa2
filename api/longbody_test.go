package api_test

import (
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/api"
)

// Pipes are a network within a bubble, without buffers.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// serve serves the API to a client, until the end of the test.
func (b *bubble) serve(t *testing.T) (client *http.Client, done func()) {
	t.Helper()
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	server := &http.Server{Handler: b.handler}
	go func() { _ = server.Serve(p) }()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		p.conns <- there
		return here, nil
	}}
	return &http.Client{Transport: transport}, func() {
		close(p.done)
		transport.CloseIdleConnections()
		_ = server.Close()
	}
}

// trickle sends the body of a POST piece by piece, one after each pause, and returns
// the answer and when it came.
func (b *bubble) trickle(t *testing.T, path, key, piece string, pieces int, pause time.Duration) (*http.Response, string, time.Duration) {
	t.Helper()
	client, done := b.serve(t)
	defer done()
	body, sender := io.Pipe()
	var sending sync.WaitGroup
	defer sending.Wait()
	defer body.Close()
	sending.Go(func() {
		for range pieces {
			if _, err := io.WriteString(sender, piece); err != nil {
				return
			}
			time.Sleep(pause)
		}
		_ = sender.Close()
	})
	began := time.Now()
	req, err := http.NewRequest("POST", "http://api"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-API-Key", key)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text), time.Since(began)
}

// TestAnImportThatTricklesHasAnEnd sends imports that bring a byte now and
// then, just enough, and for longer than a day. No byte is sent at the moment
// at which the server ends the import: the client could then report that the
// connection is closed instead of the answer.
func TestAnImportThatTricklesHasAnEnd(t *testing.T) {
	line := `{"notes": "` + strings.Repeat("x", 40<<10) + "\"}\n"
	for name, test := range map[string]struct {
		piece  string
		pieces int
		pause  time.Duration
		step   time.Duration
		status int
		after  time.Duration
	}{
		"a byte every eleven seconds":  {" ", 1000, 11 * time.Second, 0, 408, time.Minute},
		"enough in every minute":       {line, 20, 35 * time.Second, 0, 200, 20 * 35 * time.Second},
		"not quite enough, after some": {line[:25<<10], 1000, 31 * time.Second, 0, 408, 185 * time.Second},
		"enough for more than a day":   {" ", 1000, 59 * time.Minute, 1000 * time.Hour, 408, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, func(c *api.Config) { c.StepTimeout = test.step })
				resp, text, after := b.trickle(t, "/v1/desk/import", b.admin, test.piece, test.pieces, test.pause)
				if resp.StatusCode != test.status || after.Round(time.Second) != test.after {
					t.Errorf("%d %s after %v", resp.StatusCode, text, after)
				}
				if test.status == 408 && !(strings.Contains(text, `"request_timeout"`) && strings.Contains(text, "No line was imported.")) {
					t.Errorf("answered %s", text)
				}
			})
		})
	}
}

// TestAnUploadThatTricklesHasAnEnd sends a file that brings a byte now and then.
func TestAnUploadThatTricklesHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		resp, text, after := b.trickle(t, "/v1/desk/files", b.admin, " ", 1000, 11*time.Second)
		if resp.StatusCode != 408 || after.Round(time.Second) != time.Minute || !strings.Contains(text, `"request_timeout"`) || len(b.store.files) > 0 {
			t.Errorf("%d %s after %v", resp.StatusCode, text, after)
		}
	})
}

// TestARefusalDoesNotWaitForTheBody sends bodies that would take minutes to calls that
// are refused before they are read.
func TestARefusalDoesNotWaitForTheBody(t *testing.T) {
	for name, test := range map[string]struct {
		path, key string
		status    int
	}{
		"an import while the brake is on": {"/v1/desk/import", "", 503},
		"an import with a wrong key":      {"/v1/desk/import", "wrong", 401},
		"a job with a wrong key":          {"/v1/jobs", "wrong", 401},
		"a path that is not there":        {"/v1/nowhere", "", 404},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t)
				b.store.braked = true
				// No piece comes when the server ends its reading.
				resp, text, after := b.trickle(t, test.path, cmp.Or(test.key, b.admin), "{}\n", 3000, 110*time.Millisecond)
				if resp.StatusCode != test.status || after > time.Second {
					t.Errorf("%d %s after %v", resp.StatusCode, text, after)
				}
			})
		})
	}
}
