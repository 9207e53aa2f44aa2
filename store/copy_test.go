package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
	"bulkpatch/store/pgtest"
	"bulkpatch/store/storetest"
)

// values are JSON of all kinds. A field takes those that it may hold.
var values = []string{
	`"Grüße 𝄞 \"quoted\" \\ [a],\t\n"`, `""`, `" "`, `"ana@example.com"`, `"https://example.com/a?b=c"`, `"+4512345678"`, `"DK"`, `"EUR"`,
	`"2024-02-29"`, `"2024-02-29T23:59:59.123456+02:00"`, `"0001-01-01T00:00:00Z"`, `"9999-12-31T23:59:59.999999Z"`,
	`0`, `1`, `-1`, `9007199254740993`, `9223372036854775807`, `-9223372036854775808`, `0.1`, `-2.5`, `1e300`, `5e-324`, `true`, `false`, `null`,
	`[]`, `["Hauptstraße 1"]`, `["a","ß",""]`, `[1,2.50,{"b":1,"a":null}]`, `[[],{}]`,
	`{}`, `{"z":1,"a":{"n":null},"é":[true,1e5,0.30000000000000004],"aa":"\u2028"}`,
}

// An installation is a ledger with something of everything in it.
type installation struct {
	*storetest.Kit
	t      *testing.T
	secret string // of a live key of the workspace north
	north  auth.Workspace

	done, paused, running, queued, single, undone job.Job
}

func newInstallation(t *testing.T, address string) *installation {
	t.Helper()
	i := &installation{t: t}
	i.Kit = storetest.NewKit(t, func(tb testing.TB, o store.Options) *store.Store { return opened(tb, address, o) })
	i.addWorkspaces()
	for _, ws := range []auth.Workspace{i.WS, i.north} {
		for _, m := range storetest.Models(t).All() {
			i.addRecords(ws, m)
		}
	}
	i.Add(120, person)
	i.addJobs()
	return i
}

func person(i int) string {
	state := []string{"trial", "paid", "left"}[i%3]
	return fmt.Sprintf(`{"id": %d, "name": "Person %d", "state": %q, "visits": %d, "active": %t, "custom": {"a": [%d, null], "ö": 1.50}}`,
		1000+i, i, state, i, i%2 == 0, i)
}

func (i *installation) addWorkspaces() {
	i.t.Helper()
	ctx := i.t.Context()
	_, secret, err := i.CreateKey(ctx, auth.Key{Name: "sync", Workspace: auth.Workspace{Name: "north"}, Scopes: []auth.Scope{auth.Admin}})
	fatal(i.t, err)
	i.secret = secret
	i.north, err = i.Workspace(ctx, "north")
	fatal(i.t, err)
	old, _, err := i.CreateKey(ctx, auth.Key{Name: "old", Workspace: i.north, Scopes: []auth.Scope{auth.Admin}})
	fatal(i.t, err)
	fatal(i.t, i.RevokeKey(ctx, old.ID))
}

// addRecords makes records of a model whose fields hold, between them, every
// value that they may.
func (i *installation) addRecords(ws auth.Workspace, m *model.Model) {
	i.t.Helper()
	fits := map[string][]string{}
	most := 0
	for _, f := range m.Fields {
		if f.Role != model.RoleID && f.Role != model.RoleLastJob && f.Role != model.RoleVersion {
			fits[f.Name] = fitting(m, f)
			most = max(most, len(fits[f.Name]))
		}
	}
	var drafts []model.Draft
	var lines []int64
	for n := range most {
		record := map[string]json.RawMessage{}
		for name, list := range fits {
			if len(list) > 0 {
				record[name] = json.RawMessage(list[n%len(list)])
			}
		}
		drafts, lines = append(drafts, allowed(i.t, m, record)), append(lines, int64(n))
	}
	report, err := i.Import(i.t.Context(), ws, m, drafts, lines)
	fatal(i.t, err)
	if report.Inserted < 5 {
		i.t.Fatalf("model %s took %d records of %d: %v", m.Name, report.Inserted, most, report.Failed)
	}
}

