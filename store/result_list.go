package store

import (
	"context"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// Results lists what became of a job's records, in the order of their
// numbers, and before that what became of the rows of its file that have no usable
// record, in their order. The cursor is the number of the last record of the previous
// page, or the index of its last row; see [resultPlace]. A page ends early at 8 MiB,
// with at least one result. [job.ErrBadCursor]: the cursor is not one of these.
// [job.ErrQueryTimeout]: the query takes too long.
func (s *Store) Results(ctx context.Context, ws auth.Workspace, id string, q job.ResultQuery) (job.ResultPage, error) {
	after, err := readResultPlace(q.Cursor)
	if err != nil {
		return job.ResultPage{}, err
	}
	read, err := s.resultsClass(ctx, ws, id)
	if err != nil {
		return job.ResultPage{}, err
	}
	var page job.ResultPage
	err = read(func(ctx context.Context, t *sqlx.Tx) error {
		r, err := s.openResults(ctx, t, ws, id, q)
		if err != nil {
			return err
		}
		page.Complete = r.job.State.Final()
		if err := r.collectWanted(after); err != nil {
			return err
		}
		if page.Items, err = r.items(); err != nil {
			return err
		}
		if n := len(page.Items); n < len(r.found) {
			page.NextCursor = placeOfResult(r.found[n-1]).String()
		}
		return nil
	})
	return page, err
}

// resultsClass chooses the class of connections for reading results: a look-up for a
// single, which has one result, and a search for all other jobs.
func (s *Store) resultsClass(ctx context.Context, ws auth.Workspace, id string) (read func(func(context.Context, *sqlx.Tx) error) error, err error) {
	var kind job.Kind
	_, err = sqldb.HasRow(s.db.Lookups.GetContext(ctx, &kind, s.db.Dialect.Rebind(`SELECT kind FROM jobs WHERE workspace = ? AND id = ?`), ws.ID, id))
	switch {
	case err != nil:
		return nil, s.classify(err)
	case kind == job.Single:
		return func(fn func(context.Context, *sqlx.Tx) error) error {
			return s.inSnapshot(ctx, func(t *sqlx.Tx) error { return fn(ctx, t) })
		}, nil
	}
	return func(fn func(context.Context, *sqlx.Tx) error) error { return s.inSearch(ctx, ws.ID, fn) }, nil
}

// results reads one page of the results of a job in one snapshot.
type results struct {
	ctx   context.Context
	t     *sqlx.Tx
	d     *sqldb.Dialect
	q     job.ResultQuery
	job   resultJob
	model *model.Model
	patch model.Patch
	found []foundResult // one more than the limit, if there are more
	met   conflicts
}

type resultJob struct {
	Num           int64
	Workspace     int64
	Kind          job.Kind
	Model         string
	State         job.State
	Change        string
	RID           *int64  `db:"rid"`
	RestoreSource *int64  `db:"source"` // of an undo and its retries
	Parent        *int64  `db:"origin"`
	File          *string // of a file job, its retries and previews
	ExpiredAt     *int64  `db:"left_at"`
}

func (s *Store) openResults(ctx context.Context, t *sqlx.Tx, ws auth.Workspace, id string, q job.ResultQuery) (*results, error) {
	r := &results{ctx: ctx, t: t, d: s.db.Dialect, q: q}
	ok, err := sqldb.HasRow(t.GetContext(ctx, &r.job, s.db.Dialect.Rebind(`SELECT num, workspace, kind, model, state, change, rid, source, origin, file, left_at
		FROM jobs WHERE workspace = ? AND id = ?`), ws.ID, id))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, job.ErrNotFound
	}
	if r.job.ExpiredAt != nil {
		return nil, job.ErrGone
	}
	m, loaded := s.models.Model(r.job.Model)
	if !loaded {
		return nil, job.ErrOtherModel
	}
	r.model = m
	r.patch, err = m.RecallStored([]byte(r.job.Change))
	return r, err
}

func (r *results) List(dest any, query string, args ...any) error {
	return r.t.SelectContext(r.ctx, dest, r.d.Rebind(query), args...)
}

// full reports whether one more result than the limit was found.
func (r *results) full() bool { return len(r.found) > r.q.Limit }

