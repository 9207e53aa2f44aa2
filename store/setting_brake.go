package store

import (
	"context"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// everyWorkspace stands in the table brakes for the switch of every workspace.
const everyWorkspace = 0

// Brake reads both switches of the brake of a workspace.
func (s *Store) Brake(ctx context.Context, ws auth.Workspace) (job.Brake, error) {
	var rows []struct {
		Workspace int64
		Reason    string
		Since     int64
		By        string `db:"switched_by"`
	}
	var b job.Brake
	err := s.db.Lookups.SelectContext(ctx, &rows, s.db.Dialect.Rebind(`SELECT workspace, reason, since, switched_by FROM brakes WHERE workspace IN (0, ?)`), ws.ID)
	for _, r := range rows {
		to := &b.Own
		if r.Workspace == everyWorkspace {
			to = &b.All
		}
		*to = job.Switch{Reason: r.Reason, Since: microsPtr(&r.Since), By: r.By}
	}
	return b, s.classify(err)
}

// BrakesOn counts the switches that are on: those of single workspaces, and that of
// every workspace.
func (s *Store) BrakesOn(ctx context.Context) (int, error) {
	var n int
	err := s.db.Lookups.GetContext(ctx, &n, `SELECT COUNT(*) FROM brakes WHERE reason <> ''`)
	return n, s.classify(err)
}

// HeldWorkspaces lists workspaces whose own switch of the brake is on, the last
// switched first, at most so many.
func (s *Store) HeldWorkspaces(ctx context.Context, most int) ([]job.WorkspaceSwitch, error) {
	var rows []struct {
		Name   string
		Reason string
		Since  int64
		By     string `db:"switched_by"`
	}
	err := s.db.Lookups.SelectContext(ctx, &rows, s.db.Dialect.Rebind(`SELECT w.name, b.reason, b.since, b.switched_by
		FROM brakes b JOIN workspaces w ON w.id = b.workspace WHERE b.reason <> '' ORDER BY b.since DESC, w.name LIMIT ?`), most)
	list := make([]job.WorkspaceSwitch, len(rows))
	for i, r := range rows {
		list[i] = job.WorkspaceSwitch{Workspace: r.Name, Switch: job.Switch{Reason: r.Reason, Since: microsPtr(&r.Since), By: r.By}}
	}
	return list, s.classify(err)
}

// SwitchBrake switches the brake on, for a reason, or with "" off. It returns the
// brake of the caller's workspace as it then is. To repeat a call changes nothing;
// with another reason only that and its actor change.
//
// It waits for the chunks in flight. From then on, until the switch is off, no
// transaction commits that changes records for a job which the brake holds, or for
// an import. The switch stays as it is over restarts.
func (s *Store) SwitchBrake(ctx context.Context, by auth.Caller, reach job.Reach, reason string) (job.Brake, error) {
	ws := by.Workspace.ID
	if reach == job.EveryWorkspace {
		ws = everyWorkspace
	}
	changed := false
	err := s.inTx(ctx, func(t *tx) (err error) {
		changed, err = t.switchBrake(by, ws, reason)
		if err != nil || !changed {
			return err
		}
		e := auth.Entry{Action: auth.BrakeOn, Target: auth.Target{Brake: string(reach), Reason: reason}}
		if reason == "" {
			e.Action = auth.BrakeOff
		}
		return t.audit(by, e)
	})
	if err != nil {
		return job.Brake{}, err
	}
	if changed {
		s.log.Info("brake switched", "on", reason != "", "reach", reach, "workspace", by.Workspace.Name, "by", by.Actor(), "reason", reason)
	}
	return s.Brake(ctx, by.Workspace)
}

// switchBrake switches the brake of a workspace, or of every one, and reports
// whether that changes anything.
func (t *tx) switchBrake(by auth.Caller, ws int64, reason string) (changed bool, err error) {
	if t.Dialect.HoldBrake != "" {
		if err := t.Run(t.Dialect.HoldBrake, ws); err != nil {
			return false, err
		}
	}
	var n int64
	if reason == "" {
		t.woke = true // the relay may send what was held
		n, err = t.Exec(`UPDATE brakes SET reason = '', since = ?, switched_by = ?, revision = revision + 1 WHERE workspace = ? AND reason <> ''`,
			t.Now, by.Actor(), ws)
	} else {
		n, err = t.Exec(`INSERT INTO brakes (workspace, reason, since, switched_by, revision) VALUES (?, ?, ?, ?, 1)
			ON CONFLICT (workspace) DO UPDATE SET reason = excluded.reason, switched_by = excluded.switched_by, revision = brakes.revision + 1,
				since = CASE WHEN brakes.reason = '' THEN excluded.since ELSE brakes.since END
			WHERE brakes.reason <> excluded.reason`, ws, reason, t.Now, by.Actor())
	}
	return n > 0, err
}

// brakedKinds are the kinds of jobs that the brake holds, as a list for SQL.
var brakedKinds = sqlList(job.BrakedKinds())

// mayBeHeld is the condition that the brake concerns a job j.
var mayBeHeld = `j.kind IN ` + brakedKinds + ` AND j.` + unfinished

// heldBy is the reason of the brake that holds a job j, NULL for none.
var heldBy = `(SELECT b.reason FROM brakes b WHERE b.workspace IN (0, j.workspace) AND b.reason <> '' AND ` + mayBeHeld + `
	ORDER BY b.workspace LIMIT 1)`

// revisionOfBrake is what the brake adds to the revision of a job j. So each change
// of the brake raises the revisions of all jobs that it concerns, and writes no row
// of any of them. The end of a job adds it for good.
var revisionOfBrake = `(SELECT CAST(COALESCE(SUM(b.revision), 0) AS bigint) FROM brakes b WHERE b.workspace IN (0, j.workspace) AND ` + mayBeHeld + `)`

// braked finds a row if the brake of a workspace, which is bound, is on.
const braked = `SELECT 1 FROM brakes WHERE workspace IN (0, ?) AND reason <> ''`

// checkBrake returns [job.ErrBraked] if the brake of a workspace is on.
func (s *Store) checkBrake(ctx context.Context, ws int64) error {
	var one int
	return orBraked(sqldb.HasRow(s.db.Lookups.GetContext(ctx, &one, s.db.Dialect.Rebind(braked), ws)))
}

func (t *tx) checkBrake(ws int64) error {
	var one int
	return orBraked(t.Get(&one, braked, ws))
}

func orBraked(on bool, err error) error {
	if err == nil && on {
		return job.ErrBraked
	}
	return err
}

// keepReleased is checkBrake for a transaction that must not commit under the
// brake: if it is off, it stays off until the transaction has ended. A transaction
// that locks a job or shards does so before, and records afterwards.
func (t *tx) keepReleased(ws int64) error {
	if err := t.keepBrake(ws); err != nil {
		return err
	}
	return t.checkBrake(ws) // a statement of its own, since it must see what the lock waited for
}

// keepBrake keeps both switches of a workspace as they are until the transaction
// has ended.
func (t *tx) keepBrake(ws int64) error {
	if t.Dialect.ShareBrake == "" {
		return nil
	}
	return t.Run(t.Dialect.ShareBrake, ws)
}
