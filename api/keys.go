package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/compat"
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
	Hint      string       `json:"hint"`
	CreatedAt string       `json:"createdAt"`
	// Secret is shown once, to who made the key.
	Secret string `json:"secret,omitempty"`
}

func keyOf(k auth.Key, secret string) keyJSON {
	return keyJSON{
		ID: k.ID, Name: k.Name, Workspace: k.Workspace.Name,
		Scopes: append([]auth.Scope{}, k.Scopes...),
		Hint:   k.Hint, CreatedAt: timeText(k.CreatedAt), Secret: secret,
	}
}

var errNoKey = web.NewProblem("key_not_found", "No key has this id.")

// manages reports whether an administrator may manage the keys of a
// workspace: that of main all, any other its own.
func (c *call) manages(workspace string) bool {
	own := c.workspace().Name
	return own == auth.MainWorkspace || own == workspace
}

// maxKeys is how many keys a page has: about 8 MiB.
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
		if k.ID <= after || !c.manages(k.Workspace.Name) {
			continue
		}
		if len(items) == maxKeys {
			next = strconv.FormatInt(items[maxKeys-1].ID, 10)
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
		in.takeKey(&k, members)
	}
	if err := in.err(); err != nil {
		return err
	}
	if !c.manages(k.Workspace.Name) {
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

// takeKey reads a key from the members of a body.
func (in *input) takeKey(k *auth.Key, members map[string]jsontext.Value) {
	if name := take(members, "name"); name == nil {
		in.fail(web.InBody, "/name", "required", "This must be given.")
	} else {
		in.takeName(&k.Name, name, "/name")
	}
	if workspace := take(members, "workspace"); workspace != nil {
		in.takeName(&k.Workspace.Name, workspace, "/workspace")
	}
	in.takeScopes(k, take(members, "scopes"))
	in.unknownMembers(members, "")
}

// takeName reads the name of a key or a workspace.
func (in *input) takeName(to *string, v jsontext.Value, pointer string) {
	if code, must := setText(to, v); code != "" {
		in.fail(web.InBody, pointer, code, must)
	} else if !auth.ValidName(*to) {
		in.fail(web.InBody, pointer, "format", "A name has 1 to 64 letters, digits, dots, dashes or underscores, and begins with a letter or a digit.")
	}
}

// takeScopes reads the list of scopes.
func (in *input) takeScopes(k *auth.Key, v jsontext.Value) {
	if v == nil {
		in.fail(web.InBody, "/scopes", "required", "Give at least one of the scopes: "+auth.JoinScopes(auth.Scopes)+".")
		return
	}
	items, ok := compat.Items(v)
	if !ok {
		in.fail(web.InBody, "/scopes", "type", "This must be a list of scopes.")
		return
	}
	if len(items) == 0 {
		in.fail(web.InBody, "/scopes", "too_short", "Give at least one scope.")
	}
	for i, item := range items {
		var scope string
		setText(&scope, item)
		switch {
		case !slices.Contains(auth.Scopes, auth.Scope(scope)):
			in.fail(web.InBody, "/scopes/"+strconv.Itoa(i), "enum", oneOf(auth.Scopes))
		case !slices.Contains(k.Scopes, auth.Scope(scope)):
			k.Scopes = append(k.Scopes, auth.Scope(scope))
		}
	}
}

// revokeKey revokes a key and ends its open calls: at once in this process, and
// within a second in others.
func (s *server) revokeKey(c *call) error {
	if err := c.input().err(); err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.r.PathValue("key"), 10, 64)
	if err != nil {
		return errNoKey
	}
	keys, err := s.Store.Keys(c.ctx())
	if err != nil {
		return err
	}
	live := slices.ContainsFunc(keys, func(k auth.Key) bool { return k.ID == id && c.manages(k.Workspace.Name) })
	if !live && c.workspace().Name != auth.MainWorkspace {
		return errNoKey
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
