package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"bulkpatch/client"
	"bulkpatch/store/pgtest"
	"bulkpatch/worker/redistest"
)

// TestWhatAKeyHasOpenEndsWhereverItIsRevoked opens calls with a key that would
// last half a minute or for ever, and revokes or rotates the key in another
// process.
func TestWhatAKeyHasOpenEndsWhereverItIsRevoked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ db, end string }{
		"SQLite":              {database(t), "revoke"},
		"PostgreSQL":          {pgtest.Database(t), "revoke"},
		"PostgreSQL, rotated": {pgtest.Database(t), "rotate"},
	} {
		t.Run(name, func(t *testing.T) {
			db := test.db
			p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", db)
			c := p.client(t, p.firstKey)
			load(t, c, 3*crowd) // as an export more than sockets keep
			slowly := 1.0
			j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{RecordsPerSecond: &slowly})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Pause(t.Context(), j.ID); err != nil {
				t.Fatal(err)
			}
			k := keyInUse{t, p.base, strings.TrimSpace(must(t, "key", "create", "leaver",
				"--scopes", "customers:read,customers:write,jobs:read", "--db", db))}
			events, export := k.begin("/v1/jobs/"+j.ID+"/events"), k.begin("/v1/desk/export")
			poll, load := k.poll(j.ID), k.load(c, 3*crowd)

			must(t, "key", test.end, "leaver", "--db", db)
			if _, err := io.ReadAll(events); err != nil {
				t.Errorf("the event stream broke off: %v", err)
			}
			// A reset takes back what the kernel has yet to send.
			if rest, err := io.ReadAll(export); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the export ended after %d bytes: %v", len(rest), err)
			}
			if a := <-poll; !strings.HasPrefix(a, "401") {
				t.Errorf("the long poll was answered %s", a)
			}
			if a := <-load; !strings.HasPrefix(a, "401") || !strings.Contains(a, "ines up to 1000 ") {
				t.Errorf("the import was answered %s", a)
			}
		})
	}
}

// TestAKeyExpiresInEveryProcess lets a key expire that has a stream open in two
// processes, each of which would last for ever.
func TestAKeyExpiresInEveryProcess(t *testing.T) {
	t.Parallel()
	shared := []string{"--addr", "127.0.0.1:0", "--db", pgtest.Database(t), "--redis", redistest.Start(t).URL()}
	first := start(t, append([]string{"api"}, shared...)...)
	second := start(t, append([]string{"api"}, shared...)...)
	c := first.client(t, first.firstKey)
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{}) // which no worker takes
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimSpace(must(t, "key", "create", "guest", "--preset", "reader", "--expires", "6s", "--server", first.base, "--key", first.firstKey))
	var expires time.Time
	for k, err := range c.Keys(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if k.Name == "guest" {
			expires = *k.ExpiresAt
		} else if at := k.LastUsedAt; at == nil || at.Second() != 0 || time.Since(*at) > 2*time.Minute {
			t.Errorf("the key that makes these calls was last used at %v", at)
		}
	}
	var streams sync.WaitGroup
	for _, p := range []*process{first, second} {
		k := keyInUse{t, p.base, secret}
		events := k.begin("/v1/jobs/" + j.ID + "/events")
		streams.Go(func() {
			_, err := io.ReadAll(events)
			if late := time.Since(expires); err != nil || late < 0 || late > time.Second {
				t.Errorf("the event stream ended %v after its key, with %v", late, err)
			}
			if a := said(k.call(http.MethodGet, "/v1/jobs", nil)); !strings.HasPrefix(a, "401") {
				t.Errorf("an expired key was answered %s", a)
			}
		})
	}
	streams.Wait()
}

// A keyInUse has calls open.
type keyInUse struct {
	t         *testing.T
	base, key string
}

// begin opens a stream and returns it after its first line.
func (k keyInUse) begin(path string) io.Reader {
	k.t.Helper()
	resp, err := k.call(http.MethodGet, path, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { resp.Body.Close() })
	in := bufio.NewReader(resp.Body)
	if line, err := in.ReadString('\n'); err != nil || resp.StatusCode != http.StatusOK {
		k.t.Fatalf("%s: %s %q, %v", path, resp.Status, line, err)
	}
	return in
}

// poll waits for the next change of a job that has none.
func (k keyInUse) poll(id string) <-chan string {
	answer := make(chan string, 1)
	go func() {
		for tag := ""; ; { // until there is nothing new
			resp, err := k.call(http.MethodGet, "/v1/jobs/"+id+"?wait=30", nil, "If-None-Match", tag)
			if err != nil || resp.StatusCode != http.StatusOK {
				answer <- said(resp, err)
				return
			}
			tag = resp.Header.Get("ETag")
			resp.Body.Close()
		}
	}()
	return answer
}

// load begins an import that does not end, and returns when its first batch is
// there beside the n customers that were.
func (k keyInUse) load(c *client.Client, n int) <-chan string {
	k.t.Helper()
	answer := make(chan string, 1)
	body, sender := io.Pipe()
	k.t.Cleanup(func() { sender.Close() })
	go func() {
		answer <- said(k.call(http.MethodPost, "/v1/desk/import", body, "Content-Type", "application/x-ndjson"))
	}()
	go func() { // lines with ids, since others are stored at the end
		for id := 10 * n; id <= 10*n+1000; id++ {
			fmt.Fprintf(sender, `{"id": %d, "firstName": "Ana"}`+"\n", id)
		}
	}()
	for there := int64(0); there < int64(n)+1000; {
		var err error
		if there, err = c.Count(k.t.Context(), "desk", everybody); err != nil {
			k.t.Fatal(err)
		}
	}
	return answer
}

func (k keyInUse) call(method, path string, body io.Reader, header ...string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(k.t.Context(), method, k.base+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+k.key)
	req.Header.Set("Accept-Encoding", "identity") // so that an export fills its sockets
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return http.DefaultClient.Do(req)
}

// said is an answer as text.
func said(resp *http.Response, err error) string {
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return resp.Status + " " + string(text)
}
