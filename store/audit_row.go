package store

import (
	"encoding/json"
	"math"
	"strings"

	"bulkpatch/auth"
	"bulkpatch/job"
)

type entryRow struct {
	At        int64
	Num       int64
	Workspace int64
	Owner     string
	KeyID     *int64 `db:"key_id"`
	Person    string
	Address   string
	RequestID string `db:"request_id"`

	// Of a job.
	ID        string
	Kind      job.Kind
	Model     string
	Parent    *string
	CreatedBy string `db:"created_by"`

	// Of an entry of its own.
	Action  auth.Action
	KeyName string `db:"key_name"`
	Target  string
	Counts  string
}

// by is who caused the entry.
func (r entryRow) by() auth.Caller {
	return auth.Caller{
		Workspace: auth.Workspace{ID: r.Workspace, Name: r.Owner}, KeyID: deref(r.KeyID), KeyName: r.KeyName,
		Person: r.Person, Address: r.Address, RequestID: r.RequestID,
	}
}

// ofJob is the entry of a job's submission. That of a retry or undo has the parent
// job as its target.
func (r entryRow) ofJob() auth.Entry {
	r.KeyName = strings.TrimPrefix(r.CreatedBy, auth.Key{}.Actor())
	e := auth.Entry{At: micros(r.At), Action: auth.JobSubmitted, By: r.by(), Target: auth.Target{JobID: r.ID, Kind: string(r.Kind), Model: r.Model}}
	switch r.Kind {
	case job.Retry:
		e.Action = auth.JobRetried
	case job.Undo:
		e.Action = auth.JobUndone
	default:
		return e
	}
	e.Target = auth.Target{JobID: deref(r.Parent), NewJobID: r.ID, Model: r.Model}
	return e
}

func (r entryRow) entry() (auth.Entry, error) {
	e := auth.Entry{At: micros(r.At), Action: r.Action, By: r.by()}
	if err := json.Unmarshal([]byte(r.Target), &e.Target); err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(r.Counts), &e.Counts)
}

// An entryPlace is the place behind a page's last entry in each list.
type entryPlace struct {
	At    int64  `json:"t"`
	Job   int64  `json:"j"` // jobs of that instant with lower numbers follow
	Entry int64  `json:"e"` // and so do entries
	List  string `json:"l"` // that the place belongs to
}

func writeEntryPlace(q auth.EntryQuery, last placedEntry) string {
	p := entryPlace{At: last.at, Job: math.MaxInt64, Entry: last.num, List: entryListName(q)}
	if last.isJob {
		p.Job, p.Entry = last.num, 0 // the entries of the instant came before
	}
	return writeCursor(p)
}

func readEntryPlace(q auth.EntryQuery) (p entryPlace, err error) {
	if q.Cursor != "" && (!readCursor(q.Cursor, &p) || p.List != entryListName(q)) {
		return p, job.ErrBadCursor
	}
	return p, nil
}

// entryListName identifies a list by its conditions.
func entryListName(q auth.EntryQuery) string {
	q.Limit, q.Cursor = 0, ""
	return listDigest(q)
}
