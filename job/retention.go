package job

import "time"

// A Retention says how long jobs stay after their end.
type Retention struct {
	Jobs   time.Duration // the job itself and its results
	Values time.Duration // the former values that an undo restores
}

// ExpiresAt returns when the job expires, counted from its end. A job that has
// not ended does not expire. For such a job ExpiresAt counts from when it was
// accepted, because the API always shows a time.
func (r Retention) ExpiresAt(j Job) time.Time {
	if j.FinishedAt == nil {
		return j.CreatedAt.Add(r.Jobs)
	}
	return j.FinishedAt.Add(r.Jobs)
}

// UndoUntil returns the time until which the job can be undone, nil if it has
// not ended or has updated nothing.
func (r Retention) UndoUntil(j Job) *time.Time {
	if j.FinishedAt == nil || j.Updated == 0 {
		return nil
	}
	until := j.FinishedAt.Add(min(r.Values, r.Jobs))
	return &until
}

// A Restorable is what the database holds of a job that an undo needs.
type Restorable struct {
	Values      bool  // all former values of the job are kept
	UndoneWhole bool  // an undo of all its records was accepted
	Restored    int64 // records that undos have restored
}

// WithExpiry returns the job with what follows from its retention: when it
// expires, until when it can be undone, whether it can be undone now, and whether the
// rows of its file are kept, which they are as long as its former values.
func (j Job) WithExpiry(r Retention, has Restorable, now time.Time) Job {
	j.ExpiresAt, j.UndoUntil = r.ExpiresAt(j), r.UndoUntil(j)
	j.ValuesKept = has.Values && j.UndoUntil != nil && now.Before(*j.UndoUntil)
	j.RowsKept = j.File != nil && has.Values && (j.FinishedAt == nil || now.Before(j.FinishedAt.Add(min(r.Values, r.Jobs))))
	j.UndoAvailable = j.ValuesKept && !j.ModelGone && !has.UndoneWhole && has.Restored < j.Updated
	return j
}
