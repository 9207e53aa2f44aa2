package store

import (
	"context"

	"bulkpatch/auth"
	"bulkpatch/model"
)

// Options returns the options that a workspace has added to the drop-downs of
// a model, oldest first, as [model.PatchOptions] takes them. It gives one
// moment's view: what is added later is not in it.
func (s *Store) Options(ctx context.Context, ws auth.Workspace, m *model.Model) (func(*model.Field) []string, error) {
	var rows []struct{ Field, Value string }
	if len(m.Extensible()) > 0 {
		err := s.read.SelectContext(ctx, &rows, s.d.rebind(`SELECT field, value FROM field_options WHERE workspace = ? AND model = ?
			ORDER BY added_at, value`), ws.ID, m.Name)
		if err != nil {
			return nil, s.d.classify(err)
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
// or were asked to become some.
func (t *tx) addOptions(ws int64, m *model.Model, values []model.Set) error {
	for _, s := range values {
		if err := t.exec1(`INSERT INTO field_options (workspace, model, field, value, added_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (workspace, model, field, value) DO NOTHING`, ws, m.Name, s.Field.Name, s.Value, t.now); err != nil {
			return err
		}
	}
	return nil
}
