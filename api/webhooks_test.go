package api_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"bulkpatch/api"
	"bulkpatch/auth"
	"bulkpatch/job"
)

// fakeWebhooks refuses hosts that begin with "in.".
type fakeWebhooks struct{ configured bool }

func (f fakeWebhooks) Configured() bool { return f.configured }

func (f fakeWebhooks) Refuses(_ context.Context, u *url.URL) string {
	if strings.HasPrefix(u.Host, "in.") {
		return "This host is inside."
	}
	return ""
}

func (f *fake) Delivery(ctx context.Context, ws auth.Workspace, id string) (job.Delivery, error) {
	j, err := f.Job(ctx, ws, id)
	defer f.lock()()
	d := f.deliveries[id]
	d.Job = j
	return d, err
}

func (f *fake) SendAgain(ctx context.Context, by auth.Caller, id string) (job.Delivery, error) {
	d, err := f.Delivery(ctx, by.Workspace, id)
	switch {
	case err != nil:
		return d, err
	case d.State == "":
		return d, job.ErrNoWebhook
	case d.State == job.DeliveryWaiting:
		return d, &job.StateError{State: d.Job.State, Reason: "Not yet."}
	}
	now := f.now()
	d.State, d.NextAttempt = job.DeliveryPending, &now
	defer f.lock()()
	f.deliveries[id] = d
	f.sentAgain[id]++
	return d, nil
}

func (f *fake) HasWebhookSecret(_ context.Context, ws auth.Workspace) (bool, error) {
	defer f.lock()()
	return f.webhookSecrets[ws.ID] > 0, f.err
}

func (f *fake) RotateWebhookSecret(_ context.Context, by auth.Caller, overlap time.Duration) (string, error) {
	defer f.lock()()
	f.webhookSecrets[by.Workspace.ID] = 1 + overlap
	return "whsec_once", f.err
}

const hookURL = "https://ana:pw@Example.com:8443/in/a?token=t"

func withWebhooks(configured bool) func(*api.Config) {
	return func(c *api.Config) { c.Webhooks = fakeWebhooks{configured} }
}

// hooked is the body of a job with a webhook.
func hooked(webhook string) string {
	return `{"model":"desk","filter":{"state":"active"},"patch":{"jobTitle":"x"},"options":{"webhook":"` + webhook + `"}}`
}

func TestAWebhookIsShownWithoutItsSecrets(t *testing.T) {
	r := newRig(t, withWebhooks(true))
	const shown = `"webhook":"https://***@Example.com:8443/in/a?***"`
	made := r.call("POST", "/v1/jobs", hooked(hookURL), "Idempotency-Key", "k").want(202)
	path := "/v1/jobs/" + made.json()["jobId"].(string)
	single := r.customer(`{"firstName":"Ana"}`) + "?webhook=" + url.QueryEscape(hookURL)
	for _, a := range []answer{made, r.call("GET", path, "").want(200), r.call("GET", "/v1/jobs", "").want(200), r.call("PATCH", single, `{"jobTitle":"x"}`).want(202)} {
		if !strings.Contains(a.text, shown) {
			t.Errorf("it shows %s", a.text)
		}
	}
	for _, sub := range r.store.submitted {
		if sub.Webhook != hookURL {
			t.Errorf("the store was given %q", sub.Webhook)
		}
	}
	if log := r.log.String(); strings.Contains(log, "token=t") || strings.Contains(log, "ana:pw") {
		t.Errorf("the log tells too much: %s", log)
	}
	r.call("POST", "/v1/jobs", hooked(hookURL), "Idempotency-Key", "k").want(202).header("Idempotency-Replayed", "true")
	r.call("POST", "/v1/jobs", hooked(strings.Replace(hookURL, "token=t", "token=u", 1)), "Idempotency-Key", "k").want(422).code("idempotency_key_reused")
}

func TestAWebhookIsCheckedBeforeThereIsAJob(t *testing.T) {
	r := newRig(t, withWebhooks(true))
	for webhook, want := range map[string]string{
		"ftp://example.com/":                          "format",
		"https:///x":                                  "format",
		"https://example.com/#a":                      "format",
		"https://example.com/#":                       "format",
		"https://example.com/a b":                     "format",
		"https://***@example.com/":                    "format",
		"https://example.com/?***":                    "format",
		"//example.com/":                              "format",
		"https://" + strings.Repeat("x", 2000) + ".y": "format",
		"https://in.example/":                         "webhook_refused",
	} {
		p := r.call("POST", "/v1/jobs", hooked(webhook)).want(400)
		if !strings.Contains(p.text, `"pointer":"/options/webhook","code":"`+want+`"`) {
			t.Errorf("%s: %s", webhook, p.text)
		}
	}
	r.call("PATCH", "/v1/desk/customers"+activeFilter+"&webhook=https://in.example/", `{"jobTitle":"x"}`).want(400).code("webhook_refused")
	r.call("POST", "/v1/jobs", strings.Replace(hooked(`"`), `"webhook":"""`, `"webhook":7`, 1)).want(400)
	if n := len(r.store.submitted); n > 0 {
		t.Errorf("%d jobs were submitted", n)
	}
}

