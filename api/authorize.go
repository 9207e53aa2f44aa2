package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"bulkpatch/api/dashboard"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
)

// Limits of finding keys and of the cache of keys that were found. keyMemory
// is how long a key that has ended may still start calls; see [keyCheck].
const (
	keyMemory    = 300 * time.Millisecond
	keyWait      = 30 * time.Second // for a database that does not answer; a busy one may take seconds
	maxKeyMemory = 4096
	maxSecret    = 512
)

// authorize finds the key of the call, and refuses the call if the key has made too
// many or may not make it. Only the calls of live keys are counted, so that
// guessed keys take no memory.
func (s *server) authorize(c *call, a access) error {
	if a.page {
		if err := s.sameOrigin(c); err != nil {
			return err
		}
	}
	if a.keyless {
		return nil
	}
	if visit := visitOf(c.ctx()); visit != nil {
		return c.actFor(visit, a)
	}
	secret, err := secretOf(c.r.Header, c.format.keyForm())
	switch {
	case err != nil:
		return err
	case secret != "":
		err = c.identify(s.keys, secret, errUnknownKey)
	case a.page && sessionOf(c.r) != "":
		c.session = true
		err = c.identify(s.sessions, sessionOf(c.r), errMissingKey)
	default:
		err = errMissingKey
	}
	if err != nil {
		return err
	}
	if err := s.rate.take(c); err != nil {
		return err
	}
	return a.require(c.key)
}

// identify finds the key of the call, by its secret or by the token of a session.
// Where there is none, it returns the error unknown.
func (c *call) identify(keys *keyCache, secret string, unknown error) error {
	key, err := keys.find(c.ctx(), secret)
	if errors.Is(err, job.ErrNotFound) {
		return unknown
	}
	if err != nil {
		return err
	}
	c.own(key)
	c.secret = auth.Hash(secret)
	return nil
}

// Answers to a call without a live key.
var (
	errMissingKey = web.NewProblem("missing_key", "Send the API key as Authorization: Bearer KEY or as X-API-Key.").
			Set("WWW-Authenticate", `Bearer realm="bulkpatch"`)
	errUnknownKey = web.NewProblem("invalid_key", "The API key is unknown, was revoked or has expired.").
			Set("WWW-Authenticate", `Bearer realm="bulkpatch", error="invalid_token"`)
)

// own makes the call one of a key.
func (c *call) own(key auth.Key) {
	c.key = key
	if rec, ok := c.w.(*web.Recorder); ok {
		rec.Actor, rec.Workspace = key.Actor(), key.Workspace.Name
	}
}

// require refuses a key of another workspace than main where the call is for that
// one, and a key that lacks a scope, and then names all that the call needs.
func (a access) require(key auth.Key) error {
	if a.main && !dashboard.Oversees(key) {
		return web.NewProblem("forbidden_workspace", "This concerns all workspaces. It is for keys of the workspace main that have the scope admin.")
	}
	if !slices.ContainsFunc(a.scopes, func(s auth.Scope) bool { return !key.Has(s) }) {
		return nil
	}
	noun := "scope "
	if len(a.scopes) > 1 {
		noun = "scopes "
	}
	return web.NewProblem("missing_scope", "This call needs the "+noun+strings.ReplaceAll(auth.JoinScopes(a.scopes), ",", " and ")+".")
}

// A keyForm says how the Authorization header may have the key.
type keyForm int

const (
	schemeRequired keyForm = iota // Bearer KEY
	bareAllowed                   // Bearer KEY, or KEY alone
)

// secretOf reads the key of a request, "" for none. An Authorization header of
// another scheme is ignored: a proxy may have added it.
func secretOf(h http.Header, form keyForm) (string, error) {
	var found string
	for _, given := range append(bearers(h, form), h.Values("X-API-Key")...) {
		given = strings.TrimSpace(given)
		switch {
		case given == "":
		case found == "":
			found = given
		case found != given:
			return "", web.NewProblem("conflicting_keys", "The headers carry two different API keys; send one.")
		}
	}
	return found, nil
}

// bearers returns the keys in the Authorization headers of a request.
func bearers(h http.Header, form keyForm) []string {
	var tokens []string
	for _, v := range h.Values("Authorization") {
		scheme, token, schemed := strings.Cut(strings.TrimSpace(v), " ")
		switch {
		case strings.EqualFold(scheme, "Bearer"):
			tokens = append(tokens, token)
		case form == bareAllowed && !schemed:
			tokens = append(tokens, scheme)
		}
	}
	return tokens
}

// A keyCache keeps live keys for a moment, by the hashes of their secrets or of the
// tokens of their sessions, so that not every call of a busy caller costs a query.
// Unknown keys are not cached, so a new key works at once.
type keyCache struct {
	lookUp func(ctx context.Context, secret string) (auth.Key, error)
	used   func(id int64) // is told whenever a key is found
	now    func() time.Time

	mu    sync.Mutex
	known map[string]knownKey
	epoch int // incremented by forget: an answer to an older question is not cached
}

type knownKey struct {
	key   auth.Key
	until time.Time
}

func newKeyCache(lookUp func(context.Context, string) (auth.Key, error), used func(id int64), now func() time.Time) *keyCache {
	return &keyCache{lookUp: lookUp, used: used, now: now, known: map[string]knownKey{}}
}

// find returns the live key of a secret, or job.ErrNotFound. The key counts as
// used.
func (k *keyCache) find(ctx context.Context, secret string) (auth.Key, error) {
	key, err := k.look(ctx, secret)
	if err == nil {
		k.used(key.ID)
	}
	return key, err
}

func (k *keyCache) look(ctx context.Context, secret string) (auth.Key, error) {
	if len(secret) > maxSecret {
		return auth.Key{}, job.ErrNotFound
	}
	hash := auth.Hash(secret)
	k.mu.Lock()
	hit, ok := k.known[hash]
	epoch := k.epoch
	k.mu.Unlock()
	asked := k.now() // the answer of the store may be as old as this
	if ok && asked.Before(hit.until) {
		return hit.key, nil
	}
	key, err := k.ask(ctx, secret)
	if err != nil {
		return auth.Key{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.epoch == epoch {
		if len(k.known) >= maxKeyMemory {
			clear(k.known)
		}
		k.known[hash] = knownKey{key, asked.Add(keyMemory)}
	}
	return key, nil
}

// ask reads the key from the store, within keyWait. Every call does this first,
// so no call waits longer for a database that does not answer.
func (k *keyCache) ask(ctx context.Context, secret string) (auth.Key, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, keyWait, job.ErrUnavailable)
	defer cancel()
	key, err := k.lookUp(ctx, secret)
	if err != nil && errors.Is(context.Cause(ctx), job.ErrUnavailable) {
		err = errors.Join(job.ErrUnavailable, err)
	}
	return key, err
}

// forget empties the cache, so that a key that is revoked or rotated in this process
// is refused at once.
func (k *keyCache) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.epoch++
	clear(k.known)
}

// keysChanged makes a change of a key or a session take effect at once in this
// process.
func (s *server) keysChanged() {
	s.keys.forget()
	s.sessions.forget()
	s.calls.checkNow()
}
