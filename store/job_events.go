package store

import (
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// note keeps an event for [Options.OnJob], which is called with it after the
// commit.
func (t *tx) note(e job.Event) { t.events = append(t.events, e) }

// noteJob is note for a job of which only the number is known.
func (t *tx) noteJob(what string, ref job.Ref) error {
	var row struct {
		ID        string
		Kind      job.Kind
		Model     string
		Workspace string
		CreatedBy string `db:"created_by"`
		State     job.State
		Error     string
		Matched   *int64
		Since     int64
		Accepted  int64
		job.Tally
	}
	_, err := t.Get(&row, `SELECT j.id, j.kind, j.model, w.name AS workspace, j.created_by, j.state, COALESCE(j.error_code, '') AS error, j.matched,
			COALESCE(j.started_at, j.created_at) AS since, j.created_at AS accepted, j.updated, j.unchanged, j.skipped, j.conflicted, j.failed
		FROM jobs j JOIN workspaces w ON w.id = j.workspace WHERE j.workspace = ? AND j.num = ?`, ref.Workspace, ref.Job)
	if err != nil {
		return err
	}
	sum, err := t.tally(ref)
	e := job.Event{
		What: what, JobID: row.ID, Kind: row.Kind, Model: row.Model, Workspace: row.Workspace, CreatedBy: row.CreatedBy,
		State: row.State, Error: row.Error, Matched: row.Matched, Tally: row.Tally.Add(sum), Took: micros(t.Now).Sub(micros(row.Since)),
	}
	if what == job.EventStarted {
		e.Waited = micros(row.Since).Sub(micros(row.Accepted))
	}
	t.note(e)
	return err
}

// noteAccepted is note for a job that has just been written.
func (t *tx) noteAccepted(id string, kind job.Kind, model string, by auth.Caller) {
	t.note(job.Event{What: job.EventAccepted, JobID: id, Kind: kind, Model: model, Workspace: by.Workspace.Name, CreatedBy: by.Actor(), State: job.Queued})
}

// endEvent is the event of a single that ends with this chunk. All that it
// tells is known already, so it costs no query.
func (c *chunk) endEvent(createdBy string, createdAt int64) job.Event {
	one, took := int64(1), time.Duration(c.t.Now-createdAt)*time.Microsecond
	return job.Event{
		What: job.EventEnded, JobID: c.l.JobID, Kind: job.Single, Model: c.l.Model.Name, Workspace: c.l.Owner.Name, CreatedBy: createdBy,
		State: c.tally.End(), Matched: &one, Tally: c.tally, Waited: took, Took: took,
	}
}
