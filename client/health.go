package client

import (
	"context"
	"net/http"
)

// Health returns nil if the server's process answers.
func (c *Client) Health(ctx context.Context) error {
	_, err := c.status(ctx, "/healthz")
	return err
}

// Readiness is what a server that can do its work says of itself.
type Readiness struct {
	Status string `json:"status"`
	Redis  string `json:"redis"` // "up" or "down"; "" of a server that does not tell
}

// Ready returns nil if the server can do its work, and an [*Error] with the code
// [CodeNotReady] if it is being stopped or lacks what it needs. It asks once.
func (c *Client) Ready(ctx context.Context) (Readiness, error) {
	return c.status(ctx, "/readyz")
}

// status reads a status. The call is sent once: a server that is not ready is the
// answer, too.
func (c *Client) status(ctx context.Context, path string) (Readiness, error) {
	var s Readiness
	r := call{method: http.MethodGet, path: path}
	resp, err := c.send(ctx, r)
	if err != nil {
		return s, err
	}
	return s, decode(r, resp, &s)
}
