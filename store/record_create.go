package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/model"
)

// CreateRecord creates a record from a checked draft, unless one of the filters
// finds an existing record. existed is then true, and the record is the oldest
// one of the first filter that finds any. Concurrent callers create one record.
// [job.ErrExists]: its id is taken. [*job.UniqueError]: another of its values
// is taken. [job.ErrQueryTimeout]: the search takes too long.
func (s *Store) CreateRecord(ctx context.Context, by auth.Caller, m *model.Model, d model.Draft, found ...filter.Filter) (rec model.Record, existed bool, err error) {
	w := lookout{s: s, ws: by.Workspace, m: m, filters: found}
	if rec, existed, err = w.look(ctx); existed || err != nil {
		return rec, existed, err
	}
	err = s.inTx(ctx, func(t *tx) error {
		if rec, existed, err = w.lookAgain(t); existed || err != nil {
			return err
		}
		if rec, err = s.create(t, by.Workspace, m, d); err != nil {
			return err
		}
		id := model.FormatID(rec.Values[m.Role(model.RoleID).Index])
		return t.audit(by, auth.Entry{Action: auth.RecordCreated, Target: auth.Target{Model: m.Name, RecordID: id}})
	})
	if err != nil {
		return model.Record{}, false, s.refusalOf(m, err)
	}
	return rec, existed, nil
}

// A lookout looks for existing records that make a new one needless. A filter
// may have to read a whole workspace, and must not block writers for so long.
// So it runs in a snapshot, and the transaction that creates the record
// searches only records created since. A concurrent change of another record
// may be missed, as if it had come a moment later.
type lookout struct {
	s       *Store
	ws      auth.Workspace
	m       *model.Model
	filters []filter.Filter
	shown   int64 // the snapshot shows all records with a lower number
}

// look searches all records.
func (w *lookout) look(ctx context.Context) (rec model.Record, ok bool, err error) {
	if len(w.filters) == 0 {
		return model.Record{}, false, nil
	}
	err = w.s.inSearch(ctx, w.ws.ID, func(ctx context.Context, t *sqlx.Tx) error {
		given, err := blocks(ctx, t, w.s.db.Dialect, w.ws.ID, w.m)
		for _, b := range given {
			w.shown = max(w.shown, b.Next)
		}
		for i := 0; i < len(w.filters) && !ok && err == nil; i++ {
			condition, args := w.filters[i].SQL(w.s.db.Dialect.Filter)
			rec, ok, err = w.oldest(ctx, t, " WHERE workspace = ? AND "+condition, append([]any{w.ws.ID}, args...))
		}
		return err
	})
	return rec, ok, err
}

// lookAgain searches the records created since, and locks out others that
// create records in this way.
func (w *lookout) lookAgain(t *tx) (rec model.Record, ok bool, err error) {
	if len(w.filters) == 0 {
		return model.Record{}, false, nil
	}
	if err := t.lockWorkspace(w.ws); err != nil {
		return model.Record{}, false, err
	}
	var given []block
	if err := t.List(&given, `SELECT block, next FROM blocks WHERE workspace = ? AND model = ? AND next > ? ORDER BY block`, w.ws.ID, w.m.Name, w.shown); err != nil {
		return model.Record{}, false, err
	}
	for _, f := range w.filters {
		condition, args := f.SQL(t.Dialect.Filter)
		where := t.Dialect.NotIndexed + " WHERE rid >= ? AND rid < ? AND workspace = ? AND " + t.Dialect.Opaque(condition)
		for _, b := range given {
			rec, ok, err = w.oldest(t.Ctx, t.Session, where, append([]any{max(w.shown, b.first()), b.Next, w.ws.ID}, args...))
			if ok || err != nil {
				return rec, ok, err
			}
		}
	}
	return model.Record{}, false, nil
}

// oldest finds the record with the lowest number.
func (w *lookout) oldest(ctx context.Context, db rowReader, where string, args []any) (rec model.Record, ok bool, err error) {
	records, err := w.s.queryRecords(ctx, db, w.m, where+" ORDER BY rid LIMIT 1", args...)
	if err != nil || len(records) == 0 {
		return model.Record{}, false, err
	}
	return records[0], true, nil
}
