package store

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// scheduling returns the queries that relays and sweeps run many times a
// second, with their arguments and the indexes that bound what they read.
func scheduling(s *Store) map[string]struct {
	statement
	indexes []string
} {
	full := []job.Share{{Workspace: 1}, {Workspace: 2, Receiver: "a.example:443"}}
	return map[string]struct {
		statement
		indexes []string
	}{
		"webhooks":  {dueWebhooksQuery(1, full, true, 64), []string{"webhooks_due"}},
		"lost ends": {statement{lostWebhooksQuery, []any{0, 0, lostPage}}, []string{"webhooks_waiting"}},
		"singles":   {statement{singlesQuery(s.db.Dialect), []any{0, 500}}, []string{"outbox_first_singles"}},
		"bulks":     {statement{bulksQuery(s.db.Dialect), []any{0, 64}}, []string{"outbox_first_bulks"}},
		"in flight": {statement{inFlightQuery, nil}, []string{"shards_told"}},
		"a page":    {statement{pageQuery, []any{0, 1000}}, []string{"jobs_open"}},
		"liveness":  {statement{livenessQuery, []any{0, 1000}}, []string{"jobs_open"}},
		"open jobs": {statement{openUseQuery, []any{1}}, []string{"jobs_open_of"}},
		"unsent":    {statement{unsentQuery("IS NULL"), nil}, []string{"outbox_unsent"}},
		"sendable":  {statement{unsentQuery("IS NOT NULL"), nil}, []string{"outbox_unsent"}},
	}
}

// TestSchedulingReadsABoundedPartOfWhatWaits checks that SQLite's planner uses
// indexes: with 100,000 singles in the outbox, a pass of the relay reads only
// the first.
func TestSchedulingReadsABoundedPartOfWhatWaits(t *testing.T) {
	s, err := Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "plan.db"), Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.Migrate(t.Context()))
	for name, q := range scheduling(s) {
		plan := strings.Join(explain(t, s, q.text), "\n")
		for _, index := range q.indexes {
			if !strings.Contains(plan, index) {
				t.Errorf("%s: the plan is\n%s\nwithout %s", name, plan, index)
			}
		}
		if regexp.MustCompile(`SCAN (o|outbox|jobs|j)\b`).MatchString(plan) {
			t.Errorf("%s: the plan is\n%s", name, plan)
		}
	}
}

// TestSchedulingReadsABoundedPartOfWhatWaitsOnPostgreSQL counts the rows that
// are read of a crowded outbox.
func TestSchedulingReadsABoundedPartOfWhatWaitsOnPostgreSQL(t *testing.T) {
	const waiting, bound = 20_000, 2_000
	server := pgtest.Start(t)
	address := server.Database(t)
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.Migrate(t.Context()))
	must(t, s.inTx(t.Context(), func(t *tx) error {
		for _, statement := range []string{
			`INSERT INTO jobs (workspace, id, kind, model, digest, state, created_at, created_by, change, options, expected)
				SELECT n % 7, n, CASE n % 2 WHEN 0 THEN 'single' ELSE 'bulk' END, 'desk', '', 'queued', 0, '', '', '{}', '' FROM generate_series(1, ?) AS n`,
			`INSERT INTO shards (workspace, job, no, open) SELECT workspace, num, 0, 1 FROM jobs WHERE kind = 'bulk' AND num <= ?`,
			`INSERT INTO outbox (workspace, job, shard, single, epoch, seq, wait, scale, reason)
				SELECT workspace, num, 0, num % 2 * -1 + 1, 0, num, num % 3, num % 3, CASE WHEN num % 2 = 0 THEN 'redis_unavailable' END FROM jobs WHERE num <= ?`,
			`INSERT INTO webhooks (workspace, job, url, receiver, state, due_at)
				SELECT workspace, num, '', 'b.example:443', CASE num % 2 WHEN 0 THEN 'waiting' ELSE 'pending' END, CASE num % 2 WHEN 1 THEN num % 2 END FROM jobs WHERE num <= ?`,
		} {
			if err := t.Run(statement, waiting); err != nil {
				return err
			}
		}
		return nil
	}))
	name := address[strings.LastIndex(address, "/")+1 : strings.Index(address, "?")]
	for _, analysed := range []string{"", "ANALYZE"} {
		server.Do(t, name, analysed)
		for what, q := range scheduling(s) {
			var plan []string
			must(t, s.inIndexOrder(t.Context(), func(db *sqlx.Tx) error {
				return db.Select(&plan, s.db.Dialect.Rebind("EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, SUMMARY OFF) "+q.text), q.args...)
			}))
			for _, step := range plan {
				if n := rowsRead(t, step); n > bound && what != "open jobs" { // that query counts the jobs of one workspace
					t.Errorf("%s, %q: %d rows are read, and the plan is\n%s", what, analysed, n, strings.Join(plan, "\n"))
					break
				}
			}
		}
	}
}

var (
	stepRows    = regexp.MustCompile(`actual rows=([\d.]+) loops=(\d+)`)
	stepRemoved = regexp.MustCompile(`Rows Removed by .*: (\d+)`)
)

// rowsRead returns how many rows a line of a plan reports.
func rowsRead(t *testing.T, line string) int {
	t.Helper()
	n := 0.0
	if m := stepRows.FindStringSubmatch(line); m != nil {
		n = number(t, m[1]) * number(t, m[2])
	}
	if m := stepRemoved.FindStringSubmatch(line); m != nil {
		n = number(t, m[1])
	}
	return int(n)
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(text, 64)
	must(t, err)
	return n
}
