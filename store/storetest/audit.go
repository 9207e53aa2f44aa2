package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// Entries reads all audit entries of a query, newest first, page by page.
func (k *Kit) Entries(q auth.EntryQuery, limit int) []auth.Entry {
	k.tb.Helper()
	var all []auth.Entry
	for q.Limit, q.Cursor = limit, ""; ; {
		page, err := k.Audit(k.tb.Context(), k.WS, q)
		check(k.tb, err)
		if len(page.Items) > limit || len(page.Items) == 0 && q.Cursor != "" {
			k.tb.Fatalf("a page of %d entries has %d", limit, len(page.Items))
		}
		all = append(all, page.Items...)
		if q.Cursor = page.NextCursor; q.Cursor == "" {
			return all
		}
	}
}

// by is a caller with everything that an entry shows.
func (k *Kit) by() auth.Caller {
	return auth.Caller{Workspace: k.WS, KeyID: 7, KeyName: "ops", Person: "ana", Address: "192.0.2.1", RequestID: "r1"}
}

// visitor makes a key for somebody who signs in.
func (k *Kit) visitor() (by auth.Caller, key auth.Key, secret string) {
	k.tb.Helper()
	key, secret, err := k.CreateKey(k.tb.Context(), auth.Key{Name: "visitor", Workspace: k.WS, Scopes: []auth.Scope{auth.JobsRead}, Person: "ana"})
	check(k.tb, err)
	by = key.Caller("r1")
	by.Address = "192.0.2.1"
	return by, key, secret
}

// script shortens entries, oldest first, to their actions and targets.
func script(entries []auth.Entry) string {
	text := ""
	for _, e := range slices.Backward(entries) {
		text += fmt.Sprintf("%s %+v %v\n", e.Action, e.Target, e.Counts)
	}
	return text
}

// jobsAreAudited submits jobs and acts on them. What changes nothing, or is
// refused, leaves no entry.
func jobsAreAudited(t *testing.T, k *Kit) {
	ctx, by := t.Context(), k.by()
	k.Add(9, person)
	before := len(k.Entries(auth.EntryQuery{}, 100))
	j, _, err := k.Store.Submit(ctx, by, k.Bulk(`{"state": "trial"}`, `{"domain": "one.example"}`, job.Options{}))
	check(t, err)
	act := func(id string, a job.Action) error {
		_, err := k.Store.Act(ctx, by, id, a)
		return err
	}
	check(t, act(j.ID, job.Pause))
	check(t, act(j.ID, job.Pause))
	rate := 5.0
	_, err = k.Store.SetThrottle(ctx, by, j.ID, &rate)
	check(t, err)
	check(t, act(j.ID, job.Resume))
	k.Run(5)
	equal(t, "a cancel of what has ended is refused", act(j.ID, job.Cancel) != nil, true)
	retry, _, err := k.Store.Retry(ctx, by, job.Follow{Parent: j.ID})
	check(t, err)
	check(t, act(retry.ID, job.Cancel))
	undo, _, err := k.Store.Undo(ctx, by, job.Follow{Parent: j.ID})
	check(t, err)
	_, _, err = k.Store.Undo(ctx, by, job.Follow{Parent: j.ID})
	check(t, err)

	of := func(id string) auth.Target { return auth.Target{JobID: id, Model: "people"} }
	want := ""
	for _, e := range []auth.Entry{
		{Action: auth.JobSubmitted, Target: auth.Target{JobID: j.ID, Kind: "bulk", Model: "people"}},
		{Action: auth.JobPaused, Target: of(j.ID)}, {Action: auth.JobThrottled, Target: of(j.ID)}, {Action: auth.JobResumed, Target: of(j.ID)},
		{Action: auth.JobRetried, Target: auth.Target{JobID: j.ID, NewJobID: retry.ID, Model: "people"}}, {Action: auth.JobCancelled, Target: of(retry.ID)},
		{Action: auth.JobUndone, Target: auth.Target{JobID: j.ID, NewJobID: undo.ID, Model: "people"}},
	} {
		want += script([]auth.Entry{e})
	}
	got := k.Entries(auth.EntryQuery{}, 100)
	got = got[:len(got)-before]
	equal(t, "entries", script(got), want)
	for _, e := range got {
		equal(t, "who did it", e.By, by)
	}
	equal(t, "entries of the job", len(k.Entries(auth.EntryQuery{JobID: j.ID}, 2)), 6)
	equal(t, "entries of its retry", len(k.Entries(auth.EntryQuery{JobID: retry.ID}, 2)), 2)
	equal(t, "entries of no job", len(k.Entries(auth.EntryQuery{JobID: "none"}, 2)), 0)
}