// fitting lists the values that a field takes.
func fitting(m *model.Model, f *model.Field) []string {
	all := slices.Clone(values)
	for _, option := range f.Choices {
		all = append(all, fmt.Sprintf("%q", option))
	}
	return slices.DeleteFunc(all, func(v string) bool {
		_, faults := m.CheckDraft(fmt.Appendf(nil, `{%q: %s}`, f.Name, v), model.Import)
		return len(faults) > 0
	})
}

// allowed checks a record, less the fields that do not go with the others.
func allowed(t *testing.T, m *model.Model, record map[string]json.RawMessage) model.Draft {
	t.Helper()
	for range len(record) + 1 {
		text, err := json.Marshal(record)
		fatal(t, err)
		d, faults := m.CheckDraft(text, model.Import)
		if len(faults) == 0 {
			return d
		}
		for _, f := range faults {
			field, _, _ := strings.Cut(f.Pointer[1:], "/")
			delete(record, field)
		}
	}
	t.Fatalf("model %s takes no record", m.Name)
	return model.Draft{}
}

// addJobs leaves jobs in the states in which a stop of all processes may find
// them.
func (i *installation) addJobs() {
	i.t.Helper()
	ctx := i.t.Context()
	submit := func(sub job.Submission, key string) job.Job {
		sub.IdempotencyKey, sub.Fingerprint = key, "print of "+key
		return i.Accept(sub)
	}
	act := func(j job.Job, a job.Action) {
		_, err := i.Act(ctx, i.WS, j.ID, a, "key:test")
		fatal(i.t, err)
	}
	i.done = submit(i.Bulk(`{"state": "trial"}`, `{"score": 2.5, "active": null, "custom": {"a": null, "b": {"c": true}}}`, job.Options{}), "first")
	i.Run(7)
	failed := i.Accept(i.Bulk(`{"visits": {"$lt": 4}}`, `{"domain": "one.example"}`, job.Options{}))
	i.Run(3)
	i.undone = i.Accept(i.Bulk(`{"state": "paid"}`, `{"state": "left"}`, job.Options{}))
	i.Run(10)
	_, err := i.UndoJob(i.undone.ID)
	fatal(i.t, err)
	i.Run(10)
	i.Accept(i.Single(1001, `{"name": "Once", "pin": "1234"}`))
	i.Run(1)
	_, err = i.RetryJob(failed.ID, "")
	fatal(i.t, err)
	i.Run(2)
	fatal(i.t, i.DeleteRecord(ctx, i.WS, i.People, int64(1002)))

	var lease job.Lease
	i.paused, lease = i.Start(i.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	_, err = i.ApplyChunk(ctx, lease, 5)
	fatal(i.t, err)
	act(i.paused, job.Pause)
	i.running, lease = i.Start(i.Bulk(`{"state": "paid"}`, `{"visits": -2}`, job.Options{}))
	_, err = i.ApplyChunk(ctx, lease, 5)
	fatal(i.t, err)
	act(i.Accept(i.Bulk(`{}`, `{"visits": 5}`, job.Options{AllowAll: true})), job.Cancel)
	options := i.Bulk(`{"state": "left"}`, `{"visits": -3}`, job.Options{AllowNewOptions: true})
	var faults model.Faults
	options.Patch, faults = i.People.CheckPatch([]byte(`{"plan": "iron", "visits": -3}`), model.PatchOptions{AllowNewChoices: true})
	if len(faults) > 0 {
		i.t.Fatal(faults)
	}
	i.queued = submit(options, "queued")
	i.single = submit(i.Single(1004, `{"name": "Queued"}`), "single")
}

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
	server := pgtest.Start(t)
	dir := t.TempDir()
	file := func(name string) string { return "sqlite://" + filepath.Join(dir, name) }
	first := newInstallation(t, file("first.db"))
	postgres := server.Database(t)
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
	// What no job has merged is in canonical form, so that it is the same to
	// the byte.
	merged := want["c_people"]
	delete(back, "c_people")
	delete(want, "c_people")
	sameRows(t, "SQLite again, as it is written", back, want)
	want["c_people"] = merged
	_, err = copyTo(t, first.Store, file("beside.db"))
	fatal(t, err)
	sameRows(t, "SQLite", dump(t, file("beside.db"), nil), want)
	second := server.Database(t)
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
	server := pgtest.Start(t)
	for name, address := range map[string]string{"PostgreSQL": server.Database(t), "SQLite": "sqlite://" + filepath.Join(t.TempDir(), "copy.db")} {
		t.Run(name, func(t *testing.T) {
			i := newInstallation(t, "sqlite://"+filepath.Join(t.TempDir(), "source.db"))
			before := i.Read(i.done.ID)
			_, err := copyTo(t, i.Store, address)
			fatal(t, err)
			i.Reopen(func(tb testing.TB, o store.Options) *store.Store { return opened(tb, address, o) })
			i.goOn(t, before)
		})
	}
}

