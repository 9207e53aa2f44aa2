package store

import (
	"bulkpatch/job"
	"bulkpatch/model"
)

// conflicts are the conflicts of an undo that a page of results shows.
type conflicts struct {
	chunk int64               // the chunk that was read: one more than its first number; 0 for none
	of    map[int64]metChange // by record number
	by    changers
}

// changers are the jobs that made the later changes which undos found, by number, as
// far as they have been read.
type changers map[int64]changingJob

// A changingJob is a job that changed a record after the one that is undone.
type changingJob struct {
	ID   string
	sets map[string]bool // the fields that it gives a value
}

// conflict returns the conflict of the first of some results, nil if it has none. It
// reads the conflicts of a chunk once for all of the results.
func (r *results) conflict(found []foundResult) (*job.Conflict, error) {
	f := found[0]
	if r.job.RestoreSource == nil || f.outcome != job.Conflicted {
		return nil, nil
	}
	if r.met.chunk != f.chunk+1 {
		if err := r.loadConflicts(found); err != nil {
			return nil, err
		}
	}
	met, ok := r.met.of[f.rid]
	if !ok {
		return &job.Conflict{}, nil
	}
	c, err := r.met.by.conflict(r, r.job.Workspace, r.model, met)
	return &c, err
}

func (r *results) loadConflicts(found []foundResult) error {
	chunk := found[0].chunk
	r.met.chunk, r.met.of = chunk+1, map[int64]metChange{}
	wanted := map[int64]bool{}
	for _, f := range found {
		if f.outcome == job.Conflicted && f.chunk == chunk {
			wanted[f.rid] = true
		}
	}
	var kept []string
	if err := r.List(&kept, `SELECT conflicts FROM changes WHERE workspace = ? AND job = ? AND first_rid = ? AND conflicts IS NOT NULL`,
		r.job.Workspace, r.job.Num, chunk); err != nil || len(kept) == 0 {
		return err
	}
	return eachConflict(kept[0], func(met metChange) {
		if rid := chunk + int64(met.Offset); wanted[rid] {
			r.met.of[rid] = met
		}
	})
}

// conflict returns what an undo found in a record, and which job had changed it.
func (c *changers) conflict(q queryer, ws int64, m *model.Model, met metChange) (job.Conflict, error) {
	by, err := c.by(q, ws, m, met)
	return job.Conflict{Fields: met.shown(m), By: by}, err
}

// by is the id of the job that made the change which an undo found: the job that
// changed the record last, if it set one of the fields, else "".
func (c *changers) by(q queryer, ws int64, m *model.Model, met metChange) (string, error) {
	if met.Job == 0 {
		return "", nil
	}
	j, known := (*c)[met.Job]
	if !known {
		var err error
		if j, err = changingJobOf(q, ws, m, met.Job); err != nil {
			return "", err
		}
		if *c == nil {
			*c = changers{}
		}
		(*c)[met.Job] = j
	}
	for name := range met.Fields {
		if j.sets[name] {
			return j.ID, nil
		}
	}
	return "", nil
}

func changingJobOf(q queryer, ws int64, m *model.Model, num int64) (changingJob, error) {
	var rows []struct{ ID, Change string }
	err := q.List(&rows, `SELECT id, change FROM jobs WHERE workspace = ? AND num = ? AND left_at IS NULL`, ws, num)
	if err != nil || len(rows) == 0 {
		return changingJob{}, err
	}
	p, err := m.RecallStored([]byte(rows[0].Change))
	j := changingJob{ID: rows[0].ID, sets: make(map[string]bool, len(p.Sets))}
	for _, s := range p.Sets {
		j.sets[s.Field.Name] = true
	}
	return j, err
}

// conflictBytes is about how many bytes a conflict takes.
func conflictBytes(c *job.Conflict) int {
	if c == nil {
		return 0
	}
	n := 0
	for name, f := range c.Fields {
		n += len(name) + len(f.Wrote) + len(f.Now) + len(f.Former)
	}
	return n
}
