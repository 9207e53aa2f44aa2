package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// Results lists what became of a job's records, in the order of their
// numbers. The cursor is the number of the last one. [job.ErrBadCursor]: it
// is no number.
func (s *Store) Results(ctx context.Context, ws auth.Workspace, id string, q job.ResultQuery) (job.ResultPage, error) {
	after := int64(-1)
	if q.Cursor != "" {
		var err error
		if after, err = strconv.ParseInt(q.Cursor, 10, 64); err != nil {
			return job.ResultPage{}, job.ErrBadCursor
		}
	}
	var page job.ResultPage
	err := s.inSnapshot(ctx, func(t *sqlx.Tx) error {
		r, err := s.openResults(ctx, t, ws, id, q)
		if err != nil {
			return err
		}
		page.Complete = r.job.State.Final()
		if err := r.collect(after); err != nil {
			return err
		}
		if len(r.found) > q.Limit {
			r.found = r.found[:q.Limit]
			page.NextCursor = strconv.FormatInt(r.found[q.Limit-1].rid, 10)
		}
		page.Items, err = r.items()
		return err
	})
	return page, err
}

// results reads the results of one job in one snapshot.
type results struct {
	ctx   context.Context
	t     *sqlx.Tx
	d     *dialect
	q     job.ResultQuery
	job   resultJob
	model *model.Model
	patch model.Patch
	found []foundResult // one more than the limit, where there are more
}

type resultJob struct {
	Num       int64
	Workspace int64
	Kind      job.Kind
	Model     string
	State     job.State
	Change    string
	RID       *int64 `db:"rid"`
	LeftAt    *int64 `db:"left_at"`
}

// A foundResult is one record's outcome before its id is looked up.
type foundResult struct {
	rid     int64
	outcome job.Outcome
	at      int64
	former  values // of an updated one, nil when no longer kept
	written values // of one updated by an undo
	place   int    // of an updated one, in both
	refusal *refusal
}

