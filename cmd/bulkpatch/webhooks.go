package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"bulkpatch/api"
	"bulkpatch/webhook"
)

// webhooks are the settings by which the API accepts webhooks.
type webhooks struct {
	*webhook.Allow
	configured bool
}

// Configured reports whether this installation has a secret for all workspaces.
func (w webhooks) Configured() bool { return w.configured }

// deliver sends webhooks in the group. Processes with workers do so, so that those that
// serve the API need no way out to the Internet.
func (s *service) deliver(ctx context.Context, group *errgroup.Group) {
	w := webhook.NewSender(webhook.Config{
		Store: s.db, Allow: s.webhookAllow, Secrets: s.webhookSecrets, Render: api.WebhookBody, Log: s.log, Tracer: s.tracer,
	})
	s.counted = append(s.counted, w.Metrics(), newPendingWebhooks(s.db))
	group.Go(func() error { return w.Run(ctx) })
}
