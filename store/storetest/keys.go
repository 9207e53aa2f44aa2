package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

func keysWork(t *testing.T, k *Kit) {
	ctx := t.Context()
	later := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	want := auth.Key{
		Name: "ops", Workspace: auth.Workspace{Name: "ops"}, Scopes: []auth.Scope{auth.CustomersRead, auth.JobsRead},
		Person: "Ana Ruiz", ExpiresAt: &later,
	}
	key, secret, err := k.CreateKey(ctx, want)
	check(t, err)
	got, err := k.KeyBySecret(ctx, secret)
	check(t, err)
	equal(t, "key", text(t, got), text(t, key))
	hashes := []string{auth.Hash(secret), auth.Hash("of nobody")}
	live, err := k.LiveSecrets(ctx, hashes)
	check(t, err)
	equal(t, "live", strings.Join(live, " "), hashes[0])
	_, _, err = k.CreateKey(ctx, want)
	equal(t, "a second key of the name", errors.Is(err, job.ErrExists), true)
	rotated, replacement, err := k.RotateKey(ctx, key.ID, time.Hour)
	check(t, err)
	got, err = k.KeyBySecret(ctx, replacement)
	check(t, err)
	equal(t, "rotated key", text(t, got), text(t, rotated))
	key.Hint = rotated.Hint
	equal(t, "what stays", text(t, rotated), text(t, key))
	check(t, k.RevokeKey(ctx, key.ID))
	check(t, k.RevokeKey(ctx, key.ID))
	k.dead(t, secret, replacement)
	_, _, err = k.RotateKey(ctx, key.ID, 0)
	equal(t, "rotating a revoked key", errors.Is(err, job.ErrNotFound), true)
	secret, created, err := k.Bootstrap(ctx, "")
	check(t, err)
	equal(t, "a second first key", created || secret != "", false)
}

func text(t *testing.T, k auth.Key) string {
	t.Helper()
	b, err := json.Marshal(k)
	check(t, err)
	return string(b)
}

// dead checks that no key has any of some secrets.
func (k *Kit) dead(t *testing.T, secrets ...string) {
	t.Helper()
	var hashes []string
	for _, secret := range secrets {
		_, err := k.KeyBySecret(t.Context(), secret)
		equal(t, "a secret that ended", errors.Is(err, job.ErrNotFound), true)
		hashes = append(hashes, auth.Hash(secret))
	}
	live, err := k.LiveSecrets(t.Context(), hashes)
	check(t, err)
	equal(t, "live secrets of those that ended", len(live), 0)
}

// named makes a key in the workspace main.
func (k *Kit) named(t *testing.T, name string, expires *time.Time) (auth.Key, string) {
	t.Helper()
	key, secret, err := k.CreateKey(t.Context(), auth.Key{
		Name: name, Workspace: auth.Workspace{Name: auth.MainWorkspace}, Scopes: []auth.Scope{auth.JobsRead}, ExpiresAt: expires,
	})
	check(t, err)
	return key, secret
}

// listsKey reports whether the list of keys has one.
func (k *Kit) listsKey(t *testing.T, id int64) bool {
	t.Helper()
	keys, err := k.Keys(t.Context())
	check(t, err)
	return slices.ContainsFunc(keys, func(key auth.Key) bool { return key.ID == id })
}

func keysExpire(t *testing.T, k *Kit) {
	now := time.Now()
	k.Freeze(now)
	end := now.Add(time.Hour)
	key, secret := k.named(t, "guest", &end)
	_, replacement, err := k.RotateKey(t.Context(), key.ID, 2*time.Hour)
	check(t, err)
	k.Freeze(end.Add(-time.Microsecond))
	_, err = k.KeyBySecret(t.Context(), secret)
	check(t, err)
	k.Freeze(end)
	k.dead(t, secret, replacement)
	equal(t, "an expired key in the list", k.listsKey(t, key.ID), false)
	_, _, err = k.RotateKey(t.Context(), key.ID, 0)
	equal(t, "rotating an expired key", errors.Is(err, job.ErrNotFound), true)

	again, _ := k.named(t, "guest", nil)
	equal(t, "a new key of its name", k.listsKey(t, again.ID), true)
	check(t, k.RevokeKey(t.Context(), key.ID))
	equal(t, "the new key once the old one is revoked", k.listsKey(t, again.ID), true)
}

func keysAreManaged(t *testing.T, k *Kit) {
	ctx := t.Context()
	key, secret := k.named(t, "ours", nil)
	north := auth.Caller{Workspace: auth.Workspace{ID: 77, Name: "north"}}
	equal(t, "another's revocation", errors.Is(k.Store.RevokeKey(ctx, north, key.ID), job.ErrNotFound), true)
	_, _, err := k.Store.RotateKey(ctx, north, key.ID, 0)
	equal(t, "another's rotation", errors.Is(err, job.ErrNotFound), true)
	_, err = k.KeyBySecret(ctx, secret)
	check(t, err)
	theirs, _, err := k.CreateKey(ctx, auth.Key{Name: "theirs", Workspace: auth.Workspace{Name: "north"}, Scopes: []auth.Scope{auth.Admin}})
	check(t, err)
	check(t, k.Store.RevokeKey(ctx, theirs.Caller(""), theirs.ID))
	check(t, k.RevokeKey(ctx, theirs.ID)) // main's own
	equal(t, "no key", errors.Is(k.RevokeKey(ctx, 1<<40), job.ErrNotFound), true)
}

