package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/model"
)

// fewSought is up to how many records are sorted rather than found by walking through
// all records in the order of the list.
const fewSought = 1000

// findsFew reports whether an index finds all records of a filter, and they are few. It
// is always false where the planner has statistics and decides by them.
func (s *Store) findsFew(ctx context.Context, t *sqlx.Tx, ws auth.Workspace, m *model.Model, f filter.Filter) (bool, error) {
	condition, args, ok := f.Sought(s.db.Dialect.Filter)
	if !ok || s.db.Dialect.Unordered == nil {
		return false, nil
	}
	var n int
	err := t.GetContext(ctx, &n, s.db.Dialect.Rebind("SELECT COUNT(*) FROM (SELECT 1 FROM "+m.Table()+" WHERE workspace = ? AND "+condition+" LIMIT ?) AS sought"),
		append(append([]any{ws.ID}, args...), fewSought+1)...)
	return n <= fewSought, err
}
