package store

import (
	"strings"
	"testing"

	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestWatchedJobsAreLookedUp checks that the planner looks up the watched jobs, and
// the keys of open calls, by an index: these queries run many times a second.
func TestWatchedJobsAreLookedUp(t *testing.T) {
	s, _ := openTemp(t)
	defer s.Close()
	must(t, s.Migrate(t.Context()))
	keySteps := []string{"SEARCH api_keys USING COVERING INDEX sqlite_autoindex_api_keys_1 (hash=?)", "SEARCH key_secrets USING INDEX key_secrets_hash (hash=?)"}
	for query, want := range map[string][]string{
		revisionsQuery(s.db.Dialect):        {"SEARCH j USING INDEX sqlite_autoindex_jobs_1 (id=?)", "SEARCH s USING PRIMARY KEY (workspace=? AND job=?)"},
		jobColumns + amongIDs(s.db.Dialect): {"SEARCH j USING INDEX sqlite_autoindex_jobs_1 (id=?)"},
		liveSecretsQuery(s.db.Dialect):      append(keySteps, "SEARCH s USING INDEX sessions_by_hash (hash=?)"),
		keyBySecretQuery:                    keySteps,
	} {
		plan := strings.Join(explain(t, s, query), "; ")
		for _, step := range want {
			if !strings.Contains(plan, step) {
				t.Errorf("the plan is %s, without %s", plan, step)
			}
		}
	}
}

// TestWatchedJobsAreLookedUpOnPostgreSQL checks the same with many jobs, before and
// after ANALYZE.
func TestWatchedJobsAreLookedUpOnPostgreSQL(t *testing.T) {
	server := pgtest.Start(t, "autovacuum=off")
	address := server.Database(t)
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.Migrate(t.Context()))
	name := address[strings.LastIndex(address, "/")+1 : strings.Index(address, "?")]
	for _, fill := range []string{
		`INSERT INTO workspaces (name, created_at) VALUES ('main', 0)`,
		`INSERT INTO jobs (workspace, id, kind, model, digest, state, created_at, created_by, change, options, expected, confirms)
			SELECT 1, 'job-' || n, 'bulk', 'desk', '', 'paused', 0, '', '{}', '{}', '', '' FROM generate_series(1, 20000) AS n`,
		`INSERT INTO shards (workspace, job, no, open) SELECT workspace, num, 0, 1 FROM jobs`,
		`INSERT INTO api_keys (workspace, name, hash, hint, scopes, created_at)
			SELECT 1, 'key-' || n, 'hash-' || n, '', 'admin', 0 FROM generate_series(1, 20000) AS n`,
		`INSERT INTO key_secrets (workspace, key_id, hash, ends_at) SELECT workspace, id, 'former-' || id, 9 FROM api_keys`,
		`INSERT INTO sessions (workspace, api_key, hash, created_at, expires_at) SELECT 1, id, 'session-' || id, 0, 9 FROM api_keys`,
	} {
		server.Do(t, name, fill)
	}
	for _, known := range []bool{false, true} {
		if known {
			server.Do(t, name, "ANALYZE")
		}
		for _, st := range []statement{
			{s.db.Dialect.Rebind(revisionsQuery(s.db.Dialect)), []any{`[[1,"job-7"],[1,"job-8"]]`}},
			{s.db.Dialect.Rebind(jobColumns + amongIDs(s.db.Dialect)), []any{1, `[["job-7"],["job-8"]]`}},
			{s.db.Dialect.Rebind(liveSecretsQuery(s.db.Dialect)), []any{`[["hash-7"],["session-8"]]`, 1, 1, 1, 1}},
			{s.db.Dialect.Rebind(keyBySecretQuery), []any{"hash-7", "hash-7", 1, 1}},
		} {
			plan := explainPostgres(t, s, st)
			for _, table := range []string{"jobs j", "shards s", "api_keys", "key_secrets", "sessions s"} {
				if strings.Contains(plan, "Seq Scan on "+table) {
					t.Errorf("analysed: %v. The plan is\n%s\nof %s", known, plan, st.text)
				}
			}
		}
	}
}
