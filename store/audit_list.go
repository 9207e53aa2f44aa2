package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// Audit lists audit entries, newest first: jobs and tombstones, each as the entry
// of its submission, and the table audit. Entries that are there during the whole
// walk from page to page are listed once each. ws is the workspace of the caller.
// [job.ErrNotFound]: there is no workspace of the query's name. [job.ErrBadCursor]:
// the cursor does not belong to a list with these conditions.
// [job.ErrQueryTimeout]: the query takes too long.
func (s *Store) Audit(ctx context.Context, ws auth.Workspace, q auth.EntryQuery) (auth.EntryPage, error) {
	place, err := readEntryPlace(q)
	if err != nil {
		return auth.EntryPage{}, err
	}
	a := auditor{s: s, ctx: ctx, q: q, place: place}
	if q.Workspace != "" {
		if a.workspace, err = s.Workspace(ctx, q.Workspace); err != nil {
			return auth.EntryPage{}, err
		}
	}
	err = s.inSearch(ctx, ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		a.ctx, a.t, a.found = ctx, t, nil
		return a.read()
	})
	if err != nil {
		return auth.EntryPage{}, err
	}
	return a.page(), nil
}

// An auditor reads one page of audit entries.
type auditor struct {
	s         *Store
	ctx       context.Context
	t         *sqlx.Tx
	q         auth.EntryQuery
	workspace auth.Workspace // zero: all
	place     entryPlace
	found     []placedEntry // the first entries of each list
}

// A placedEntry is an entry with its place among those of the same instant.
type placedEntry struct {
	auth.Entry
	at, num int64
	isJob   bool
}

// read reads the first entries of each list that together hold what is asked for.
// Each list is read along an index, so that no page costs more than the next.
func (a *auditor) read() error {
	if d := a.s.db.Dialect; d.ByIndex != "" {
		if _, err := a.t.ExecContext(a.ctx, d.ByIndex); err != nil {
			return err
		}
	}
	narrow, known, err := a.narrow()
	if err != nil || !known {
		return err
	}
	for _, list := range a.jobLists(narrow) {
		if err := a.readJobs(narrow.jobs, list); err != nil {
			return err
		}
	}
	for _, list := range a.entryLists() {
		if err := a.readEntries(narrow.entries, list); err != nil {
			return err
		}
	}
	return nil
}

// A narrowing is what the ids of a query stand for in the tables.
type narrowing struct {
	jobs, entries statement // conditions, "" for none
}

// narrow looks up the job and the key of the query. known is false if there is no
// such job or key, and so no entry.
func (a *auditor) narrow() (n narrowing, known bool, err error) {
	if a.q.JobID != "" {
		ref, known, err := a.jobRef()
		if err != nil || !known {
			return n, false, err
		}
		a.workspace.ID = ref.Workspace
		n.jobs.add("(j.num = ? OR j.origin = ? AND j.kind <> 'preview')", ref.Job, ref.Job)
		n.entries.add("a.job = ?", a.q.JobID)
	}
	if a.q.Key != "" {
		keys, err := a.keys()
		if err != nil || len(keys) == 0 {
			return n, false, err
		}
		for column, to := range map[string]*statement{"j.key_id": &n.jobs, "a.key_id": &n.entries} {
			if len(keys) == 1 {
				to.add(column+" = ?", keys[0])
				continue
			}
			among, args := a.s.db.Dialect.Among(column, keys)
			to.add(among, args...)
		}
	}
	return n, true, nil
}

// jobRef finds a job in the workspaces of the query.
func (a *auditor) jobRef() (ref job.Ref, known bool, err error) {
	var rows []struct {
		Workspace int64 `db:"id"`
		Num       *int64
	}
	query, args := `SELECT w.id, (SELECT j.num FROM jobs j WHERE j.workspace = w.id AND j.id = ?) AS num FROM workspaces w`, []any{a.q.JobID}
	if a.workspace.ID != 0 {
		query, args = query+` WHERE w.id = ?`, append(args, a.workspace.ID)
	}
	if err := a.list(&rows, query, args...); err != nil {
		return ref, false, err
	}
	for _, r := range rows {
		if r.Num != nil {
			return job.Ref{Workspace: r.Workspace, Job: *r.Num}, true, nil
		}
	}
	return ref, false, nil
}

// keys lists the numbers of the keys that the query names, revoked ones included.
func (a *auditor) keys() (ids []int64, err error) {
	id, err := strconv.ParseInt(a.q.Key, 10, 64)
	if err != nil {
		id = 0
	}
	return ids, a.list(&ids, `SELECT id FROM api_keys WHERE id = ? OR name = ?`, id, a.q.Key)
}

// submissions are the conditions of the jobs whose submission is the action.
var submissions = map[auth.Action]string{
	auth.JobSubmitted: "j.kind NOT IN ('retry', 'undo')",
	auth.JobRetried:   "j.kind = 'retry' AND j.origin IS NOT NULL",
	auth.JobUndone:    "j.kind = 'undo' AND j.origin IS NOT NULL",
}

