package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
	"bulkpatch/store/pgtest"
)

// A growing is a database whose model file changes between two starts.
type growing struct {
	t       *testing.T
	address string // of the database
	dir     string // of the model
}

func newGrowing(t *testing.T, address string) *growing {
	return &growing{t: t, address: address, dir: t.TempDir()}
}

// onBoth runs a test on both kinds of database. empty creates a database and
// returns its address.
func onBoth(t *testing.T, test func(t *testing.T, empty func(*testing.T) string)) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "test.db") })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, func(t *testing.T) string { return pgtest.Database(t) })
	})
}

const plantHead = "x-model: plant\nx-filterable: true\ntype: object\nproperties:\n"

// load loads the shipped models and one with these properties.
func (g *growing) load(properties string) *model.Registry {
	g.t.Helper()
	fatal(g.t, os.WriteFile(filepath.Join(g.dir, "plant.yaml"), []byte(plantHead+properties), 0o600))
	models, err := model.Load(g.dir)
	fatal(g.t, err)
	return models
}

// start opens the database with a model of these properties, migrates it, and
// calls use.
func (g *growing) start(properties string, use func(*store.Store, *model.Model)) error {
	g.t.Helper()
	models := g.load(properties)
	s, err := store.Open(g.t.Context(), g.address, store.Options{Models: models})
	fatal(g.t, err)
	defer s.Close()
	if err := s.Migrate(g.t.Context()); err != nil {
		return err
	}
	_, _, err = s.Bootstrap(g.t.Context(), "")
	fatal(g.t, err)
	plant, _ := models.Model("plant")
	if use != nil {
		use(s, plant)
	}
	return nil
}

var main = auth.Workspace{ID: 1, Name: auth.MainWorkspace}

func (g *growing) add(lines ...string) func(*store.Store, *model.Model) {
	return func(s *store.Store, m *model.Model) {
		g.t.Helper()
		for _, line := range lines {
			d, faults := m.CheckDraft([]byte(line), model.Create)
			if faults != nil {
				g.t.Fatal(faults)
			}
			_, _, err := s.CreateRecord(g.t.Context(), auth.Caller{Workspace: main}, m, d)
			fatal(g.t, err)
		}
	}
}

func (g *growing) count(want int64, filterText string) func(*store.Store, *model.Model) {
	return func(s *store.Store, m *model.Model) {
		g.t.Helper()
		f, faults := filter.New([]byte(filterText), m, filter.Native)
		if faults != nil {
			g.t.Fatal(faults)
		}
		page, err := s.Records(g.t.Context(), main, m, filter.Query{Filter: f, Limit: 1, Count: true})
		fatal(g.t, err)
		if *page.Count != want {
			g.t.Errorf("%d records match %s, not %d", *page.Count, filterText, want)
		}
	}
}

func TestAModelMayGainFieldsAndIndexes(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		g := newGrowing(t, empty(t))
		fatal(t, g.start("  name: {type: string}\n", g.add(`{"name": "fern"}`, `{"name": "moss"}`)))
		grown := "  name: {type: string, x-unique: true}\n  height: {type: integer, x-indexed: true}\n  custom: {type: object, x-open-paths: true}\n"
		fatal(t, g.start(grown, g.count(2, `{"height": null, "custom.x": null}`)))
		fatal(t, g.start(grown, g.add(`{"name": "oak", "height": 30, "custom": {"x": 1}}`)))
		fatal(t, g.start(strings.ReplaceAll(grown, ", x-unique: true", ""), g.add(`{"name": "oak"}`)))
	})
}

func TestAnIndexOfSomebodyElseStays(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		g := newGrowing(t, empty(t))
		const named, grown = "  name: {type: string}\n", "  name: {type: string}\n  height: {type: integer, x-indexed: true}\n"
		fatal(t, g.start(named, nil))
		driver, source := "pgx", g.address
		if path, ok := strings.CutPrefix(g.address, "sqlite://"); ok {
			driver, source = "sqlite3", path
		}
		db, err := sql.Open(driver, source)
		fatal(t, err)
		defer db.Close()
		_, err = db.Exec(`CREATE INDEX reports ON c_plant (updated_at)`)
		fatal(t, err)
		fatal(t, g.start(grown, nil))
		_, err = db.Exec(`DROP INDEX reports`)
		fatal(t, err)
	})
}

