package store

import (
	"context"
	"slices"

	"bulkpatch/model"
)

// A Collision is a value that several records of a workspace share except for
// its case, in a field that is the id or unique.
type Collision struct {
	Workspace, Model, Field string
	IDs                     [2]string // ids of the oldest and the newest of these records
	Records                 int64
}

// maxCollisions is how many collisions are listed.
const maxCollisions = 100

// Collisions returns the values that cannot be brought to the form of this
// version, because several records would then have the same one: the first 100
// collisions, and how many more there are. It changes nothing, and also works on
// a database of an earlier version.
func (s *Store) Collisions(ctx context.Context) (list []Collision, more int64, err error) {
	err = s.onMigrating(ctx, func(t *tx) error {
		tables, err := t.tables()
		if err != nil || !slices.Contains(tables, "models") {
			return err
		}
		for _, m := range s.models.All() {
			fields, err := t.whatMayCollide(m)
			if err != nil {
				return err
			}
			for _, f := range fields {
				some, total, err := t.collisions(m, f, maxCollisions-len(list))
				if err != nil {
					return err
				}
				list, more = append(list, some...), more+total-int64(len(some))
			}
		}
		return nil
	})
	return list, more, err
}

// mayCollide returns the fields in which no two records may have values that
// differ only in case.
func mayCollide(m *model.Model) []*model.Field {
	fields := caseless(m)
	for _, f := range withUUIDs(m) {
		if f.IsUUID() && (f.Unique || f.Role == model.RoleID) {
			fields = append(fields, f)
		}
	}
	return fields
}

// whatMayCollide is mayCollide for the columns that the database has.
func (t *tx) whatMayCollide(m *model.Model) ([]*model.Field, error) {
	o, was, err := t.oldTable(m)
	if err != nil || !was {
		return nil, err
	}
	return slices.DeleteFunc(mayCollide(m), func(f *model.Field) bool { return findColumn(o.columns, f) < 0 }), nil
}

// collisions returns the first collisions in a field, and how many there are.
func (t *tx) collisions(m *model.Model, f *model.Field, limit int) (list []Collision, total int64, err error) {
	if _, err := t.Get(&total, "SELECT COUNT(*) FROM ("+colliding(m, f)+") AS c"); err != nil || total == 0 {
		return nil, total, err
	}
	var rows []struct {
		Workspace string
		Oldest    any
		Newest    any
		Records   int64
	}
	table := m.Table()
	if err := t.List(&rows, "SELECT w.name AS workspace, o.id AS oldest, n.id AS newest, c.records FROM ("+colliding(m, f)+" ORDER BY MIN(rid) LIMIT ?) AS c"+
		" JOIN workspaces AS w ON w.id = c.workspace JOIN "+table+" AS o ON o.workspace = c.workspace AND o.rid = c.first"+
		" JOIN "+table+" AS n ON n.workspace = c.workspace AND n.rid = c.last ORDER BY c.first", limit); err != nil {
		return nil, 0, err
	}
	for _, r := range rows {
		list = append(list, Collision{r.Workspace, m.Name, f.Name, [2]string{model.FormatID(r.Oldest), model.FormatID(r.Newest)}, r.Records})
	}
	return list, total, nil
}

// tellCollisions logs that records of a model collide.
func (s *Store) tellCollisions(t *tx, m *model.Model) error {
	for _, f := range mayCollide(m) {
		_, total, err := t.collisions(m, f, 0)
		if err != nil {
			return err
		}
		if total > 0 {
			s.log.Warn("records share a value but for its case and were left as they are; bulkpatch migrate --check lists them",
				"model", m.Name, "field", f.Name, "values", total)
		}
	}
	return nil
}
