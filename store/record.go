package store

import (
	"context"
	"math"
	"strings"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// selectList returns the columns of a record: its number, and then the fields
// by Index. The job that last changed the record is stored as a number and read
// as the job's id.
func selectList(m *model.Model) string {
	columns := []string{"rid"}
	for _, f := range m.Fields {
		if f.Role == model.RoleLastJob {
			columns = append(columns, "(SELECT id FROM jobs WHERE jobs.workspace = "+m.Table()+".workspace AND jobs.num = last_job) AS last_job_id")
			continue
		}
		columns = append(columns, sqldb.Quoted(f))
	}
	return strings.Join(columns, ", ")
}

// scanRecords reads the rows of a [selectList] until the budget is used up.
// more reports that there are further rows.
func scanRecords(m *model.Model, rows *sqlx.Rows, room budget) (records []model.Record, more bool, err error) {
	return scanFields(m, m.Fields, rows, room)
}

// scanFields is scanRecords for rows of the number and some fields.
func scanFields(m *model.Model, fields []*model.Field, rows *sqlx.Rows, room budget) (records []model.Record, more bool, err error) {
	defer rows.Close()
	for rows.Next() {
		r := model.Record{Values: make([]any, len(m.Fields))}
		dest := make([]any, 0, len(fields)+1)
		dest = append(dest, &r.RID)
		for _, f := range fields {
			dest = append(dest, &r.Values[f.Index])
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, false, err
		}
		normalise(m, r.Values)
		if !room.take(sizeOf(r)) {
			return records, true, nil
		}
		records = append(records, r)
	}
	return records, false, rows.Err()
}

// normalise turns what a driver returns into stored form. SQLite has no
// booleans, and a database that merges a patch into an object orders its keys
// in its own way.
func normalise(m *model.Model, values []any) {
	for _, f := range m.Fields {
		switch v := values[f.Index].(type) {
		case int64:
			if f.Type == model.Boolean {
				values[f.Index] = v != 0
			}
		case []byte:
			values[f.Index] = f.Canonical(string(v))
		case string:
			values[f.Index] = f.Canonical(v)
		}
	}
}

// A rowReader runs a query: a pool, a snapshot or a transaction.
type rowReader interface {
	QueryxContext(ctx context.Context, query string, args ...any) (*sqlx.Rows, error)
}

// queryRecords runs a query that begins with the select list of m.
func (s *Store) queryRecords(ctx context.Context, db rowReader, m *model.Model, rest string, args ...any) ([]model.Record, error) {
	records, _, err := s.queryBounded(ctx, db, m, budget{left: math.MaxInt}, rest, args...)
	return records, err
}

// queryBounded is queryRecords that stops when the budget is used up. more
// reports that there are further records.
func (s *Store) queryBounded(ctx context.Context, db rowReader, m *model.Model, room budget, rest string, args ...any) (records []model.Record, more bool, err error) {
	rows, err := db.QueryxContext(ctx, s.db.Dialect.Rebind("SELECT "+selectList(m)+" FROM "+m.Table()+rest), args...)
	if err != nil {
		return nil, false, err
	}
	return scanRecords(m, rows, room)
}

// Record reads one record by its id. It returns [job.ErrNotFound] if there is
// none.
func (s *Store) Record(ctx context.Context, ws auth.Workspace, m *model.Model, id any) (model.Record, error) {
	records, err := s.queryRecords(ctx, s.db.Lookups, m, " WHERE workspace = ? AND id = ?", ws.ID, id)
	if err != nil {
		return model.Record{}, s.classify(err)
	}
	if len(records) == 0 {
		return model.Record{}, job.ErrNotFound
	}
	return records[0], nil
}

// create inserts one record, adds the choices that it brings to the workspace,
// and reads the record back.
func (s *Store) create(t *tx, ws auth.Workspace, m *model.Model, d model.Draft) (model.Record, error) {
	if err := t.addChoices(ws.ID, m, d.Patch.NewChoices(nil)); err != nil {
		return model.Record{}, err
	}
	rows, err := t.newRows(ws, m, []model.Draft{d})
	if err != nil {
		return model.Record{}, err
	}
	if _, err := t.insert(ws, m, rows, ""); err != nil {
		return model.Record{}, err
	}
	records, err := s.queryRecords(t.Ctx, t.Session, m, " WHERE workspace = ? AND rid = ?", ws.ID, rows[0].rid)
	if err != nil {
		return model.Record{}, err
	}
	return records[0], nil
}

// refusalOf returns the error for a new record that the database refused. It
// names the field.
func (s *Store) refusalOf(m *model.Model, err error) error {
	column, refused := s.db.Dialect.Refusal(err)
	switch {
	case !refused:
		return err
	case column == "id":
		return job.ErrExists
	}
	return &job.UniqueError{Field: fieldOf(m, column)}
}

// fieldOf returns the name of the field to which a column or an index belongs.
func fieldOf(m *model.Model, column string) string {
	for _, f := range m.Fields {
		if refusedBy(m, f, column) {
			return f.Name
		}
	}
	return ""
}

// DeleteRecord deletes a record. Its number and id are kept as a tombstone, in
// the table departed, until the jobs that selected it are purged, so that their
// results can name it. Deleting it again returns [job.ErrNotFound]. ifMatch is the
// version that the record must have, nil for any; with another one it stays, and
// the error is [job.ErrOtherVersion].
func (s *Store) DeleteRecord(ctx context.Context, by auth.Caller, m *model.Model, id any, ifMatch *int64) error {
	return s.inTx(ctx, func(t *tx) error {
		var row struct{ RID, Version int64 }
		ok, err := t.Get(&row, "SELECT rid, "+sqldb.Quoted(m.Role(model.RoleVersion))+" AS version FROM "+m.Table()+
			" WHERE workspace = ? AND id = ?"+t.Dialect.ForUpdate(m.Table()), by.Workspace.ID, id)
		switch {
		case err != nil:
			return err
		case !ok:
			return job.ErrNotFound
		case ifMatch != nil && *ifMatch != row.Version:
			return job.ErrOtherVersion
		}
		if err := t.Run("DELETE FROM "+m.Table()+" WHERE workspace = ? AND rid = ?", by.Workspace.ID, row.RID); err != nil {
			return err
		}
		if err := t.Run(`INSERT INTO departed (workspace, model, rid, id, deleted_at) VALUES (?, ?, ?, ?, ?)`,
			by.Workspace.ID, m.Name, row.RID, model.FormatID(id), t.Now); err != nil {
			return err
		}
		return t.audit(by, auth.Entry{Action: auth.RecordDeleted, Target: auth.Target{Model: m.Name, RecordID: model.FormatID(id)}})
	})
}
