package main

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"bulkpatch/worker/redistest"
)

// A browser keeps cookies, and does not follow redirects.
type browser struct {
	t *testing.T
	*http.Client
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{t, &http.Client{Jar: jar, CheckRedirect: stay, Timeout: patience}}
}

// send makes a request and returns its status and the text of the answer.
func (b *browser) send(method, address string, form url.Values) (int, string) {
	b.t.Helper()
	return b.sendBody(method, address, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// upload sends a form with a file behind its other inputs.
func (b *browser) upload(method, address string, form url.Values) (int, string) {
	b.t.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name, values := range form {
		_ = parts.WriteField(name, values[0]) // into memory, as the rest
	}
	file, _ := parts.CreateFormFile("file", "people.csv")
	_, _ = io.WriteString(file, "id,firstName\n1,Bo\n")
	_ = parts.Close()
	return b.sendBody(method, address, parts.FormDataContentType(), &body)
}

func (b *browser) sendBody(method, address, mediaType string, body io.Reader) (int, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, address, body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", mediaType)
	req.Header.Set("Accept", "text/html")
	resp, err := b.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Location") + string(text)
}

func (b *browser) signIn(base, key string) {
	b.t.Helper()
	if status, text := b.send("POST", base+"/admin/login", url.Values{"key": {key}}); status != 303 {
		b.t.Fatalf("the sign-in is answered %d %s", status, text)
	}
}

// TestASessionEndsInEveryProcess signs in at one process, and revokes the key and
// signs out in others.
func TestASessionEndsInEveryProcess(t *testing.T) {
	t.Parallel()
	db := database(t)
	one := start(t, "serve", "--addr", "127.0.0.1:0", "--db", db)
	two := start(t, "serve", "--addr", "127.0.0.1:0", "--db", db)
	key := strings.TrimSpace(must(t, "key", "create", "visitor", "--scopes", "jobs:read", "--db", db))
	ends := map[string]func(b *browser){
		"sign-out": func(b *browser) { b.send("POST", two.base+"/admin/logout", nil) },
		"revoke":   func(*browser) { must(t, "key", "revoke", "visitor", "--db", db) },
	}
	for _, name := range []string{"sign-out", "revoke"} {
		b := newBrowser(t)
		b.signIn(one.base, key)
		for _, p := range []*process{one, two} { // the jar keeps cookies for a host, whatever the port
			if status, text := b.send("GET", p.base+"/admin", nil); status != 200 || !strings.Contains(text, "visitor") {
				t.Fatalf("signed in, the first page is %d %s", status, text)
			}
		}
		token := sessionIn(t, b.Client, one.base) // kept, whatever the browser does
		ends[name](b)
		began := time.Now()
		for _, p := range []*process{one, two} {
			for there := true; there; {
				there = open(t, p.base, token)
				if d := time.Since(began); there && d > time.Second {
					t.Fatalf("%v after the %s the session is still there", d, name)
				}
			}
		}
	}
}

// sessionIn returns the session cookie of a browser.
func sessionIn(t *testing.T, c *http.Client, base string) *http.Cookie {
	t.Helper()
	at, err := url.Parse(base + "/admin")
	if err != nil {
		t.Fatal(err)
	}
	cookies := c.Jar.Cookies(at)
	if len(cookies) != 1 {
		t.Fatalf("the browser has %v", cookies)
	}
	return cookies[0]
}

// open opens the first page with a cookie, and reports whether it came or was cut off,
// as what a session has open is when it ends.
func open(t *testing.T, base string, cookie *http.Cookie) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/admin", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(cookie)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if errors.Is(err, io.EOF) {
		return true
	}
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// TestTheQueuesPageKnowsTheWorkersAndTheEndOfRedis opens the page with a worker, and
// when Redis has gone.
func TestTheQueuesPageKnowsTheWorkersAndTheEndOfRedis(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--redis", redis.URL())
	b := newBrowser(t)
	b.signIn(p.base, p.firstKey)
	for {
		status, text := b.send("GET", p.base+"/admin/queues", nil)
		if status != 200 {
			t.Fatalf("the page is %d %s", status, text)
		}
		if strings.Contains(text, "1 process") && strings.Contains(text, "4 bulk, 32 single") {
			break // the worker has told Redis of itself
		}
	}
	redis.Kill()
	began := time.Now()
	status, text := b.send("GET", p.base+"/admin/queues", nil)
	if d := time.Since(began); status != 200 || d > 5*time.Second || !strings.Contains(text, "Redis does not answer. Jobs are safe") {
		t.Errorf("without Redis the page is %d after %v: %s", status, d, text)
	}
}
