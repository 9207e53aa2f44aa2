package webhook

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"bulkpatch/job"
)

// local allows the addresses of test servers.
func local(t testing.TB) *Allow {
	t.Helper()
	a, err := ParseAllow("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func dispatchTo(url string) job.Dispatch {
	return job.Dispatch{WebhookRef: job.WebhookRef{JobID: "j1", State: job.Succeeded}, URL: url, Body: []byte(`{"type":"job.succeeded"}`)}
}

func TestABodyIsSignedWithEachSecret(t *testing.T) {
	secrets := []string{job.NewWebhookSecret(), job.NewWebhookSecret()}
	for _, secure := range []bool{false, true} {
		var head http.Header
		var body []byte
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			head = r.Header.Clone()
			head.Set("Line", r.Method+" "+r.URL.RequestURI())
			body, _ = io.ReadAll(r.Body)
			w.WriteHeader(204)
		}))
		a := local(t)
		if secure {
			server.StartTLS()
			a.roots = x509.NewCertPool()
			a.roots.AddCert(server.Certificate())
		} else {
			server.Start()
		}
		defer server.Close()
		got := a.post(t.Context(), dispatchTo(strings.Replace(server.URL, "://", "://ana:pw@", 1)+"/in?token=t"), secrets)
		if got != (answer{status: 204}) {
			t.Fatalf("it met %+v", got)
		}
		for _, secret := range secrets {
			signer, err := standardwebhooks.NewWebhook(secret)
			if err != nil {
				t.Fatal(err)
			}
			if err := signer.Verify(body, head); err != nil {
				t.Error(err)
			}
		}
		for name, want := range map[string]string{
			"Line": "POST /in?token=t", "Webhook-Id": "j1.succeeded", "Content-Type": "application/json", "Authorization": "Basic YW5hOnB3", "User-Agent": "bulkpatch",
		} {
			if head.Get(name) != want {
				t.Errorf("%s is %q", name, head.Get(name))
			}
		}
	}
}

func TestAnAnswerIsJudgedByItsStatus(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", other.URL)
		w.Header().Set("Retry-After", r.URL.Query().Get("after"))
		switch r.URL.Path {
		case "/ok":
			w.WriteHeader(202)
			io.WriteString(w, strings.Repeat("x", 1<<20)) // which nobody reads
		case "/moved":
			w.WriteHeader(307)
		case "/busy":
			w.WriteHeader(503)
		case "/gone":
			w.WriteHeader(410)
		case "/headers":
			w.Header().Set("X", strings.Repeat("x", maxAnswerHeader))
		case "/cut":
			panic(http.ErrAbortHandler)
		}
	}))
	defer server.Close()
	for path, want := range map[string]answer{
		"/ok":            {status: 202},
		"/moved":         {307, "The receiver answered 307: redirects are not followed. Submit jobs with the URL to which it points.", 0},
		"/busy?after=90": {503, "The receiver answered 503, and not 2xx.", 90 * time.Second},
		"/busy?after=x":  {503, "The receiver answered 503, and not 2xx.", 0},
		"/gone":          {410, "The receiver answered 410, and not 2xx.", 0},
		"/headers":       {0, "The receiver could not be reached, or its answer could not be read.", 0},
		"/cut":           {0, "The receiver closed the connection without an answer.", 0},
	} {
		if got := local(t).post(t.Context(), dispatchTo(server.URL+path), []string{job.NewWebhookSecret()}); got != want {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if reached {
		t.Error("a redirect was followed")
	}
	at := time.Now().UTC().Truncate(time.Second)
	if got := retryAfter(at.Add(time.Hour).Format(http.TimeFormat), at); got != time.Hour {
		t.Errorf("a date is %v from now", got)
	}
}

func TestAFailureIsToldInWordsWithoutTheURL(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	secure := httptest.NewTLSServer(nil)
	defer secure.Close()
	secure.Config.ErrorLog = nil
	plain := httptest.NewServer(nil)
	defer plain.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	timeout, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	unknown := local(t)
	unknown.hosts, unknown.resolver = []string{"unknown.test"}, (&nameServer{addresses: []string{""}}).resolver(t)
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, test := range []struct {
		ctx       context.Context
		allow     *Allow
		url, want string
	}{
		{t.Context(), local(t), closed.URL, "The receiver refused the connection."},
		{t.Context(), local(t), secure.URL, "The certificate of the receiver is not valid."},
		{t.Context(), local(t), strings.Replace(plain.URL, "http", "https", 1), "The receiver does not speak HTTPS."},
		{t.Context(), &Allow{}, plain.URL, "The host has an address that may not be called: a private, local or reserved one, or one of http."},
		{t.Context(), unknown, "https://unknown.test/?token=t", "The address of the host could not be found."},
		{timeout, local(t), "http://" + silent.Addr().String(), "The receiver did not answer within 10 seconds."},
		{stopped, local(t), "http://" + silent.Addr().String(), "The process that sent this was stopped before the receiver answered."},
	} {
		if got := test.allow.post(test.ctx, dispatchTo(test.url), []string{job.NewWebhookSecret()}); got != (answer{failure: test.want}) {
			t.Errorf("%s: %+v", test.url, got)
		}
	}
}

// TestNothingGoesOnAfterAnAttempt calls a receiver by HTTPS that accepts connections and
// says nothing.
func TestNothingGoesOnAfterAnAttempt(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	local(t).post(ctx, dispatchTo("https://"+silent.Addr().String()), []string{job.NewWebhookSecret()})
	conn, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Errorf("the connection is still open: %v", err)
	}
}

func TestAttemptsAreRepeatedForThreeDays(t *testing.T) {
	for _, asked := range []time.Duration{0, 30 * 24 * time.Hour} {
		d := job.Dispatch{}
		var waits []time.Duration
		for {
			state, wait := after(d, answer{pause: asked})
			if state == job.DeliveryGaveUp {
				break
			}
			waits = append(waits, wait)
			d.Since += wait
			d.Tries++
		}
		if d.Since > job.WebhookPeriod || d.Since < job.WebhookPeriod-longestPause {
			t.Errorf("it is given up after %v", d.Since)
		}
		if asked > 0 {
			if waits[0] != longestPause {
				t.Errorf("a receiver that asks for %v is left alone for %v", asked, waits[0])
			}
		} else if len(waits) < 15 || len(waits) > 20 || waits[0] < 5*time.Second || waits[0] > 6*time.Second {
			t.Errorf("it is repeated after %v", waits)
		}
	}
}