func (s *Store) openResults(ctx context.Context, t *sqlx.Tx, ws auth.Workspace, id string, q job.ResultQuery) (*results, error) {
	r := &results{ctx: ctx, t: t, d: s.d, q: q}
	ok, err := one(t.GetContext(ctx, &r.job, s.d.rebind(`SELECT num, workspace, kind, model, state, change, rid, left_at
		FROM jobs WHERE workspace = ? AND id = ?`), ws.ID, id))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, job.ErrNotFound
	}
	if r.job.LeftAt != nil {
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

func (r *results) list(dest any, query string, args ...any) error {
	return r.t.SelectContext(r.ctx, dest, r.d.rebind(query), args...)
}

// full reports whether the page has one more than it needs.
func (r *results) full() bool { return len(r.found) > r.q.Limit }

func (r *results) wants(o job.Outcome) bool {
	return r.q.Outcomes == nil || slices.Contains(r.q.Outcomes, o)
}

// collect finds the outcomes behind a number: of each shard those of its
// chunks, and then what it has not reached.
func (r *results) collect(after int64) error {
	if r.job.Kind == job.Single {
		return r.collectSingle(after)
	}
	var shards []struct {
		First  int64 `db:"first_rid"`
		Next   int64 `db:"next_rid"`
		Before int64 `db:"before_rid"`
	}
	if err := r.list(&shards, `SELECT first_rid, next_rid, before_rid FROM shards WHERE workspace = ? AND job = ? AND before_rid > ?
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
	if len(r.found) == 0 && *r.job.RID > after && r.wants(job.Pending) && !r.hasOutcome() {
		r.found = append(r.found, foundResult{rid: *r.job.RID, outcome: job.Pending})
	}
	return nil
}

// hasOutcome says of a single whether it was carried out: the ends without
// doing so are a cancel and a fault of the job.
func (r *results) hasOutcome() bool {
	var rows []int
	return r.list(&rows, `SELECT 1 FROM changes WHERE workspace = ? AND job = ?`, r.job.Workspace, r.job.Num) == nil && len(rows) > 0
}

// mostChunks bounds the chunks that are read at once. A page mostly needs one,
// unless they are tiny or hold few of the wanted outcomes.
const mostChunks = 8

// collectChunks reads the chunks that reach behind a number.
func (r *results) collectChunks(after, before int64) error {
	var from int64
	if err := r.t.GetContext(r.ctx, &from, r.d.rebind(`SELECT `+chunkAt), r.job.Workspace, r.job.Num, after); err != nil {
		return err
	}
	for most := 1; !r.full(); most = min(2*most, mostChunks) {
		var rows []changeRow
		if err := r.list(&rows, `SELECT first_rid, last_rid, at, updated, unchanged, former, written, refused FROM changes
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

// chunkAt is where the chunk begins that a number may lie in: as a job's chunks
// do not overlap, that is the last one that begins before or at it. Looking
// for the end of a chunk instead would walk through all those before.
const chunkAt = `COALESCE((SELECT MAX(first_rid) FROM changes WHERE workspace = ? AND job = ? AND first_rid <= ?), 0)`

type changeRow struct {
	First     int64 `db:"first_rid"`
	Last      int64 `db:"last_rid"`
	At        int64
	Updated   []byte
	Unchanged []byte
	Former    []byte
	Written   []byte
	Refused   *string
}

func (r *results) collectChunk(row changeRow, after int64) error {
	some, err := row.outcomes(r.wants, after, max(0, r.q.Limit+1-len(r.found)))
	r.found = append(r.found, some...)
	return err
}

// outcomes lists the wanted outcomes of a chunk behind a number, at most so
// many, in the order of the numbers.
func (row changeRow) outcomes(wants func(job.Outcome) bool, after int64, most int) ([]foundResult, error) {
	var all []foundResult
	if wants(job.Updated) {
		former, err := unpackValues(row.Former)
		if err != nil {
			return nil, err
		}
		written, err := unpackValues(row.Written)
		if err != nil {
			return nil, err
		}
		err = row.eachBehind(row.Updated, after, most, func(rid int64, place int) {
			all = append(all, foundResult{rid: rid, outcome: job.Updated, at: row.At, former: former, written: written, place: place})
		})
		if err != nil {
			return nil, err
		}
	}
	if wants(job.Unchanged) {
		err := row.eachBehind(row.Unchanged, after, most, func(rid int64, _ int) {
			all = append(all, foundResult{rid: rid, outcome: job.Unchanged, at: row.At})
		})
		if err != nil {
			return nil, err
		}
	}
	if row.Refused != nil {
		var list []refusal
		if err := json.Unmarshal([]byte(*row.Refused), &list); err != nil {
			return nil, err
		}
		for i, f := range list {
			if rid := row.First + int64(f.Offset); rid > after && wants(f.Outcome) {
				all = append(all, foundResult{rid: rid, outcome: f.Outcome, at: row.At, refusal: &list[i]})
			}
		}
	}
	slices.SortFunc(all, func(a, b foundResult) int { return cmp.Compare(a.rid, b.rid) })
	return all[:min(most, len(all))], nil
}

func isUpdated(o job.Outcome) bool { return o == job.Updated }

// eachBehind calls do with the numbers of a set that lie behind one, at most
// so many, and with the place of each in the whole set.
func (row changeRow) eachBehind(raw []byte, after int64, most int, do func(rid int64, place int)) error {
	numbers, err := unpackNumbers(raw)
	from := sort.Search(len(numbers), func(i int) bool { return row.First+int64(numbers[i]) > after })
	for i := from; i < min(len(numbers), from+most); i++ {
		do(row.First+int64(numbers[i]), i)
	}
	return err
}

func (r *results) collectPending(from, before int64) error {
	if !r.wants(job.Pending) || r.full() || from >= before {
		return nil
	}
	numbers, err := nextNumbers(r, r.job.Workspace, r.job.Num, from, before, r.q.Limit+1-len(r.found))
	for _, rid := range numbers {
		r.found = append(r.found, foundResult{rid: rid, outcome: job.Pending})
	}
	return err
}

// items looks up the ids and words the outcomes.
func (r *results) items() ([]job.Result, error) {
	rids := make([]int64, len(r.found))
	for i, f := range r.found {
		rids[i] = f.rid
	}
	ids, err := idsOf(r, r.d, r.job.Workspace, r.model, rids)
	if err != nil {
		return nil, err
	}
	items := make([]job.Result, len(r.found))
	for i, f := range r.found {
		items[i] = r.item(f, ids[f.rid])
	}
	return items, nil
}

func (r *results) item(f foundResult, id string) job.Result {
	item := job.Result{ID: id, Outcome: f.outcome}
	if f.outcome == job.Pending || f.outcome == job.Unchanged {
		return item // by id alone
	}
	at := time.UnixMicro(f.at).UTC()
	item.At = &at
	if f.former != nil {
		item.Changed = changedFields(r.patch, f, r.q.Secrets)
	}
	if f.refusal != nil {
		item.Error = &job.RecordError{Code: f.refusal.Code, Detail: job.Title(f.refusal.Code) + ".", Pointer: f.refusal.Pointer}
	}
	return item
}

// changedFields words what was changed in one updated record.
func changedFields(p model.Patch, f foundResult, secrets bool) map[string]job.Change {
	changed := make(map[string]job.Change, len(p.Sets))
	for _, s := range p.Sets {
		if s.Field.Secret == model.Hashed {
			changed[s.Field.Name] = hiddenChange
			continue
		}
		before, after, err := f.values(p, s)
		if err != nil {
			continue
		}
		if c, differs := change(s.Field, before, after, secrets); differs {
			changed[s.Field.Name] = c
		}
	}
	return changed
}

// values are what an updated record had in a field, and what it was given.
func (f foundResult) values(p model.Patch, s model.Set) (before, after any, err error) {
	if before, err = f.had(s.Field); err != nil {
		return nil, nil, err
	}
	if f.written != nil {
		after, err = storedValue(s.Field, f.written[s.Field.Name].at(f.place))
		return before, after, err
	}
	if s.When == nil {
		return before, patched(p, s, before, nil, f.at), nil
	}
	was, err := f.had(s.When)
	return before, patched(p, s, before, was, f.at), err
}

// had is what an updated record had in a field.
func (f foundResult) had(field *model.Field) (any, error) {
	return storedValue(field, f.former[field.Name].at(f.place))
}

// patched is the value that a patch gives to a field of a record at some
// time. was is what the record had in the field that brings a stamp.
func patched(p model.Patch, s model.Set, before, was any, at int64) any {
	if s.When != nil {
		if brings, _ := p.Set(s.When); s.When.Same(was, brings.Value) {
			return before
		}
		return stampOf(s, at)
	}
	if text, ok := before.(string); ok && s.Merge != nil {
		return string(model.MergeJSON([]byte(text), s.Merge))
	}
	return s.Value
}

// hiddenChange is how the change of a hashed value shows. The former hash is
// not kept.
var hiddenChange = job.Change{From: json.RawMessage(`"` + model.Mask + `"`), To: json.RawMessage(`"` + model.Mask + `"`)}

// change words the change of one field, masked where it is secret.
func change(f *model.Field, before, after any, secrets bool) (job.Change, bool) {
	if string(f.AppendJSON(nil, before)) == string(f.AppendJSON(nil, after)) {
		return job.Change{}, false
	}
	return job.Change{From: f.AppendShown(nil, before, secrets), To: f.AppendShown(nil, after, secrets)}, true
}

// storedValue reads a former value back into stored form.
func storedValue(f *model.Field, raw json.RawMessage) (any, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	switch f.Kind {
	case model.Integer, model.DateTime:
		return strconv.ParseInt(string(raw), 10, 64)
	case model.Number:
		return strconv.ParseFloat(string(raw), 64)
	case model.Boolean:
		return string(raw) == "1" || string(raw) == "true", nil
	}
	var text string
	err := json.Unmarshal(raw, &text)
	return canonical(f, text), err
}
