package store

import (
	"context"
	"time"

	"bulkpatch/job"
)

// runningFor is how long a process counts as running after it was last seen.
const runningFor = 30 * time.Second

// ShowRunning records that a process works on jobs with the models that are loaded,
// so that other processes know which jobs can be worked on. The process counts as
// running for half a minute after each call, or until [Store.ShowStopped]. The rows
// of processes that have not called for longer are deleted.
func (s *Store) ShowRunning(ctx context.Context, process string) error {
	return s.inTx(ctx, func(t *tx) error {
		for _, m := range s.models.All() {
			if err := t.Run(`INSERT INTO running_models (process, model, digest, seen_at) VALUES (?, ?, ?, ?)
				ON CONFLICT (process, model) DO UPDATE SET digest = excluded.digest, seen_at = excluded.seen_at`,
				process, m.Name, m.Digest, t.Now); err != nil {
				return err
			}
		}
		return t.Run(`DELETE FROM running_models WHERE seen_at <= ?`, runningSince(t.Now))
	})
}

// ShowStopped records that a process has stopped. To call it again, or for a
// process that was never seen, changes nothing.
func (s *Store) ShowStopped(ctx context.Context, process string) error {
	return s.inTx(ctx, func(t *tx) error {
		return t.Run(`DELETE FROM running_models WHERE process = ?`, process)
	})
}

// runningSince is the time after which a process must have been seen to count as
// running.
func runningSince(now int64) int64 { return now - runningFor.Microseconds() }

// modelGone reports whether processes are running but none can work on a job: none
// has its model in the version that the job was accepted with, or that the database
// was migrated to. If no process is running, the job can wait for one.
func (t *tx) modelGone(ref job.Ref) (bool, error) {
	var n struct{ Running, Able int64 }
	_, err := t.Get(&n, `SELECT COUNT(*) AS running, COUNT(CASE WHEN r.model = j.model AND r.digest IN (j.digest, m.digest) THEN 1 END) AS able
		FROM jobs j LEFT JOIN models m ON m.name = j.model CROSS JOIN running_models r
		WHERE j.workspace = ? AND j.num = ? AND r.seen_at > ?`, ref.Workspace, ref.Job, runningSince(t.Now))
	return n.Running > 0 && n.Able == 0, err
}