// jobLists returns the conditions of the lists of jobs to read, for each of which
// there is an index. Retries and undos have one, and so have the jobs of one key;
// otherwise jobs and tombstones have one each.
func (a *auditor) jobLists(n narrowing) (lists []statement) {
	all := []statement{{text: "j.left_at IS NULL"}, {text: "j.left_at IS NOT NULL"}}
	if n.jobs.text != "" {
		all = []statement{{text: "j.num > 0"}}
	}
	if len(a.q.Actions) == 0 {
		return all
	}
	for _, action := range a.q.Actions {
		switch action {
		case auth.JobSubmitted:
			for _, some := range all {
				some.add(submissions[action])
				lists = append(lists, some)
			}
		case auth.JobRetried, auth.JobUndone:
			lists = append(lists, statement{text: submissions[action]})
		}
	}
	return lists
}

// entryLists returns the conditions of the lists of the table audit to read.
func (a *auditor) entryLists() (lists []statement) {
	if len(a.q.Actions) == 0 {
		return []statement{{text: "a.num >= 0"}}
	}
	for _, action := range a.q.Actions {
		if submissions[action] == "" {
			lists = append(lists, statement{"a.action = ?", []any{string(action)}})
		}
	}
	return lists
}

func (a *auditor) readJobs(narrow, list statement) error {
	where := a.where(listedColumns{"j.workspace", "j.created_at", "j.num"}, a.place.Job, narrow, list)
	var rows []entryRow
	err := a.list(&rows, `SELECT j.created_at AS at, j.num, j.workspace, (SELECT w.name FROM workspaces w WHERE w.id = j.workspace) AS owner,
			j.key_id, j.person, j.address, j.request_id, j.id, j.kind, j.model, j.created_by,
			(SELECT o.id FROM jobs o WHERE o.workspace = j.workspace AND o.num = j.origin) AS parent
		FROM jobs j WHERE `+where.text+` ORDER BY j.created_at DESC, j.num DESC LIMIT ?`, append(where.args, a.q.Limit+1)...)
	for _, r := range rows {
		a.found = append(a.found, placedEntry{r.ofJob(), r.At, r.Num, true})
	}
	return err
}

func (a *auditor) readEntries(narrow, list statement) error {
	where := a.where(listedColumns{"a.workspace", "a.at", "a.num"}, a.place.Entry, narrow, list)
	var rows []entryRow
	err := a.list(&rows, `SELECT a.at, a.num, a.workspace, (SELECT w.name FROM workspaces w WHERE w.id = a.workspace) AS owner,
			a.key_id, a.key_name, a.person, a.address, a.request_id, a.action, a.target, a.counts
		FROM audit a WHERE `+where.text+` ORDER BY a.at DESC, a.num DESC LIMIT ?`, append(where.args, a.q.Limit+1)...)
	if err != nil {
		return err
	}
	for _, r := range rows {
		e, err := r.entry()
		if err != nil {
			return err
		}
		a.found = append(a.found, placedEntry{e, r.At, r.Num, false})
	}
	return nil
}

// listedColumns are the columns by which a list is narrowed and sorted.
type listedColumns struct{ workspace, at, num string }

// where is the condition of one list. In it, entries with lower numbers than
// behind follow those of the page before that have the same instant.
func (a *auditor) where(c listedColumns, behind int64, narrow, list statement) (w statement) {
	w.add(list.text, list.args...)
	if narrow.text != "" {
		w.add(narrow.text, narrow.args...)
	}
	if a.workspace.ID != 0 {
		w.add(c.workspace+" = ?", a.workspace.ID)
	}
	if !a.q.Since.IsZero() {
		w.add(c.at+" >= ?", microsUp(a.q.Since))
	}
	if !a.q.Until.IsZero() {
		w.add(c.at+" < ?", microsUp(a.q.Until))
	}
	if a.q.Cursor != "" {
		w.add("("+c.at+", "+c.num+") < (?, ?)", a.place.At, behind)
	}
	return w
}

func (a *auditor) list(to any, query string, args ...any) error {
	return a.t.SelectContext(a.ctx, to, a.s.db.Dialect.Rebind(query), args...)
}

// page is the page of what was found.
func (a *auditor) page() (p auth.EntryPage) {
	slices.SortFunc(a.found, func(x, y placedEntry) int {
		return -cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(rank(x), rank(y)), cmp.Compare(x.num, y.num))
	})
	for i, e := range a.found {
		if i == a.q.Limit {
			p.NextCursor = writeEntryPlace(a.q, a.found[i-1])
			break
		}
		p.Items = append(p.Items, e.Entry)
	}
	return p
}

// rank orders the lists among entries of the same instant.
func rank(e placedEntry) int {
	if e.isJob {
		return 0
	}
	return 1
}
