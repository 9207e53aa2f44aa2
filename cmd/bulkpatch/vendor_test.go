package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"bulkpatch/client"
)

// An exchange is one request of a vendor's caller and what must come back.
// {name} in the call, the body and the wanted answer stands for what an
// earlier exchange saved under that name.
type exchange struct {
	name   string
	call   string // method and path
	header http.Header
	body   string
	status int
	// want is JSON that the answer must hold: of objects at least the members
	// given, of lists exactly the elements; "*" stands for anything but null,
	// "absent" for a member that is not there.
	// "" wants no body at all.
	want string
	save map[string]string // what to keep, by name: a dotted path into the answer
}

// A vendorServer is the program as a vendor's callers see it.
type vendorServer struct {
	*process
	key   string
	auth  http.Header // of callers with an admin key
	saved map[string]string
}

// startVendor starts the program, whose callers send their key as auth says.
func startVendor(t *testing.T, auth func(key string) http.Header, flags ...string) *vendorServer {
	t.Helper()
	p := start(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--db", database(t), "--redis", "embedded"}, flags...)...)
	return &vendorServer{process: p, key: p.firstKey, auth: auth(p.firstKey), saved: map[string]string{}}
}

// bearer sends the key as most callers do.
func bearer(key string) http.Header { return http.Header{"Authorization": {"Bearer " + key}} }

// run carries out exchanges one after the other.
func (s *vendorServer) run(t *testing.T, exchanges []exchange) {
	t.Helper()
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) { s.exchange(t, e) })
	}
}

func (s *vendorServer) exchange(t *testing.T, e exchange) {
	t.Helper()
	resp, body := s.send(t, s.fill(e.call), e.header, s.fill(e.body))
	if resp.StatusCode != e.status {
		t.Fatalf("status %d, want %d: %s", resp.StatusCode, e.status, body)
	}
	if e.want == "" {
		if len(bytes.TrimSpace(body)) > 0 {
			t.Errorf("there is a body: %s", body)
		}
		return
	}
	if ct := resp.Header.Get("Content-Type"); ct != "application/json" {
		t.Errorf("Content-Type %q", ct)
	}
	var want, got any
	if err := json.Unmarshal([]byte(s.fill(e.want)), &want); err != nil {
		t.Fatalf("what is wanted is no JSON: %v", err)
	}
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if err := holds(got, want, "answer"); err != nil {
		t.Errorf("%v\n%s", err, body)
	}
	for name, path := range e.save {
		s.saved[name] = at(t, got, path)
	}
	if id := resp.Header.Get("Job-Id"); id != "" {
		s.saved["job"] = id
	} else if m := resp.Request.Method; (m == "PATCH" || m == "PUT") && resp.StatusCode < 300 && !strings.Contains(e.call, "dryRun") {
		t.Error("the answer to an update has no Job-Id")
	}
}

// send makes a request with the usual key unless the header has one.
func (s *vendorServer) send(t *testing.T, call string, header http.Header, body string) (*http.Response, []byte) {
	t.Helper()
	method, path, _ := strings.Cut(call, " ")
	req, err := http.NewRequestWithContext(t.Context(), method, s.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header == nil || header.Get("Authorization") == "" && header.Get("X-Api-Key") == "" && header.Get("No-Key") == "" {
		for name, v := range s.auth {
			req.Header[name] = v
		}
	}
	for name, v := range header {
		req.Header[name] = v
	}
	if body != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, answer
}

// native is the client of the native API on the same server.
func (s *vendorServer) native(t *testing.T) *client.Client { return s.client(t, s.key) }

// fill puts in what was saved.
func (s *vendorServer) fill(text string) string {
	for name, v := range s.saved {
		text = strings.ReplaceAll(text, "{"+name+"}", v)
	}
	return text
}

// holds says how got lacks what want has.
func holds(got, want any, where string) error {
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is %v, no object", where, got)
		}
		for name, w := range want {
			v, there := have[name]
			if there && w == "absent" {
				return fmt.Errorf("%s has %q", where, name)
			}
			if w == "absent" {
				continue
			}
			if !there {
				return fmt.Errorf("%s has no %q", where, name)
			}
			if err := holds(v, w, where+"."+name); err != nil {
				return err
			}
		}
		return nil
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			return fmt.Errorf("%s is %v, no list of %d", where, got, len(want))
		}
		for i := range want {
			if err := holds(have[i], want[i], fmt.Sprintf("%s[%d]", where, i)); err != nil {
				return err
			}
		}
		return nil
	}
	if want == "*" && got != nil {
		return nil
	}
	if got != want {
		return fmt.Errorf("%s is %v, not %v", where, got, want)
	}
	return nil
}

// at reads a dotted path.
func at(t *testing.T, v any, path string) string {
	t.Helper()
	for part := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("there is no %s to save", path)
		}
		v = m[part]
	}
	if f, ok := v.(float64); ok {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprint(v)
}
