package store

import (
	"context"
	"fmt"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// Choices returns the choices that a workspace has added to the drop-down fields
// of a model, oldest first, as [model.PatchOptions] takes them. Choices that are
// added later are not in it. The table field_options holds them.
func (s *Store) Choices(ctx context.Context, ws auth.Workspace, m *model.Model) (func(*model.Field) []string, error) {
	choices, err := readChoices(func(dest any, query string, args ...any) error {
		return s.db.Lookups.SelectContext(ctx, dest, s.db.Dialect.Rebind(query), args...)
	}, ws.ID, m)
	return choices, s.classify(err)
}

func readChoices(list func(dest any, query string, args ...any) error, ws int64, m *model.Model) (func(*model.Field) []string, error) {
	var rows []struct{ Field, Value string }
	if len(m.Extensible()) > 0 {
		if err := list(&rows, `SELECT field, value FROM field_options WHERE workspace = ? AND model = ?
			ORDER BY added_at, value`, ws, m.Name); err != nil {
			return nil, err
		}
	}
	added := map[string][]string{}
	for _, r := range rows {
		added[r.Field] = append(added[r.Field], r.Value)
	}
	return func(f *model.Field) []string { return added[f.Name] }, nil
}

// addChoices stores values that are no choices of the model as choices of the
// workspace. The caller has checked that each is one already or may become one.
// It returns [job.ErrTooManyChoices] if there is no room, with the value among
// [model.Faults]. It must be called before any record is locked, since it locks
// out other transactions that add choices.
func (t *tx) addChoices(ws int64, m *model.Model, values []model.Set) error {
	full, err := t.takeChoices(ws, m, values)
	if err == nil && len(full) > 0 {
		err = fmt.Errorf("%w: %w", job.ErrTooManyChoices, model.Faults{model.TooManyChoices(full[0].Pointer)})
	}
	return err
}

// takeChoices is addChoices that returns the values for which a field had no
// room, and stores the others.
func (t *tx) takeChoices(ws int64, m *model.Model, values []model.Set) (full []model.Set, err error) {
	if values, err = t.newChoices(ws, m, values); err != nil || len(values) == 0 {
		return nil, err
	}
	// The lock on the workspace keeps others from adding choices that the counts below would miss.
	var id int64
	if _, err := t.Get(&id, `SELECT id FROM workspaces WHERE id = ?`+t.Dialect.ForUpdate("workspaces"), ws); err != nil {
		return nil, err
	}
	if values, err = t.newChoices(ws, m, values); err != nil {
		return nil, err
	}
	room := map[string]int{}
	for _, s := range values {
		if _, counted := room[s.Field.Name]; !counted {
			var n int
			if _, err := t.Get(&n, `SELECT COUNT(*) FROM field_options WHERE workspace = ? AND model = ? AND field = ?`, ws, m.Name, s.Field.Name); err != nil {
				return nil, err
			}
			room[s.Field.Name] = model.MaxNewChoices - n
		}
		if room[s.Field.Name] <= 0 {
			full = append(full, s)
			continue
		}
		n, err := t.Exec(`INSERT INTO field_options (workspace, model, field, value, added_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (workspace, model, field, value) DO NOTHING`, ws, m.Name, s.Field.Name, s.Value, t.Now)
		if err != nil {
			return nil, err
		}
		room[s.Field.Name] -= int(n)
	}
	return full, nil
}

// newChoices returns those values that are no choices of the workspace yet.
func (t *tx) newChoices(ws int64, m *model.Model, values []model.Set) ([]model.Set, error) {
	var missing []model.Set
	for _, s := range values {
		var one int
		known, err := t.Get(&one, `SELECT 1 FROM field_options WHERE workspace = ? AND model = ? AND field = ? AND value = ?`, ws, m.Name, s.Field.Name, s.Value)
		if err != nil {
			return nil, err
		}
		if !known {
			missing = append(missing, s)
		}
	}
	return missing, nil
}