func TestAWebhookNeedsASecret(t *testing.T) {
	r := newRig(t, withWebhooks(false))
	r.call("POST", "/v1/jobs", hooked(hookURL)).want(400).code("webhook_not_configured")
	r.as(r.reader, "GET", "/v1/limits", "").want(200).has(`"webhooks":{"secret":null,`)
	r.as(r.writer, "PUT", "/v1/webhook-secret", "").want(403)
	r.call("PUT", "/v1/webhook-secret", `{"overlapSeconds":604801}`).want(400)
	if a := r.call("PUT", "/v1/webhook-secret", `{"overlapSeconds":60}`).want(200); a.text != `{"secret":"whsec_once"}`+"\n" {
		t.Errorf("it answers %s", a.text)
	}
	if got := r.store.webhookSecrets[1]; got != 1+time.Minute {
		t.Errorf("the overlap is %v", got)
	}
	r.call("POST", "/v1/jobs", hooked(hookURL)).want(202)
	r.as(r.reader, "GET", "/v1/limits", "").want(200).has(`"webhooks":{"secret":"workspace",`)
	newRig(t, withWebhooks(true)).call("GET", "/v1/limits", "").want(200).has(`"webhooks":{"secret":"server",`)
	r.as(r.other, "POST", "/v1/jobs", hooked(hookURL)).want(400).code("webhook_not_configured")
}

func TestAPreviewCallsNobody(t *testing.T) {
	r := newRig(t, withWebhooks(true))
	body := strings.Replace(hooked(hookURL), `"webhook"`, `"dryRun":true,"webhook"`, 1)
	token := r.call("POST", "/v1/jobs", body).want(200).json()["confirmToken"].(string)
	r.call("POST", "/v1/jobs", body, "Prefer", "respond-async").want(202)
	if sub := r.store.submitted[0]; sub.Webhook != "" || sub.Options.Webhook != "" {
		t.Errorf("the preview has the webhook %q", sub.Webhook)
	}
	// The token says nothing of whom the job calls.
	r.call("POST", "/v1/jobs", strings.Replace(hooked("https://other.example/"), `"webhook"`, `"confirmToken":"`+token+`","webhook"`, 1)).want(202)
}

func TestDeliveriesAreListedAndAskedFor(t *testing.T) {
	r := newRig(t, withWebhooks(true))
	id := r.call("POST", "/v1/jobs", hooked(hookURL)).want(202).json()["jobId"].(string)
	path := "/v1/jobs/" + id + "/deliveries"
	list := func(want string) {
		t.Helper()
		if a := r.call("GET", path, "").want(200); a.text != want+"\n" {
			t.Errorf("it answers %s", a.text)
		}
	}
	list(`{"webhookId":null,"url":null,"state":null,"nextAttemptAt":null,"items":[],"nextCursor":null}`)
	r.call("POST", path, "").want(409).code("no_webhook")
	r.store.deliveries[id] = job.Delivery{URL: job.MaskWebhook(hookURL), State: job.DeliveryWaiting}
	list(`{"webhookId":null,"url":"https://***@Example.com:8443/in/a?***","state":"waiting","nextAttemptAt":null,"items":[],"nextCursor":null}`)
	r.call("POST", path, "").want(409).code("action_not_allowed")

	next := r.clock.now().Add(time.Minute)
	r.store.deliveries[id] = job.Delivery{URL: "https://h/", State: job.DeliveryPending, NextAttempt: &next, Attempts: []job.DeliveryAttempt{
		{At: r.clock.now(), Took: 10 * time.Second, Error: "No answer."}, {At: r.clock.now(), Took: time.Second / 2, Status: 500, Error: "500."}, {At: r.clock.now(), Status: 204},
	}}
	list(`{"webhookId":"` + id + `.queued","url":"https://h/","state":"pending","nextAttemptAt":"2026-11-21T12:01:00Z","items":[` +
		`{"at":"2026-11-21T12:00:00Z","state":"failed","status":null,"durationMs":10000,"error":"No answer."},` +
		`{"at":"2026-11-21T12:00:00Z","state":"failed","status":500,"durationMs":500,"error":"500."},` +
		`{"at":"2026-11-21T12:00:00Z","state":"delivered","status":204,"durationMs":0,"error":null}],"nextCursor":null}`)
	r.call("POST", path, "").want(202)
	r.as(r.reader, "GET", path, "").want(404).code("job_not_found")
	r.as(r.other, "GET", path, "").want(404).code("job_not_found")
	r.as(r.other, "POST", path, "").want(404).code("job_not_found")
}

func TestTheBodyOfAWebhookIsTheJobAsListsHaveIt(t *testing.T) {
	r := newRig(t)
	id := r.call("POST", "/v1/jobs", `{"model":"desk","filter":{"state":"active"},"patch":{"jobTitle":"x"}}`).want(202).json()["jobId"].(string)
	j := r.store.jobs[id]
	at := r.clock.now().Add(time.Second)
	j.State, j.FinishedAt = job.PartiallySucceeded, &at
	r.store.jobs[id] = j
	body, err := api.WebhookBody(j.Short())
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.TrimSuffix(strings.TrimPrefix(r.call("GET", "/v1/jobs", "").want(200).text, `{"items":[`), `],"nextCursor":null}`+"\n")
	if want := `{"type":"job.partially_succeeded","timestamp":"2026-11-21T12:00:01Z","data":` + listed + `}`; string(body) != want {
		t.Errorf("the body is\n%s\nand not\n%s", body, want)
	}
}
