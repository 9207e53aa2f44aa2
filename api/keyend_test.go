package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// fill gives the fake what takes more than one write to export.
func (b *bubble) fill() {
	b.store.set(func() {
		desk, _ := model.Shipped().Model("desk")
		for i := range 200 {
			d, _ := desk.CheckDraft(fmt.Appendf(nil, `{"notes": %q, "id": %d}`, strings.Repeat("x", 2000), i+1), model.Import)
			b.store.put(auth.Workspace{ID: 1, Name: "main"}, desk, d)
			b.store.results[b.job] = append(b.store.results[b.job], job.Result{
				ID: model.StringID(fmt.Sprint(i)), Outcome: "failed", Error: &job.RecordError{Code: "unique", Detail: strings.Repeat("x", 2000)},
			})
		}
	})
}

// An openCall is a call that is open when its key is revoked.
type openCall struct {
	method, path, accept string
	// ended reports whether the answer ended as it should, when no more than
	// its first line was read until the key was revoked.
	ended func(resp *http.Response, rest string, err error) bool
}

var openCalls = map[string]openCall{
	"an event stream": {"GET", "/v1/jobs/job1/events", "", func(r *http.Response, rest string, err error) bool {
		return r.StatusCode == 200 && err == nil
	}},
	"a long poll": {"GET", "/v1/jobs/job1?wait=30", "", func(r *http.Response, rest string, err error) bool {
		return r.StatusCode == 401 && err == nil && !strings.Contains(rest, "Idempotency-Key")
	}},
	"an export": {"GET", "/v1/desk/export", "text/csv", func(r *http.Response, rest string, err error) bool {
		return r.StatusCode == 200 && errors.Is(err, io.ErrUnexpectedEOF)
	}},
	"a stream of results": {"GET", "/v1/jobs/job1/results", "text/csv", func(r *http.Response, rest string, err error) bool {
		return r.StatusCode == 200 && errors.Is(err, io.ErrUnexpectedEOF)
	}},
	"the stream of a page": {"GET", "/admin/jobs/job1/live", "", func(r *http.Response, rest string, err error) bool {
		return r.StatusCode == 200 && err == nil
	}},
	"a download of a page about a job": {"GET", "/admin/jobs/job1/results?format=csv", "", func(r *http.Response, rest string, err error) bool {
		return r.StatusCode == 200 && errors.Is(err, io.ErrUnexpectedEOF)
	}},
	"a download of a page about customers": {"GET", "/admin/customers/desk/export?format=csv", "", func(r *http.Response, rest string, err error) bool {
		return r.StatusCode == 200 && errors.Is(err, io.ErrUnexpectedEOF)
	}},
	"an import": {"POST", "/v1/desk/import", "", func(r *http.Response, rest string, err error) bool {
		return r.StatusCode == 401 && strings.Contains(rest, `"invalid_key"`) && strings.Contains(rest, "ines up to 1000 ")
	}},
	"a body": {"POST", "/v1/desk/customers", "", func(r *http.Response, rest string, err error) bool {
		return r.StatusCode == 401 && strings.Contains(rest, "Idempotency-Key")
	}},
}

// keyEnds are the ways in which the key of a bubble ends, within ten seconds.
var keyEnds = map[string]func(*bubble){
	"revoked": func(b *bubble) { _ = b.store.RevokeKey(context.Background(), auth.Caller{}, 1) },
	"replaced": func(b *bubble) {
		_, _, _ = b.store.RotateKey(context.Background(), auth.Caller{}, 1, 5*time.Second)
	},
	"expired": func(b *bubble) {
		b.store.set(func() {
			k, at := b.store.keys[b.admin], time.Now().Add(5*time.Second)
			k.ExpiresAt = &at
			b.store.keys[b.admin] = k
		})
	},
}

// TestTheEndOfAKeyEndsItsOpenCalls ends a key, as another process would, while it
// has calls open. Each has ended within a second. Those of other keys, and those
// for which the store does not answer, go on.
func TestTheEndOfAKeyEndsItsOpenCalls(t *testing.T) {
	for name, test := range openCalls {
		for how, end := range keyEnds {
			t.Run(name+" of a key that was "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { test.endsWithItsKey(t, end) })
			})
		}
	}
}

// endsWithItsKey makes the call, ends its key and looks when and how the call ends.
func (test openCall) endsWithItsKey(t *testing.T, end func(*bubble)) {
	b := newBubble(t)
	b.fill()
	client, done := b.serve(t)
	defer done()
	req := test.request(t, b.admin)
	defer req.Body.Close()
	began := time.Now()
	go func() {
		time.Sleep(10 * time.Second)
		b.store.set(func() { b.store.down = true })
		end(b)
		time.Sleep(10 * time.Second)
		b.store.set(func() { b.store.down = false })
	}()
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	in := bufio.NewReaderSize(resp.Body, 16)
	if resp.StatusCode == 200 {
		_, _ = in.ReadString('\n')
		time.Sleep(time.Until(began.Add(20*time.Second + 900*time.Millisecond)))
	}
	rest, err := io.ReadAll(in)
	if d := time.Since(began) - 20*time.Second; d < 0 || d >= time.Second {
		t.Errorf("ended %v after its key", d)
	}
	if !test.ended(resp, string(rest), err) || len(rest) > 20_000 {
		t.Errorf("ended with %d %.200q (%d bytes), %v", resp.StatusCode, rest, len(rest), err)
	}
}

// request makes the request of the call. A body stays open after its first
// lines.
func (test openCall) request(t *testing.T, key string) *http.Request {
	t.Helper()
	req, err := http.NewRequest(test.method, "http://api"+test.path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if test.method == "POST" {
		body, sender := io.Pipe()
		req.Body, req.ContentLength = body, -1
		go func() { _, _ = sender.Write([]byte(strings.Repeat("{\"firstName\": \"Ana\"}\n", 1001))) }()
	}
	req.Header.Set("X-API-Key", key)
	req.Header.Set("Accept", test.accept)
	req.Header.Set("Accept-Encoding", "identity") // or all of it fits into what is on its way
	req.Header.Set("If-None-Match", `W/"1"`)
	return req
}
