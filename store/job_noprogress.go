package store

import (
	"context"
	"time"

	"bulkpatch/job"
)

// Fruitless counts a round in which the database answered and nothing was
// committed of a piece of work, a single or a shard at an epoch. It says whether
// it was one too many: then why the job should stop, else nil. A chunk that is
// committed ends the count.
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
