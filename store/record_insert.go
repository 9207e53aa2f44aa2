package store

import (
	"strings"

	"bulkpatch/auth"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// A newRow is a record to be inserted.
type newRow struct {
	rid    int64
	values []any // by Field.Index, complete
}

// newRows completes drafts with what the store generates: numbers, counted
// values and times.
func (t *tx) newRows(ws auth.Workspace, m *model.Model, drafts []model.Draft) ([]newRow, error) {
	rids, err := t.takeNumbers(ws.ID, m, len(drafts))
	if err != nil {
		return nil, err
	}
	rows := make([]newRow, len(drafts))
	for i, d := range drafts {
		d.Patch = d.Patch.Stamped(m, d.Actor)
		values := d.Insert(m)
		for _, s := range d.Patch.Sets {
			if s.Now {
				values[s.Field.Index] = t.Now
			}
		}
		stamp(values, m.Role(model.RoleVersion), int64(1))
		stamp(values, m.Role(model.RoleCreatedAt), t.Now)
		stamp(values, m.Role(model.RoleUpdatedAt), values[m.Role(model.RoleCreatedAt).Index])
		values[m.Role(model.RoleLastJob).Index] = nil
		rows[i] = newRow{rids[i], values}
	}
	if err := t.noteIDs(ws.ID, m, drafts, rids); err != nil {
		return nil, err
	}
	for _, f := range m.Fields {
		if f.Generate == "sequence" {
			if err := t.count(ws.ID, m, f, rows); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}

func stamp(values []any, f *model.Field, v any) {
	if values[f.Index] == nil {
		values[f.Index] = v
	}
}

// count generates a counted field for the rows that lack it.
func (t *tx) count(ws int64, m *model.Model, f *model.Field, rows []newRow) error {
	lacking, highest := 0, int64(0)
	for _, r := range rows {
		if v, given := r.values[f.Index].(int64); given {
			highest = max(highest, v)
		} else {
			lacking++
		}
	}
	if highest > 0 {
		if err := t.skipSequence(ws, m, f, highest); err != nil {
			return err
		}
	}
	if lacking == 0 {
		return nil
	}
	next, err := t.takeSequence(ws, m, f, lacking)
	if err != nil {
		return err
	}
	if f.Role != model.RoleID { // ids are noted as ranges of record numbers
		if err := t.noteGenerated(ws, m, f, next, next+int64(lacking)-1); err != nil {
			return err
		}
	}
	for _, r := range rows {
		if r.values[f.Index] == nil {
			r.values[f.Index] = next
			next++
		}
	}
	return nil
}

// insert inserts rows, many in one statement. otherwise is the clause for rows
// whose id is taken, "" to return an error.
func (t *tx) insert(ws auth.Workspace, m *model.Model, rows []newRow, otherwise string) (inserted int64, err error) {
	columns, types := []string{"rid", "workspace"}, []model.Type{model.Integer, model.Integer}
	for _, f := range m.Fields {
		if f.Role != model.RoleLastJob {
			columns, types = append(columns, sqldb.Quoted(f)), append(types, f.Type)
		}
	}
	head := "INSERT INTO " + m.Table() + " (" + strings.Join(columns, ", ") + ") "
	for len(rows) > 0 {
		n := t.Dialect.InsertAtOnce(len(rows))
		values := make([][]any, n)
		for i, r := range rows[:n] {
			values[i] = r.line(ws, m)
		}
		source, args := t.Dialect.Rows(types, values)
		done, err := t.Exec(head+source+otherwise, args...)
		if err != nil {
			return 0, err
		}
		inserted += done
		rows = rows[n:]
	}
	return inserted, nil
}

// line returns what an INSERT writes of the record.
func (r newRow) line(ws auth.Workspace, m *model.Model) []any {
	line := make([]any, 0, len(m.Fields)+2)
	line = append(line, r.rid, ws.ID)
	for _, f := range m.Fields {
		if f.Role != model.RoleLastJob {
			line = append(line, r.values[f.Index])
		}
	}
	return line
}
