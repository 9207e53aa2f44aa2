package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// TestChunksReachRecordsByNumber checks that SQLite's planner uses the range of
// numbers, or looks up listed ones. The index on a filtered field looks cheaper
// to the planner, but with it a job runs at a quarter of its speed, and an undo
// never ends.
func TestChunksReachRecordsByNumber(t *testing.T) {
	s, err := Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "plan.db"), Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	ranged, listed := chunkStatements(t, s, "json_each")
	if len(ranged) != 6 || len(listed) != 4 {
		t.Fatalf("not four reads and two updates over the range, and two reads and two updates by list: %q %q", ranged, listed)
	}
	planned(t, s, ranged, "c_desk USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")
	planned(t, s, listed, "c_desk USING INTEGER PRIMARY KEY (rowid=?)")
}

// A recorder is a writer that keeps the statements on customers.
type recorder struct {
	sqldb.Writer
	seen map[string]statement
}

func (r recorder) Do(ctx context.Context, n sqldb.Size, fn func(*sqldb.Tx) error) (*sqldb.Tx, error) {
	return r.Writer.Do(ctx, n, func(t *sqldb.Tx) error {
		t.Session = recordedSession{t.Session, r.seen}
		return fn(t)
	})
}

type recordedSession struct {
	sqldb.Session
	seen map[string]statement
}

func (s recordedSession) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	s.seen[text] = statement{text, args}
	return s.Session.ExecContext(ctx, text, args...)
}

func (s recordedSession) QueryxContext(ctx context.Context, text string, args ...any) (*sqlx.Rows, error) {
	s.seen[text] = statement{text, args}
	return s.Session.QueryxContext(ctx, text, args...)
}

// chunkStatements runs a chunk of a job and one of its undo, and then each way
// to read and write a chunk. It returns the statements on customers: those over
// a range of numbers, and those with a list, which contain the mark.
func chunkStatements(t *testing.T, s *Store, mark string) (ranged, listed []statement) {
	t.Helper()
	ctx := t.Context()
	desk, ws := fillWithAcme(t, s)
	f, faults := filter.New([]byte(`{"organization": "Acme"}`), desk, filter.Native)
	p, more := desk.CheckPatch([]byte(`{"organization": "Other", "jobTitle": "Lead", "permission": "own", "state": "deleted"}`), model.PatchOptions{})
	if faults != nil || more != nil {
		t.Fatal(faults, more)
	}
	seen := map[string]statement{}
	s.db.Writer = recorder{s.db.Writer, seen}
	_, _, err := s.Submit(ctx, auth.Caller{Workspace: ws}, job.Submission{Kind: job.Bulk, Model: desk, Filter: f, Patch: p})
	must(t, err)
	l := applyOne(t, s)
	everyWay(t, s, l)
	must(t, s.Fail(ctx, l.Ref, job.Error{Code: "test"}))
	_, _, err = s.Undo(ctx, auth.Caller{Workspace: ws, KeyName: "test"}, job.Follow{Parent: l.JobID})
	must(t, err)
	applyOne(t, s)

	condition, args := f.SQL(s.db.Dialect.Filter)
	o := newOutlook(s.db.Dialect, p.Stamped(desk, 1).Sets, 1)
	window := append(append(append([]any{int64(0)}, o.args(0)...), int64(0), int64(1000), ws.ID), args...)
	ranged = append(ranged, statement{s.db.Dialect.Rebind(windowQuery(s.db.Dialect, choice{model: desk, condition: condition, outlook: o})), window})
	for text, st := range seen {
		switch {
		case !strings.Contains(text, "c_desk") || !strings.Contains(text, "jobTitle"):
		case strings.Contains(text, mark):
			listed = append(listed, st)
		case strings.Contains(text, "rid BETWEEN"):
			ranged = append(ranged, st)
		}
	}
	return ranged, listed
}

// everyWay reads and writes a chunk over its range, by a list, and with values
// for each record. Then it rolls back.
func everyWay(t *testing.T, s *Store, l job.Lease) {
	t.Helper()
	w := s.Chunks(l).(*chunks)
	err := s.inTx(t.Context(), func(tx *tx) error {
		c := w.chunk(tx, shardRow{Next: 0, Before: 1000})
		c.t = tx
		must(t, c.choose(10))
		must(t, c.bound())
		c.long = true // otherwise nothing is measured
		must(t, c.bound())
		measured, most := c.weigh()
		must(t, c.cutAt(measured, most))
		_, err := c.readRange()
		must(t, err)
		_, err = c.readListed(c.selected, c.filter)
		must(t, err)
		gap := changes{changed: []uint32{0, 2, 4}}
		for _, way := range []chunk{{changes: gap, ranged: true}, {changes: gap}} {
			c.changes, c.ranged = way.changes, way.ranged
			if err := c.write(); err != nil && !errors.Is(err, errDisagree) {
				t.Fatal(err)
			}
		}
		return errDisagree
	})
	if err != errDisagree {
		t.Fatal(err)
	}
}

