package store

import (
	"context"
	"strconv"
	"strings"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// keyRecords finds records by the values of some fields.
type keyRecords struct {
	q      snapshotReader
	l      job.Lease
	fields []*model.Field
	ranges []span // of numbers, where no index helps: all records are walked through
	most   int    // keys at once
	walk   *walk
}

func newKeyRecords(ctx context.Context, q snapshotReader, l job.Lease, fields []*model.Field) (*keyRecords, error) {
	k := &keyRecords{q: q, l: l, fields: fields, most: keysIndexed, walk: newWalk(q.d, q.db, func(float64) {})}
	if hasIndex(fields) {
		return k, nil
	}
	k.most = keysUnindexed
	list, err := blocks(ctx, q.db, q.d, l.Workspace, l.Model)
	for _, b := range list {
		k.ranges = append(k.ranges, span{b.first(), b.Next})
	}
	return k, err
}

// find calls do with each key that records have: with the first of them, and how many
// there are in one range of numbers. [errLoneRecord]: it takes too long.
func (k *keyRecords) find(ctx context.Context, keys []string, do func(key []byte, rid, count int64)) error {
	if k.ranges == nil {
		return k.walk.each(ctx, []span{{0, int64(len(keys))}}, func(ctx context.Context, s span) error {
			return k.query(ctx, keys[s.first:s.before], nil, do)
		})
	}
	return k.walk.each(ctx, k.ranges, func(ctx context.Context, s span) error { return k.query(ctx, keys, &s, do) })
}

// query looks keys up with one statement, whose only row holds a JSON array for each
// thing to know.
func (k *keyRecords) query(ctx context.Context, keys []string, within *span, do func(key []byte, rid, count int64)) error {
	text, args := k.statement(keys, within)
	raw := make([][]byte, 2+len(k.fields))
	dest := make([]any, len(raw))
	for i := range raw {
		dest[i] = &raw[i]
	}
	q := snapshotReader{ctx, k.q.db, k.q.d}
	if _, err := q.Row(text, args, dest...); err != nil {
		return err
	}
	columns := splitAll(raw)
	values, key := make([]any, len(k.fields)), []byte(nil)
	for i := range columns[0] {
		rid, err := strconv.ParseInt(string(columns[0][i]), 10, 64)
		if err != nil {
			return err
		}
		count, err := strconv.ParseInt(string(columns[1][i]), 10, 64)
		if err != nil {
			return err
		}
		for n, f := range k.fields {
			if values[n], err = storedValue(f, columns[2+n][i]); err != nil {
				return err
			}
		}
		key = appendKey(key[:0], values)
		do(key, rid, count)
	}
	return nil
}

func (k *keyRecords) statement(keys []string, within *span) (text string, args []any) {
	d := k.q.d
	var columns, values []string
	outer := []string{d.Collect("rid", "1 = 1"), d.Collect("n", "1 = 1")}
	for i, f := range k.fields {
		columns = append(columns, sqldb.Quoted(f))
		values = append(values, d.Element(i, f.Type))
		outer = append(outer, d.Collect(d.Scalar(f), "1 = 1"))
	}
	list := strings.Join(columns, ", ")
	array := "[" + strings.Join(keys, ",") + "]"
	records, args := "", []any(nil)
	if within == nil {
		records, args = d.ByKey(sqldb.Keyed{Table: k.l.Model.Table(), Columns: columns, Values: values, Workspace: k.l.Workspace, Keys: array})
	} else {
		records = "SELECT rid, " + list + " FROM " + k.l.Model.Table() + d.NotIndexed + " WHERE workspace = ? AND rid >= ? AND rid < ?" +
			" AND (" + list + ") IN (SELECT " + strings.Join(values, ", ") + " FROM " + d.Elements + ")"
		args = []any{k.l.Workspace, within.first, within.before, array}
	}
	keyed := "SELECT MIN(rid) AS rid, COUNT(*) AS n, " + list + " FROM (" + records + ") AS keyed GROUP BY " + list
	if hasUnique(k.fields) {
		keyed = "SELECT rid, 1 AS n, " + list + " FROM (" + records + ") AS keyed"
	}
	return "SELECT " + strings.Join(outer, ", ") + " FROM (" + keyed + ") AS found", args
}
