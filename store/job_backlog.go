package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// backlogQuery looks at some wake-ups of the outbox. A shard that was given back has
// waited since its last heartbeat, any other work since its job was accepted.
var backlogQuery = `SELECT COUNT(*) AS waiting, COUNT(held_by) AS held, COUNT(CASE WHEN held_by IS NULL AND wait > 0 THEN 1 END) AS later,
		MIN(CASE WHEN held_by IS NULL AND wait <= 0 THEN since END) AS oldest, COALESCE(MIN(reason), '') AS reason
	FROM (SELECT o.wait, o.reason, COALESCE(s.beat_at, j.created_at) AS since, ` + heldBy + ` AS held_by
		FROM (SELECT workspace, job, shard, wait, reason FROM outbox LIMIT ?) AS o
		JOIN jobs j ON j.workspace = o.workspace AND j.num = o.job
		LEFT JOIN shards s ON s.workspace = o.workspace AND s.job = o.job AND s.no = o.shard) AS looked_at`

// resumesQuery adds up the take-overs of some open shards.
const resumesQuery = `SELECT COALESCE(SUM(resumes), 0) FROM (SELECT resumes FROM shards WHERE open = 1 ORDER BY job, no LIMIT ?) AS open_shards`

// Outbox returns how many wake-ups wait to be sent, of all workspaces. It costs no
// more than to read [job.OutboxCounted] of them.
func (s *Store) Outbox(ctx context.Context) (job.Outbox, error) {
	var r struct {
		Waiting, Held, Later int64
		Oldest               *int64
		Reason               string
	}
	var resumes int64
	err := s.inIndexOrder(ctx, func(t *sqlx.Tx) error {
		if err := t.GetContext(ctx, &r, s.db.Dialect.Rebind(backlogQuery), job.OutboxCounted); err != nil {
			return err
		}
		return t.GetContext(ctx, &resumes, s.db.Dialect.Rebind(resumesQuery), job.OutboxCounted)
	})
	return job.Outbox{Waiting: r.Waiting, Held: r.Held, Later: r.Later, Oldest: microsPtr(r.Oldest), Reason: r.Reason, Resumes: resumes}, err
}

// JobIDs returns the ids of jobs, by their workspaces and numbers, and the names of
// the workspaces. Jobs that do not exist are missing. The shards of the references
// are ignored: those of the answer are 0.
func (s *Store) JobIDs(ctx context.Context, refs []job.Ref) (map[job.Ref]job.Label, error) {
	list := make([][]any, len(refs))
	for i, r := range refs {
		list[i] = []any{r.Workspace, r.Job}
	}
	var rows []struct {
		Workspace, Job int64
		Name, ID       string
	}
	err := s.selectAmong(ctx, &rows, jobIDsQuery(s.db.Dialect), list)
	labels := make(map[job.Ref]job.Label, len(rows))
	for _, r := range rows {
		labels[job.Ref{Workspace: r.Workspace, Job: r.Job}] = job.Label{Workspace: r.Name, ID: r.ID}
	}
	return labels, err
}

func jobIDsQuery(d *sqldb.Dialect) string {
	return `SELECT DISTINCT j.workspace, j.num AS job, w.name, j.id
		FROM (SELECT ` + d.Element(0, model.Integer) + ` AS workspace, ` + d.Element(1, model.Integer) + ` AS num FROM ` + d.Elements + `) AS named
		JOIN jobs j ON j.workspace = named.workspace AND j.num = named.num JOIN workspaces w ON w.id = j.workspace`
}