// recordsAreAudited creates, deletes and imports records.
func recordsAreAudited(t *testing.T, k *Kit) {
	ctx, by := t.Context(), k.by()
	before := len(k.Entries(auth.EntryQuery{}, 100))
	create := func(text string) error {
		_, _, err := k.Store.CreateRecord(ctx, by, k.People, k.draft(text), k.Filter(`{"name": "Cy"}`))
		return err
	}
	check(t, create(`{"id": 31, "name": "Cy"}`))
	check(t, create(`{"id": 32, "name": "Cy"}`)) // it exists
	check(t, k.Store.DeleteRecord(ctx, by, k.People, int64(31), nil))
	equal(t, "a second delete", k.Store.DeleteRecord(ctx, by, k.People, int64(31), nil), job.ErrNotFound)
	run, err := k.BeginImport(ctx, by, k.People)
	check(t, err)
	_, err = k.Store.Import(ctx, by, run, []model.Draft{k.draft(`{"id": 41, "name": "Di"}`)}, []int64{1})
	check(t, err)
	run.Before = &job.ImportCounts{Lines: 3, Inserted: 1, Failed: 2}
	_, err = k.Store.Import(ctx, by, run, []model.Draft{k.draft(`{"id": 41, "name": "Di"}`)}, []int64{4})
	check(t, err)

	imported := auth.Target{Model: "people", ImportID: run.ID}
	want := script([]auth.Entry{{Action: auth.RecordCreated, Target: auth.Target{Model: "people", RecordID: "31"}}}) +
		script([]auth.Entry{{Action: auth.RecordDeleted, Target: auth.Target{Model: "people", RecordID: "31"}}}) +
		script([]auth.Entry{{Action: auth.ImportStarted, Target: imported}}) +
		script([]auth.Entry{{Action: auth.ImportEnded, Target: imported, Counts: map[string]int64{"lines": 4, "inserted": 1, "updated": 0, "unchanged": 1, "failed": 2}}})
	got := k.Entries(auth.EntryQuery{}, 100)
	equal(t, "entries", script(got[:len(got)-before]), want)
	equal(t, "who did it", got[0].By, by)
}

// keysAreAudited makes, rotates and revokes keys. The entry is in the workspace of the key,
// also where an administrator of main acted.
func keysAreAudited(t *testing.T, k *Kit) {
	ctx, by := t.Context(), k.by()
	key, _, err := k.Store.CreateKey(ctx, by, auth.Key{Name: "sync", Workspace: auth.Workspace{Name: "north"}, Scopes: []auth.Scope{auth.Admin}})
	check(t, err)
	_, _, err = k.Store.CreateKey(ctx, by, auth.Key{Name: "sync", Workspace: key.Workspace, Scopes: []auth.Scope{auth.Admin}})
	equal(t, "a second key of that name", errors.Is(err, job.ErrExists), true)
	_, _, err = k.Store.RotateKey(ctx, by, key.ID, time.Hour)
	check(t, err)
	check(t, k.Store.RevokeKey(ctx, by, key.ID))
	check(t, k.Store.RevokeKey(ctx, by, key.ID))
	_, _, err = k.Store.RotateKey(ctx, by, key.ID, 0)
	equal(t, "rotating a revoked key", err, job.ErrNotFound)
	equal(t, "a key that does not exist", k.Store.RevokeKey(ctx, by, 99), job.ErrNotFound)
	got := k.Entries(auth.EntryQuery{Workspace: "north"}, 1)
	on := auth.Target{KeyID: key.ID, KeyName: "sync"}
	equal(t, "entries", script(got), script([]auth.Entry{{Action: auth.KeyRevoked, Target: on}, {Action: auth.KeyRotated, Target: on}, {Action: auth.KeyCreated, Target: on}}))
	by.Workspace = key.Workspace
	equal(t, "who did it, and where", got[0].By, by)
	first := k.Entries(auth.EntryQuery{Workspace: auth.MainWorkspace}, 1)
	equal(t, "the first start made a key", script(first), script([]auth.Entry{{Action: auth.KeyCreated, Target: auth.Target{KeyID: 1, KeyName: "admin"}}}))
	equal(t, "on nobody's request", first[0].By, auth.Caller{Workspace: k.WS})
	_, err = k.Audit(ctx, k.WS, auth.EntryQuery{Workspace: "south", Limit: 1})
	equal(t, "a workspace that does not exist", err, job.ErrNotFound)
}