// wants is the [wanted] of the query.
func (r *results) wants(o job.Outcome, why *rejection) bool {
	switch {
	case r.q.Outcomes != nil && !slices.Contains(r.q.Outcomes, o):
		return false
	case why == nil:
		return r.q.Code == "" && r.q.Pointer == nil
	case r.q.Code != "" && r.q.Code != why.Code:
		return false
	}
	return r.q.Pointer == nil || *r.q.Pointer == why.Pointer
}

// collectWanted finds the outcomes behind a number: those of all records, or those of
// one.
func (r *results) collectWanted(behind resultPlace) error {
	after := behind.rid
	if r.q.ID == "" {
		if r.job.File != nil {
			if err := r.collectRows(behind.row); err != nil || r.full() {
				return err
			}
		}
		return r.collect(after)
	}
	id, ok := r.model.ParseID(r.q.ID)
	if !ok {
		return nil // no record can have it
	}
	q := snapshotReader{r.ctx, r.t, r.d}
	numbers, err := q.numbersOf(r.job.Workspace, r.model, []any{id})
	slices.Sort(numbers)
	for _, rid := range numbers {
		if err == nil && rid > after {
			err = r.collectRecord(rid)
		}
	}
	return err
}

// collectRecord finds the outcome of one record, if it was selected: in the one chunk
// in which it may be, or among those that were not reached.
func (r *results) collectRecord(rid int64) error {
	if r.job.Kind == job.Single {
		if r.full() || rid != *r.job.RID {
			return nil
		}
		return r.collectSingle(rid - 1)
	}
	var rows []changeRow
	if err := r.List(&rows, `SELECT first_rid, last_rid, at, updated, unchanged, refused FROM changes
		WHERE workspace = ? AND job = ? AND first_rid = `+chunkAt, r.job.Workspace, r.job.Num, r.job.Workspace, r.job.Num, rid); err != nil {
		return err
	}
	for _, row := range rows {
		some, err := row.list(r.wants, rid-1, 1)
		if err != nil {
			return err
		}
		if len(some) > 0 && some[0].rid == rid && !r.full() {
			r.found = append(r.found, some[0])
			return nil
		}
	}
	return r.collectUnreached(rid)
}

// collectUnreached finds a record among those that no chunk has reached.
func (r *results) collectUnreached(rid int64) error {
	var shards []int
	if err := r.List(&shards, `SELECT 1 FROM shards WHERE workspace = ? AND job = ? AND next_rid <= ? AND before_rid > ?`,
		r.job.Workspace, r.job.Num, rid, rid); err != nil || len(shards) == 0 {
		return err
	}
	return r.collectPending(rid, rid+1)
}

// collect finds the outcomes behind a number: for each shard the outcomes of its
// chunks, and then the records that it has not reached.
func (r *results) collect(after int64) error {
	if r.job.Kind == job.Single {
		return r.collectSingle(after)
	}
	var shards []struct {
		First  int64 `db:"first_rid"`
		Next   int64 `db:"next_rid"`
		Before int64 `db:"before_rid"`
	}
	if err := r.List(&shards, `SELECT first_rid, next_rid, before_rid FROM shards WHERE workspace = ? AND job = ? AND before_rid > ?
		ORDER BY first_rid`, r.job.Workspace, r.job.Num, after); err != nil {
		return err
	}
	for _, sh := range shards {
		if err := r.collectChunks(max(after, sh.First-1), sh.Next); err != nil {
			return err
		}
		if err := r.collectPending(max(after+1, sh.Next), sh.Before); err != nil {
			return err
		}
	}
	return nil
}

func (r *results) collectSingle(after int64) error {
	if err := r.collectChunks(after, *r.job.RID+1); err != nil {
		return err
	}
	if len(r.found) == 0 && *r.job.RID > after && r.wants(job.Pending, nil) && !r.hasOutcome() {
		r.found = append(r.found, foundResult{rid: *r.job.RID, outcome: job.Pending})
	}
	return nil
}

// hasOutcome reports whether a single was applied. It was not if it was cancelled or
// failed as a job.
func (r *results) hasOutcome() bool {
	var rows []int
	return r.List(&rows, `SELECT 1 FROM changes WHERE workspace = ? AND job = ?`, r.job.Workspace, r.job.Num) == nil && len(rows) > 0
}

// mostChunks bounds the chunks that are read at once. A page mostly needs one chunk,
// unless chunks are tiny or have few of the wanted outcomes.
const mostChunks = 8

