package store

import (
	"context"
	"time"

	"bulkpatch/job"
)

// NoProgress counts a round in which the database answered but nothing of the
// shard or single was committed. It returns why the job should fail if there were
// too many such rounds, else nil. A committed chunk resets the count.
func (s *Store) NoProgress(ctx context.Context, r job.WakeUp) (*job.Error, error) {
	var why *job.Error
	err := s.inTx(ctx, func(t *tx) error {
		table, which, args := "shards", "job = ? AND no = ? AND epoch = ?", []any{r.Job, r.Shard, r.Epoch}
		if r.Single {
			table, which, args = "jobs", "num = ? AND state = 'queued'", []any{r.Job}
		}
		var count struct {
			Rounds int64 `db:"fruitless"`
			Since  int64 `db:"fruitless_since"`
		}
		_, err := t.Get(&count, `UPDATE `+table+` SET fruitless = fruitless + 1, fruitless_since = COALESCE(fruitless_since, ?)
			WHERE workspace = ? AND `+which+` RETURNING fruitless, fruitless_since`, append([]any{t.Now, r.Workspace}, args...)...)
		why = job.NoProgress(count.Rounds, time.Duration(t.Now-count.Since)*time.Microsecond)
		return err
	})
	return why, err
}