// A heldSecret is a secret of a key, and when it ends; nil for the one in use.
type heldSecret struct {
	text string
	ends *time.Time
}

// secretsEnd rotates keys at random moments, and compares after each step which
// secrets work with what the rules say.
func secretsEnd(t *testing.T, k *Kit) {
	now := time.Now().Truncate(time.Microsecond)
	seconds := []time.Duration{0, 1, 3600, 86_400, 7 * 86_400}
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, 0))
		pick := func() time.Duration { return seconds[random.IntN(len(seconds))] * time.Second }
		k.Freeze(now)
		key, secret := k.named(t, fmt.Sprint("k", seed), nil)
		held := []heldSecret{{secret, nil}}
		for range 16 {
			if random.IntN(3) == 0 { // otherwise few keys would get many secrets
				now = now.Add(pick())
				k.Freeze(now)
			}
			overlap := pick()
			next := rotated(held, now.Add(overlap))
			_, secret, err := k.RotateKey(t.Context(), key.ID, overlap)
			switch tooMany := len(working(next, now)) >= auth.MaxSecrets; {
			case tooMany && !errors.Is(err, auth.ErrTooManySecrets):
				t.Errorf("seed %d: a secret too many: %v", seed, err)
			case !tooMany:
				check(t, err)
				held = append(next, heldSecret{secret, nil})
			}
			k.worksAsToldBy(t, held, now)
		}
	}
}

// rotated returns the secrets of before a rotation as they are after it.
func rotated(held []heldSecret, ends time.Time) []heldSecret {
	var former []heldSecret
	for _, h := range held {
		if h.ends == nil || h.ends.After(ends) {
			h.ends = &ends
		}
		former = append(former, h)
	}
	return former
}

func working(held []heldSecret, now time.Time) (hashes []string) {
	for _, h := range held {
		if h.ends == nil || h.ends.After(now) {
			hashes = append(hashes, auth.Hash(h.text))
		}
	}
	slices.Sort(hashes)
	return hashes
}

// worksAsToldBy compares which secrets work at a time.
func (k *Kit) worksAsToldBy(t *testing.T, held []heldSecret, now time.Time) {
	t.Helper()
	var all []string
	for _, h := range held {
		all = append(all, auth.Hash(h.text))
	}
	live, err := k.LiveSecrets(t.Context(), all)
	check(t, err)
	slices.Sort(live)
	equal(t, "secrets that work", strings.Join(live, " "), strings.Join(working(held, now), " "))
	oldest := held[0]
	_, err = k.KeyBySecret(t.Context(), oldest.text)
	equal(t, "the oldest works", err == nil, slices.Contains(live, auth.Hash(oldest.text)))
}

// rotatedStaysRotated starts with a fixed admin key that was rotated since, as a
// process does whose settings nobody has changed.
func rotatedStaysRotated(t *testing.T, k *Kit) {
	ctx := t.Context()
	const fixed = "an admin key of the settings"
	_, created, err := k.Bootstrap(ctx, fixed)
	check(t, err)
	equal(t, "created", created, true)
	key, err := k.KeyBySecret(ctx, fixed)
	check(t, err)
	for range 2 {
		_, _, err = k.RotateKey(ctx, key.ID, 0)
		check(t, err)
	}
	_, created, err = k.Bootstrap(ctx, fixed)
	check(t, err)
	equal(t, "created again", created, false)
	k.dead(t, fixed)
}

// secretsAreLimited rotates a key with overlaps that do not end.
func secretsAreLimited(t *testing.T, k *Kit) {
	ctx := t.Context()
	key, first := k.named(t, "rotating", nil)
	for range auth.MaxSecrets - 1 {
		_, _, err := k.RotateKey(ctx, key.ID, auth.MaxOverlap)
		check(t, err)
	}
	_, _, err := k.RotateKey(ctx, key.ID, time.Hour)
	equal(t, "a secret too many", errors.Is(err, auth.ErrTooManySecrets), true)
	_, err = k.KeyBySecret(ctx, first)
	check(t, err)
	_, _, err = k.RotateKey(ctx, key.ID, 0)
	check(t, err)
	k.dead(t, first)
}

// rotationsRace rotates a key from several callers at a time: with overlaps each
// secret works, and without them only the last one.
func rotationsRace(t *testing.T, k *Kit) {
	for overlap, want := range map[time.Duration]int{time.Hour: 6, 0: 1} {
		key, first := k.named(t, "contested-"+overlap.String(), nil)
		secrets := make([]string, 5)
		var callers sync.WaitGroup
		for i := range secrets {
			callers.Go(func() {
				var err error
				if _, secrets[i], err = k.RotateKey(t.Context(), key.ID, overlap); err != nil {
					t.Error(err)
				}
			})
		}
		callers.Wait()
		var hashes []string
		for _, secret := range append(secrets, first) {
			hashes = append(hashes, auth.Hash(secret))
		}
		live, err := k.LiveSecrets(t.Context(), hashes)
		check(t, err)
		equal(t, "secrets that work", len(live), want)
	}
}
