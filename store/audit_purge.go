package store

import (
	"context"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
)

// purgeEntriesAtOnce is how many audit entries a step of a purge deletes.
const purgeEntriesAtOnce = 500

// purgeEntries deletes the audit entries that are old enough, those of one workspace
// and action in each transaction. An entry is kept for as long as the job and the
// tombstone of a job that ended at the same time. It leaves entries of actions that
// it does not know to processes that do.
func (s *Store) purgeEntries(ctx context.Context) error {
	for ctx.Err() == nil {
		due, err := s.dueEntries(ctx)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, d := range due {
			if err := s.purgeEntriesOf(ctx, d); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// dueAction is an action of a workspace with entries that are old enough.
type dueAction struct {
	Workspace int64
	Action    auth.Action
	before    int64
}

// dueEntries looks for entries to delete, outside of any write transaction: there
// are mostly none.
func (s *Store) dueEntries(ctx context.Context) (due []dueAction, err error) {
	now := s.db.Now()
	for lasting, keep := range map[bool]time.Duration{false: s.keep + s.tombstones, true: max(s.keep+s.tombstones, auth.LastingEntries)} {
		var some []dueAction
		before := now.Add(-keep).UnixMicro()
		args := []any{}
		for _, a := range auth.Actions {
			if a.Lasting() == lasting {
				args = append(args, string(a))
			}
		}
		query := `SELECT workspace, action FROM audit WHERE action IN (?` + strings.Repeat(", ?", len(args)-1) + `) AND at < ? LIMIT 1`
		err := s.inWork(ctx, func(db *sqlx.Tx) error {
			return db.SelectContext(ctx, &some, s.db.Dialect.Rebind(query), append(args, before)...)
		})
		if err != nil {
			return nil, err
		}
		for _, d := range some {
			d.before = before
			due = append(due, d)
		}
	}
	return due, nil
}

func (s *Store) purgeEntriesOf(ctx context.Context, d dueAction) error {
	return s.inLargeTx(ctx, func(t *tx) error {
		return t.Run(`DELETE FROM audit WHERE workspace = ? AND (at, num) IN (
			SELECT at, num FROM audit WHERE workspace = ? AND action = ? AND at < ? ORDER BY at, num LIMIT ?)`,
			d.Workspace, d.Workspace, string(d.Action), d.before, purgeEntriesAtOnce)
	})
}
