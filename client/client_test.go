package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// recorder answers calls from a list, in order, and records the requests.
type recorder struct {
	answers []func(w http.ResponseWriter)
	calls   []recorded
}

type recorded struct {
	method, path, query, body string
	header                    http.Header
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.calls = append(r.calls, recorded{
		method: req.Method, path: req.URL.EscapedPath(), query: req.URL.RawQuery,
		body: string(body), header: req.Header,
	})
	n := min(len(r.calls), len(r.answers)) - 1
	r.answers[n](w)
}

// serve starts a server that gives the answers, and then the last one again and
// again. It returns a client of it that records its pauses instead of waiting.
func serve(t *testing.T, answers ...func(http.ResponseWriter)) (*Client, *recorder, *[]time.Duration) {
	t.Helper()
	rec := &recorder{answers: answers}
	server := httptest.NewServer(rec)
	t.Cleanup(server.Close)
	c, err := New(server.URL, "secret")
	if err != nil {
		t.Fatal(err)
	}
	var pauses []time.Duration
	c.pause = func(ctx context.Context, d time.Duration) error {
		pauses = append(pauses, d)
		return ctx.Err()
	}
	return c, rec, &pauses
}

// answer returns an answer with a status, a body, and pairs of header names and
// values.
func answer(status int, body string, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func TestNewRefusesAddressesItCannotCall(t *testing.T) {
	for _, base := range []string{"", "localhost:8080", "ftp://host", "http://", "http://u:p@host", "http://host?q=1", "http://host#f", ":"} {
		if _, err := New(base, "k"); err == nil {
			t.Errorf("New(%q) gave no error", base)
		}
	}
	c, err := New("https://host/below/", "k")
	if err != nil || c.base != "https://host/below" {
		t.Errorf("base is %q, error %v", c.base, err)
	}
}

func TestSubmitSendsOneIdempotencyKeyWithEveryAttempt(t *testing.T) {
	c, rec, pauses := serve(t,
		answer(503, `{"code":"unavailable"}`, "Retry-After", "2"),
		answer(429, `{}`),
		answer(202, `{"jobId":"j1","state":"queued"}`, "ETag", `W/"1"`))
	j, err := c.Submit(t.Context(), Submission{Model: "desk", Filter: json.RawMessage(`{"state":"active"}`), Patch: map[string]any{"jobTitle": nil}})
	if err != nil || j.ID != "j1" || j.ETag != `W/"1"` {
		t.Fatalf("job %+v, error %v", j, err)
	}
	if len(rec.calls) != 3 {
		t.Fatalf("%d calls instead of 3", len(rec.calls))
	}
	key := rec.calls[0].header.Get("Idempotency-Key")
	for i, call := range rec.calls {
		if call.header.Get("Idempotency-Key") != key || key == "" {
			t.Errorf("call %d has key %q after %q", i, call.header.Get("Idempotency-Key"), key)
		}
		if want := `{"model":"desk","filter":{"state":"active"},"patch":{"jobTitle":null},"options":{}}`; call.body != want {
			t.Errorf("call %d has body %s", i, call.body)
		}
	}
	if (*pauses)[0] != 2*time.Second || (*pauses)[1] < firstPause/2 {
		t.Errorf("pauses are %v", *pauses)
	}
}

func TestSubmitKeepsTheCallersIdempotencyKey(t *testing.T) {
	c, rec, _ := serve(t, answer(202, `{"jobId":"j1"}`))
	if _, err := c.Submit(t.Context(), Submission{Model: "desk", ID: 7, Patch: map[string]any{"phone": "1"}, IdempotencyKey: "mine"}); err != nil {
		t.Fatal(err)
	}
	if got := rec.calls[0].header.Get("Idempotency-Key"); got != "mine" {
		t.Errorf("key is %q", got)
	}
}

func TestSubmitBulkPutsFilterAndOptionsIntoTheQuery(t *testing.T) {
	c, rec, _ := serve(t, answer(202, `{"jobId":"j1"}`))
	rate, most := 1.5, int64(10)
	_, err := c.SubmitBulk(t.Context(), "desk", map[string]any{"lastName": "O'Hara & Söhne"}, map[string]any{"trusted": true},
		Options{AllowAll: true, RecordsPerSecond: &rate, MaxAffected: &most, OnMismatch: "force"})
	if err != nil {
		t.Fatal(err)
	}
	call := rec.calls[0]
	want := "allowAll=true&filter=%7B%22lastName%22%3A%22O%27Hara+%5Cu0026+S%C3%B6hne%22%7D&maxAffected=10&onMismatch=force&recordsPerSecond=1.5"
	if call.method != "PATCH" || call.path != "/v1/desk/customers" || call.query != want {
		t.Errorf("called %s %s?%s", call.method, call.path, call.query)
	}
	if call.header.Get("Content-Type") != "application/merge-patch+json" || call.header.Get("Idempotency-Key") == "" {
		t.Errorf("headers are %v", call.header)
	}
}

func TestSubmitSingleEscapesTheIDAndQuotesTheVersion(t *testing.T) {
	c, rec, _ := serve(t, answer(202, `{"jobId":"j1"}`))
	if _, err := c.SubmitSingle(t.Context(), "mythic", "a/b ?", map[string]any{"phone": "1"}, 3); err != nil {
		t.Fatal(err)
	}
	if call := rec.calls[0]; call.path != "/v1/mythic/customers/a%2Fb%20%3F" || call.header.Get("If-Match") != `"3"` {
		t.Errorf("called %s with If-Match %s", call.path, call.header.Get("If-Match"))
	}
}

func TestCallsWithoutKeyThatChangeSomethingAreSentOnce(t *testing.T) {
	c, rec, _ := serve(t, answer(503, `{"code":"unavailable"}`, "Retry-After", "0"))
	_, create := c.CreateRecord(t.Context(), "desk", map[string]any{})
	_, imported := c.Import(t.Context(), "desk", NDJSON, strings.NewReader("{}\n"))
	_, _, rotated := c.RotateKey(t.Context(), 1, 0)
	removed := c.DeleteRecord(t.Context(), "desk", "1", 0)
	for _, err := range []error{create, imported, rotated, removed} {
		if !HasStatus(err, 503) || !HasCode(err, "unavailable") {
			t.Errorf("error is %v", err)
		}
	}
	if len(rec.calls) != 4 {
		t.Errorf("%d calls instead of 4", len(rec.calls))
	}
}

func TestReadsAreTriedAgainWhenTheConnectionBreaks(t *testing.T) {
	breaking := func(w http.ResponseWriter) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			conn.Close()
		}
	}
	c, rec, pauses := serve(t, breaking, breaking, answer(200, `{"jobId":"j1"}`))
	if j, err := c.Job(t.Context(), "j1"); err != nil || j.ID != "j1" {
		t.Fatalf("job %+v, error %v", j, err)
	}
	if len(rec.calls) < 3 || len(*pauses) == 0 {
		t.Errorf("%d calls with pauses %v", len(rec.calls), *pauses)
	}
}

