package store

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// A LossError means that a changed model file would lose data. It tells what to
// do instead.
type LossError struct {
	Model, Field string
	Reason       string
	WayOut       string
}

func (e *LossError) Error() string {
	return fmt.Sprintf("model %s, field %s: %s. %s", e.Model, e.Field, e.Reason, e.WayOut)
}

// A column is what the database stores about a field of a table.
type column struct {
	Name string     `json:"name"` // the field's
	SQL  string     `json:"sql"`  // the column's
	Type model.Type `json:"kind"`
}

// stored returns the fields that have a column of their own besides those with
// a role.
func stored(m *model.Model) []*model.Field {
	var fields []*model.Field
	for _, f := range m.Fields {
		if f.Role == model.RoleNone {
			fields = append(fields, f)
		}
	}
	return fields
}

func (t *tx) shapeTables(models []*model.Model) (grown []*model.Model, err error) {
	if t.Dialect.GiveWay != "" {
		if err := t.Run(t.Dialect.GiveWay); err != nil {
			return nil, err
		}
	}
	// The checks come first: from the first new column on, others wait for the
	// table.
	var old []oldTable
	for _, m := range models {
		o, was, err := t.oldTable(m)
		switch {
		case err != nil:
			return nil, err
		case !was:
			if err := t.newTable(m); err != nil {
				return nil, err
			}
		case o.digest != m.Digest:
			if err := t.checkLoss(m, o.columns); err != nil {
				return nil, err
			}
			old = append(old, o)
		}
	}
	for _, o := range old {
		if err := t.extendTable(o); err != nil {
			return nil, err
		}
		grown = append(grown, o.m)
	}
	return grown, nil
}

// An oldTable is a table that was made from another version of its model.
type oldTable struct {
	m       *model.Model
	digest  string
	columns []column
}

func (t *tx) oldTable(m *model.Model) (o oldTable, was bool, err error) {
	var had struct {
		Digest  string
		Columns string
	}
	if was, err = t.Get(&had, `SELECT digest, columns FROM models WHERE name = ?`, m.Name); err != nil || !was {
		return o, false, err
	}
	o = oldTable{m: m, digest: had.Digest}
	return o, true, json.Unmarshal([]byte(had.Columns), &o.columns)
}

func (t *tx) newTable(m *model.Model) error {
	if err := t.createTable(m); err != nil {
		return err
	}
	if err := t.alignIndexes(m, ""); err != nil {
		return err
	}
	for _, f := range caseless(m) {
		if err := t.alignCaseless(m, f, ""); err != nil {
			return err
		}
	}
	if err := t.rememberModel(m, m.Digest, nil); err != nil {
		return err
	}
	return t.rememberForm(m)
}

func (t *tx) createTable(m *model.Model) error {
	integer := t.Dialect.ColumnType(model.Integer)
	columns := []string{
		"rid " + integer,
		"workspace " + integer + " NOT NULL",
		"id " + t.Dialect.ColumnType(m.Role(model.RoleID).Type) + " NOT NULL",
		"version " + integer + " NOT NULL",
		"created_at " + integer + " NOT NULL",
		"updated_at " + integer + " NOT NULL",
		"last_job " + integer,
	}
	for _, f := range stored(m) {
		columns = append(columns, sqldb.Quoted(f)+" "+t.Dialect.ColumnType(f.Type))
	}
	return t.Run(t.Dialect.RecordTable(m.Table(), columns))
}

// extendTable adds the columns of new fields. The stored digest stays the
// former one until the indexes are right, too.
func (t *tx) extendTable(o oldTable) error {
	for _, f := range stored(o.m) {
		if findColumn(o.columns, f) >= 0 {
			continue
		}
		if err := t.addColumn(o.m, f); err != nil {
			return err
		}
	}
	return t.rememberModel(o.m, o.digest, o.columns)
}

func (t *tx) addColumn(m *model.Model, f *model.Field) error {
	return t.Run("ALTER TABLE " + m.Table() + " ADD COLUMN " + sqldb.Quoted(f) + " " + t.Dialect.ColumnType(f.Type))
}

// findColumn returns the place of a field's column, -1 if there is none.
func findColumn(columns []column, f *model.Field) int {
	return slices.IndexFunc(columns, func(c column) bool { return strings.EqualFold(c.SQL, f.Column) })
}