// TestAJobThatDoesNotFitItsModelAnyMoreEnds accepts jobs, and starts again with
// a model that lacks the fields they name: they fail instead of waiting.
func TestAJobThatDoesNotFitItsModelAnyMoreEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		const before = "  name: {type: string}\n  height: {type: integer}\n"
		for name, after := range map[string]string{
			"a field may not be filtered any more": "  name: {type: string}\n  height: {type: integer, x-filterable: false}\n",
			"a field is gone":                      "  name: {type: string}\n",
		} {
			t.Run(name, func(t *testing.T) {
				g := newGrowing(t, empty(t))
				var ids []string
				fatal(t, g.start(before, g.add(`{"id": 1, "name": "fern"}`)))
				fatal(t, g.start(before, func(s *store.Store, m *model.Model) {
					ids = append(ids, g.submit(s, m, `{"height": null}`, `{"name": "moss"}`), g.submit(s, m, "", `{"height": 7}`))
				}))
				fatal(t, g.start(after, func(s *store.Store, m *model.Model) {
					wakeUps, err := s.Bulks(t.Context(), 10)
					fatal(t, err)
					_, err = s.Claim(t.Context(), wakeUps[0])
					if !errors.Is(err, job.ErrLeaseLost) {
						t.Errorf("the claim says %v", err)
					}
					wakeUps, err = s.Singles(t.Context(), 10)
					fatal(t, err)
					fatal(t, s.ApplySingle(t.Context(), wakeUps[0]))
					ended := 0
					for _, id := range ids {
						j, err := s.Job(t.Context(), main, id)
						fatal(t, err)
						if j.State == job.Failed && j.Error.Code == "model_changed" {
							ended++
						}
					}
					if _, still := m.Field("height"); ended != map[bool]int{true: 1, false: 2}[still] {
						t.Errorf("%d jobs ended", ended)
					}
				}))
			})
		}
	})
}

// TestWhatAJobDidCanBeReadWhenAFieldHasGone removes a field that a job has
// cleared. The job's results and the record's history still show the rest.
func TestWhatAJobDidCanBeReadWhenAFieldHasGone(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		const before = "  name: {type: string}\n  height: {type: integer}\n"
		g := newGrowing(t, empty(t))
		fatal(t, g.start(before, g.add(`{"id": 1, "name": "fern", "height": 3}`)))
		var id string
		fatal(t, g.start(before, func(s *store.Store, m *model.Model) {
			id = g.submit(s, m, "", `{"name": "moss", "height": null}`)
			wakeUps, err := s.Singles(t.Context(), 10)
			fatal(t, err)
			fatal(t, s.ApplySingle(t.Context(), wakeUps[0]))
		}))
		fatal(t, g.start("  name: {type: string}\n", func(s *store.Store, m *model.Model) {
			page, err := s.Results(t.Context(), main, id, job.ResultQuery{Limit: 10})
			fatal(t, err)
			if c := page.Items[0].Changed; len(c) != 1 || string(c["name"].To) != `"moss"` {
				t.Errorf("the results show %v", c)
			}
			items, _, err := s.History(t.Context(), main, m, int64(1), 10, "")
			fatal(t, err)
			if len(items) != 1 || len(items[0].Changed) != 1 {
				t.Errorf("the history shows %v", items)
			}
		}))
	})
}

// submit accepts a job for the records that a filter selects, or for record 1
// if it is "".
func (g *growing) submit(s *store.Store, m *model.Model, filterText, patch string) string {
	g.t.Helper()
	sub := job.Submission{Kind: job.Bulk, Model: m}
	var faults model.Faults
	if filterText == "" {
		sub.Kind, sub.RecordID = job.Single, int64(1)
	} else {
		sub.Filter, faults = filter.New([]byte(filterText), m, filter.Native)
	}
	p, more := m.CheckPatch([]byte(patch), model.PatchOptions{Single: filterText == ""})
	if len(faults)+len(more) > 0 {
		g.t.Fatal(faults, more)
	}
	var err error
	sub.Patch, err = p.Seal()
	fatal(g.t, err)
	j, _, err := s.Submit(g.t.Context(), auth.Caller{Workspace: main, KeyName: "test"}, sub)
	fatal(g.t, err)
	return j.ID
}

func TestAModelThatWouldLoseDataIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		const before = "  name: {type: string}\n  height: {type: integer}\n"
		tests := map[string]struct{ after, field, wayOut string }{
			"another type":            {"  name: {type: string}\n  height: {type: number}\n", "height", "export"},
			"a field with values":     {"  name: {type: string}\n", "height", "readOnly"},
			"unique where it is not":  {"  name: {type: string, x-unique: true}\n  height: {type: integer}\n", "name", "first"},
			"another type of the ids": {before + "  id: {type: string, x-role: id}\n", "id", "export"},
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				g := newGrowing(t, empty(t))
				fatal(t, g.start(before, g.add(`{"name": "fern", "height": 1}`, `{"name": "fern"}`)))
				err := g.start(test.after, nil)
				var loss *store.LossError
				if !errors.As(err, &loss) || loss.Field != test.field || !strings.Contains(err.Error(), test.wayOut) {
					t.Errorf("the error is %v", err)
				}
				fatal(t, g.start(before, g.count(2, `{"name": "fern"}`)))
			})
		}
	})
}