func TestAttemptsEndWithTheLastFault(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	l.Close() // nobody listens there now
	c, err := New(address, "", WithAttempts(3))
	if err != nil {
		t.Fatal(err)
	}
	pauses := 0
	c.pause = func(context.Context, time.Duration) error { pauses++; return nil }
	if _, err := c.Job(t.Context(), "j1"); err == nil || pauses != 2 {
		t.Errorf("error %v after %d pauses", err, pauses)
	}
}

func TestAProblemDocumentBecomesAnErrorThatNamesEveryFault(t *testing.T) {
	c, _, _ := serve(t, answer(400, `{"title":"Bad","status":400,"code":"invalid","detail":"The patch is wrong.",
		"errors":[{"pointer":"/a","code":"type","detail":"must be text"},{"pointer":"","code":"x","detail":"too much"}]}`,
		"Content-Type", "application/problem+json"))
	_, err := c.Job(t.Context(), "j1")
	var e *Error
	if !errors.As(err, &e) || len(e.Faults) != 2 || e.Code != "invalid" || e.Body == nil {
		t.Fatalf("error is %#v", err)
	}
	if want := "The patch is wrong. (/a: must be text; too much)"; e.Error() != want {
		t.Errorf("text is %q", e.Error())
	}
}

func TestAnErrorOfTheConnectionHasNoQuery(t *testing.T) {
	c, err := New("http://127.0.0.1:1", "key")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.SubmitBulk(ctx, "desk", map[string]any{"email": "ana@example.com"}, map[string]any{"notes": "x"}, Options{Webhook: "https://user:secret@example.com/?token=t"})
	if err == nil || !strings.Contains(err.Error(), "/v1/desk/customers") || strings.Contains(err.Error(), "?") || strings.Contains(err.Error(), "ana") || strings.Contains(err.Error(), "token") {
		t.Errorf("the error is %v", err)
	}
}

func TestAnAnswerInAnotherFormIsKeptOutOfTheError(t *testing.T) {
	c, _, _ := serve(t, answer(502, "<html>proxy</html>", "Content-Type", "text/html"))
	_, err := c.Job(t.Context(), "j1")
	if err == nil || err.Error() != "the server answered 502 Bad Gateway" {
		t.Errorf("error is %v", err)
	}
}

func TestRetryAfterIsReadAsSecondsOrDate(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		value string
		want  time.Duration
		ok    bool
	}{
		"seconds":      {"7", 7 * time.Second, true},
		"date to come": {"Sun, 01 Nov 2026 12:00:05 GMT", 5 * time.Second, true},
		"date gone by": {"Sun, 01 Nov 2026 11:00:00 GMT", 0, true},
		"nothing":      {"", 0, false},
		"nonsense":     {"soon", 0, false},
		"negative":     {"-1", 0, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := retryAfter(http.Header{"Retry-After": {tt.value}}, now)
			if got != tt.want || ok != tt.ok {
				t.Errorf("got %v, %v", got, ok)
			}
		})
	}
}

func TestPauseEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := pause(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if err := pause(t.Context(), 0); err != nil {
		t.Errorf("error is %v", err)
	}
}

// TestCallsThatSetSomethingAreSentAgain answers each of them once with 503.
func TestCallsThatSetSomethingAreSentAgain(t *testing.T) {
	for name, set := range map[string]func(*Client) error{
		"pause":    func(c *Client) error { _, err := c.Pause(t.Context(), "j1"); return err },
		"resume":   func(c *Client) error { _, err := c.Resume(t.Context(), "j1"); return err },
		"cancel":   func(c *Client) error { _, err := c.Cancel(t.Context(), "j1"); return err },
		"throttle": func(c *Client) error { _, err := c.SetThrottle(t.Context(), "j1", nil); return err },
		"revoke":   func(c *Client) error { return c.RevokeKey(t.Context(), 1) },
	} {
		c, rec, _ := serve(t, answer(503, `{"code":"unavailable"}`), answer(200, `{"jobId":"j1"}`))
		if err := set(c); err != nil || len(rec.calls) != 2 {
			t.Errorf("%s: %d calls, error %v", name, len(rec.calls), err)
		}
	}
}

// TestAnAnswerThatIsCutIsAskedForAgain cuts the connection in the middle of an answer:
// the job was made, and the same key must be sent again to learn which.
func TestAnAnswerThatIsCutIsAskedForAgain(t *testing.T) {
	c, rec, _ := serve(t,
		answer(202, `{"jobId":"j1",`, "Content-Length", "100"),
		answer(202, `{"jobId":"j1"}`))
	j, err := c.Undo(t.Context(), "j0")
	if err != nil || j.ID != "j1" || len(rec.calls) != 2 {
		t.Fatalf("job %+v after %d calls, error %v", j, len(rec.calls), err)
	}
	if key := rec.calls[0].header.Get("Idempotency-Key"); key == "" || rec.calls[1].header.Get("Idempotency-Key") != key {
		t.Errorf("the keys are %q and %q", key, rec.calls[1].header.Get("Idempotency-Key"))
	}
}

// TestALongRetryAfterIsLeftToTheCaller asks for a pause of a minute, which is more than
// a call may take by itself.
func TestALongRetryAfterIsLeftToTheCaller(t *testing.T) {
	c, rec, _ := serve(t, answer(503, `{"code":"brake"}`, "Retry-After", "60"))
	_, err := c.Limits(t.Context())
	var e *Error
	if !errors.As(err, &e) || e.RetryAfter != time.Minute || len(rec.calls) != 1 {
		t.Errorf("%d calls, error %#v", len(rec.calls), err)
	}
}

// TestWhateverMakesAJobHasAnIdempotencyKey loses the first answer of each such call. The
// second must have the same key, and the caller's where there is one.
func TestWhateverMakesAJobHasAnIdempotencyKey(t *testing.T) {
	s := Submission{Model: "desk", ID: 7, Patch: map[string]any{}}
	with := s
	with.IdempotencyKey = "mine"
	mine := WithIdempotencyKey("mine")
	for name, makes := range map[string]func(c *Client, how ...JobOption) error{
		"bulk": func(c *Client, how ...JobOption) error {
			_, err := c.SubmitBulk(t.Context(), "desk", s, s, Options{}, how...)
			return err
		},
		"single": func(c *Client, how ...JobOption) error {
			_, err := c.SubmitSingle(t.Context(), "desk", "7", s, 0, how...)
			return err
		},
		"record": func(c *Client, how ...JobOption) error {
			_, err := c.UpdateRecord(t.Context(), "desk", "7", s, 0, how...)
			return err
		},
		"undo":  func(c *Client, how ...JobOption) error { _, err := c.Undo(t.Context(), "j1", how...); return err },
		"retry": func(c *Client, how ...JobOption) error { _, err := c.Retry(t.Context(), "j1", "", how...); return err },
		"submission": func(c *Client, how ...JobOption) error {
			_, err := c.Submit(t.Context(), map[bool]Submission{false: s, true: with}[len(how) > 0])
			return err
		},
		"preview": func(c *Client, how ...JobOption) error {
			_, err := c.PreviewSubmission(t.Context(), map[bool]Submission{false: s, true: with}[len(how) > 0])
			return err
		},
	} {
		c, rec, _ := serve(t,
			answer(503, `{"code":"unavailable"}`), answer(200, `{"jobId":"j1"}`),
			answer(503, `{"code":"unavailable"}`), answer(200, `{"jobId":"j1"}`))
		if err := errors.Join(makes(c), makes(c, mine)); err != nil || len(rec.calls) != 4 {
			t.Fatalf("%s: %d calls, error %v", name, len(rec.calls), err)
		}
		var keys []string
		for _, call := range rec.calls {
			keys = append(keys, call.header.Get("Idempotency-Key"))
		}
		if len(keys[0]) < 20 || keys[1] != keys[0] || keys[2] != "mine" || keys[3] != "mine" {
			t.Errorf("%s: keys %q", name, keys)
		}
	}
}
