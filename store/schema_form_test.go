package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
)

// formed is a model with a field of each kind that is normalised.
const formed = `  key: {type: string, format: uuid, x-role: id, x-generate: uuid}
  ref: {type: [string, "null"], format: uuid, x-unique: true}
  link: {type: [string, "null"], format: uuid}
  links: {type: [array, "null"], items: {type: string, format: uuid}}
  custom: {type: [object, "null"], properties: {id: {type: string, format: uuid}, name: {type: string}}}
  host: {type: [string, "null"], format: domain, x-unique: true}
`

// uuidOf returns a UUID in lower case that ends with a number.
func uuidOf(n int) string { return fmt.Sprintf("550e8400-e29b-41d4-a716-4466554400%02d", n) }

// earlier turns the database into one of a version that did not normalise case.
// Each statement works on both kinds of database.
func (g *growing) earlier(statements ...string) {
	g.t.Helper()
	driver, source := "pgx", g.address
	if path, ok := strings.CutPrefix(g.address, "sqlite://"); ok {
		driver, source = "sqlite3", path
	}
	db, err := sql.Open(driver, source)
	fatal(g.t, err)
	defer db.Close()
	for _, s := range append([]string{`UPDATE models SET form = ''`, `DROP INDEX IF EXISTS c_plant_l_f_host`}, statements...) {
		if driver == "pgx" {
			s = strings.ReplaceAll(s, "/*json*/", "::jsonb")
		}
		_, err = db.Exec(s)
		fatal(g.t, err)
	}
}

// startTogether starts two processes at the same time.
func (g *growing) startTogether() error {
	g.t.Helper()
	models := g.load(formed)
	errs := make([]error, 2)
	var started sync.WaitGroup
	for i := range errs {
		started.Go(func() {
			s, err := store.Open(g.t.Context(), g.address, store.Options{Models: models})
			if err == nil {
				err = errors.Join(s.Migrate(g.t.Context()), s.Close())
			}
			errs[i] = err
		})
	}
	started.Wait()
	return errors.Join(errs...)
}

// shown returns the records as JSON, in ascending order of their numbers.
func (g *growing) shown(s *store.Store, m *model.Model) []string {
	g.t.Helper()
	page, err := s.Records(g.t.Context(), main, m, filter.Query{Filter: filter.All(m), Limit: 100})
	fatal(g.t, err)
	slices.SortFunc(page.Items, func(a, b model.Record) int { return int(a.RID - b.RID) })
	var fields []*model.Field
	for _, name := range []string{"ref", "link", "links", "custom", "host"} {
		f, _ := m.Field(name)
		fields = append(fields, f)
	}
	var list []string
	for _, r := range page.Items {
		list = append(list, string(m.AppendRecord(nil, r, fields, model.ShowSecrets)))
	}
	return list
}

func record(n int, values string) string {
	return fmt.Sprintf(`{"id":%q,"version":1,%s}`, uuidOf(n), values)
}

func TestStoredValuesAreBroughtToTheirForm(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		t.Run("alone", func(t *testing.T) { bringAlone(t, empty(t)) })
		t.Run("in collision", func(t *testing.T) { bringInCollision(t, empty(t)) })
		t.Run("in jobs", func(t *testing.T) { bringInJobs(t, empty(t)) })
		t.Run("in a copy", func(t *testing.T) { bringInCopy(t, empty(t), empty(t)) })
	})
}

