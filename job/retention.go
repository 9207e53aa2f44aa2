package job

import "time"

// A Retention says how long jobs stay after their end.
type Retention struct {
	Jobs   time.Duration // the job itself and its results
	Values time.Duration // the former values that an undo restores
}

// ExpiresAt is when the job expires, counted from its end. A job that has not
// ended counts from when it was accepted, for something to show: it does not
// expire.
func (r Retention) ExpiresAt(j Job) time.Time {
	if j.FinishedAt == nil {
		return j.CreatedAt.Add(r.Jobs)
	}
	return j.FinishedAt.Add(r.Jobs)
}

// UndoUntil is until when the job can be undone; nil where it has not ended or
// has updated nothing.
func (r Retention) UndoUntil(j Job) *time.Time {
	if j.FinishedAt == nil || j.Updated == 0 {
		return nil
	}
	until := j.FinishedAt.Add(min(r.Values, r.Jobs))
	return &until
}

// Restorable is what the database holds of a job for an undo.
type Restorable struct {
	Values      bool  // all former values of the job are kept
	UndoneWhole bool  // an undo of all its records was accepted
	Restored    int64 // records that undos have restored
}

// WithExpiry is the job with what follows from its retention: when it expires,
// until when and whether it can be undone.
func (j Job) WithExpiry(r Retention, has Restorable, now time.Time) Job {
	j.ExpiresAt, j.UndoUntil = r.ExpiresAt(j), r.UndoUntil(j)
	j.ValuesKept = has.Values && j.UndoUntil != nil && now.Before(*j.UndoUntil)
	j.UndoAvailable = j.ValuesKept && !j.ModelGone && !has.UndoneWhole && has.Restored < j.Updated
	return j
}
