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
	ID         int64      `json:"id"`
	Name       string     `json:"name"`
	Workspace  string     `json:"workspace"`
	Scopes     []string   `json:"scopes"`
	Person     string     `json:"person"` // whose key it is, "" if nobody said
	Hint       string     `json:"hint"`   // first characters of the secret
	CreatedAt  time.Time  `json:"createdAt"`
	ExpiresAt  *time.Time `json:"expiresAt"`  // nil for never
	LastUsedAt *time.Time `json:"lastUsedAt"` // the minute of its last use; nil for never
}

// A KeyOption says more about the key that [Client.CreateKey] creates.
type KeyOption func(*keyRequest)

type keyRequest struct {
	Name      string     `json:"name"`
	Workspace string     `json:"workspace"`
	Scopes    []string   `json:"scopes,omitempty"`
	Preset    string     `json:"preset,omitempty"`
	Person    string     `json:"person,omitempty"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
}

// WithPreset gives the key the scopes of a preset too: reader, editor, operator or
// admin.
func WithPreset(name string) KeyOption { return func(k *keyRequest) { k.Preset = name } }

// WithPerson says whose key it is, in at most 200 characters.
func WithPerson(person string) KeyOption { return func(k *keyRequest) { k.Person = person } }

// WithExpiry makes the key end by itself at a time, which must be in the future.
func WithExpiry(at time.Time) KeyOption { return func(k *keyRequest) { k.ExpiresAt = &at } }

// Keys lists the keys that are neither revoked nor expired. Like CreateKey, RotateKey
// and RevokeKey it needs a key with the scope admin.
func (c *Client) Keys(ctx context.Context) iter.Seq2[Key, error] {
	return pages[Key](ctx, c, "/v1/keys", url.Values{})
}

// KeyPage reads one page of the list of keys, with at most limit of them, 1 to 10,000; 0
// means 10,000. It begins after the page whose NextCursor is given, "" for the first.
func (c *Client) KeyPage(ctx context.Context, limit int, cursor string) (Page[Key], error) {
	var p Page[Key]
	err := c.page(ctx, "/v1/keys", setPage(url.Values{}, limit, cursor), &p)
	return p, err
}

// CreateKey creates a key, and its workspace if that does not exist. It returns the
// key and its secret, which cannot be read again.
func (c *Client) CreateKey(ctx context.Context, name, workspace string, scopes []string, options ...KeyOption) (Key, string, error) {
	k := keyRequest{Name: name, Workspace: workspace, Scopes: scopes}
	for _, o := range options {
		o(&k)
	}
	return c.newSecret(ctx, "/v1/keys", k)
}

// RotateKey gives a key a new secret and returns it; it cannot be read again. The old
// secret works for the overlap, in whole seconds and at most 7 days.
func (c *Client) RotateKey(ctx context.Context, id int64, overlap time.Duration) (Key, string, error) {
	return c.newSecret(ctx, keyPath(id)+"/rotate", map[string]int64{"overlapSeconds": int64(overlap / time.Second)})
}

// newSecret sends a call that is answered with a key and its secret.
func (c *Client) newSecret(ctx context.Context, path string, request any) (Key, string, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return Key{}, "", fmt.Errorf("encode the key: %w", err)
	}
	var made struct {
		Key
		Secret string `json:"secret"`
	}
	_, err = c.json(ctx, call{
		method: http.MethodPost,
		path:   path,
		header: http.Header{"Content-Type": {"application/json"}},
		body:   body,
	}, &made)
	return made.Key, made.Secret, err
}

func keyPath(id int64) string { return "/v1/keys/" + strconv.FormatInt(id, 10) }

// RevokeKey revokes a key. Revoking it again is harmless.
func (c *Client) RevokeKey(ctx context.Context, id int64) error {
	_, err := c.json(ctx, call{method: http.MethodDelete, path: keyPath(id), sets: true}, nil)
	return err
}
