package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// The states of a [Delivery], and of its attempts: those are delivered or failed.
const (
	DeliveryWaiting   = "waiting" // for the end of the job
	DeliveryPending   = "pending" // is being sent, or will be
	DeliveryDelivered = "delivered"
	DeliveryGaveUp    = "gave_up"
	DeliveryFailed    = "failed"
)

// A Delivery is what became of the call that a job with the option Webhook makes when
// it ends. That of another job is zero.
type Delivery struct {
	WebhookID     string            `json:"webhookId"` // the header webhook-id of each attempt; "" until the job has ended
	URL           string            `json:"url"`       // without its user and query
	State         string            `json:"state"`
	NextAttemptAt *time.Time        `json:"nextAttemptAt"` // nil if none is planned, or one goes on
	Attempts      []DeliveryAttempt `json:"items"`         // the last 50, newest first
}

// A DeliveryAttempt is one time that the end of a job was sent.
type DeliveryAttempt struct {
	At         time.Time `json:"at"`
	State      string    `json:"state"`
	Status     *int      `json:"status"` // of the receiver's answer, nil if there was none
	DurationMs int64     `json:"durationMs"`
	Error      string    `json:"error"` // why it failed, in a sentence; "" if it did not
}

// Deliveries reads how the end of a job was delivered. It is kept as long as the job. The
// key needs the scope jobs:read, or must have made the job.
func (c *Client) Deliveries(ctx context.Context, jobID string) (Delivery, error) {
	var d Delivery
	_, err := c.json(ctx, call{method: http.MethodGet, path: deliveries(jobID)}, &d)
	return d, err
}

// DeliverAgain sends the end of a job again, also if it was delivered or given up: at
// once, or 5 seconds after the last attempt. It returns the delivery as it then is. The
// call is sent once. The key needs the scope jobs:write. The error has the code
// "no_webhook" for a job without the option, and "action_not_allowed" for one that has
// not ended.
func (c *Client) DeliverAgain(ctx context.Context, jobID string) (Delivery, error) {
	var d Delivery
	_, err := c.json(ctx, call{method: http.MethodPost, path: deliveries(jobID)}, &d)
	return d, err
}

func deliveries(jobID string) string { return "/v1/jobs/" + url.PathEscape(jobID) + "/deliveries" }

// RotateWebhookSecret gives the key's workspace a new secret to sign webhooks with, and
// returns it; it cannot be read again. The secret of before signs as well for the
// overlap, in whole seconds and at most 7 days. The key needs the scope admin.
func (c *Client) RotateWebhookSecret(ctx context.Context, overlap time.Duration) (string, error) {
	body, err := json.Marshal(map[string]int64{"overlapSeconds": int64(overlap / time.Second)})
	if err != nil {
		return "", err
	}
	var answer struct {
		Secret string `json:"secret"`
	}
	_, err = c.json(ctx, call{
		method: http.MethodPut, path: "/v1/webhook-secret", header: http.Header{"Content-Type": {"application/json"}}, body: body,
	}, &answer)
	return answer.Secret, err
}