// checkLoss returns a [*LossError] if the change would lose values.
func (t *tx) checkLoss(m *model.Model, before []column) error {
	if id := m.Role(model.RoleID); !slices.Contains(before, column{id.Name, id.Column, id.Type}) {
		return &LossError{m.Name, id.Name, "the id has changed its name or type",
			"Keep it as it was, or give the new model another name and move the records with export and import"}
	}
	for _, f := range stored(m) {
		if i := findColumn(before, f); i >= 0 && before[i].Type != f.Type {
			return &LossError{m.Name, f.Name,
				fmt.Sprintf("its type would change from %s to %s", before[i].Type, f.Type),
				"Keep the type, or add a field of another name and fill it from an export"}
		}
	}
	for _, c := range before {
		if _, still := m.Field(c.Name); still {
			continue
		}
		if err := t.checkEmpty(m, c); err != nil {
			return err
		}
	}
	return nil
}

// checkEmpty allows a field to be removed only if no record has a value in it.
func (t *tx) checkEmpty(m *model.Model, c column) error {
	var one int
	some, err := t.Get(&one, `SELECT 1 FROM `+m.Table()+` WHERE "`+c.SQL+`" IS NOT NULL LIMIT 1`)
	if err != nil || !some {
		return err
	}
	return &LossError{m.Name, c.Name, "it is gone from the model but records have values in it",
		"Put it back into the file (readOnly keeps it from changing), or clear it on all records first"}
}

// rememberModel stores the columns of the table, those of removed fields
// included: their names may not be used again.
func (t *tx) rememberModel(m *model.Model, digest string, before []column) error {
	columns := before
	for _, f := range m.Fields {
		if c := (column{f.Name, f.Column, f.Type}); !slices.Contains(columns, c) {
			columns = append(columns, c)
		}
	}
	text, err := json.Marshal(columns)
	if err != nil {
		return err
	}
	return t.Run(`INSERT INTO models (name, digest, columns) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, columns = excluded.columns`,
		m.Name, digest, string(text))
}

// alignIndexes creates the indexes that the model asks for. It drops those that
// it does not ask for any more, and those whose creation was interrupted. how
// is "" or the dialect's concurrently.
func (t *tx) alignIndexes(m *model.Model, how string) error {
	want := wantedIndexes(m, t.Dialect)
	have, err := t.indexes(m)
	if err != nil {
		return err
	}
	for name, whole := range have {
		if !strings.HasPrefix(name, m.Table()+"_") {
			continue // not one of ours
		}
		if (want[name] != nil || isCaseless(m, name)) && whole {
			delete(want, name)
			continue
		}
		if err := t.dropIndex(name, how); err != nil {
			return err
		}
	}
	for name, index := range want {
		if err := t.createIndex(m, name, index, how); err != nil {
			return err
		}
	}
	return nil
}

// indexes returns the indexes of a model's table, and whether each is complete.
func (t *tx) indexes(m *model.Model) (map[string]bool, error) {
	var list []struct {
		Name  string
		Valid bool
	}
	err := t.List(&list, t.Dialect.Indexes, m.Table())
	have := make(map[string]bool, len(list))
	for _, index := range list {
		have[index.Name] = index.Valid
	}
	return have, err
}

// An index is the SQL before and after its name.
type index struct{ create, on string }

func wantedIndexes(m *model.Model, d *sqldb.Dialect) map[string]*index {
	want := map[string]*index{m.Table() + "_id": {"UNIQUE INDEX", "(workspace, id)"}}
	for _, f := range stored(m) {
		create, mark := "INDEX", "_i_"
		switch {
		case f.Unique:
			create, mark = "UNIQUE INDEX", "_u_"
		case !f.Indexed:
			continue
		}
		want[indexName(m.Table()+mark+f.Column)] = &index{create, "(workspace, " + sqldb.Quoted(f) + d.NullsFirst + ")"}
	}
	return want
}

// maxName is how many bytes of a name PostgreSQL uses.
const maxName = 63

// indexName returns the name, or where it is too long a shorter one that is as
// unique.
func indexName(name string) string {
	if len(name) <= maxName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%s_%x", name[:maxName-17], sum[:8])
}

func (t *tx) createIndex(m *model.Model, name string, i *index, how string) error {
	err := t.Run("CREATE " + i.create + how + ` "` + name + `" ON ` + m.Table() + " " + i.on)
	if column, refused := t.Dialect.Refusal(err); refused {
		// An index that failed while it was created concurrently still exists. It
		// would refuse values that the present model allows.
		return errors.Join(&LossError{m.Name, fieldOf(m, column), "it would become unique but some records share a value",
			"Give them values of their own first, or leave it as it was"}, t.dropIndex(name, how))
	}
	return err
}

func (t *tx) dropIndex(name, how string) error {
	return t.Run("DROP INDEX" + how + ` IF EXISTS "` + name + `"`)
}