// fillWithAcme fills an empty database with twenty customers of one
// organization.
func fillWithAcme(t *testing.T, s *Store) (*model.Model, auth.Workspace) {
	t.Helper()
	must(t, s.Migrate(t.Context()))
	_, _, err := s.Bootstrap(t.Context(), "")
	must(t, err)
	desk, _ := model.Shipped().Model("desk")
	ws := auth.Workspace{ID: 1, Name: auth.MainWorkspace}
	for range 20 {
		d, faults := desk.CheckDraft([]byte(`{"organization": "Acme", "company": {"id": 1}}`), model.Create)
		if faults != nil {
			t.Fatal(faults)
		}
		_, _, err := s.CreateRecord(t.Context(), auth.Caller{Workspace: ws}, desk, d)
		must(t, err)
	}
	return desk, ws
}

// applyOne claims the shard that is due and applies one chunk of ten.
func applyOne(t *testing.T, s *Store) job.Lease {
	t.Helper()
	wakeUps, err := s.Bulks(t.Context(), 1)
	must(t, err)
	l, err := s.Claim(t.Context(), wakeUps[0])
	must(t, err)
	_, err = s.Resolve(t.Context(), l)
	must(t, err)
	if step, err := s.ApplyChunk(t.Context(), l, 10); err != nil || step.Updated != 10 {
		t.Fatalf("the chunk updated %d records, %v", step.Updated, err)
	}
	return l
}

func planned(t *testing.T, s *Store, statements []statement, want string) {
	t.Helper()
	for _, st := range statements {
		plan := explain(t, s, st.text)
		if !slices.ContainsFunc(plan, func(step string) bool { return strings.Contains(step, want) }) {
			t.Errorf("the plan is %q, without %s\n%s", plan, want, st.text)
		}
	}
}

// TestNamesOfRecordsAreLookedUp checks that the planner uses the records'
// numbers to find ids, for each page of results and each record that fails. It
// could also read all records of the workspace.
func TestNamesOfRecordsAreLookedUp(t *testing.T) {
	s, _ := openTemp(t)
	defer s.Close()
	desk, _ := fillWithAcme(t, s)
	among, _ := s.db.Dialect.Among("rid", []int64{1, 2})
	plan := strings.Join(explain(t, s, idsQuery(s.db.Dialect, desk, among)), "; ")
	for _, want := range []string{"SEARCH c_desk USING INTEGER PRIMARY KEY (rowid=?)", "SEARCH departed USING PRIMARY KEY (workspace=? AND model=? AND rid=?)"} {
		if !strings.Contains(plan, want) {
			t.Errorf("the plan is %s, without %s", plan, want)
		}
	}
}

// TestListsOfJobsReadOnlyAnIndex checks that conditions are judged without reading the
// jobs, of which there may be a million, and that a list is in the order of its index.
// Of ids only those with the prefix are read.
func TestListsOfJobsReadOnlyAnIndex(t *testing.T) {
	s, _ := openTemp(t)
	defer s.Close()
	must(t, s.Migrate(t.Context()))
	day := time.Unix(0, 0)
	for _, q := range []job.Query{
		{}, {States: job.States}, {Kinds: []job.Kind{job.Undo}}, {Model: "desk"}, {CreatedBy: "key:ops"}, {Since: day, Until: day},
		{Words: []string{"a", "b"}}, {Words: []string{"a"}, States: job.States, Kinds: job.Kinds}, {States: []job.State{job.Running, job.Paused}}, {IDPrefix: "01234567"},
	} {
		where, _ := jobsWhere(s.db.Dialect, q)
		plan := explain(t, s, jobPlaces(s.db.Dialect, q, where))
		want := "SEARCH j USING COVERING INDEX " + jobIndex(q)
		if q.IDPrefix != "" {
			want = "SEARCH j USING INDEX " + jobIndex(q) + " (id>? AND id<?)"
		}
		if !strings.HasPrefix(plan[0], want) || q.IDPrefix == "" && len(plan) > 1 {
			t.Errorf("%+v: the plan is %q", q, plan)
		}
	}
}

