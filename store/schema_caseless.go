package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// A field that is unique regardless of case has a unique index on its lower-case
// form, besides the index on its column, which filters use.

// maxExcluded is the most records that a provisional index leaves out.
const maxExcluded = 1000

// caselessIndex returns the name of the index that keeps a field unique
// regardless of case.
func caselessIndex(m *model.Model, f *model.Field) string {
	return indexName(m.Table() + "_l_" + f.Column)
}

// provisionalIndex returns the name of the index that replaces it while some
// records collide. It leaves out all of these but the oldest of each value.
func provisionalIndex(m *model.Model, f *model.Field) string {
	return indexName(m.Table() + "_lp_" + f.Column)
}

// isCaseless reports whether an index keeps a field of the model unique
// regardless of case.
func isCaseless(m *model.Model, index string) bool {
	return slices.ContainsFunc(stored(m), func(f *model.Field) bool {
		return f.Caseless() && (index == caselessIndex(m, f) || index == provisionalIndex(m, f))
	})
}

// refusedBy reports whether the database refused a value because of a field. The
// database names the field's column, or the index if that is on an expression.
func refusedBy(m *model.Model, f *model.Field, named string) bool {
	return named == f.Column || f.Caseless() && (named == caselessIndex(m, f) || named == provisionalIndex(m, f))
}

// caselessTries is how often an index is tried that a write of another process
// has made impossible meanwhile.
const caselessTries = 3

// alignCaseless makes the index that keeps a field unique regardless of case. how
// is "" or the dialect's concurrently. Where records collide it makes the
// provisional index, and where too many do it makes none: no record is deleted
// or changed for an index. As soon as none collide, the next call makes the
// index itself.
func (t *tx) alignCaseless(m *model.Model, f *model.Field, how string) error {
	have, err := t.indexes(m)
	if err != nil {
		return err
	}
	done, provisional := have[caselessIndex(m, f)], provisionalIndex(m, f)
	for name, whole := range have {
		if isCaseless(m, name) && !whole || done && name == provisional { // of an interrupted migration
			if err := t.dropIndex(name, how); err != nil {
				return err
			}
		}
	}
	if done {
		return nil
	}
	for range caselessTries {
		if err = t.tryCaseless(m, f, how, have); !errors.Is(err, sqldb.ErrRaced) {
			return err
		}
	}
	return err
}

// tryCaseless makes the index, or the provisional one. have tells which indexes
// exist.
func (t *tx) tryCaseless(m *model.Model, f *model.Field, how string, have map[string]bool) error {
	excluded, err := t.laterOfColliding(m, f)
	if err != nil {
		return err
	}
	provisional := provisionalIndex(m, f)
	switch {
	case len(excluded) == 0:
		if err := t.createCaseless(m, f, caselessIndex(m, f), "", how); err != nil || !have[provisional] {
			return err
		}
		return t.dropIndex(provisional, how)
	case have[provisional] || len(excluded) > maxExcluded:
		return nil
	}
	list := strings.Trim(strings.ReplaceAll(fmt.Sprint(excluded), " ", ", "), "[]")
	return t.createCaseless(m, f, provisional, " WHERE rid NOT IN ("+list+")", how)
}

// createCaseless creates a unique index. It returns sqldb.ErrRaced if colliding records
// were written meanwhile. Another process may have made the index already.
func (t *tx) createCaseless(m *model.Model, f *model.Field, name, condition, how string) error {
	err := t.Run("CREATE UNIQUE INDEX" + how + ` IF NOT EXISTS "` + name + `" ON ` + m.Table() + " (workspace, lower(" + sqldb.Quoted(f) + "))" + condition)
	if _, refused := t.Dialect.Refusal(err); refused {
		return errors.Join(sqldb.ErrRaced, t.dropIndex(name, how))
	}
	return err
}

// colliding is the query for the values, in lower case, that more than one record
// of a workspace has.
func colliding(m *model.Model, f *model.Field) string {
	return "SELECT workspace, lower(" + sqldb.Quoted(f) + ") AS v, COUNT(*) AS records, MIN(rid) AS first, MAX(rid) AS last FROM " + m.Table() +
		" WHERE " + sqldb.Quoted(f) + " IS NOT NULL GROUP BY workspace, lower(" + sqldb.Quoted(f) + ") HAVING COUNT(*) > 1"
}

// laterOfColliding returns the records that collide, except the oldest of each
// value. It returns at most one more than an index can leave out.
func (t *tx) laterOfColliding(m *model.Model, f *model.Field) (rids []int64, err error) {
	err = t.List(&rids, "SELECT r.rid FROM "+m.Table()+" AS r JOIN ("+colliding(m, f)+") AS c"+
		" ON r.workspace = c.workspace AND lower(r."+sqldb.Quoted(f)+") = c.v AND r.rid <> c.first ORDER BY r.rid LIMIT ?", maxExcluded+1)
	return rids, err
}
