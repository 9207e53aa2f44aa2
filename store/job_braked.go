package store

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// brakedJobsQuery and its form for one workspace read only the index of open jobs.
var (
	brakedJobsQuery   = `SELECT COUNT(*) FROM jobs j WHERE ` + mayBeHeld
	brakedJobsOfQuery = brakedJobsQuery + ` AND j.workspace = ?`
)

// BrakedJobs counts the open jobs that the brake concerns, whether it is on or not:
// those of a workspace, or with 0 of all of them.
func (s *Store) BrakedJobs(ctx context.Context, ws int64) (n int64, err error) {
	query, args := brakedJobsQuery, []any(nil)
	if ws != everyWorkspace {
		query, args = brakedJobsOfQuery, []any{ws}
	}
	err = s.inIndexOrder(ctx, func(t *sqlx.Tx) error {
		return t.GetContext(ctx, &n, s.db.Dialect.Rebind(query), args...)
	})
	return n, s.classify(err)
}
