package dashboard

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bulkpatch/client"
)

// A laterChange is whose change an undo leaves alone.
type laterChange struct {
	By   *relatedJob // the job that made it, nil for none
	Who  string      // who made that job, "" if that is not known
	None bool        // it is known that no job made it
}

// The bounds of finding out whose changes an undo leaves alone: how many jobs of a
// customer are looked at, how long all of it may take, and how many jobs are named with
// who made them.
const (
	jobsLookedAt = "50"
	lookingTakes = time.Second
	maxNamedJobs = 10
)

// A conflictReader finds out whose changes an undo leaves alone. The API names a job
// only if it is the last one that changed the customer; the customer's history has the
// others.
type conflictReader struct {
	v      *Visit
	model  string
	undone string // the job that is undone
	began  time.Time
	who    map[string]string // who made jobs, by their ids
}

func (v *Visit) conflictReader(model, undone string) *conflictReader {
	return &conflictReader{v: v, model: model, undone: undone, began: time.Now(), who: map[string]string{}}
}

// change is the change of one customer's fields that an undo has met, or would meet. by
// is the job that the API names, nil for none; until is when the undo met it, nil for
// now.
func (r *conflictReader) change(id string, fields []conflictedField, by *string, until *time.Time) (c laterChange) {
	var job string
	if by != nil {
		job = *by
	} else if len(fields) > 0 {
		job, c.None = r.inHistory(id, fields, until)
	}
	if job != "" {
		c.By, c.Who = &relatedJob{ID: job, Path: jobPath(job)}, r.maker(job)
	}
	return c
}

// inHistory looks for the newest job since the one that is undone that changed one of
// the fields to what it is now. none says that there is none.
func (r *conflictReader) inHistory(id string, fields []conflictedField, until *time.Time) (job string, none bool) {
	if time.Since(r.began) > lookingTakes {
		return "", false
	}
	var past recordHistory
	if r.v.Get(target(url.Values{"limit": {jobsLookedAt}}, "v1", r.model, "customers", id, "history"), &past) != nil {
		return "", false
	}
	for _, item := range past.Items {
		switch {
		case item.JobID == r.undone:
			return "", true
		case until != nil && !item.At.Before(*until):
			continue
		case item.Changed == nil:
			return "", false
		}
		for _, f := range fields {
			if to, changed := changeOf(item.Changed, f.Field); changed && to == f.Now {
				return item.JobID, false
			} else if changed { // and it was changed once more since, without a job
				return "", true
			}
		}
	}
	return "", false
}

// changeOf is the new value that a job has given a field, or a part of an object.
func changeOf(changed map[string]client.Change, field string) (to value, ok bool) {
	for name, c := range changed {
		if path, inside := strings.CutPrefix(field+".", name+"."); inside {
			from, to := partOf(c.From, path), partOf(c.To, path)
			return to, from != to
		}
	}
	return value{}, false
}

// partOf is the value at a path of an object, each name of which ends with a dot.
func partOf(raw json.RawMessage, path string) value {
	for path != "" {
		var object map[string]json.RawMessage
		name, rest, _ := strings.Cut(path, ".")
		if json.Unmarshal(raw, &object) != nil {
			return valueOf(nil)
		}
		raw, path = object[name], rest
	}
	return valueOf(raw)
}

// maker is who made a job, "" if that is not known.
func (r *conflictReader) maker(job string) string {
	if who, asked := r.who[job]; asked || len(r.who) >= maxNamedJobs {
		return who
	}
	j, status := r.v.pastJob(job)
	if status != http.StatusOK {
		j.CreatedBy = ""
	}
	r.who[job] = j.CreatedBy
	return j.CreatedBy
}
