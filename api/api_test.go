package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"bulkpatch/api"
	"bulkpatch/api/apitest"
	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.Cleanup(reportExchanges)) }

// A clock is moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A logBuffer keeps what is logged.
type logBuffer struct {
	mu   sync.Mutex
	b    bytes.Buffer
	more *sync.Cond
}

func newLogBuffer() *logBuffer {
	l := &logBuffer{}
	l.more = sync.NewCond(&l.mu)
	return l
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.more.Broadcast()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// until returns when the log has a text.
func (l *logBuffer) until(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !strings.Contains(l.b.String(), text) {
		l.more.Wait()
	}
}

// A rig is the API on a store in memory, with a few keys.
type rig struct {
	t      testing.TB
	store  *fake
	clock  *clock
	log    *logBuffer
	server *httptest.Server
	stop   chan struct{}
	desk   *model.Model
	main   auth.Workspace

	admin, reader, writer, other string // keys; other is of another workspace
}

func newRig(t testing.TB, change ...func(*api.Config)) *rig {
	t.Helper()
	c := &clock{at: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	r := &rig{t: t, clock: c, store: newFake(c.now), log: newLogBuffer(), stop: make(chan struct{})}
	models := model.Shipped()
	r.desk, _ = models.Model("desk")
	r.admin = r.key("ops", "main", auth.Admin)
	r.reader = r.key("reader", "main", auth.CustomersRead)
	r.writer = r.key("writer", "main", auth.CustomersWrite)
	r.other = r.key("ops", "other", auth.Admin)
	r.main = auth.Workspace{ID: 1, Name: "main"}
	config := api.Config{
		Store: r.store, Models: models, Now: c.now, Stopping: r.stop,
		Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}
	for _, f := range change {
		f(&config)
	}
	described := describe(t, &config)
	r.server = httptest.NewServer(api.New(config))
	t.Cleanup(r.server.Close)
	compareExchanges(t, r.server.Client(), described)
	return r
}

// key makes an API key and returns its secret.
func (r *rig) key(name, workspace string, scopes ...auth.Scope) string {
	r.t.Helper()
	_, secret, err := r.store.CreateKey(context.Background(), auth.Caller{}, auth.Key{
		Name: name, Workspace: auth.Workspace{Name: workspace}, Scopes: scopes,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return secret
}

// An answer is a response with its whole body.
type answer struct {
	*http.Response
	t    testing.TB
	text string
}

// call sends a request as the admin; header pairs follow the body.
func (r *rig) call(method, path, body string, header ...string) answer {
	r.t.Helper()
	return r.as(r.admin, method, path, body, header...)
}

// laterPart is where a page says that the rest of it is.
var laterPart = regexp.MustCompile(`data-later="([^"]+)"`)

// as makes a call with a key. A page that was sent before all of it was there, as busy
// machines send it, is asked for again with all of it, as its script does.
func (r *rig) as(key, method, path, body string, header ...string) answer {
	r.t.Helper()
	a := r.once(key, method, path, body, header...)
	if later := laterPart.FindStringSubmatch(a.text); later != nil && method == http.MethodGet {
		return r.once(key, method, html.UnescapeString(later[1]), "", header...)
	}
	return a
}

// once makes a call, and takes the first answer as it is.
func (r *rig) once(key, method, path, body string, header ...string) answer {
	r.t.Helper()
	resp, err := r.start(context.Background(), key, method, path, strings.NewReader(body), header...)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer{resp, r.t, string(text)}
}

// start sends a request and leaves the body of the answer to the caller.
func (r *rig) start(ctx context.Context, key, method, path string, body io.Reader, header ...string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, r.server.URL+path, body)
	if err != nil {
		return nil, err
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := *r.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client.Do(req)
}

// want fails the test unless the status is right.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.StatusCode != status {
		a.t.Fatalf("%s %s: status %d, want %d: %s", a.Request.Method, a.Request.URL, a.StatusCode, status, a.text)
	}
	return a
}

// header fails the test unless a header is right.
func (a answer) header(name, value string) answer {
	a.t.Helper()
	if got := a.Header.Get(name); got != value {
		a.t.Errorf("%s is %q, want %q", name, got, value)
	}
	return a
}

// code fails the test unless the answer is a problem with this code.
func (a answer) code(code string) answer {
	a.t.Helper()
	if got := a.json()["code"]; got != code {
		a.t.Errorf("code %v, want %s: %s", got, code, a.text)
	}
	return a
}

// json is the answer as an object.
func (a answer) json() map[string]any {
	a.t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.text), &v); err != nil {
		a.t.Fatalf("%v: %s", err, a.text)
	}
	return v
}

// customer makes a desk customer and returns its path.
func (r *rig) customer(body string) string {
	r.t.Helper()
	return r.call("POST", "/v1/desk/customers", body).want(201).Header.Get("Location")
}

const (
	activeFilter = `?filter=%7B%22state%22:%22active%22%7D`
	leadPatch    = `{"jobTitle":"Lead"}`
)

// job submits a bulk update and returns its id.
func (r *rig) job() string {
	r.t.Helper()
	return r.call("PATCH", "/v1/desk/customers"+activeFilter, leadPatch).want(202).json()["jobId"].(string)
}

