package store_test

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
	"bulkpatch/store/pgtest"
	"bulkpatch/store/storetest"
)

// copyTo copies the installation into a new database.
func copyTo(t *testing.T, from *store.Store, address string) ([]store.TableCopy, error) {
	t.Helper()
	to, err := store.Open(t.Context(), address, store.Options{Models: storetest.Models(t)})
	fatal(t, err)
	defer to.Close()
	fatal(t, to.Migrate(t.Context()))
	return from.CopyTo(t.Context(), to, func(done, total int64) {
		if done > total {
			t.Errorf("%d of %d rows", done, total)
		}
	})
}

func TestACopyHoldsWhatItsSourceHolds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string) string { return "sqlite://" + filepath.Join(dir, name) }
	first := newInstallation(t, file("first.db"))
	postgres := pgtest.Database(t)
	copied, err := copyTo(t, first.Store, postgres)
	fatal(t, err)
	want := dump(t, file("first.db"), nil)
	for _, c := range copied {
		if int64(len(want[c.Table])) != c.Rows || c.Rows == 0 {
			t.Errorf("the copy tells of %d rows of %s, and there are %d", c.Rows, c.Table, len(want[c.Table]))
		}
	}
	isJSON := jsonColumns(t, postgres)
	if len(isJSON) < 10 {
		t.Fatalf("only %d columns of JSON", len(isJSON))
	}
	sameRows(t, "PostgreSQL", dump(t, postgres, isJSON), dump(t, file("first.db"), isJSON))

	middle := opened(t, postgres, store.Options{Models: storetest.Models(t)})
	_, err = copyTo(t, middle, file("back.db"))
	fatal(t, err)
	back := dump(t, file("back.db"), nil)
	sameRows(t, "SQLite again", dump(t, file("back.db"), isJSON), dump(t, file("first.db"), isJSON))
	// Values that no job has merged are in canonical form: they are equal byte
	// by byte.
	merged := want["c_people"]
	delete(back, "c_people")
	delete(want, "c_people")
	sameRows(t, "SQLite again, as it is written", back, want)
	want["c_people"] = merged
	_, err = copyTo(t, first.Store, file("beside.db"))
	fatal(t, err)
	sameRows(t, "SQLite", dump(t, file("beside.db"), nil), want)
	second := pgtest.Database(t)
	_, err = copyTo(t, middle, second)
	fatal(t, err)
	sameRows(t, "another PostgreSQL", dump(t, second, nil), dump(t, postgres, nil))
	sameRows(t, "the source", dump(t, file("first.db"), nil), want)
}

func sameRows(t *testing.T, where string, got, want map[string][]string) {
	t.Helper()
	if g, w := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(g, w) {
		t.Fatalf("%s: tables %v instead of %v", where, g, w)
	}
	for table, rows := range want {
		if len(got[table]) != len(rows) {
			t.Errorf("%s: table %s has %d rows instead of %d", where, table, len(got[table]), len(rows))
			continue
		}
		for i, row := range rows {
			if got[table][i] != row {
				t.Errorf("%s: a row of %s is\n%s\ninstead of\n%s", where, table, got[table][i], row)
				break
			}
		}
	}
}

func TestACopyGoesOnWhereItsSourceHasStopped(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"PostgreSQL": pgtest.Database(t), "SQLite": "sqlite://" + filepath.Join(t.TempDir(), "copy.db")} {
		t.Run(name, func(t *testing.T) {
			i := newInstallation(t, "sqlite://"+filepath.Join(t.TempDir(), "source.db"))
			before := i.Read(i.done.ID)
			key, err := i.KeyBySecret(t.Context(), i.secret)
			fatal(t, err)
			session, err := i.SignIn(t.Context(), key.Caller(""), i.secret)
			fatal(t, err)
			_, err = copyTo(t, i.Store, address)
			fatal(t, err)
			i.Reopen(func(tb testing.TB, o store.Options) *store.Store { return opened(tb, address, o) })
			if _, err := i.KeyBySession(t.Context(), session); !errors.Is(err, job.ErrNotFound) {
				t.Errorf("the session of the source is %v at the copy", err)
			}
			i.goOn(t, before)
		})
	}
}

