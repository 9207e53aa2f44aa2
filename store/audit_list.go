package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
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
	place     entryPlace
	workspace auth.Workspace // zero: all
	job       int64          // number of the job of the query, 0 for all
	keys      []int64        // numbers of the keys of the query, nil for all
	found     []placedEntry  // the first entries of the lists that were read
}

// A placedEntry is an entry with its place among those of the same instant.
type placedEntry struct {
	auth.Entry
	at, num int64
	isJob   bool
}

// read reads the first entries of each list that together hold what is asked for.
func (a *auditor) read() error {
	if d := a.s.db.Dialect; d.ByIndex != "" {
		if _, err := a.t.ExecContext(a.ctx, d.ByIndex); err != nil {
			return err
		}
	}
	if known, err := a.resolve(); err != nil || !known {
		return err
	}
	for _, l := range a.jobLists() {
		if err := a.readJobs(l); err != nil {
			return err
		}
	}
	for _, l := range a.entryLists() {
		if err := a.readEntries(l); err != nil {
			return err
		}
	}
	return nil
}

// resolve looks up the job and the keys of the query. known is false if there are
// none, and so no entry.
func (a *auditor) resolve() (known bool, err error) {
	if a.q.JobID != "" {
		if known, err := a.findJob(); err != nil || !known {
			return false, err
		}
	}
	if a.q.Key == "" {
		return true, nil
	}
	id, err := strconv.ParseInt(a.q.Key, 10, 64)
	if err != nil {
		id = 0
	}
	// The names of revoked keys may have been used again.
	query, args := `SELECT id FROM api_keys WHERE (id = ? OR name = ?)`, []any{id, a.q.Key}
	if a.workspace.ID != 0 {
		// Every workspace may have a key of the name. These two can act here; see [auth.Caller.Manages].
		query, args = query+` AND workspace IN (?, (SELECT id FROM workspaces WHERE name = ?))`, append(args, a.workspace.ID, auth.MainWorkspace)
	}
	err = a.list(&a.keys, query, args...)
	return len(a.keys) > 0, err
}

// findJob finds the job in the workspaces of the query.
func (a *auditor) findJob() (known bool, err error) {
	var rows []struct {
		Workspace int64 `db:"id"`
		Num       *int64
	}
	query, args := `SELECT w.id, (SELECT j.num FROM jobs j WHERE j.workspace = w.id AND j.id = ?) AS num FROM workspaces w`, []any{a.q.JobID}
	if a.workspace.ID != 0 {
		query, args = query+` WHERE w.id = ?`, append(args, a.workspace.ID)
	}
	if err := a.list(&rows, query, args...); err != nil {
		return false, err
	}
	for _, r := range rows {
		if r.Num != nil {
			a.workspace.ID, a.job = r.Workspace, *r.Num
			return true, nil
		}
	}
	return false, nil
}

func (a *auditor) readJobs(l entryList) error {
	where := a.where(listedColumns{"j.workspace", "j.created_at", "j.num"}, a.place.Job, l)
	var rows []entryRow
	err := a.list(&rows, `SELECT j.created_at AS at, j.num, j.workspace, (SELECT w.name FROM workspaces w WHERE w.id = j.workspace) AS owner,
			j.key_id, j.person, j.address, j.request_id, j.id, j.kind, j.model, j.created_by,
			(SELECT o.id FROM jobs o WHERE o.workspace = j.workspace AND o.num = j.origin) AS parent
		FROM jobs j`+a.indexedBy(l)+` WHERE `+where.text+` ORDER BY j.created_at DESC, j.num DESC LIMIT ?`, append(where.args, a.q.Limit+1)...)
	for _, r := range rows {
		a.found = append(a.found, placedEntry{r.ofJob(), r.At, r.Num, true})
	}
	a.keepFirst()
	return err
}

func (a *auditor) readEntries(l entryList) error {
	where := a.where(listedColumns{"a.workspace", "a.at", "a.num"}, a.place.Entry, l)
	var rows []entryRow
	err := a.list(&rows, `SELECT a.at, a.num, a.workspace, (SELECT w.name FROM workspaces w WHERE w.id = a.workspace) AS owner,
			a.key_id, a.key_name, a.person, a.address, a.request_id, a.action, a.target, a.counts
		FROM audit a`+a.indexedBy(l)+` WHERE `+where.text+` ORDER BY a.at DESC, a.num DESC LIMIT ?`, append(where.args, a.q.Limit+1)...)
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
	a.keepFirst()
	return nil
}

// listedColumns are the columns by which a list is narrowed and sorted.
type listedColumns struct{ workspace, at, num string }

// where is the condition of one list. In it, entries with lower numbers than
// behind follow those of the page before that have the same instant.
func (a *auditor) where(c listedColumns, behind int64, l entryList) (w statement) {
	w.add(l.text, l.args...)
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

// keepFirst sorts what was found and drops what does not belong to the page.
func (a *auditor) keepFirst() {
	slices.SortFunc(a.found, func(x, y placedEntry) int {
		return -cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(rank(x), rank(y)), cmp.Compare(x.num, y.num))
	})
	a.found = a.found[:min(len(a.found), a.q.Limit+1)]
}

// rank orders the tables among entries of the same instant.
func rank(e placedEntry) int {
	if e.isJob {
		return 0
	}
	return 1
}

// page is the page of what was found.
func (a *auditor) page() (p auth.EntryPage) {
	for i, e := range a.found {
		if i == a.q.Limit {
			p.NextCursor = writeEntryPlace(a.q, a.found[i-1])
			break
		}
		p.Items = append(p.Items, e.Entry)
	}
	return p
}
