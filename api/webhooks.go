package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/job"
)

// Webhooks says which URLs jobs may call when they end.
type Webhooks interface {
	// Configured reports whether there is a secret for workspaces that have none of
	// their own.
	Configured() bool
	// Refuses says in a sentence why a URL may not be called, "" if it may be. It may
	// take a few seconds.
	Refuses(ctx context.Context, u *url.URL) string
}

// setWebhook reads the URL of the option, and sets what is shown of it.
func (o *options) setWebhook(v jsontext.Value) (code, must string) {
	var text string
	if code, must := setText(&text, v); code != "" {
		return code, must
	}
	if _, must := job.ParseWebhook(text); must != "" {
		return "format", must
	}
	o.Webhook, o.Options.Webhook = text, job.MaskWebhook(text)
	return "", ""
}

// Whose secret signs the webhooks of a workspace.
const (
	signedByWorkspace = "workspace"
	signedByServer    = "server"
)

// webhookSigner says whose secret signs the webhooks of the caller's workspace, ""
// for nobody's.
func (s *server) webhookSigner(c *call) (string, error) {
	own, err := s.Store.HasWebhookSecret(c.ctx(), c.workspace())
	switch {
	case own && err == nil:
		return signedByWorkspace, nil
	case err == nil && s.Webhooks != nil && s.Webhooks.Configured():
		return signedByServer, nil
	}
	return "", err
}

// checkWebhook adds a fault if the update may not call its webhook. It asks for the
// address of the host last, when nothing else is wrong.
func (s *server) checkWebhook(c *call, in *input, u *update) error {
	if u.options.Webhook == "" {
		return nil
	}
	where, pointer := u.options.webhookAt[0], u.options.webhookAt[1]
	signer, err := s.webhookSigner(c)
	if err != nil {
		return err
	}
	if signer == "" {
		in.fail(where, pointer, "webhook_not_configured", "Nobody has set a secret to sign webhooks with. An administrator sets that of the workspace by PUT /v1/webhook-secret.")
		return nil
	}
	if s.Webhooks == nil || in.err() != nil {
		return nil
	}
	to, _ := job.ParseWebhook(u.options.Webhook)
	if must := s.Webhooks.Refuses(c.ctx(), to); must != "" {
		in.fail(where, pointer, "webhook_refused", must)
	}
	return nil
}

// A webhookJSON is the body of a webhook. Its members are those of Standard Webhooks.
type webhookJSON struct {
	Type      string  `json:"type"` // such as job.succeeded
	Timestamp string  `json:"timestamp"`
	Data      jobJSON `json:"data"`
}

// WebhookBody returns the body that tells of the end of a job, whose data is the job as
// [job.Job.Short] returned it for lists.
func WebhookBody(j job.Job) ([]byte, error) {
	ended := j.CreatedAt
	if j.FinishedAt != nil {
		ended = *j.FinishedAt
	}
	return json.Marshal(webhookJSON{"job." + string(j.State), timeText(ended), jobOf(j)})
}

// A deliveriesJSON is what became of the call that a job makes when it ends. All but the
// items is null for a job without the option webhook. The items are the last attempts,
// newest first.
type deliveriesJSON struct {
	WebhookID     *string               `json:"webhookId"` // null until the job has ended
	URL           *string               `json:"url"`       // without its user and query
	State         *job.DeliveryState    `json:"state"`     // waiting (for the end of the job), pending, delivered or gave_up
	NextAttemptAt *string               `json:"nextAttemptAt"`
	Items         []deliveryAttemptJSON `json:"items"`
	NextCursor    *string               `json:"nextCursor"` // always null: there is one page
}

// A deliveryAttemptJSON is one attempt.
type deliveryAttemptJSON struct {
	At         string            `json:"at"`
	State      job.DeliveryState `json:"state"`  // delivered or failed
	Status     *int              `json:"status"` // of the answer, null for none
	DurationMs int64             `json:"durationMs"`
	Error      *string           `json:"error"` // why it failed, in a sentence
}

func deliveriesOf(d job.Delivery) deliveriesJSON {
	out := deliveriesJSON{URL: textOrNull(d.URL), NextAttemptAt: timeOrNull(d.NextAttempt), Items: make([]deliveryAttemptJSON, len(d.Attempts))}
	if d.State != "" {
		out.State = &d.State
		if d.State != job.DeliveryWaiting {
			id := job.WebhookID(d.Job.ID, d.Job.State)
			out.WebhookID = &id
		}
	}
	for i, a := range d.Attempts {
		out.Items[i] = deliveryAttemptJSON{At: timeText(a.At), State: job.Delivered, DurationMs: int64(a.Took / time.Millisecond), Error: textOrNull(a.Error)}
		if a.Error != "" {
			out.Items[i].State = job.DeliveryFailed
		}
		if a.Status != 0 {
			out.Items[i].Status = &a.Status
		}
	}
	return out
}

// getDeliveries lists the attempts to deliver the end of a job.
func (s *server) getDeliveries(c *call) error {
	if err := c.input().err(); err != nil {
		return err
	}
	d, err := s.Store.Delivery(c.ctx(), c.workspace(), c.r.PathValue("job"))
	if _, err := s.checkVisible(c, d.Job, err); err != nil {
		return err
	}
	return c.answer(http.StatusOK, deliveriesOf(d))
}

// deliverAgain makes the delivery of the end of a job due at once.
func (s *server) deliverAgain(c *call) error {
	if err := s.noInput(c); err != nil {
		return err
	}
	d, err := s.Store.SendAgain(c.ctx(), c.caller(), c.r.PathValue("job"))
	if err != nil {
		return actionError(d.Job, err)
	}
	return c.answer(http.StatusAccepted, deliveriesOf(d))
}

// A webhookSecretJSON is the answer to a new secret, which is shown this once.
type webhookSecretJSON struct {
	Secret string `json:"secret"` // whsec_ and Base64, as libraries of Standard Webhooks take it
}

// putWebhookSecret gives the key's workspace a new secret. Only this answer has it, so
// the store's answer is awaited whatever becomes of the call.
func (s *server) putWebhookSecret(c *call) error {
	in := c.input()
	overlap, err := s.overlap(c, in)
	if err != nil {
		return err
	}
	if err := in.err(); err != nil {
		return err
	}
	secret, err := s.Store.RotateWebhookSecret(context.WithoutCancel(c.ctx()), c.caller(), overlap)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, webhookSecretJSON{secret})
}
