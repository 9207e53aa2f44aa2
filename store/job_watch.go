package store

import (
	"context"
	"encoding/json"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// Revisions reads the revisions of some jobs, of any workspaces, in one query. A job
// that does not exist or has expired has none.
func (s *Store) Revisions(ctx context.Context, names []job.Name) (map[job.Name]int64, error) {
	list := make([][]any, len(names))
	for i, n := range names {
		list[i] = []any{n.Workspace, n.ID}
	}
	var rows []struct {
		Workspace int64
		ID        string
		Revision  *int64
	}
	if err := s.selectAmong(ctx, &rows, revisionsQuery(s.db.Dialect), list); err != nil {
		return nil, err
	}
	revisions := make(map[job.Name]int64, len(rows))
	for _, r := range rows {
		if r.Revision != nil {
			revisions[job.Name{Workspace: r.Workspace, ID: r.ID}] = *r.Revision
		}
	}
	return revisions, nil
}

// revisionsQuery looks each job up separately: with a join, a planner could choose
// to read all jobs.
func revisionsQuery(d *sqldb.Dialect) string {
	return `SELECT workspace, id, (SELECT j.revision + COALESCE((SELECT SUM(s.revision) FROM shards s WHERE s.workspace = j.workspace AND s.job = j.num), 0)
			FROM jobs j WHERE j.workspace = named.workspace AND j.id = named.id AND j.left_at IS NULL) AS revision
		FROM (SELECT ` + d.Element(0, model.Integer) + ` AS workspace, ` + d.Element(1, model.String) + ` AS id FROM ` + d.Elements + `) AS named`
}

// JobsByID reads some jobs of a workspace in one snapshot, in no order. Expired jobs
// have ExpiredAt set. Jobs that do not exist are missing.
func (s *Store) JobsByID(ctx context.Context, ws auth.Workspace, ids []string) ([]job.Job, error) {
	list, err := json.Marshal(singly(ids))
	if err != nil {
		return nil, err
	}
	var jobs []job.Job
	err = s.inSnapshot(ctx, func(t *sqlx.Tx) (err error) {
		jobs, err = s.readJobs(ctx, t, ws, amongIDs(s.db.Dialect), string(list))
		return err
	})
	return jobs, err
}

func amongIDs(d *sqldb.Dialect) string {
	return ` AND j.id IN (SELECT ` + d.Element(0, model.String) + ` FROM ` + d.Elements + `)`
}

// LiveSecrets returns those of some hashes that are of secrets of live keys, or of
// tokens of sessions that have not ended.
func (s *Store) LiveSecrets(ctx context.Context, hashes []string) ([]string, error) {
	var live []string
	err := s.selectAmong(ctx, &live, liveSecretsQuery(s.db.Dialect), singly(hashes), s.db.Now().UnixMicro())
	return live, err
}

// liveSecretsQuery looks each hash up separately. With EXISTS, PostgreSQL could choose
// to read all keys and sessions.
func liveSecretsQuery(d *sqldb.Dialect) string {
	return `SELECT hash FROM (SELECT ` + d.Element(0, model.String) + ` AS hash FROM ` + d.Elements + `) AS named
		WHERE (SELECT 1 FROM api_keys k WHERE k.hash = named.hash AND ` + liveKey + `) = 1
			OR (SELECT 1 FROM api_keys k ` + ofSession + ` WHERE s.hash = named.hash AND s.expires_at > ? AND ` + liveKey + `) = 1`
}

// selectAmong runs a query over a bound list of rows, and then further arguments.
func (s *Store) selectAmong(ctx context.Context, dest any, query string, list [][]any, more ...any) error {
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return s.classify(s.db.Lookups.SelectContext(ctx, dest, s.db.Dialect.Rebind(query), append([]any{string(text)}, more...)...))
}

// singly makes a list of rows of one value each.
func singly(values []string) [][]any {
	rows := make([][]any, len(values))
	for i, v := range values {
		rows[i] = []any{v}
	}
	return rows
}
