package store

import (
	"context"
	"fmt"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// Options returns the options that a workspace has added to the drop-downs of
// a model, oldest first, as [model.PatchOptions] takes them. It gives one
// moment's view: what is added later is not in it.
func (s *Store) Options(ctx context.Context, ws auth.Workspace, m *model.Model) (func(*model.Field) []string, error) {
	var rows []struct{ Field, Value string }
	if len(m.Extensible()) > 0 {
		err := s.read.SelectContext(ctx, &rows, s.Dialect.Rebind(`SELECT field, value FROM field_options WHERE workspace = ? AND model = ?
			ORDER BY added_at, value`), ws.ID, m.Name)
		if err != nil {
			return nil, s.Dialect.Classify(err)
		}
	}
	added := map[string][]string{}
	for _, r := range rows {
		added[r.Field] = append(added[r.Field], r.Value)
	}
	return func(f *model.Field) []string { return added[f.Name] }, nil
}

// addOptions keeps values that a model does not know as options of the
// workspace. Whoever checked them let them through: they are options already,
// or were asked to become some. It returns [job.ErrTooManyOptions] if there is no
// room, with the value among [model.Faults], and must come before any records
// are locked, since it makes others wait that bring options.
func (t *tx) addOptions(ws int64, m *model.Model, values []model.Set) error {
	full, err := t.takeOptions(ws, m, values)
	if err == nil && len(full) > 0 {
		err = fmt.Errorf("%w: %w", job.ErrTooManyOptions, model.Faults{model.TooManyChoices(full[0].Pointer)})
	}
	return err
}

// takeOptions is addOptions that returns the values for which a field had no
// room, and keeps the others.
func (t *tx) takeOptions(ws int64, m *model.Model, values []model.Set) (full []model.Set, err error) {
	if values, err = t.newOptions(ws, m, values); err != nil || len(values) == 0 {
		return nil, err
	}
	// What others add meanwhile would not be counted.
	var id int64
	if _, err := t.Get(&id, `SELECT id FROM workspaces WHERE id = ?`+t.Dialect.ForUpdate("workspaces"), ws); err != nil {
		return nil, err
	}
	if values, err = t.newOptions(ws, m, values); err != nil {
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

// newOptions are those of some values that the workspace does not have yet.
func (t *tx) newOptions(ws int64, m *model.Model, values []model.Set) ([]model.Set, error) {
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
