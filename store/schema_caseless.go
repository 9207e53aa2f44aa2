package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// A field that is unique whatever its case has an index on its small letters
// beside the one on its column, by which it is found.

// maxExcluded is how many records a provisional index leaves out at most.
const maxExcluded = 1000

// caselessIndex names the index that keeps a field unique whatever its case,
// and provisionalIndex the one that stands in for it while some records
// collide: it leaves out all of them but the oldest of each value.
func caselessIndex(m *model.Model, f *model.Field) string {
	return indexName(m.Table() + "_l_" + f.Column)
}

func provisionalIndex(m *model.Model, f *model.Field) string {
	return indexName(m.Table() + "_lp_" + f.Column)
}

// isCaseless reports whether an index keeps a field of the model unique
// whatever its case.
func isCaseless(m *model.Model, index string) bool {
	return slices.ContainsFunc(stored(m), func(f *model.Field) bool {
		return f.Caseless() && (index == caselessIndex(m, f) || index == provisionalIndex(m, f))
	})
}

// refusedBy reports whether a field is the one by which a database refused a
// value: it names the column, or where the index is on an expression the index.
func refusedBy(m *model.Model, f *model.Field, named string) bool {
	return named == f.Column || f.Caseless() && (named == caselessIndex(m, f) || named == provisionalIndex(m, f))
}

// alignCaseless makes the index that keeps a field unique whatever its case;
// how is "" or the dialect's concurrently. Where records collide it makes the
// provisional one, and where too many do none: no record is lost or changed
// for it. A second call makes the index itself as soon as none collide.
func (t *tx) alignCaseless(m *model.Model, f *model.Field, how string) error {
	have, err := t.indexes(m)
	if err != nil {
		return err
	}
	done, provisional := have[caselessIndex(m, f)], provisionalIndex(m, f)
	for name, whole := range have {
		if isCaseless(m, name) && !whole || done && name == provisional { // what is left of a step that was broken off
			if err := t.dropIndex(name, how); err != nil {
				return err
			}
		}
	}
	if done {
		return nil
	}
	for range migrateTries {
		if err = t.tryCaseless(m, f, how, have[provisional]); !errors.Is(err, sqldb.ErrRaced) {
			return err
		}
	}
	return err
}

func (t *tx) tryCaseless(m *model.Model, f *model.Field, how string, made bool) error {
	excluded, err := t.laterOfColliding(m, f)
	if err != nil {
		return err
	}
	provisional := provisionalIndex(m, f)
	switch {
	case len(excluded) == 0:
		if err := t.createCaseless(m, f, caselessIndex(m, f), "", how); err != nil || !made {
			return err
		}
		return t.dropIndex(provisional, how)
	case made || len(excluded) > maxExcluded:
		return nil
	}
	list := strings.Trim(strings.ReplaceAll(fmt.Sprint(excluded), " ", ", "), "[]")
	return t.createCaseless(m, f, provisional, " WHERE rid NOT IN ("+list+")", how)
}

// createCaseless answers errRaced if records have come meanwhile that collide.
// Another process may have made the index since it was looked for.
func (t *tx) createCaseless(m *model.Model, f *model.Field, name, condition, how string) error {
	err := t.Run("CREATE UNIQUE INDEX" + how + ` IF NOT EXISTS "` + name + `" ON ` + m.Table() + " (workspace, lower(" + sqldb.Quoted(f) + "))" + condition)
	if _, refused := t.Dialect.Refusal(err); refused {
		return errors.Join(sqldb.ErrRaced, t.dropIndex(name, how))
	}
	return err
}

// colliding are the values, in small letters, that more than one record of a
// workspace has.
func colliding(m *model.Model, f *model.Field) string {
	return "SELECT workspace, lower(" + sqldb.Quoted(f) + ") AS v, COUNT(*) AS records, MIN(rid) AS first, MAX(rid) AS last FROM " + m.Table() +
		" WHERE " + sqldb.Quoted(f) + " IS NOT NULL GROUP BY workspace, lower(" + sqldb.Quoted(f) + ") HAVING COUNT(*) > 1"
}

// laterOfColliding lists the records that collide but for the oldest of each
// value, one more than an index can leave out.
func (t *tx) laterOfColliding(m *model.Model, f *model.Field) (rids []int64, err error) {
	err = t.List(&rids, "SELECT r.rid FROM "+m.Table()+" AS r JOIN ("+colliding(m, f)+") AS c"+
		" ON r.workspace = c.workspace AND lower(r."+sqldb.Quoted(f)+") = c.v AND r.rid <> c.first ORDER BY r.rid LIMIT ?", maxExcluded+1)
	return rids, err
}