// TestJobsAreReadWithoutWalkingShards checks that the planner looks up the shards of
// the jobs that are read.
func TestJobsAreReadWithoutWalkingShards(t *testing.T) {
	s, _ := openTemp(t)
	defer s.Close()
	must(t, s.Migrate(t.Context()))
	among, _ := s.db.Dialect.Among("j.num", []int64{1})
	for _, query := range []string{jobColumns + " AND j.id = ?", listColumns + " AND " + among, listSizes + " AND " + among, pacedJobs, pacedSingles, pacedShards + strings.Replace(among, "j.num", "job", 1)} {
		for _, step := range explain(t, s, query) {
			if strings.HasSuffix(step, "PRIMARY KEY (workspace=?)") && !strings.HasPrefix(step, "SEARCH b") || strings.HasPrefix(step, "SCAN jobs") || strings.HasPrefix(step, "SCAN x") {
				t.Errorf("%.40s… has the step %s", query, step)
			}
		}
	}
}

// TestAChunkIsLookedUpByWhereItBegins checks that the planner uses the index.
// Reading the chunks before one would make the results of a job of many small
// chunks, and its undo, slower with each chunk.
func TestAChunkIsLookedUpByWhereItBegins(t *testing.T) {
	s, _ := openTemp(t)
	defer s.Close()
	must(t, s.Migrate(t.Context()))
	plan := strings.Join(explain(t, s, `SELECT last_rid FROM changes WHERE workspace = ? AND job = ? AND first_rid >= `+chunkAt+` AND first_rid <= ?`), "; ")
	for _, want := range []string{"(workspace=? AND job=? AND first_rid<?)", "(workspace=? AND job=? AND first_rid>? AND first_rid<?)"} {
		if !strings.Contains(plan, want) {
			t.Errorf("the plan is %s, without %s", plan, want)
		}
	}
}

// TestTombstonesAreNotRead checks that the planner uses indexes without
// tombstones, of which there may be many: a purged job stays as one row for
// long, and an idempotency key as long as its job.
func TestTombstonesAreNotRead(t *testing.T) {
	s, _ := openTemp(t)
	defer s.Close()
	must(t, s.Migrate(t.Context()))
	for query, index := range map[string]string{
		jobColumns + ` AND j.left_at IS NULL ORDER BY j.num DESC LIMIT ?`: "SEARCH j USING INDEX jobs_kept (workspace=?)",
		candidatesQuery: "SEARCH jobs USING INDEX jobs_kept_of_many (workspace=? AND model=? AND num<?)",
		`DELETE FROM idempotency` + s.db.Dialect.IndexedBy("idempotency_of_job") + ` WHERE workspace = ? AND job = ?`: "idempotency_of_job (workspace=? AND job=?)",
		oldestKept: "SEARCH jobs USING INDEX jobs_kept_since",
		`SELECT 1 FROM departed WHERE deleted_at < ? LIMIT 1`: "departed_since (deleted_at<?)",
		dueTombstones:                    "SEARCH jobs USING COVERING INDEX jobs_gone (",
		s.purgeQuery(1, []int64{1}).text: "jobs_of_source",
	} {
		if plan := strings.Join(explain(t, s, query), "; "); !strings.Contains(plan, index) || strings.Contains(plan, "SCAN jobs") {
			t.Errorf("the plan is %s, without %s", plan, index)
		}
	}
}

// TestNothingLooksForRowsOfAJobThatGoes counts the constraints because of which
// SQLite would search other tables when a job is deleted.
func TestNothingLooksForRowsOfAJobThatGoes(t *testing.T) {
	s, _ := openTemp(t)
	defer s.Close()
	must(t, s.Migrate(t.Context()))
	var n int
	must(t, s.db.Lookups.Get(&n, `SELECT COUNT(*) FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE f."table" = 'jobs'`))
	if n > 0 {
		t.Errorf("%d constraints refer to jobs", n)
	}
	var sound string
	must(t, s.db.Lookups.Get(&sound, `PRAGMA integrity_check`))
	if sound != "ok" {
		t.Errorf("the database is not sound: %s", sound)
	}
}

// TestNamesArePurgedWithoutWalkingJobs checks that the planner uses an index of
// the few jobs that have a parent job.
func TestNamesArePurgedWithoutWalkingJobs(t *testing.T) {
	s, _ := openTemp(t)
	defer s.Close()
	must(t, s.Migrate(t.Context()))
	plan := strings.Join(explain(t, s, oldestFollowed), "; ")
	for _, want := range []string{"SCAN jobs USING COVERING INDEX jobs_kept_following", "SEARCH o USING INTEGER PRIMARY KEY (rowid=?)"} {
		if !strings.Contains(plan, want) {
			t.Errorf("the plan is %s, without %s", plan, want)
		}
	}
}

func explain(t *testing.T, s *Store, text string) (plan []string) {
	t.Helper()
	args := make([]any, strings.Count(text, "?"))
	rows, err := s.db.Lookups.Query("EXPLAIN QUERY PLAN "+text, args...)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		must(t, rows.Scan(&id, &parent, &unused, &step))
		plan = append(plan, step)
	}
	must(t, rows.Err())
	return plan
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