// collectChunks finds the wanted outcomes between two numbers in the job's chunks.
func (r *results) collectChunks(after, before int64) error {
	var from int64
	if err := r.t.GetContext(r.ctx, &from, r.d.Rebind(`SELECT `+chunkAt), r.job.Workspace, r.job.Num, after); err != nil {
		return err
	}
	for most := 1; !r.full(); most = min(2*most, mostChunks) {
		var rows []changeRow
		if err := r.List(&rows, `SELECT first_rid, last_rid, at, updated, unchanged, refused FROM changes
			WHERE workspace = ? AND job = ? AND first_rid >= ? AND first_rid < ? ORDER BY first_rid LIMIT ?`,
			r.job.Workspace, r.job.Num, from, before, most); err != nil {
			return err
		}
		for _, row := range rows {
			if err := r.collectChunk(row, after); err != nil {
				return err
			}
			from = row.First + 1
		}
		if len(rows) < most {
			break
		}
	}
	return nil
}

func (r *results) collectChunk(row changeRow, after int64) error {
	some, err := row.list(r.wants, after, max(0, r.q.Limit+1-len(r.found)))
	r.found = append(r.found, some...)
	return err
}

func (r *results) collectPending(from, before int64) error {
	if !r.wants(job.Pending, nil) || r.full() || from >= before {
		return nil
	}
	numbers, err := nextNumbers(r, r.job.Workspace, r.job.Num, from, before, r.q.Limit+1-len(r.found))
	for _, rid := range numbers {
		r.found = append(r.found, foundResult{rid: rid, outcome: job.Pending})
	}
	return err
}

// items makes results of what was found: it looks up the ids and reads the values of
// as many as a page has room for.
func (r *results) items() ([]job.Result, error) {
	found := r.found[:min(len(r.found), r.q.Limit)]
	var rids []int64
	for _, f := range found {
		if !f.rowless {
			rids = append(rids, f.rid)
		}
	}
	if r.job.File != nil {
		if err := r.findLines(found); err != nil {
			return nil, err
		}
	}
	ids, err := idsOf(r, r.d, r.job.Workspace, r.model, rids)
	if err != nil {
		return nil, err
	}
	items := make([]job.Result, 0, len(found))
	room, loaded := budget{left: job.PageBytes}, int64(-1)
	for i := range found {
		if found[i].outcome == job.Updated && found[i].chunk != loaded {
			loaded = found[i].chunk
			if err := r.load(found[i:]); err != nil {
				return nil, err
			}
		}
		var id model.ID
		if !found[i].rowless {
			id = r.model.ID(ids[found[i].rid])
		}
		item := r.item(found[i], id)
		if item.Conflict, err = r.conflict(found[i:]); err != nil {
			return nil, err
		}
		if !room.take(changedBytes(item.Changed) + conflictBytes(item.Conflict)) {
			break
		}
		items = append(items, item)
		found[i].former, found[i].written = nil, nil
	}
	return items, nil
}

// load reads the values of the chunk of the first of some results, for all results
// that this chunk updated.
func (r *results) load(found []foundResult) error {
	var places, where []int
	for i, f := range found {
		if f.outcome == job.Updated && f.chunk == found[0].chunk {
			places, where = append(places, f.place), append(where, i)
		}
	}
	k, err := valuesAt(r, r.job.Workspace, r.job.Num, found[0].chunk, places)
	for place, i := range where {
		found[i].former, found[i].written, found[i].place = k.former, k.written, place
	}
	return err
}

// changedBytes is about how many bytes an item takes that shows these changes.
func changedBytes(changed map[string]job.Change) int {
	n := 128
	for name, c := range changed {
		n += len(name) + len(c.From) + len(c.To)
	}
	return n
}

func (r *results) item(f foundResult, id model.ID) job.Result {
	item := job.Result{ID: id, Line: f.line, Outcome: f.outcome}
	if f.outcome == job.Pending || f.outcome == job.Unchanged {
		return item // by id alone
	}
	at := time.UnixMicro(f.at).UTC()
	item.At = &at
	if f.former != nil {
		item.Changed = changedFields(r.patch, f)
	}
	if f.rejection != nil {
		item.Error = f.rejection.shown()
	}
	return item
}