func TestBadInputsAreRefusedAndLeaveNoTrace(t *testing.T) {
	r := newRig(t)
	path := r.customer(`{"firstName":"Ana","state":"active"}`)
	foreign := r.as(r.other, "POST", "/v1/jobs", `{"model":"desk","filter":{"state":"active"},"patch":{"jobTitle":"x"}}`).want(202)
	apitest.BadInputs(t, apitest.Target{
		BaseURL: r.server.URL, Admin: r.admin, Reader: r.reader,
		ForeignJob: foreign.json()["jobId"].(string),
		Record:     path[strings.LastIndex(path, "/")+1:],
	})
	if n := len(r.store.submitted); n != 1 {
		t.Errorf("%d jobs were submitted, want the one of the other workspace", n)
	}
}

func TestErrorsOfTheStoreBecomeProblems(t *testing.T) {
	tests := map[string]struct {
		err    error
		status int
		code   string
	}{
		"database away":     {job.ErrUnavailable, 503, "unavailable"},
		"disk full":         {job.ErrStorageFull, 507, "storage_full"},
		"unique value":      {&job.UniqueError{Field: "email"}, 409, "unique"},
		"unforeseen":        {io.ErrClosedPipe, 500, "internal"},
		"key used for else": {job.ErrKeyReused, 422, "idempotency_key_reused"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.call("GET", "/v1/models", "").want(200) // the key is remembered
			r.store.err = test.err
			method, path, body := "POST", "/v1/desk/customers", `{"firstName":"Ana"}`
			if test.status == 422 {
				method, path, body = "PATCH", path+activeFilter, leadPatch // no other call has a key that can be reused
			}
			a := r.call(method, path, body, "Idempotency-Key", "k").want(test.status).code(test.code)
			if strings.Contains(a.text, test.err.Error()) {
				t.Errorf("internal text in the answer: %s", a.text)
			}
			if test.status == 503 {
				a.header("Retry-After", "1")
			}
			if logged := strings.Contains(r.log.String(), "request failed"); logged != (test.status == 500) {
				t.Errorf("logged %v: %s", logged, r.log)
			}
		})
	}
}

func TestAccessLogHoldsNoSecretsAndNoQuery(t *testing.T) {
	r := newRig(t)
	a := r.call("GET", "/v1/desk/customers"+activeFilter, "", "X-Request-Id", "abc-1").want(200)
	a.header("X-Request-Id", "abc-1").header("X-Content-Type-Options", "nosniff").header("X-Frame-Options", "DENY")
	r.log.until("request=abc-1")
	line := r.log.String()
	for _, has := range []string{"request=abc-1", "status=200", "actor=key:ops", "path=/v1/desk/customers"} {
		if !strings.Contains(line, has) {
			t.Errorf("no %s in %s", has, line)
		}
	}
	if strings.Contains(line, r.admin) || strings.Contains(line, "active") {
		t.Errorf("log tells too much: %s", line)
	}
	if id := r.call("GET", "/healthz", "", "X-Request-Id", "a b\"c").Header.Get("X-Request-Id"); len(id) != 26 {
		t.Errorf("an odd request id was taken over: %q", id)
	}
}

func TestRevokedKeyDies(t *testing.T) {
	r := newRig(t)
	doomed := r.key("doomed", "main", auth.Admin)
	r.as(doomed, "GET", "/v1/models", "").want(200)
	lookups := r.store.lookups
	r.as(doomed, "GET", "/v1/models", "").want(200)
	if r.store.lookups != lookups {
		t.Error("a key that was just seen was looked up again")
	}
	if err := r.store.RevokeKey(context.Background(), auth.Caller{}, 5); err != nil { // as another process would
		t.Fatal(err)
	}
	r.clock.pass(500 * time.Millisecond) // calls that are open by then have another 300
	r.as(doomed, "GET", "/v1/models", "").want(401).code("invalid_key")
}

// scrapedAs makes a function answer /metrics.
func scrapedAs(answer http.HandlerFunc) func(*api.Config) {
	return func(c *api.Config) {
		c.Metrics = func(prometheus.Collector) http.Handler { return answer }
	}
}

func TestHealthReadinessAndMetrics(t *testing.T) {
	r := newRig(t, scrapedAs(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1\n") }))
	r.as("", "GET", "/healthz", "").want(200)
	r.as("", "GET", "/readyz", "").want(200)
	if a := r.as("", "GET", "/metrics", "").want(200); a.text != "up 1\n" {
		t.Errorf("metrics: %q", a.text)
	}
	r.store.err = io.ErrClosedPipe
	r.as("", "GET", "/healthz", "").want(200)
	r.as("", "GET", "/readyz", "").want(503).code("not_ready")
}

func TestPanicBecomesAProblem(t *testing.T) {
	r := newRig(t, scrapedAs(func(http.ResponseWriter, *http.Request) { panic("boom") }))
	if a := r.as("", "GET", "/metrics", "").want(500).code("internal"); strings.Contains(a.text, "boom") {
		t.Errorf("panic shown: %s", a.text)
	}
}
