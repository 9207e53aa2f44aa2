package store

import (
	"errors"
	"slices"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// lowerUUIDs writes the UUIDs of a field in lower case, except those that more
// than one record would then have.
func (s *Store) lowerUUIDs(t *tx, m *model.Model, f *model.Field) error {
	var one int
	some, err := t.Get(&one, "SELECT 1 FROM "+m.Table()+" WHERE "+mixed(t.Dialect, f)+" LIMIT 1")
	if err != nil || !some {
		return err
	}
	l := lowering{s: s, t: t, m: m, f: f}
	if err := l.readKept(); err != nil {
		return err
	}
	var blocks []struct{ Workspace, Block, Next int64 }
	if err := t.List(&blocks, `SELECT workspace, block, next FROM blocks WHERE model = ? ORDER BY block`, m.Name); err != nil {
		return err
	}
	for _, b := range blocks {
		l.ws, l.next, l.end = b.Workspace, block{Block: b.Block}.first(), b.Next
		for l.next < l.end {
			if err := l.batch(); err != nil {
				return err
			}
		}
	}
	return nil
}

// mixed is the condition for a value with an upper-case letter.
func mixed(d *sqldb.Dialect, f *model.Field) string {
	text := d.Scalar(f)
	return text + " <> lower(" + text + ")"
}

// A lowering writes the UUIDs of one field in lower case.
type lowering struct {
	s *Store
	t *tx
	m *model.Model
	f *model.Field

	kept      map[keptValue]bool // not written, because other records would have them, too
	ws        int64
	next, end int64 // numbers of the block that is being rewritten
}

// A keptValue is a value in lower case.
type keptValue struct {
	Workspace int64
	V         string
}

// maxKept is how many values may collide. If there are more, the whole field
// stays as it is: the values are held in memory.
const maxKept = 100_000

// How much is read and written at a time.
const (
	loweredRows  = 2000
	loweredBytes = 4 << 20
)

func (l *lowering) readKept() error {
	l.kept = map[keptValue]bool{}
	if !slices.Contains(mayCollide(l.m), l.f) {
		return nil
	}
	var list []keptValue
	if err := l.t.List(&list, "SELECT workspace, v FROM ("+colliding(l.m, l.f)+") AS c LIMIT ?", maxKept+1); err != nil {
		return err
	}
	for _, v := range list {
		l.kept[v] = true
	}
	return nil
}

// batch rewrites the next records with upper-case letters. It ignores records
// that others have changed meanwhile. If records created meanwhile collide, it
// reads the collisions again.
func (l *lowering) batch() error {
	given, next, err := l.read()
	if err != nil {
		return err
	}
	if len(given.numbers) > 0 && len(l.kept) <= maxKept {
		err = l.s.givingWay(l.t.Ctx, func() error { return l.write(given) })
		if _, refused := l.t.Dialect.Refusal(err); refused {
			return l.readKept()
		}
	}
	l.next = next
	return err
}

// lowered holds records with their present and their new value.
type lowered struct {
	numbers []int64
	was, v  []string
}

func (l *lowering) read() (out lowered, next int64, err error) {
	rows, err := l.t.Session.QueryxContext(l.t.Ctx, l.t.Dialect.Rebind("SELECT rid, "+l.t.Dialect.Scalar(l.f)+" FROM "+l.m.Table()+l.t.Dialect.NotIndexed+
		" WHERE workspace = ? AND rid >= ? AND rid < ? AND "+mixed(l.t.Dialect, l.f)+" ORDER BY rid LIMIT ?"), l.ws, l.next, l.end, loweredRows)
	if err != nil {
		return out, 0, err
	}
	defer rows.Close()
	seen, bytes := 0, 0
	for next = l.end; rows.Next(); {
		var rid int64
		var was string
		if err := rows.Scan(&rid, &was); err != nil {
			return out, 0, err
		}
		out.add(l, rid, was)
		seen++
		if bytes += len(was); bytes > loweredBytes || seen == loweredRows {
			next = rid + 1
			break
		}
	}
	return out, next, errors.Join(rows.Err(), rows.Close())
}

func (out *lowered) add(l *lowering, rid int64, was string) {
	text := l.f.Canonical(was)
	v, _ := l.f.Normal(text).(string)
	if v == text || l.kept[keptValue{l.ws, v}] {
		return
	}
	out.numbers, out.was, out.v = append(out.numbers, rid), append(out.was, was), append(out.v, v)
}

func (l *lowering) write(out lowered) error {
	d := l.t.Dialect
	list := []byte{'['}
	for i, rid := range out.numbers {
		if i > 0 {
			list = append(list, ',')
		}
		list = appendValue(list, []any{rid, out.v[i], out.was[i]})
	}
	list = append(list, ']')
	bounds, which := d.Bounded("rid", out.numbers[0], out.numbers[len(out.numbers)-1])
	return l.t.Run("UPDATE "+l.m.Table()+d.NotIndexed+" SET "+sqldb.Quoted(l.f)+" = given.v FROM (SELECT "+
		d.Element(0, model.Integer)+" AS number, "+d.Element(1, l.f.Type)+" AS v, "+d.Element(2, model.String)+" AS was FROM "+d.Elements+") AS given"+
		" WHERE rid = given.number AND workspace = ? AND "+d.Scalar(l.f)+" = given.was AND "+bounds, append([]any{string(list), l.ws}, which...)...)
}
