package store_test

import (
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestAnActionAndItsEntryAreStoredTogether fails one statement after the other of
// each action, the entry's among them. There are as many entries as the action has
// taken effect.
func TestAnActionAndItsEntryAreStoredTogether(t *testing.T) {
	places := map[string]place{
		"SQLite": {
			address: "sqlite://" + filepath.Join(t.TempDir(), "faulty.db"), fault: sqlite3.Error{Code: sqlite3.ErrIoErr},
			driver: func(f *faults) driver.Driver { return faultySQLite{f} },
		},
		"PostgreSQL": {
			address: pgtest.Database(t), fault: &pgconn.PgError{Code: "58030", Message: "could not write block"},
			driver: func(f *faults) driver.Driver { return faultyPostgres{f} },
		},
	}
	for name, at := range places {
		t.Run(name, func(t *testing.T) {
			s := newScenario(t, at, &faults{})
			s.Add(60, person)
			for name, a := range s.auditedActions() {
				t.Run(name, func(t *testing.T) { s.failEachStatement(t, a) })
			}
		})
	}
}

// An auditedAction is an action that can be repeated, and how often it has taken
// effect.
type auditedAction struct {
	entries []auth.Action
	do      func(n int) error
	effects func() int
}

// failEachStatement fails the first statement of an action, then the second of the
// next try, and so on until one succeeds.
func (s *scenario) failEachStatement(t *testing.T, a auditedAction) {
	before := a.effects() - len(s.Entries(auth.EntryQuery{Actions: a.entries}, 1000))
	for n := 1; ; n++ {
		s.faults.arm(n)
		err := a.do(n)
		tripped := s.faults.disarm()
		if got, want := len(s.Entries(auth.EntryQuery{Actions: a.entries}, 1000)), a.effects()-before; got != want {
			t.Fatalf("after a fault at call %d (%v) there are %d entries for %d effects", n, err, got, want)
		}
		if !tripped {
			fatal(t, err)
			t.Logf("%d statements were made to fail", n-1)
			return
		}
	}
}

func (s *scenario) auditedActions() map[string]auditedAction {
	ctx, by := s.t.Context(), auth.Caller{Workspace: s.WS, KeyName: "ops"}
	j := s.Accept(s.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	people := func() int { return len(s.All(`{}`)) }
	return map[string]auditedAction{
		"create a record": {[]auth.Action{auth.RecordCreated}, func(int) error {
			d, _ := s.People.CheckDraft([]byte(`{"name": "New"}`), model.Create)
			_, _, err := s.Store.CreateRecord(ctx, by, s.People, d)
			return err
		}, people},
		"delete a record": {[]auth.Action{auth.RecordDeleted}, func(n int) error {
			return s.Store.DeleteRecord(ctx, by, s.People, int64(1000+n), nil)
		}, func() int { return 1000 - len(s.All(`{"id": {"$gt": 999}}`)) }},
		"import records": {[]auth.Action{auth.ImportEnded}, func(n int) error {
			d, _ := s.People.CheckDraft(fmt.Appendf(nil, `{"id": %d, "name": "Imported"}`, 5000+n), model.Import)
			run := job.Import{ID: fmt.Sprint(n), Model: s.People, Before: &job.ImportCounts{}}
			_, err := s.Store.Import(ctx, by, run, []model.Draft{d}, []int64{1})
			return err
		}, func() int { return len(s.All(`{"name": "Imported"}`)) }},
		"pause and resume a job": {[]auth.Action{auth.JobPaused, auth.JobResumed}, func(int) error {
			a := job.Pause
			if s.Read(j.ID).State == job.Paused {
				a = job.Resume
			}
			_, err := s.Store.Act(ctx, by, j.ID, a)
			return err
		}, func() int { return len(s.Read(j.ID).Transitions) }},
		"create a key": {[]auth.Action{auth.KeyCreated}, func(n int) error {
			_, _, err := s.Store.CreateKey(ctx, by, auth.Key{Name: fmt.Sprint("k", n), Workspace: s.WS, Scopes: []auth.Scope{auth.Admin}})
			return err
		}, s.keyCount},
		"revoke a key": {[]auth.Action{auth.KeyRevoked}, func(n int) error {
			key, _, err := s.Store.CreateKey(ctx, by, auth.Key{Name: fmt.Sprint("r", n), Workspace: s.WS, Scopes: []auth.Scope{auth.Admin}})
			if err != nil {
				return err
			}
			return s.Store.RevokeKey(ctx, by, key.ID)
		}, func() int {
			return len(s.Entries(auth.EntryQuery{Actions: []auth.Action{auth.KeyCreated}}, 1000)) - s.keyCount()
		}},
		"rotate a key":     s.rotating(by),
		"sign in":          s.signingIn(by),
		"switch the brake": s.switching(),
	}
}

func (s *scenario) rotating(by auth.Caller) auditedAction {
	key, _, err := s.Store.CreateKey(s.t.Context(), by, auth.Key{Name: "rotated", Workspace: s.WS, Scopes: []auth.Scope{auth.Admin}})
	fatal(s.t, err)
	return auditedAction{[]auth.Action{auth.KeyRotated}, func(int) error {
		_, _, err := s.Store.RotateKey(s.t.Context(), by, key.ID, 0)
		return err
	}, changes(func() string {
		keys, err := s.Keys(s.t.Context())
		fatal(s.t, err)
		return keys[slices.IndexFunc(keys, func(k auth.Key) bool { return k.ID == key.ID })].Hint
	})}
}

func (s *scenario) signingIn(by auth.Caller) auditedAction {
	key, secret, err := s.Store.CreateKey(s.t.Context(), by, auth.Key{Name: "visitor", Workspace: s.WS, Scopes: []auth.Scope{auth.Admin}})
	fatal(s.t, err)
	var hashes []string
	return auditedAction{[]auth.Action{auth.SignedIn}, func(int) error {
		token, err := s.SignIn(s.t.Context(), key.Caller(""), secret)
		hashes = append(hashes, auth.Hash(token))
		return err
	}, func() int {
		live, err := s.LiveSecrets(s.t.Context(), hashes)
		fatal(s.t, err)
		return len(live)
	}}
}

// switching switches the brake of another workspace, so that the other actions go on.
func (s *scenario) switching() auditedAction {
	key, _, err := s.CreateKey(s.t.Context(), auth.Key{Name: "ops", Workspace: auth.Workspace{Name: "north"}, Scopes: []auth.Scope{auth.Admin}})
	fatal(s.t, err)
	return auditedAction{[]auth.Action{auth.BrakeOn}, func(n int) error {
		_, err := s.SwitchBrake(s.t.Context(), key.Caller(""), job.OwnWorkspace, fmt.Sprint("reason ", n))
		return err
	}, changes(func() string {
		b, err := s.Brake(s.t.Context(), key.Workspace)
		fatal(s.t, err)
		return b.Own.Reason
	})}
}

// changes counts how often what it reads was different from the time before.
func changes(read func() string) func() int {
	n, last := 0, read()
	return func() int {
		if now := read(); now != last {
			n, last = n+1, now
		}
		return n
	}
}

func (s *scenario) keyCount() int {
	keys, err := s.Keys(s.t.Context())
	fatal(s.t, err)
	return len(keys)
}

// arm makes the n-th call from now on fail.
func (f *faults) arm(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed, f.calls, f.failOn, f.tripped = true, 0, n, false
}

// disarm ends the faults, and reports whether there was one.
func (f *faults) disarm() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.armed = false
	return f.tripped
}
