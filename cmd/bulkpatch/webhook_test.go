package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"bulkpatch/client"
	"bulkpatch/job"
)

// A hookCall is what a receiver of webhooks was sent.
type hookCall struct {
	header http.Header
	path   string
	body   string
}

// hooks starts a receiver of webhooks, which hands over each call and then answers as
// the handler does.
func hooks(t *testing.T, answer http.HandlerFunc) (url string, calls chan hookCall) {
	t.Helper()
	calls = make(chan hookCall, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- hookCall{r.Header, r.URL.RequestURI(), string(body)}
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, calls
}

func called(t *testing.T, calls chan hookCall) hookCall {
	t.Helper()
	select {
	case c := <-calls:
		return c
	case <-time.After(patience):
		t.Fatal("nobody was called")
		return hookCall{}
	}
}

// signed reports whether a call has a signature with the secret.
func (c hookCall) signed(t *testing.T, secret string) bool {
	t.Helper()
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer.Verify([]byte(c.body), c.header) == nil
}

// hookServer starts a server that signs with a secret and may call this machine.
func hookServer(t *testing.T, db, secret string) *process {
	t.Helper()
	return start(t, "serve", "--addr", "127.0.0.1:0", "--db", db, "--admin-key", secretKey, "--webhook-secret", secret, "--webhook-allow", "127.0.0.0/8")
}

const secretKey = "admin-key-of-the-webhooks-tests"

func TestAWebhookTellsOfTheEndOfAJob(t *testing.T) {
	t.Parallel()
	secret := job.NewWebhookSecret()
	p := hookServer(t, database(t), secret)
	c := p.client(t, secretKey)
	load(t, c, 20)
	url, calls := hooks(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	hook := strings.Replace(url, "://", "://ana:pw@", 1) + "/in?token=t"
	submit := func() client.Job {
		t.Helper()
		j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{Webhook: hook})
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	j := submit()
	call := called(t, calls)
	if id := call.header.Get("webhook-id"); id != j.ID+".succeeded" || call.path != "/in?token=t" || !call.signed(t, secret) {
		t.Errorf("the call is %+v", call)
	}
	var told struct {
		Type      string
		Timestamp time.Time
		Data      client.Job
	}
	if err := json.Unmarshal([]byte(call.body), &told); err != nil {
		t.Fatal(err)
	}
	checkSum(t, told.Data, client.StateSucceeded, 20)
	if told.Type != "job.succeeded" || told.Data.ID != j.ID || !told.Timestamp.Equal(*told.Data.FinishedAt) || strings.Contains(call.body, "token=t") || !strings.Contains(call.body, "/in?***") {
		t.Errorf("it tells %s", call.body)
	}
	delivered(t, c, j.ID)

	own, err := c.RotateWebhookSecret(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.DeliverAgain(t.Context(), j.ID)
	if err != nil || again.State != client.DeliveryPending || again.NextAttemptAt == nil {
		t.Fatalf("%+v, %v", again, err)
	}
	repeated := called(t, calls)
	if repeated.body != call.body || repeated.header.Get("webhook-id") != call.header.Get("webhook-id") || !repeated.signed(t, own) || repeated.signed(t, secret) {
		t.Errorf("it was sent again as %+v", repeated)
	}
	if d := delivered(t, c, j.ID); len(d.Attempts) != 2 || *d.Attempts[0].Status != 204 {
		t.Errorf("its deliveries are %+v", d)
	}
	if log := p.logged.String(); strings.Contains(log, "token=t") || strings.Contains(log, "ana:pw") || strings.Contains(log, own) {
		t.Errorf("the log tells too much: %s", log)
	}
	if status := p.stop(t); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// delivered waits until the end of a job is delivered.
func delivered(t *testing.T, c *client.Client, id string) client.Delivery {
	t.Helper()
	for began := time.Now(); ; {
		d, err := c.Deliveries(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if d.State == client.DeliveryDelivered {
			return d
		}
		if time.Since(began) > patience {
			t.Fatalf("it is not delivered: %+v", d)
		}
	}
}

// TestAWebhookSurvivesItsSender kills the process after the receiver was called and
// before it has answered, starts it again, and stops it while the receiver is down.
func TestAWebhookSurvivesItsSender(t *testing.T) {
	t.Parallel()
	db, secret := database(t), job.NewWebhookSecret()
	p := hookServer(t, db, secret)
	c := p.client(t, secretKey)
	load(t, c, 5)
	release, first := make(chan struct{}), true
	url, calls := hooks(t, func(_ http.ResponseWriter, r *http.Request) {
		if first {
			first = false
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
	})
	defer close(release)
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{Webhook: url})
	if err != nil {
		t.Fatal(err)
	}
	call := called(t, calls)
	p.kill(t)
	p = hookServer(t, db, secret)
	again := called(t, calls)
	if again.header.Get("webhook-id") != call.header.Get("webhook-id") || again.body != call.body || !again.signed(t, secret) {
		t.Errorf("%+v was sent again as %+v", call, again)
	}
	d := delivered(t, p.client(t, secretKey), j.ID)
	if len(d.Attempts) != 2 || d.Attempts[1].State != client.DeliveryFailed || !strings.Contains(d.Attempts[1].Error, "may have arrived") {
		t.Errorf("its attempts are %+v", d.Attempts)
	}
	if len(calls) > 0 {
		t.Errorf("it was sent once more")
	}
}

func TestSettingsOfWebhooksAreChecked(t *testing.T) {
	for flag, want := range map[string]string{
		"--webhook-secret=secret":                                           "--webhook-secret must be whsec_ and 24 to 64 bytes in Base64",
		"--webhook-secret=" + job.NewWebhookSecret() + ",whsec_AAAA":        "--webhook-secret must be whsec_",
		"--webhook-secret=" + strings.Repeat(job.NewWebhookSecret()+",", 5): "--webhook-secret must be whsec_",
		"--webhook-allow=hooks.internal,http://x":                           `--webhook-allow "http://x" is not a host, an address or a network`,
	} {
		status, _, said := call(t, "serve", "--db", database(t), flag)
		if status != exitUsage || !strings.Contains(said, want) || strings.Contains(said, "AAAA") {
			t.Errorf("%s: %d, %q", flag, status, said)
		}
	}
}