// sessionsAreAudited signs in and out. A sign-out that ends nothing leaves no entry.
func sessionsAreAudited(t *testing.T, k *Kit) {
	ctx := t.Context()
	by, _, secret := k.visitor()
	token, err := k.SignIn(ctx, by, secret)
	check(t, err)
	check(t, k.SignOut(ctx, by, "of nobody"))
	check(t, k.SignOut(ctx, by, token))
	check(t, k.SignOut(ctx, by, token))
	got := k.Entries(auth.EntryQuery{Actions: []auth.Action{auth.SignedIn, auth.SignedOut}}, 10)
	equal(t, "entries", script(got), script([]auth.Entry{{Action: auth.SignedOut}, {Action: auth.SignedIn}}))
	equal(t, "who signed out", got[0].By, by)
	equal(t, "who signed in", got[1].By, by)
}

// brakeIsAudited switches the brake. A switch that changes nothing leaves no entry,
// and that of every workspace leaves it where the caller is.
func brakeIsAudited(t *testing.T, k *Kit) {
	by := k.by()
	for _, to := range []struct {
		reach  job.Reach
		reason string
	}{
		{job.OwnWorkspace, ""}, {job.OwnWorkspace, "prices"}, {job.OwnWorkspace, "prices"}, {job.OwnWorkspace, "wrong prices"},
		{job.EveryWorkspace, "all of us"}, {job.OwnWorkspace, ""}, {job.OwnWorkspace, ""}, {job.EveryWorkspace, ""},
	} {
		_, err := k.SwitchBrake(t.Context(), by, to.reach, to.reason)
		check(t, err)
	}
	got := k.Entries(auth.EntryQuery{Workspace: auth.MainWorkspace, Actions: []auth.Action{auth.BrakeOn, auth.BrakeOff}}, 10)
	equal(t, "entries", script(got), script([]auth.Entry{
		{Action: auth.BrakeOff, Target: auth.Target{Brake: "all"}},
		{Action: auth.BrakeOff, Target: auth.Target{Brake: "workspace"}},
		{Action: auth.BrakeOn, Target: auth.Target{Brake: "all", Reason: "all of us"}},
		{Action: auth.BrakeOn, Target: auth.Target{Brake: "workspace", Reason: "wrong prices"}},
		{Action: auth.BrakeOn, Target: auth.Target{Brake: "workspace", Reason: "prices"}},
	}))
	equal(t, "who did it", got[0].By, by)
}

// entriesAreListed puts many entries into few instants, of two workspaces and
// several keys, and tombstones among them. Every list has just what was asked for,
// whatever the pages.
func entriesAreListed(t *testing.T, k *Kit) {
	ctx := t.Context()
	k.Add(9, person)
	callers := k.callersOf(t, "main", "north")
	at := time.Now().Truncate(time.Microsecond)
	k.Freeze(at)
	var old []job.Job
	for i := range 12 {
		j, _, err := k.Store.Submit(ctx, callers[0], k.Bulk(`{"id": 1}`, fmt.Sprintf(`{"visits": %d}`, i), job.Options{}))
		check(t, err)
		old = append(old, j)
	}
	k.Run(5)
	_, _, err := k.Store.Undo(ctx, callers[1], job.Follow{Parent: old[len(old)-1].ID})
	check(t, err)
	k.Run(5)
	k.Freeze(at.Add(31 * day))
	k.purge()
	for i := range 60 {
		if i%20 == 19 {
			k.Freeze(at.Add(31*day + time.Duration(i)*time.Microsecond))
		}
		by := callers[rand.IntN(len(callers))]
		j, _, err := k.Store.Submit(ctx, by, k.Bulk(`{"id": 1}`, `{"visits": 1}`, job.Options{}))
		check(t, err)
		if _, err := k.Store.Act(ctx, by, j.ID, job.Action(job.Pause)); i%3 == 0 {
			check(t, err)
		}
	}
	all := k.Entries(auth.EntryQuery{}, 1000)
	if len(all) < 130 || !slices.IsSortedFunc(all, func(a, b auth.Entry) int { return b.At.Compare(a.At) }) {
		t.Fatalf("%d entries, not newest first", len(all))
	}
	for range 60 {
		q := k.anyEntryQuery(all)
		want := slices.DeleteFunc(slices.Clone(all), func(e auth.Entry) bool { return !asked(q, e) })
		equal(t, fmt.Sprintf("the list of %+v", q), script(k.Entries(q, 1+rand.IntN(20))), script(want))
	}
	page, err := k.Audit(ctx, k.WS, auth.EntryQuery{Limit: 1})
	check(t, err)
	_, err = k.Audit(ctx, k.WS, auth.EntryQuery{Limit: 1, Workspace: "north", Cursor: page.NextCursor})
	equal(t, "another list's cursor is refused", err, job.ErrBadCursor)
}

// callersOf makes two keys in each workspace and returns their callers. In every
// workspace the keys have the same names.
func (k *Kit) callersOf(t *testing.T, workspaces ...string) (all []auth.Caller) {
	t.Helper()
	for _, ws := range workspaces {
		for _, name := range []string{"ana", "bo"} {
			key, _, err := k.CreateKey(t.Context(), auth.Key{Name: name, Workspace: auth.Workspace{Name: ws}, Scopes: []auth.Scope{auth.Admin}})
			check(t, err)
			all = append(all, key.Caller(""))
		}
	}
	return all
}