// goOn works on as processes that start again do.
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

// undoAll takes back what was done before the copy.
func (i *installation) undoAll(t *testing.T, before job.Job) {
	t.Helper()
	u, err := i.UndoJob(i.done.ID)
	fatal(t, err)
	i.Run(9)
	// A record that the job changed was left by nobody since.
	if u = i.Read(u.ID); u.State != job.Succeeded || u.Updated != before.Updated {
		t.Errorf("the undo is %s with %+v", u.State, u.Tally)
	}
	for id, p := range i.All(`{"state": "trial", "id": {"$gte": 1000}}`) {
		if p.Score != nil || p.Active == nil || len(p.Custom) == 0 || p.Custom[1] != '"' || p.Custom[2] != 'a' {
			t.Fatalf("record %s has score %v, active %v, custom %s", id, p.Score, p.Active, p.Custom)
		}
	}
}

// numbersGoOn submits again what was submitted before, and new work.
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

func TestACopyIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		used := newInstallation(t, "sqlite://"+filepath.Join(t.TempDir(), "used.db"))
		models := store.Options{Models: storetest.Models(t)}
		t.Run("into itself", func(t *testing.T) {
			address := empty(t)
			self := opened(t, address, models)
			fatal(t, self.Migrate(t.Context()))
			_, _, err := self.Bootstrap(t.Context(), "")
			fatal(t, err)
			if _, err := copyTo(t, self, address); !errors.Is(err, store.ErrSame) {
				t.Errorf("the error is %v", err)
			}
		})
		t.Run("into a database that is in use", func(t *testing.T) {
			address := empty(t)
			other := opened(t, address, models)
			fatal(t, other.Migrate(t.Context()))
			_, _, err := other.Bootstrap(t.Context(), "")
			fatal(t, err)
			before := dump(t, address, nil)
			if _, err := copyTo(t, used.Store, address); !errors.Is(err, store.ErrNotEmpty) {
				t.Errorf("the error is %v", err)
			}
			sameRows(t, "the destination", dump(t, address, nil), before)
		})
		t.Run("twice", func(t *testing.T) {
			address := empty(t)
			_, err := copyTo(t, used.Store, address)
			fatal(t, err)
			if _, err := copyTo(t, used.Store, address); !errors.Is(err, store.ErrSame) {
				t.Errorf("the error is %v", err)
			}
		})
		t.Run("from a database that was never used", func(t *testing.T) {
			unused := opened(t, empty(t), models)
			if _, err := copyTo(t, unused, empty(t)); !errors.Is(err, store.ErrOutdated) {
				t.Errorf("before it is migrated the error is %v", err)
			}
			fatal(t, unused.Migrate(t.Context()))
			if _, err := copyTo(t, unused, empty(t)); !errors.Is(err, store.ErrNeverUsed) {
				t.Errorf("the error is %v", err)
			}
		})
		t.Run("from one whose model is not loaded", func(t *testing.T) {
			address := empty(t)
			fatal(t, newGrowing(t, address).start("  name: {type: string}\n", nil))
			without := opened(t, address, store.Options{Models: model.Shipped()})
			if err := without.UpToDate(t.Context()); err == nil || errors.Is(err, store.ErrOutdated) {
				t.Errorf("the error is %v", err)
			}
			changed := opened(t, address, store.Options{Models: newGrowing(t, address).load("  height: {type: integer}\n")})
			if err := changed.UpToDate(t.Context()); !errors.Is(err, store.ErrOutdated) {
				t.Errorf("with another model of the name the error is %v", err)
			}
		})
	})
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