// goOn continues the work, as processes that start again do.
func (i *installation) goOn(t *testing.T, before job.Job) {
	t.Helper()
	ctx := t.Context()
	key, err := i.KeyBySecret(ctx, i.secret)
	if err != nil || key.Workspace != i.north {
		t.Errorf("the key is of %v, %v", key.Workspace, err)
	}
	if got := i.Read(i.done.ID); got.Tally != before.Tally || got.State != before.State || got.Revision != before.Revision {
		t.Errorf("the job is %+v instead of %+v", got, before)
	}
	_, err = i.Act(ctx, i.WS, i.paused.ID, job.Resume, "key:test")
	fatal(t, err)
	liveness, _, err := i.Liveness(ctx, 0, 100)
	fatal(t, err)
	for _, p := range liveness {
		fatal(t, i.Redeliver(ctx, []job.Liveness{p}))
	}
	i.Run(6)
	for id, updated := range map[string]int64{i.paused.ID: 40, i.running.ID: 40, i.single.ID: 1} {
		if j := i.Read(id); j.State != job.Succeeded || j.Updated != updated || *j.Pending() != 0 {
			t.Errorf("job %s is %s with %+v", id, j.State, j.Tally)
		}
	}
	if j := i.Read(i.queued.ID); j.State != job.Succeeded || j.Updated < 39 || *j.Matched != j.Updated {
		t.Errorf("the queued job is %s with %+v", j.State, j.Tally)
	}
	i.undoAll(t, before)
	i.numbersGoOn(t)
}

// undoAll undoes what was done before the copy.
func (i *installation) undoAll(t *testing.T, before job.Job) {
	t.Helper()
	u, err := i.UndoJob(i.done.ID)
	fatal(t, err)
	i.Run(9)
	// Nobody has changed the job's records since.
	if u = i.Read(u.ID); u.State != job.Succeeded || u.Updated != before.Updated {
		t.Errorf("the undo is %s with %+v", u.State, u.Tally)
	}
	for id, p := range i.All(`{"state": "trial", "id": {"$gte": 1000}}`) {
		if p.Score != nil || p.Active == nil || len(p.Custom) == 0 || p.Custom[1] != '"' || p.Custom[2] != 'a' {
			t.Fatalf("record %s has score %v, active %v, custom %s", id, p.Score, p.Active, p.Custom)
		}
	}
}

// numbersGoOn submits again what was submitted before, and new jobs.
func (i *installation) numbersGoOn(t *testing.T) {
	t.Helper()
	again := i.Bulk(`{"state": "trial"}`, `{"score": 2.5, "active": null, "custom": {"a": null, "b": {"c": true}}}`, job.Options{})
	again.IdempotencyKey, again.Fingerprint = "first", "print of first"
	if j := i.Accept(again); j.ID != i.done.ID {
		t.Errorf("an idempotency key made job %s instead of %s", j.ID, i.done.ID)
	}
	fresh := i.Accept(i.Single(1003, `{"name": "New"}`))
	if fresh.Num <= i.single.Num {
		t.Errorf("job number %d comes after %d", fresh.Num, i.single.Num)
	}
	known := len(i.All(`{}`))
	i.Add(3, func(n int) string { return fmt.Sprintf(`{"name": "New %d"}`, n) })
	if n := len(i.All(`{}`)); n != known+3 {
		t.Errorf("%d records instead of %d", n, known+3)
	}
	_, _, err := i.CreateKey(t.Context(), auth.Key{Name: "new", Workspace: auth.Workspace{Name: "south"}, Scopes: []auth.Scope{auth.Admin}})
	fatal(t, err)
}

func TestACopyKeepsTheNamesOfFieldsThatAreGone(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		g := newGrowing(t, empty(t))
		fatal(t, g.start("  name: {type: string}\n  height: {type: integer}\n", g.add(`{"name": "fern"}`)))
		address := empty(t)
		fatal(t, g.start("  name: {type: string}\n", func(s *store.Store, _ *model.Model) {
			models, err := model.Load(g.dir)
			fatal(t, err)
			to := opened(t, address, store.Options{Models: models})
			fatal(t, to.Migrate(t.Context()))
			_, err = s.CopyTo(t.Context(), to, func(int64, int64) {})
			fatal(t, err)
		}))
		g.address = address
		fatal(t, g.start("  name: {type: string}\n  height: {type: integer}\n", g.add(`{"name": "moss", "height": 3}`)))
		fatal(t, g.start("  name: {type: string}\n  height: {type: integer}\n", g.count(2, `{}`)))
	})
}