func TestAFieldWithoutValuesMayGoAndComeBack(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		g := newGrowing(t, empty(t))
		both := "  name: {type: string}\n  height: {type: integer}\n"
		fatal(t, g.start(both, g.add(`{"name": "fern"}`)))
		fatal(t, g.start("  name: {type: string}\n", g.count(1, `{}`)))
		fatal(t, g.start(both, g.add(`{"name": "oak", "height": 30}`)))
		fatal(t, g.start(both, g.count(1, `{"height": 30}`)))
	})
}

func TestProcessesMigrateOneAtATime(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		address := empty(t)
		var started sync.WaitGroup
		var keys atomic.Int64
		for range 4 {
			started.Go(func() {
				s, err := store.Open(t.Context(), address, store.Options{Models: model.Shipped()})
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				if err := s.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
				if _, created, err := s.Bootstrap(t.Context(), "the same key"); err != nil {
					t.Error(err)
				} else if created {
					keys.Add(1)
				}
			})
		}
		started.Wait()
		if n := keys.Load(); n != 1 {
			t.Errorf("%d first keys", n)
		}
	})
}

// TestAStartThatFindsEverythingTakesNoLock starts while another process holds
// the write lock: a process that was stopped in a transaction must not keep
// others from starting and serving reads.
func TestAStartThatFindsEverythingTakesNoLock(t *testing.T) {
	file := filepath.Join(t.TempDir(), "held.db")
	start := func(adminKey string) (created bool) {
		t.Helper()
		s, err := store.Open(t.Context(), "sqlite://"+file, store.Options{Models: model.Shipped()})
		fatal(t, err)
		defer s.Close()
		fatal(t, s.Migrate(t.Context()))
		_, created, err = s.Bootstrap(t.Context(), adminKey)
		fatal(t, err)
		return created
	}
	if !start("one") {
		t.Error("the first start made no key")
	}
	holder, err := sql.Open("sqlite3", file+"?_txlock=immediate")
	fatal(t, err)
	defer holder.Close()
	held, err := holder.Begin()
	fatal(t, err)
	if start("") || start("one") {
		t.Error("a start made a key that was there")
	}
	fatal(t, held.Rollback())
	if !start("two") {
		t.Error("a start with another key did not add it")
	}
}

func TestAJobWhoseModelIsGoneFailsWhenItIsResumed(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		g := newGrowing(t, empty(t))
		var id, done string
		fatal(t, g.start("  name: {type: string}\n", g.add(`{"id": 1, "name": "fern"}`)))
		fatal(t, g.start("  name: {type: string}\n", func(s *store.Store, m *model.Model) {
			done = g.submit(s, m, "", `{"name": "oak"}`)
			wakeUps, err := s.Singles(t.Context(), 10)
			fatal(t, err)
			fatal(t, s.ApplySingle(t.Context(), wakeUps[0]))
			f, _ := filter.New([]byte(`{"name": "fern"}`), m, filter.Native)
			p, _ := m.CheckPatch([]byte(`{"name": "moss"}`), model.PatchOptions{})
			j, _, err := s.Submit(t.Context(), auth.Caller{Workspace: main}, job.Submission{Kind: job.Bulk, Model: m, Filter: f, Patch: p})
			fatal(t, err)
			id = j.ID
			_, err = s.Act(t.Context(), auth.Caller{Workspace: main, KeyName: "test"}, id, job.Pause)
			fatal(t, err)
		}))
		s, err := store.Open(t.Context(), g.address, store.Options{Models: model.Shipped()})
		fatal(t, err)
		defer s.Close()
		fatal(t, s.Migrate(t.Context()))
		fatal(t, s.ShowRunning(t.Context(), "without"))
		j, err := s.Act(t.Context(), auth.Caller{Workspace: main, KeyName: "test"}, id, job.Resume)
		fatal(t, err)
		if j.State != job.Failed || j.Error == nil || j.Error.Code != "model_gone" {
			t.Errorf("the job is %s, %+v", j.State, j.Error)
		}
		if _, err := s.Results(t.Context(), main, done, job.ResultQuery{Limit: 1}); !errors.Is(err, job.ErrOtherModel) {
			t.Errorf("its results: %v", err)
		}
		var refused *job.StateError
		if _, _, err := s.Undo(t.Context(), auth.Caller{Workspace: main}, job.Follow{Parent: done}); !errors.As(err, &refused) || len(refused.Allowed) != 0 {
			t.Errorf("an undo: %v", err)
		}
	})
}
