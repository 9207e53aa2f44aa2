package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// signedIn makes a key and begins a session of it.
func (k *Kit) signedIn(name string) (key auth.Key, secret, token string) {
	k.tb.Helper()
	key, secret, err := k.CreateKey(k.tb.Context(), auth.Key{Name: name, Workspace: auth.Workspace{Name: "ops"}, Scopes: []auth.Scope{auth.JobsRead}})
	check(k.tb, err)
	token, err = k.SignIn(k.tb.Context(), key.Caller(""), secret)
	check(k.tb, err)
	return key, secret, token
}

// live reports whether a session has not ended, as both who looks it up and who
// watches open calls are told.
func (k *Kit) live(t *testing.T, token string) bool {
	t.Helper()
	_, err := k.KeyBySession(k.tb.Context(), token)
	if err != nil && !errors.Is(err, job.ErrNotFound) {
		k.tb.Fatal(err)
	}
	hashes, fault := k.LiveSecrets(k.tb.Context(), []string{auth.Hash("of nobody"), auth.Hash(token)})
	check(k.tb, fault)
	equal(t, "live for open calls", strings.Join(hashes, " ") == auth.Hash(token), err == nil)
	return err == nil
}

func sessionsEnd(t *testing.T, k *Kit) {
	ctx := t.Context()
	key, secret, token := k.signedIn("ops")
	other, _, others := k.signedIn("other")
	by := key.Caller("")
	got, err := k.KeyBySession(ctx, token)
	check(t, err)
	equal(t, "the key of the session", got.ID, key.ID)
	equal(t, "its workspace", got.Workspace.Name, "ops")
	_, err = k.KeyBySecret(ctx, token)
	equal(t, "the token as a secret", errors.Is(err, job.ErrNotFound), true)

	check(t, k.SignOut(ctx, other.Caller(""), token))
	equal(t, "after somebody else's sign-out", k.live(t, token), true)
	check(t, k.SignOut(ctx, by, token))
	check(t, k.SignOut(ctx, by, token))
	equal(t, "after the sign-out", k.live(t, token), false)

	token, err = k.SignIn(ctx, by, secret)
	check(t, err)
	check(t, k.RevokeKey(ctx, key.ID))
	equal(t, "after the key was revoked", k.live(t, token), false)
	_, err = k.SignIn(ctx, by, secret)
	equal(t, "a sign-in with a revoked key", errors.Is(err, job.ErrNotFound), true)

	k.Pass(auth.SessionLife - time.Minute)
	equal(t, "after almost eight hours", k.live(t, others), true)
	k.Pass(time.Minute)
	equal(t, "after eight hours", k.live(t, others), false)
	for more := true; more; {
		more, err = k.Purge(ctx)
		check(t, err)
	}
	k.Pass(-auth.SessionLife)
	equal(t, "purged", k.live(t, others), false)
}

// sessionsEndWithTheirSecret rotates a key with sessions from before and after the
// rotation, of the old secret and of the new one.
func sessionsEndWithTheirSecret(t *testing.T, k *Kit) {
	ctx := t.Context()
	key, old, before := k.signedIn("ops")
	by := key.Caller("")
	_, secret, err := k.RotateKey(ctx, key.ID, time.Hour)
	check(t, err)
	during, err := k.SignIn(ctx, by, old)
	check(t, err)
	after, err := k.SignIn(ctx, by, secret)
	check(t, err)
	k.Pass(time.Hour - time.Second)
	equal(t, "of before, while the old secret works", k.live(t, before), true)
	equal(t, "of the old secret, while it works", k.live(t, during), true)
	k.Pass(time.Second)
	equal(t, "of before, after the overlap", k.live(t, before), false)
	equal(t, "of the old secret, after the overlap", k.live(t, during), false)
	equal(t, "of the new secret, after the overlap", k.live(t, after), true)
	for _, unfit := range []string{old, "of nobody", ""} {
		_, err = k.SignIn(ctx, by, unfit)
		equal(t, "a sign-in with a secret that does not work", errors.Is(err, job.ErrNotFound), true)
	}
}

func aKeyHasFewSessions(t *testing.T, k *Kit) {
	key, secret, first := k.signedIn("ops")
	_, _, others := k.signedIn("other")
	var last string
	for n := range auth.MaxSessions {
		k.Pass(time.Millisecond)
		if n == auth.MaxSessions-1 {
			equal(t, "the first of a hundred", k.live(t, first), true)
		}
		var err error
		last, err = k.SignIn(t.Context(), key.Caller(""), secret)
		check(t, err)
	}
	equal(t, "the first of more", k.live(t, first), false)
	equal(t, "the last", k.live(t, last), true)
	equal(t, "that of another key", k.live(t, others), true)
}

func serverHasAName(t *testing.T, k *Kit) {
	name, err := k.Server(t.Context())
	check(t, err)
	product, version, _ := strings.Cut(name, " ")
	equal(t, "the product "+product, product == "SQLite" || product == "PostgreSQL", true)
	equal(t, "the version "+version, version != "" && version[0] >= '1' && version[0] <= '9', true)
}

func outboxIsCounted(t *testing.T, k *Kit) {
	ctx := t.Context()
	empty, err := k.Outbox(ctx)
	check(t, err)
	equal(t, "an empty outbox", empty, job.Outbox{})
	k.Add(3, person)
	first := k.Accept(k.Bulk(`{"state": "trial"}`, `{"name": "x"}`, job.Options{}))
	k.Pass(time.Minute)
	second := k.Accept(k.Single(1, `{"name": "y"}`))
	_, err = k.Unsent(ctx, job.WaitRedis)
	check(t, err)
	o, err := k.Outbox(ctx)
	check(t, err)
	equal(t, "waiting", o.Waiting, 2)
	equal(t, "reason", o.Reason, job.WaitRedis)
	equal(t, "since", o.Oldest.Equal(first.CreatedAt), true)

	k.brake("wrong prices")
	o, err = k.Outbox(ctx)
	check(t, err)
	equal(t, "held by the brake", o.Held, 1)
	equal(t, "of all that wait", o.Waiting, 2)
	equal(t, "since when the other one waits", o.Oldest.Equal(second.CreatedAt), true)

	refs := []job.Ref{{Workspace: k.WS.ID, Job: first.Num}, {Workspace: k.WS.ID, Job: second.Num}, {Workspace: k.WS.ID, Job: 99}}
	labels, err := k.JobIDs(ctx, append(refs, refs...))
	check(t, err)
	equal(t, "jobs that are named", len(labels), 2)
	equal(t, "the first", labels[refs[0]], job.Label{Workspace: "main", ID: first.ID})
	equal(t, "the second", labels[refs[1]], job.Label{Workspace: "main", ID: second.ID})
}