// anyEntryQuery returns a query that finds at least one of the entries.
func (k *Kit) anyEntryQuery(all []auth.Entry) (q auth.EntryQuery) {
	e := all[rand.IntN(len(all))]
	if rand.IntN(2) == 0 {
		q.Workspace = e.By.Workspace.Name
	}
	switch rand.IntN(3) {
	case 0:
		q.Actions = []auth.Action{e.Action}
	case 1:
		q.Actions = []auth.Action{auth.JobSubmitted, e.Action, auth.JobUndone}
		slices.Sort(q.Actions)
		q.Actions = slices.Compact(q.Actions)
	}
	switch rand.IntN(4) {
	case 0:
		q.JobID = e.Target.JobID
	case 1:
		if e.By.KeyID != 0 {
			q.Key = fmt.Sprint(e.By.KeyID)
		}
	case 2:
		if e.By.KeyName != "test" {
			q.Key = e.By.KeyName
		}
	}
	if rand.IntN(3) == 0 {
		q.Since = e.At
	}
	if rand.IntN(3) == 0 {
		q.Until = e.At.Add(time.Microsecond)
	}
	return q
}

// asked reports whether an entry belongs to a list.
func asked(q auth.EntryQuery, e auth.Entry) bool {
	return (q.Workspace == "" || q.Workspace == e.By.Workspace.Name) &&
		(q.JobID == "" || q.JobID == e.Target.JobID || q.JobID == e.Target.NewJobID) &&
		(q.Key == "" || e.By.KeyID != 0 && (q.Key == fmt.Sprint(e.By.KeyID) || q.Key == e.By.KeyName)) &&
		(q.Actions == nil || slices.Contains(q.Actions, e.Action)) &&
		(q.Since.IsZero() || !e.At.Before(q.Since)) && (q.Until.IsZero() || e.At.Before(q.Until))
}

// entriesExpire lets entries and tombstones pass their time. Those on keys, sessions
// and the brake stay for 400 days.
func entriesExpire(t *testing.T, k *Kit) {
	ctx, by := t.Context(), k.by()
	k.Add(3, person)
	j, _, err := k.Store.Submit(ctx, by, k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	check(t, err)
	_, err = k.Store.SetThrottle(ctx, by, j.ID, nil)
	check(t, err)
	k.Run(5)
	visitor, key, secret := k.visitor()
	_, err = k.SignIn(ctx, visitor, secret)
	check(t, err)
	_, err = k.SwitchBrake(ctx, by, job.OwnWorkspace, "stop")
	check(t, err)
	for range 600 {
		check(t, k.audited(by))
	}
	k.Pass(40 * day)
	k.purge()
	got := k.Entries(auth.EntryQuery{JobID: j.ID}, 10)
	equal(t, "entries of a job with a tombstone", len(got), 2)
	equal(t, "what its tombstone tells", got[1].By, by)
	equal(t, "when", got[1].At, j.CreatedAt)
	k.Pass(19 * day)
	k.purge()
	equal(t, "entries before their time is over", len(k.Entries(auth.EntryQuery{Actions: []auth.Action{auth.RecordDeleted}}, 1000)), 600)
	k.Pass(2 * day)
	k.purge()
	k.Pass(10 * day) // and the tombstone
	k.purge()
	equal(t, "entries after it", script(k.Entries(auth.EntryQuery{}, 10)), script([]auth.Entry{
		{Action: auth.BrakeOn, Target: auth.Target{Brake: "workspace", Reason: "stop"}},
		{Action: auth.SignedIn}, {Action: auth.KeyCreated, Target: auth.Target{KeyID: key.ID, KeyName: key.Name}},
		{Action: auth.KeyCreated, Target: auth.Target{KeyID: 1, KeyName: "admin"}},
	}))
	k.Pass(328 * day)
	k.purge()
	equal(t, "lasting entries after 399 days", len(k.Entries(auth.EntryQuery{}, 10)), 4)
	k.Pass(2 * day)
	k.purge()
	equal(t, "lasting entries after 401 days", len(k.Entries(auth.EntryQuery{}, 10)), 0)
}

// audited leaves one entry.
func (k *Kit) audited(by auth.Caller) error {
	rec, _, err := k.Store.CreateRecord(k.tb.Context(), by, k.People, k.draft(`{"name": "Once"}`))
	if err != nil {
		return err
	}
	return k.Store.DeleteRecord(k.tb.Context(), by, k.People, rec.Values[k.People.Role(model.RoleID).Index], nil)
}
