package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
)

// A keyJSON is an API key without its secret.
type keyJSON struct {
	ID        int64        `json:"id"`
	Name      string       `json:"name"`
	Workspace string       `json:"workspace"`
	Scopes    []auth.Scope `json:"scopes"`
	Person    *string      `json:"person"`
	Hint      string       `json:"hint"`
	CreatedAt string       `json:"createdAt"`
	ExpiresAt *string      `json:"expiresAt"`
	// LastUsedAt is a minute.
	LastUsedAt *string `json:"lastUsedAt"`
	// Secret is shown once, to who made or rotated the key.
	Secret string `json:"secret,omitempty"`
}

func keyOf(k auth.Key, secret string) keyJSON {
	return keyJSON{
		ID: k.ID, Name: k.Name, Workspace: k.Workspace.Name,
		Scopes: append([]auth.Scope{}, k.Scopes...), Person: textOrNull(k.Person),
		Hint: k.Hint, CreatedAt: timeText(k.CreatedAt), ExpiresAt: timeOrNull(k.ExpiresAt), LastUsedAt: timeOrNull(k.LastUsedAt),
		Secret: secret,
	}
}

var errNoKey = web.NewProblem("key_not_found", "There is no key with this id, or it has ended.")

var errTooManySecrets = web.NewProblem("too_many_secrets", "So many secrets of the key work that it may not have another one: "+
	strconv.Itoa(auth.MaxSecrets)+". Wait for an overlap to end, or rotate the key with overlapSeconds 0, which ends them all.")

// maxKeys is how many keys a page has at most, and if the caller does not say: about
// 8 MiB.
const maxKeys = 10_000

// listKeys lists the keys by their numbers. The cursor is the last one's.
func (s *server) listKeys(c *call) error {
	in := c.input()
	after := int64(0)
	if text, ok := in.param("cursor"); ok {
		var err error
		if after, err = strconv.ParseInt(text, 10, 64); err != nil {
			in.failParam("cursor", "invalid_cursor", "The cursor is not one that this list gave.")
		}
	}
	limit := in.number("limit", 1, maxKeys, maxKeys)
	if err := in.err(); err != nil {
		return err
	}
	keys, err := s.Store.Keys(c.ctx())
	if err != nil {
		return err
	}
	var items []keyJSON
	next := ""
	for _, k := range keys {
		if k.ID <= after || !c.caller().Manages(k.Workspace.Name) {
			continue
		}
		if len(items) == limit {
			next = strconv.FormatInt(items[limit-1].ID, 10)
			break
		}
		items = append(items, keyOf(k, ""))
	}
	return c.answer(http.StatusOK, listOf(items, next))
}

func (s *server) createKey(c *call) error {
	raw, err := s.body(c)
	if err != nil {
		return err
	}
	in := c.input()
	k := auth.Key{Workspace: auth.Workspace{Name: c.workspace().Name}}
	if members, ok := in.members(raw, ""); ok {
		in.takeKey(&k, members, s.Now())
	}
	if err := in.err(); err != nil {
		return err
	}
	if !c.caller().Manages(k.Workspace.Name) {
		return web.NewProblem("forbidden_workspace", "Only an administrator of the workspace main may make keys for other workspaces.")
	}
	made, secret, err := s.Store.CreateKey(c.ctx(), c.caller(), k)
	if errors.Is(err, job.ErrExists) {
		return web.NewProblem("name_taken", "A key of the workspace has this name already.")
	}
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", "/v1/keys/"+strconv.FormatInt(made.ID, 10))
	return c.answer(http.StatusCreated, keyOf(made, secret))
}

// revokeKey revokes a key and ends its open calls: at once in this process, and
// within a second in others.
func (s *server) revokeKey(c *call) error {
	id, err := c.keyID()
	if err = cmp.Or(c.input().err(), err); err != nil {
		return err
	}
	err = s.Store.RevokeKey(c.ctx(), c.caller(), id)
	s.keysChanged()
	if errors.Is(err, job.ErrNotFound) {
		return errNoKey
	}
	if err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// rotateKey gives a key a new secret, and ends the calls of the old one when its
// overlap does. The key may be that of the call itself. Then only this answer has
// the new secret, so the store's answer is awaited whatever becomes of the call.
func (s *server) rotateKey(c *call) error {
	in := c.input()
	overlap, err := s.overlap(c, in)
	if err = cmp.Or(err, in.err()); err != nil {
		return err
	}
	id, err := c.keyID()
	if err != nil {
		return err
	}
	k, secret, err := s.Store.RotateKey(context.WithoutCancel(c.ctx()), c.caller(), id, overlap)
	s.keysChanged()
	switch {
	case errors.Is(err, job.ErrNotFound):
		return errNoKey
	case errors.Is(err, auth.ErrTooManySecrets):
		return errTooManySecrets
	case err != nil:
		return err
	}
	return c.answer(http.StatusOK, keyOf(k, secret))
}

// keyID returns which key the path names.
func (c *call) keyID() (int64, error) {
	id, err := strconv.ParseInt(c.r.PathValue("key"), 10, 64)
	if err != nil {
		return 0, errNoKey
	}
	return id, nil
}
