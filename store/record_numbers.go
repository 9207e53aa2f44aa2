package store

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// windowSize is the size of a window of record numbers, and of the blocks in
// which workspaces lease them: 65,536, as many as one Roaring container holds.
const (
	windowBits = 16
	windowSize = 1 << windowBits
)

// A block is a range of record numbers that one workspace has leased.
type block struct {
	Block int64
	Next  int64 // first number that is not used yet
}

func (b block) first() int64 { return b.Block << windowBits }
func (b block) end() int64   { return b.first() + windowSize }

// takeNumbers returns n record numbers that were never used before.
func (t *tx) takeNumbers(ws int64, m *model.Model, n int) ([]int64, error) {
	numbers := make([]int64, 0, n)
	for len(numbers) < n {
		b, err := t.openBlock(ws, m)
		if err != nil {
			return nil, err
		}
		upto := min(b.Next+int64(n-len(numbers)), b.end())
		for rid := b.Next; rid < upto; rid++ {
			numbers = append(numbers, rid)
		}
		if err := t.Run(`UPDATE blocks SET next = ? WHERE workspace = ? AND model = ? AND block = ?`,
			upto, ws, m.Name, b.Block); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}

// openBlock returns the workspace's newest block, or leases another when that
// is full.
func (t *tx) openBlock(ws int64, m *model.Model) (block, error) {
	for {
		b, ok, err := t.newestBlock(ws, m)
		if err != nil || ok {
			return b, err
		}
		// Another transaction may lease the same block: then look again.
		ok, err = t.Get(&b, `INSERT INTO blocks (workspace, model, block, next)
			SELECT ?, ?, n, n * ? FROM (SELECT COALESCE(MAX(block), -1) + 1 AS n FROM blocks WHERE model = ?) AS newest WHERE 1 = 1
			ON CONFLICT DO NOTHING RETURNING block, next`, ws, m.Name, windowSize, m.Name)
		if err != nil || ok {
			return b, err
		}
	}
}

// newestBlock locks the workspace's newest block. ok is false if there is none
// or it is full.
func (t *tx) newestBlock(ws int64, m *model.Model) (b block, ok bool, err error) {
	ok, err = t.Get(&b, `SELECT block, next FROM blocks WHERE workspace = ? AND model = ?
		ORDER BY block DESC LIMIT 1`+t.Dialect.ForUpdate("blocks"), ws, m.Name)
	return b, ok && b.Next < b.end(), err
}

// blocks returns a workspace's blocks in ascending order.
func blocks(ctx context.Context, db sqlx.QueryerContext, d *sqldb.Dialect, ws int64, m *model.Model) ([]block, error) {
	var list []block
	err := sqlx.SelectContext(ctx, db, &list,
		d.Rebind(`SELECT block, next FROM blocks WHERE workspace = ? AND model = ? ORDER BY block`), ws, m.Name)
	return list, err
}

// takeSequence returns the first of the next n values of a counted field.
func (t *tx) takeSequence(ws int64, m *model.Model, f *model.Field, n int) (first int64, err error) {
	_, err = t.Get(&first, `INSERT INTO sequences (workspace, model, field, next) VALUES (?, ?, ?, 1 + ?)
		ON CONFLICT (workspace, model, field) DO UPDATE SET next = sequences.next + ?
		RETURNING next - ?`, ws, m.Name, f.Name, n, n, n)
	return first, err
}

// skipSequence reserves a value of a counted field that a user has given, and
// all below it.
func (t *tx) skipSequence(ws int64, m *model.Model, f *model.Field, given int64) error {
	if given >= math.MaxInt64/2 {
		return nil // no sequence ever reaches it
	}
	return t.Run(`INSERT INTO sequences (workspace, model, field, next) VALUES (?, ?, ?, ?)
		ON CONFLICT (workspace, model, field) DO UPDATE SET next = CASE WHEN excluded.next > sequences.next THEN excluded.next ELSE sequences.next END`,
		ws, m.Name, f.Name, given+1)
}

// inWorkspace is the condition that a record belongs to the workspace.
func inWorkspace(ws auth.Workspace) string { return fmt.Sprintf("workspace = %d", ws.ID) }

// idsQuery returns the query for the ids of some numbers, deleted records
// included: their tombstones are in departed. It looks each number up, since
// SQLite would otherwise choose to read the index of all ids of the workspace.
func idsQuery(d *sqldb.Dialect, m *model.Model, among string) string {
	return "SELECT rid, CAST(id AS TEXT) AS id FROM " + m.Table() + d.NotIndexed + " WHERE " + among + " AND workspace = ?" +
		" UNION ALL SELECT rid, id FROM departed WHERE workspace = ? AND model = ? AND " + among
}

// idsOf returns the ids of records, deleted ones included, by number.
func idsOf(q queryer, d *sqldb.Dialect, ws int64, m *model.Model, rids []int64) (map[int64]string, error) {
	var rows []struct {
		RID int64 `db:"rid"`
		ID  string
	}
	among, which := d.Among("rid", rids)
	args := append(append(slices.Clone(which), ws, ws, m.Name), which...)
	err := q.List(&rows, idsQuery(d, m, among), args...)
	byNumber := make(map[int64]string, len(rows))
	for _, r := range rows {
		byNumber[r.RID] = r.ID
	}
	return byNumber, err
}
