package client

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// A Key is an API key, without its secret.
type Key struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Workspace string    `json:"workspace"`
	Scopes    []string  `json:"scopes"`
	Hint      string    `json:"hint"` // first characters of the secret
	CreatedAt time.Time `json:"createdAt"`
}

// Keys lists the keys that are not revoked. Like CreateKey and RevokeKey it needs a
// key with the scope admin.
func (c *Client) Keys(ctx context.Context) iter.Seq2[Key, error] {
	return pages[Key](ctx, c, "/v1/keys", url.Values{})
}

// CreateKey creates a key, and its workspace if that does not exist. It returns the
// key and its secret, which cannot be read again.
func (c *Client) CreateKey(ctx context.Context, name, workspace string, scopes []string) (Key, string, error) {
	body, err := json.Marshal(map[string]any{"name": name, "workspace": workspace, "scopes": scopes})
	if err != nil {
		return Key{}, "", fmt.Errorf("encode the key: %w", err)
	}
	var made struct {
		Key
		Secret string `json:"secret"`
	}
	_, err = c.json(ctx, call{
		method: http.MethodPost,
		path:   "/v1/keys",
		header: http.Header{"Content-Type": {"application/json"}},
		body:   body,
	}, &made)
	return made.Key, made.Secret, err
}

// RevokeKey revokes a key. Revoking it again is harmless.
func (c *Client) RevokeKey(ctx context.Context, id int64) error {
	_, err := c.json(ctx, call{method: http.MethodDelete, path: "/v1/keys/" + strconv.FormatInt(id, 10)}, nil)
	return err
}

// A Model describes the fields of the customers of one sort.
type Model struct {
	Name  string          `json:"name"`
	Title string          `json:"title"`
	JSON  json.RawMessage `json:"-"` // the whole description as the server sent it
}

// UnmarshalJSON reads the name and the title, and keeps the whole description.
func (m *Model) UnmarshalJSON(b []byte) error {
	type names Model
	if err := json.Unmarshal(b, (*names)(m)); err != nil {
		return err
	}
	m.JSON = append([]byte(nil), b...)
	return nil
}

// Models lists the models that the server has loaded.
func (c *Client) Models(ctx context.Context) iter.Seq2[Model, error] {
	return pages[Model](ctx, c, "/v1/models", url.Values{})
}

// Model reads one model.
func (c *Client) Model(ctx context.Context, name string) (Model, error) {
	var m Model
	_, err := c.json(ctx, call{method: http.MethodGet, path: "/v1/models/" + url.PathEscape(name)}, &m)
	return m, err
}