func bringAlone(t *testing.T, address string) {
	g := newGrowing(t, address)
	a, b := uuidOf(10), uuidOf(11)
	both := fmt.Sprintf(`"ref":%q,"link":%q,"links":[%q,%q],"custom":{"id":%q,"name":"ABC"},"host":"a.example"`, a, a, a, b, b)
	fatal(t, g.start(formed, g.add(
		fmt.Sprintf(`{"id":%q,%s}`, uuidOf(1), both), fmt.Sprintf(`{"id":%q,"host":"b.example"}`, uuidOf(2)), fmt.Sprintf(`{"id":%q}`, uuidOf(3)))))
	upper := strings.ToUpper(a)
	g.earlier(`UPDATE c_plant SET f_host = 'B.Example' WHERE f_host = 'b.example'`,
		fmt.Sprintf(`UPDATE c_plant SET id = upper(id), f_ref = '%[1]s', f_link = '%[1]s', f_links = '["%[1]s","%s"]'/*json*/, f_custom = '{"id":"%s","name":"ABC"}'/*json*/
				WHERE f_host = 'a.example'`, upper, b, strings.ToUpper(b)))
	want := []string{record(1, both),
		record(2, `"ref":null,"link":null,"links":null,"custom":null,"host":"B.Example"`), record(3, `"ref":null,"link":null,"links":null,"custom":null,"host":null`)}
	fatal(t, g.startTogether())
	fatal(t, g.start(formed, func(s *store.Store, m *model.Model) {
		if got := g.shown(s, m); !slices.Equal(got, want) {
			t.Errorf("the records are\n%s\nand should be\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		g.collide(s)
		g.refused(s, m, `{"host":"B.EXAMPLE"}`, "host")
		g.refused(s, m, fmt.Sprintf(`{"ref":%q}`, upper), "ref")
	}))
}

// bringInCollision has two values that differ only in case in each unique
// field. They stay as they are.
func bringInCollision(t *testing.T, address string) {
	g := newGrowing(t, address)
	var lines []string
	for i := range 6 {
		lines = append(lines, fmt.Sprintf(`{"id":%q,"ref":%q,"host":"h%d.example"}`, uuidOf(i), uuidOf(10+i), i))
	}
	fatal(t, g.start(formed, g.add(lines...)))
	upper := func(column, from string, n int) string {
		return fmt.Sprintf(`UPDATE c_plant SET %s = '%s' WHERE f_host = 'h%d.example'`, column, strings.ToUpper(from), n)
	}
	g.earlier(upper("id", uuidOf(0), 1), upper("f_ref", uuidOf(12), 3), upper("f_ref", uuidOf(15), 5), upper("f_host", "h4.example", 5))
	var first []string
	pairs := [][3]string{{"host", uuidOf(4), uuidOf(5)}, {"ref", uuidOf(2), uuidOf(3)}, {"key", uuidOf(0), strings.ToUpper(uuidOf(0))}}
	fatal(t, g.start(formed, func(s *store.Store, m *model.Model) {
		first = g.shown(s, m)
		if all := strings.Join(first, "\n"); strings.Count(all, strings.ToUpper(uuidOf(12))) != 1 || strings.Contains(all, strings.ToUpper(uuidOf(15))) {
			t.Errorf("the records are\n%s", all)
		}
		g.collide(s, pairs...)
		// The values of the other records, and of the oldest of these, are unique.
		g.refused(s, m, `{"host":"H4.example"}`, "host")
		g.refused(s, m, `{"host":"H0.example"}`, "host")
		fatal(t, s.Normalise(t.Context()))
		g.collide(s, pairs...)
	}))
	fatal(t, g.start(formed, func(s *store.Store, m *model.Model) {
		if again := g.shown(s, m); !slices.Equal(again, first) {
			t.Errorf("another start changed\n%s\ninto\n%s", strings.Join(first, "\n"), strings.Join(again, "\n"))
		}
		for _, n := range []int{3, 5} {
			fatal(t, s.DeleteRecord(t.Context(), auth.Caller{Workspace: main}, m, uuidOf(n), nil))
		}
		fatal(t, s.Normalise(t.Context()))
		g.collide(s, pairs[2])
		g.refused(s, m, `{"host":"H4.example"}`, "host")
	}))
}

// bringInJobs starts with jobs that were accepted before values were
// normalised.
func bringInJobs(t *testing.T, address string) {
	g := newGrowing(t, address)
	a, b := uuidOf(10), uuidOf(11)
	fatal(t, g.start(formed, g.add(fmt.Sprintf(`{"id":%q,"host":"a.example"}`, uuidOf(1)), fmt.Sprintf(`{"id":%q,"host":"b.example"}`, uuidOf(2)))))
	var ids []string
	fatal(t, g.start(formed, func(s *store.Store, m *model.Model) {
		for _, patch := range []string{fmt.Sprintf(`{"ref":%q,"custom":{"id":%q,"name":"x"}}`, a, b), `{"host":"B.Example"}`} {
			p, faults := m.CheckPatch([]byte(patch), model.PatchOptions{Single: true})
			if faults != nil {
				t.Fatal(faults)
			}
			j, _, err := s.Submit(t.Context(), auth.Caller{Workspace: main}, job.Submission{Kind: job.Single, Model: m, RecordID: uuidOf(1), Patch: p})
			fatal(t, err)
			ids = append(ids, j.ID)
		}
	}))
	g.earlier(fmt.Sprintf(`UPDATE jobs SET change = replace(replace(change, '%s', '%s'), '%s', '%s')`, a, strings.ToUpper(a), b, strings.ToUpper(b)))
	fatal(t, g.start(formed, func(s *store.Store, m *model.Model) {
		wakeUps, err := s.Singles(t.Context(), len(ids))
		fatal(t, err)
		for _, w := range wakeUps {
			fatal(t, s.ApplySingle(t.Context(), w))
		}
		want := fmt.Sprintf(`{"id":%q,"version":2,"ref":%q,"link":null,"links":null,"custom":{"id":%q,"name":"x"},"host":"a.example"}`, uuidOf(1), a, b)
		if got := g.shown(s, m)[0]; got != want {
			t.Errorf("the record is\n%s\nand should be\n%s", got, want)
		}
		j, err := s.Job(t.Context(), main, ids[1])
		fatal(t, err)
		if r := j.ErrorSummary; len(r) != 1 || r[0].Code != "unique" {
			t.Errorf("the domain of another is %s, %+v", j.State, r)
		}
	}))
}

// bringInCopy copies a database in which records collide.
func bringInCopy(t *testing.T, address, other string) {
	g := newGrowing(t, address)
	fatal(t, g.start(formed, g.add(`{"host":"a.example"}`, `{"host":"b.example"}`)))
	g.earlier(`UPDATE c_plant SET f_host = 'A.example' WHERE f_host = 'b.example'`)
	copied := newGrowing(t, other)
	fatal(t, g.start(formed, func(s *store.Store, _ *model.Model) {
		to, err := store.Open(t.Context(), other, store.Options{Models: copied.load(formed)})
		fatal(t, err)
		fatal(t, to.Migrate(t.Context()))
		_, err = s.CopyTo(t.Context(), to, func(int64, int64) {})
		fatal(t, errors.Join(err, to.Close()))
	}))
	fatal(t, copied.start(formed, func(s *store.Store, m *model.Model) {
		g.refused(s, m, `{"host":"A.Example"}`, "host")
		if list, _, err := s.Collisions(t.Context()); err != nil || len(list) != 1 {
			t.Errorf("got %v, %v", list, err)
		}
	}))
}

// collide compares the reported collisions: by field, the oldest and the newest
// record.
func (g *growing) collide(s *store.Store, want ...[3]string) {
	g.t.Helper()
	list, more, err := s.Collisions(g.t.Context())
	fatal(g.t, err)
	var got [][3]string
	for _, c := range list {
		if c.Workspace != "main" || c.Model != "plant" || c.Records != 2 {
			g.t.Errorf("got %+v", c)
		}
		got = append(got, [3]string{c.Field, c.IDs[0], c.IDs[1]})
	}
	if more != 0 || !slices.Equal(got, want) {
		g.t.Errorf("the collisions are %q and %d more, not %q", got, more, want)
	}
}

// refused checks that a new record's value is taken.
func (g *growing) refused(s *store.Store, m *model.Model, line, field string) {
	g.t.Helper()
	d, faults := m.CheckDraft([]byte(line), model.Create)
	if faults != nil {
		g.t.Fatal(faults)
	}
	var taken *job.UniqueError
	if _, _, err := s.CreateRecord(g.t.Context(), auth.Caller{Workspace: main}, m, d); !errors.As(err, &taken) || taken.Field != field {
		g.t.Errorf("%s: %v", line, err)
	}
}
