// Package apitest is a test of the HTTP API that needs only an address and
// some keys: every kind of bad input, and that none of it leaves a trace. It
// runs against a handler on a store in memory and against a whole service.
package apitest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A Target is an API to be tested. It must have the shipped models desk and
// clientsuccess, and nobody else may use it during the test.
type Target struct {
	BaseURL string // such as http://127.0.0.1:8080
	// Admin is an admin key of a workspace, Reader one of the same workspace
	// with customers:read alone.
	Admin, Reader string
	// ForeignJob is a job of another workspace.
	ForeignJob string
	// Record is a customer of the model desk in the keys' workspace, whose
	// numTickets is not 77.
	Record string
	// MaxBody is the limit of a JSON body; 0 means 1 MiB.
	MaxBody int
}

// A problem is what is read of an error.
type problem struct {
	Type, Title, Detail, Code string
	Status                    int
	Errors                    []wrong
}

// A wrong is one expected fault. A pointer of "*" stands for any.
type wrong struct {
	Pointer, Code, Detail, In string
}

// do sends a request and returns the answer with its whole body.
func (g Target) do(t *testing.T, method, path, body string, header http.Header) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, g.BaseURL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true},
	}
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

// traces counts what a request could have left behind: jobs and records.
func (g Target) traces(t *testing.T) (jobs, records int) {
	t.Helper()
	auth := http.Header{"X-Api-Key": {g.Admin}}
	for cursor := ""; ; {
		path := "/v1/jobs?limit=1000"
		if cursor != "" {
			path += "&cursor=" + url.QueryEscape(cursor)
		}
		var page struct {
			Items      []json.RawMessage
			NextCursor string
		}
		g.get(t, path, auth, &page)
		jobs += len(page.Items)
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	for _, model := range []string{"desk", "clientsuccess"} {
		var page struct{ Count int }
		g.get(t, "/v1/"+model+"/customers?limit=1&count=true", auth, &page)
		records += page.Count
	}
	return jobs, records
}

func (g Target) get(t *testing.T, path string, header http.Header, to any) {
	t.Helper()
	resp, body := g.do(t, "GET", path, "", header)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s: %s", path, resp.Status, body)
	}
	if err := json.Unmarshal(body, to); err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
}

// BadInputs sends every kind of bad input and holds each answer against what
// is promised: status, code, pointers, and that nothing was stored.
func BadInputs(t *testing.T, g Target) {
	if g.MaxBody == 0 {
		g.MaxBody = 1 << 20
	}
	for _, row := range badInputs(g) {
		t.Run(row.name, func(t *testing.T) {
			jobs, records := g.traces(t)
			resp, body := g.do(t, row.method, row.path, row.body, row.headers(g))
			row.check(t, resp, body)
			if j, r := g.traces(t); j != jobs || r != records {
				t.Errorf("it left %d jobs and %d records", j-jobs, r-records)
			}
		})
	}
}

// check compares an answer with what the row promises.
func (b badInput) check(t *testing.T, resp *http.Response, body []byte) {
	t.Helper()
	if resp.StatusCode != b.status {
		t.Fatalf("status %d, want %d: %s", resp.StatusCode, b.status, body)
	}
	if ct := resp.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("Content-Type %q", ct)
	}
	var p problem
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if p.Code != b.code || p.Status != b.status || p.Type == "" || p.Title == "" || p.Detail == "" {
		t.Errorf("problem %+v, want code %q", p, b.code)
	}
	for name, want := range b.answers {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if len(p.Errors) != len(b.errors) {
		t.Fatalf("errors %+v, want %+v", p.Errors, b.errors)
	}
	for i, want := range b.errors {
		got := p.Errors[i]
		if want.Pointer == "*" {
			want.Pointer = got.Pointer
		}
		if got.Pointer != want.Pointer || got.Code != want.Code || got.In != want.In || got.Detail == "" {
			t.Errorf("error %d is %+v, want %+v", i, got, want)
		}
	}
}
