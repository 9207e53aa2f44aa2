package store

import (
	"context"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestListsOfJobsReadOnlyAnIndexOnPostgreSQL lists the jobs of a table that was
// vacuumed and has jobs of several workspaces by each condition, most of them open ones of
// the others, and reads the shards of a few of them.
func TestListsOfJobsReadOnlyAnIndexOnPostgreSQL(t *testing.T) {
	server := pgtest.Start(t, "autovacuum=off")
	address := server.Database(t)
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.Migrate(t.Context()))
	name := address[strings.LastIndex(address, "/")+1 : strings.Index(address, "?")]
	server.Do(t, name, `INSERT INTO jobs (workspace, id, kind, model, digest, state, created_at, created_by, finished_at, change, options, expected, note_words)
		SELECT 1 + n % 3, lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000', CASE WHEN n % 5 < 3 THEN 'single' ELSE 'bulk' END, 'desk', '',
			CASE WHEN n % 3 > 0 THEN 'queued' WHEN n % 20 = 0 THEN 'failed' WHEN n % 50 = 0 THEN 'paused' ELSE 'succeeded' END, n, 'key:ops', n, repeat('x', 500), '{}', '', CASE WHEN n % 2 = 0 THEN ' review of ' || n END
		FROM generate_series(CAST(1 AS bigint), 50000) AS n`)
	server.Do(t, name, `INSERT INTO shards (workspace, job, no, open, chunk_at) SELECT workspace, num, 0, 0, finished_at FROM jobs`)
	server.Do(t, name, "VACUUM ANALYZE jobs")
	server.Do(t, name, "VACUUM ANALYZE shards")
	for _, q := range []job.Query{
		{}, {States: []job.State{job.Failed}}, {States: []job.State{job.Running, job.Paused}}, {Kinds: []job.Kind{job.Bulk, job.Undo}}, {Model: "plane"}, {CreatedBy: "key:rare"}, {Words: []string{"hapax"}},
	} {
		where, args := jobsWhere(s.db.Dialect, q)
		plan := explainInOrder(t, s, statement{s.db.Dialect.Rebind(jobPlaces(s.db.Dialect, q, where)), append(append([]any{1}, args...), 50)})
		inOrder := strings.Contains(plan, "Index Only Scan Backward using "+jobIndex(q)) && !strings.Contains(plan, "Sort")
		if !inOrder && !(onlyOpen(q) && strings.Contains(plan, "Index Only Scan using jobs_open_of")) { // few, which may be sorted
			t.Errorf("%+v: the plan is\n%s", q, plan)
		}
	}
	q := job.Query{IDPrefix: "0000abc0"}
	where, args := jobsWhere(s.db.Dialect, q)
	plan := explainInOrder(t, s, statement{s.db.Dialect.Rebind(jobPlaces(s.db.Dialect, q, where)), append(append([]any{1}, args...), 50)})
	if !strings.Contains(plan, "using jobs_workspace_id_key") {
		t.Errorf("jobs are not found by id: the plan is\n%s", plan)
	}
	among, args := s.db.Dialect.Among("job", []int64{7, 40_000})
	plan = explainPostgres(t, s, statement{s.db.Dialect.Rebind(pacedShards + among), append([]any{1, 0}, args...)})
	if !strings.Contains(plan, "Index Scan using shards_pkey") {
		t.Errorf("shards are not looked up: the plan is\n%s", plan)
	}
}

// explainInOrder is the plan of a list.
func explainInOrder(t *testing.T, s *Store, st statement) (plan string) {
	t.Helper()
	must(t, s.inSearch(t.Context(), 1, func(ctx context.Context, tx *sqlx.Tx) error {
		l := jobLister{snapshotReader{ctx, tx, s.db.Dialect}, 1}
		must(t, l.useWholeOrder())
		var steps []string
		err := tx.SelectContext(ctx, &steps, "EXPLAIN "+st.text, st.args...)
		plan = strings.Join(steps, "\n")
		return err
	}))
	return plan
}
