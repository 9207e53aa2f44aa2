package dashboard

import (
	"net/http"
	"strconv"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
	"bulkpatch/client"
)

// A webhookSigner says whose secret signs the webhooks of a workspace.
type webhookSigner struct {
	Workspace string
	Own       bool // that of the workspace
	Server    bool // that of the server, for workspaces without one
}

// None reports whether there is no secret, so that no job may have a webhook.
func (s webhookSigner) None() bool { return !s.Own && !s.Server }

// webhookSigner reads whose secret signs the webhooks of the visitor's workspace.
func (v *Visit) webhookSigner() (webhookSigner, error) {
	var l client.Limits
	err := v.Get("/v1/limits", &l)
	return webhookSigner{v.Key.Workspace.Name, l.Webhooks.Secret == "workspace", l.Webhooks.Secret == "server"}, err
}

// A webhookRotation is the page that asks before the workspace gets another secret.
type webhookRotation struct {
	webhookSigner
	Overlaps []choice
}

// AskWebhookSecret answers with the page that asks before the workspace gets a secret to
// sign webhooks with.
func (d *Dashboard) AskWebhookSecret(v *Visit) error {
	signer, err := v.webhookSigner()
	if err != nil {
		return err
	}
	f := d.visited(v, "Secret for webhooks", KeysPath, webhookRotation{signer, overlaps()})
	f.Styles = []string{adminStyle}
	return show(v, http.StatusOK, "webhookrotate", f)
}

// A webhookSecretPage shows the secret of a workspace, once.
type webhookSecretPage struct {
	Secret, Workspace string
	Former            string // what becomes of the former secret, a sentence
}

// RotateWebhookSecret takes that page's form, and shows the new secret.
func (d *Dashboard) RotateWebhookSecret(v *Visit) error {
	seconds, err := strconv.ParseInt(v.Form.Get("overlap"), 10, 64)
	if err != nil {
		return web.NewProblem("invalid_request", "Choose how long the former secret goes on signing.")
	}
	var made struct {
		Secret string `json:"secret"`
	}
	if _, err := v.Send(http.MethodPut, "/v1/webhook-secret", map[string]int64{"overlapSeconds": seconds}, &made); err != nil {
		return err
	}
	page := webhookSecretPage{made.Secret, v.Key.Workspace.Name, "From now on it alone signs the webhooks of the workspace. What a receiver refuses until it knows the secret is sent again, for up to 3 days."}
	if seconds > 0 {
		page.Former = "The former secret signs as well for another " + words.Lasting(time.Duration(seconds)*time.Second) + ". Bring the new one to all receivers before."
	}
	f := d.visited(v, "The new secret for webhooks", KeysPath, page)
	f.Styles, f.Scripts = []string{adminStyle}, []string{"copy.js"}
	return show(v, http.StatusOK, "webhooksecret", f)
}
