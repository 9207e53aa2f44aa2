package apitest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"bulkpatch/api"
	"bulkpatch/api/compat"
	"bulkpatch/model"
)

// Limits that the hostile inputs reach.
const (
	fullBody   = 1 << 20
	fullURL    = 60 << 10
	fullHeader = 15 << 10
	maxError   = 256 << 10
	maxFaults  = 100
	maxShown   = 201 // characters, the ellipsis included
)

// A Hostile is one request that costs a careless server more than its caller.
type Hostile struct {
	Name, Method, Path string
	Body               string
	Header             map[string]string
}

// Hostiles lists what a caller with a key can do to every call of the API at
// the limits' full size.
func Hostiles(models *model.Registry, surfaces []*compat.Surface) []Hostile {
	var all []Hostile
	for _, c := range api.Calls(models, surfaces) {
		if ours(c) {
			all = append(all, hostileFor(c)...)
		}
	}
	return all
}

// ours leaves out what is served a second time at another path or by another
// method.
func ours(c api.Call) bool {
	if c.Path == "/metrics" || strings.HasPrefix(c.Path, "/admin") || c.Method == http.MethodPut {
		return false
	}
	if c.Vendor == "" {
		return !perModel.MatchString(c.Path) || strings.HasPrefix(c.Path, "/v1/desk/")
	}
	again := strings.HasSuffix(c.Path, "{$}") || strings.HasPrefix(c.Path, "/compat/accounts/clients")
	return strings.HasPrefix(c.Path, "/compat/") && !again && !strings.Contains(c.Path, "/v") && !strings.Contains(c.Path, "/api")
}

// perModel are the paths that each model has.
var perModel = regexp.MustCompile(`^/v1/[a-z]+/(customers|import|export|files)`)

// segments are what paths are filled with where nothing else is tried.
var segments = strings.NewReplacer("{id}", "7", "{job}", "0193b3a4-0000-7000-8000-000000000000", "{key}", "7", "{name}", "desk", "{workspace}", "main")

func hostileFor(c api.Call) []Hostile {
	at := segments.Replace(c.Path)
	var all []Hostile
	add := func(name, path, body string, header map[string]string) {
		all = append(all, Hostile{c.Method + " " + c.Path + ": " + name, c.Method, path, body, header})
	}
	for name, query := range hostileQueries {
		add(name, at+"?"+query, "", nil)
	}
	if i := strings.IndexByte(c.Path, '{'); i >= 0 {
		for name, segment := range hostileSegments {
			path := strings.NewReplacer("{id}", segment, "{job}", segment, "{key}", segment, "{name}", segment, "{workspace}", segment).Replace(c.Path)
			add(name, path, "", nil)
		}
	}
	for name, header := range hostileHeaders {
		add(name, at, "{}", header)
	}
	switch {
	case strings.HasSuffix(c.Path, "/import"):
		for name, b := range hostileImports {
			add(name, at, b.body(), map[string]string{"Content-Type": b.media})
		}
		add("a bomb in one line", at, bomb(), map[string]string{"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"})
	case c.Method == http.MethodPost || c.Method == http.MethodPatch || c.Method == http.MethodPut:
		for name, body := range hostileBodies {
			add(name, at, body(), nil)
		}
		add("a bomb", at, bomb(), map[string]string{"Content-Encoding": "gzip"})
	}
	return all
}

// bomb is gzip of 128 KiB that unpacks to 128 MiB.
var bomb = sync.OnceValue(func() string {
	var part bytes.Buffer
	w := gzip.NewWriter(&part)
	_, _ = w.Write(make([]byte, 16<<20)) // into memory
	_ = w.Close()
	return strings.Repeat(part.String(), 8)
})

// Attack sends each input, some at a time, and holds what is answered against
// what is promised: no server error, and no error that is larger than what a
// caller can use.
func Attack(t *testing.T, base, key string, inputs []Hostile, atOnce int) {
	next := make(chan Hostile)
	var group sync.WaitGroup
	for range atOnce {
		group.Go(func() {
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			for in := range next {
				in.send(t, client, base, key)
			}
		})
	}
	for _, in := range inputs {
		next <- in
	}
	close(next)
	group.Wait()
}

func (in Hostile) send(t *testing.T, client *http.Client, base, key string) {
	req, err := http.NewRequestWithContext(t.Context(), in.Method, base+in.Path, strings.NewReader(in.Body))
	if err != nil {
		t.Errorf("%s: %v", in.Name, err)
		return
	}
	req.Header.Set("X-Api-Key", key)
	if in.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range in.Header {
		req.Header.Set(name, value)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Errorf("%s: %v", in.Name, err)
		return
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if err != nil {
		t.Errorf("%s: %v", in.Name, err)
		return
	}
	if resp.StatusCode >= 500 {
		t.Errorf("%s: %d %.300s", in.Name, resp.StatusCode, answer)
	}
	if resp.StatusCode >= 400 {
		in.judge(t, resp.StatusCode, answer)
	}
}

// judge holds an error against what is promised of all of them.
func (in Hostile) judge(t *testing.T, status int, answer []byte) {
	if len(answer) > maxError {
		t.Errorf("%s: %d with %d bytes", in.Name, status, len(answer))
	}
	if !json.Valid(answer) {
		t.Errorf("%s: %d with %.300q, which is no JSON", in.Name, status, answer)
	}
	if strings.Contains(in.Name, " /compat/") {
		return // its shape is the vendor's
	}
	var p problem
	if err := json.Unmarshal(answer, &p); err != nil || p.Status != status || p.Code == "" {
		t.Errorf("%s: %d is no problem document: %.300s", in.Name, status, answer)
	}
	if len(p.Errors) > maxFaults {
		t.Errorf("%s: %d faults are listed", in.Name, len(p.Errors))
	}
	for _, f := range p.Errors {
		if utf8.RuneCountInString(f.Pointer) > maxShown {
			t.Errorf("%s: a pointer has %d characters", in.Name, utf8.RuneCountInString(f.Pointer))
		}
	}
}
