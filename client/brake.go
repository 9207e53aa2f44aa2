package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// A Brake holds the jobs of the key's workspace, except those over one record and
// previews. It is on while either of its switches is. Where both are, its reason is
// that of the switch of every workspace.
type Brake struct {
	Switch
	Switches struct {
		Workspace Switch `json:"workspace"` // of the key's workspace alone
		All       Switch `json:"all"`       // of every workspace
	} `json:"switches"`
}

// A Switch is one of the two switches of a [Brake].
type Switch struct {
	On     bool       `json:"on"`
	Reason string     `json:"reason"` // "" while it is off
	Since  *time.Time `json:"since"`  // when it was last switched, nil for never
	By     string     `json:"by"`     // who switched it, such as "key:ops"; "" where that is not shown
}

// Brake reads the brake of the key's workspace. The key needs the scope jobs:read.
func (c *Client) Brake(ctx context.Context) (Brake, error) {
	var b Brake
	_, err := c.json(ctx, call{method: http.MethodGet, path: "/v1/brake"}, &b)
	return b, err
}

// BrakeOn holds the jobs of the key's workspace, for a reason of at most 200
// characters that users see at each job. It returns when no job writes any more.
// To repeat it changes at most the reason. The key needs the scope admin.
func (c *Client) BrakeOn(ctx context.Context, reason string) (Brake, error) {
	return c.putBrake(ctx, nil, map[string]any{"on": true, "reason": reason})
}

// BrakeOff lets the jobs go on that [Client.BrakeOn] holds. To repeat it is
// harmless. The key needs the scope admin.
func (c *Client) BrakeOff(ctx context.Context) (Brake, error) {
	return c.putBrake(ctx, nil, map[string]any{"on": false})
}

// BrakeAllOn is [Client.BrakeOn] for every workspace, with a switch of its own. The
// key must be of the workspace main.
func (c *Client) BrakeAllOn(ctx context.Context, reason string) (Brake, error) {
	return c.putBrake(ctx, everyWorkspace, map[string]any{"on": true, "reason": reason})
}

// BrakeAllOff switches off what [Client.BrakeAllOn] has switched on. The switches
// of single workspaces stay as they are.
func (c *Client) BrakeAllOff(ctx context.Context) (Brake, error) {
	return c.putBrake(ctx, everyWorkspace, map[string]any{"on": false})
}

var everyWorkspace = url.Values{"all": {"true"}}

func (c *Client) putBrake(ctx context.Context, query url.Values, body map[string]any) (Brake, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return Brake{}, fmt.Errorf("encode the brake: %w", err)
	}
	var b Brake
	_, err = c.json(ctx, call{
		method: http.MethodPut,
		path:   "/v1/brake",
		query:  query,
		header: http.Header{"Content-Type": {"application/json"}},
		sets:   true,
		body:   raw,
	}, &b)
	return b, err
}
