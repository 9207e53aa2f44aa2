package store

import (
	"context"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// formOf describes what a model requires of its records' values that a database
// of an earlier version may lack: which fields hold UUIDs in lower case, and
// which are unique regardless of case. It is stored once the values have that
// form, so that a later start reads no record.
func formOf(m *model.Model) string {
	var parts []string
	for _, f := range withUUIDs(m) {
		parts = append(parts, "uuid "+f.Name)
	}
	for _, f := range caseless(m) {
		parts = append(parts, "caseless "+f.Name)
	}
	return strings.Join(parts, ", ")
}

// withUUIDs returns the fields that are UUIDs or may hold some.
func withUUIDs(m *model.Model) []*model.Field {
	fields := stored(m)
	fields = append(fields, m.Role(model.RoleID))
	return slices.DeleteFunc(fields, func(f *model.Field) bool { return !f.HasUUIDs() })
}

func caseless(m *model.Model) []*model.Field {
	return slices.DeleteFunc(stored(m), func(f *model.Field) bool { return !f.Caseless() })
}

// Normalise brings the values of all records to the form of this version again,
// since processes of an earlier version may have written after [Store.Migrate].
// It reads every record that may hold such values.
func (s *Store) Normalise(ctx context.Context) error {
	return s.onMigrating(ctx, func(t *tx) error { return s.normalise(t, s.models.All()) })
}

// onMigrating runs a step of a migration on its own connection, where each
// statement is a transaction.
func (s *Store) onMigrating(ctx context.Context, step func(*tx) error) error {
	db, err := s.db.Migrating()
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := sqlx.NewDb(db, "").Connx(ctx)
	if err != nil {
		return s.classify(err)
	}
	defer conn.Close()
	if err := holdMigration(ctx, s.db.Dialect, conn.Conn); err != nil {
		return s.classify(err)
	}
	return s.classify(step(&tx{Tx: &sqldb.Tx{Ctx: ctx, Session: conn, Dialect: s.db.Dialect}}))
}

// normaliseNew normalises the records of the models whose stored form is not
// the present one.
func (s *Store) normaliseNew(t *tx) error {
	var known []struct{ Name, Form string }
	if err := t.List(&known, `SELECT name, form FROM models`); err != nil {
		return err
	}
	var models []*model.Model
	for _, k := range known {
		if m, loaded := s.models.Model(k.Name); loaded && k.Form != formOf(m) {
			models = append(models, m)
		}
	}
	return s.normalise(t, models)
}

// normalise brings the values of some models' records to their form, in small
// transactions. Records that would collide stay as they are. After a crash the
// next call finds the remaining records.
func (s *Store) normalise(t *tx, models []*model.Model) error {
	for _, m := range models {
		for _, f := range withUUIDs(m) {
			if err := s.lowerUUIDs(t, m, f); err != nil {
				return err
			}
		}
		for _, f := range caseless(m) {
			if err := s.givingWay(t.Ctx, func() error { return t.alignCaseless(m, f, s.db.Dialect.Concurrently) }); err != nil {
				return err
			}
		}
		if err := t.rememberForm(m); err != nil {
			return err
		}
		if err := s.tellCollisions(t, m); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) rememberForm(m *model.Model) error {
	return t.Run(`UPDATE models SET form = ? WHERE name = ?`, formOf(m), m.Name)
}
