package store

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/job"
	"bulkpatch/model"
)

// changes is what reading a chunk found: the matching records that the patch
// would change, with the values they have, those that are right already, and
// those that lack what the patch's values need. Numbers are offsets from the
// chunk's base, in order.
type changes struct {
	changed   []uint32
	unchanged []uint32
	lacking   [][]uint32 // for each need of the assignment
	former    [][]byte   // for each field of the patch a JSON array, in the order of changed
}

// errDisagree means that a statement changed other records than the same
// transaction had read. It is never expected; the chunk is rolled back.
var errDisagree = errors.New("the update did not change the records that were read")

// matched is all that was found, in order.
func (c changes) matched() []uint32 {
	if len(c.unchanged) == 0 && len(c.lacking) == 0 {
		return c.changed
	}
	all := append(slices.Clone(c.changed), c.unchanged...)
	for _, list := range c.lacking {
		all = append(all, list...)
	}
	slices.Sort(all)
	return all
}

// only keeps what is in a sorted list of numbers.
func (c changes) only(wanted []uint32) changes {
	out := changes{unchanged: intersect(c.unchanged, wanted)}
	var places []int
	for i, n := range c.changed {
		if _, ok := slices.BinarySearch(wanted, n); ok {
			places = append(places, i)
			out.changed = append(out.changed, n)
		}
	}
	for _, list := range c.lacking {
		out.lacking = append(out.lacking, intersect(list, wanted))
	}
	for _, array := range c.former {
		out.former = append(out.former, keep(array, places))
	}
	return out
}

// merge joins two disjoint finds.
func (c changes) merge(o changes) changes {
	type one struct {
		n      uint32
		former [][]byte
	}
	all := make([]one, 0, len(c.changed)+len(o.changed))
	for _, part := range []changes{c, o} {
		columns := make([][][]byte, len(part.former))
		for f, array := range part.former {
			columns[f] = slices.Collect(scalars(array))
		}
		for i, n := range part.changed {
			r := one{n: n}
			for _, column := range columns {
				r.former = append(r.former, column[i])
			}
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b one) int { return cmp.Compare(a.n, b.n) })
	out := changes{unchanged: append(slices.Clone(c.unchanged), o.unchanged...), former: make([][]byte, max(len(c.former), len(o.former)))}
	slices.Sort(out.unchanged)
	for i, list := range c.lacking {
		out.lacking = append(out.lacking, append(slices.Clone(list), o.lacking[i]...))
	}
	for i, r := range all {
		out.changed = append(out.changed, r.n)
		for f, v := range r.former {
			if i > 0 {
				out.former[f] = append(out.former[f], ',')
			}
			out.former[f] = append(out.former[f], v...)
		}
	}
	for f, inner := range out.former {
		out.former[f] = append(append([]byte{'['}, inner...), ']')
	}
	return out
}

// without lists what is in a and not in b; both are sorted.
func without(a, b []uint32) []uint32 {
	var out []uint32
	for _, n := range a {
		if _, ok := slices.BinarySearch(b, n); !ok {
			out = append(out, n)
		}
	}
	return out
}

func intersect(a, b []uint32) []uint32 {
	var out []uint32
	for _, n := range a {
		if _, ok := slices.BinarySearch(b, n); ok {
			out = append(out, n)
		}
	}
	return out
}

// condition is the job's filter.
func (c *chunk) condition() (string, []any) {
	if c.l.Filter == nil {
		return "1 = 1", nil
	}
	return c.l.Filter.SQL(c.t.d.filter)
}

// read finds the matching records of the chunk's range, or of its list.
func (c *chunk) read(ranged bool) (changes, error) {
	condition, args := c.condition()
	if !ranged {
		return c.readListed(c.selected, condition, args)
	}
	d := c.t.d
	where := d.notIndexed + " WHERE rid BETWEEN ? AND ? AND workspace = ? AND " + d.opaque(condition) + d.rangeEnd(c.l.Model.Table())
	return c.readWhere(where, append([]any{c.base, c.last, c.l.Workspace}, args...))
}

func (c *chunk) readListed(offsets []uint32, condition string, args []any) (changes, error) {
	d := c.t.d
	among, all := d.among("rid", c.numbers(offsets))
	where := d.notIndexed + " WHERE " + among + " AND workspace = ? AND " + d.opaque(condition) + d.listEnd(c.l.Model.Table())
	return c.readWhere(where, append(append(all, c.l.Workspace), args...))
}

// existing finds which of some records there are.
func (c *chunk) existing(offsets []uint32) ([]uint32, error) {
	among, args := c.t.d.among("rid", c.numbers(offsets))
	var rids []int64
	err := c.t.list(&rids, "SELECT rid FROM "+c.l.Model.Table()+" WHERE "+among+" AND workspace = ? ORDER BY rid", append(args, c.l.Workspace)...)
	there := make([]uint32, len(rids))
	for i, rid := range rids {
		there[i] = uint32(rid - c.base)
	}
	return there, err
}

// readWhere gathers numbers and former values as one JSON array each.
func (c *chunk) readWhere(where string, whereArgs []any) (changes, error) {
	d := c.t.d
	inner := []string{"rid"}
	right, args := "NOT differs", []any{c.base, c.base}
	var outer, conditions []string
	for i, n := range c.a.needs {
		name := "lacks_" + strconv.Itoa(i)
		conditions = append(conditions, n.lacks+" AS "+name)
		outer = append(outer, d.collect("rid - ?", name))
		right += " AND NOT " + name
		args = append(args, c.base)
	}
	outer = append([]string{d.collect("rid - ?", "differs"), d.collect("rid - ?", right)}, outer...)
	for _, f := range c.a.kept {
		inner = append(inner, quoted(f))
		outer = append(outer, d.collect(d.scalar(f), "differs"))
	}
	inner = append(append(inner, c.a.differs+" AS differs"), conditions...)
	args = append(args, c.a.differsArgs...)
	query := "SELECT " + strings.Join(outer, ", ") + " FROM (SELECT " + strings.Join(inner, ", ") +
		" FROM " + c.l.Model.Table() + where + ") AS found"
	raw := make([][]byte, len(outer))
	dest := make([]any, len(outer))
	for i := range raw {
		dest[i] = &raw[i]
	}
	if _, err := c.t.row(query, append(args, whereArgs...), dest...); err != nil {
		return changes{}, err
	}
	found := changes{changed: parseNumbers(raw[0]), unchanged: parseNumbers(raw[1]), former: raw[2+len(c.a.needs):]}
	for i := range c.a.needs {
		found.lacking = append(found.lacking, parseNumbers(raw[2+i]))
	}
	return found, nil
}

// numbers are some offsets as record numbers.
func (c *chunk) numbers(offsets []uint32) []int64 {
	numbers := make([]int64, len(offsets))
	for i, n := range offsets {
		numbers[i] = c.base + int64(n)
	}
	return numbers
}

// write updates the changed records, and makes sure that it was them.
func (c *chunk) write(ranged bool) error {
	d := c.t.d
	stamps, stampArgs := c.a.stamps(c.t.now)
	args := append(append(slices.Clone(c.a.setArgs), stampArgs...), c.l.Job)
	where, which := c.target(ranged && d.alone)
	args = append(args, which...)
	n, err := c.t.exec("UPDATE "+c.l.Model.Table()+d.notIndexed+" SET "+c.a.set+", "+stamps+", last_job = ?"+
		" WHERE "+where+" AND "+c.a.differs, append(args, c.a.differsArgs...)...)
	if err == nil && n != int64(len(c.changed)) {
		err = errDisagree
	}
	return err
}

// target names the records to write: those of the range that match, or a list.
func (c *chunk) target(ranged bool) (where string, args []any) {
	if ranged {
		condition, args := c.condition()
		return "rid BETWEEN ? AND ? AND workspace = ? AND " + condition, append([]any{c.base, c.last, c.l.Workspace}, args...)
	}
	where, args = c.t.d.among("rid", c.numbers(c.changed))
	return where + " AND workspace = ?", append(args, c.l.Workspace)
}

// addReasons counts refusals into a summary, with the ids of some records.
func (t *tx) addReasons(list []job.ErrorSummary, ws int64, m *model.Model, base int64, refusals []refusal) ([]job.ErrorSummary, error) {
	byCode := map[string][]int64{}
	var codes []string
	for _, r := range refusals {
		if byCode[r.Code] == nil {
			codes = append(codes, r.Code)
		}
		byCode[r.Code] = append(byCode[r.Code], base+int64(r.Offset))
	}
	for _, code := range codes {
		rids := byCode[code]
		some := rids[:min(len(rids), job.MaxSampleIDs)]
		ids, err := t.ids(ws, m, some)
		if err != nil {
			return nil, err
		}
		list = job.Summarise(list, job.ErrorSummary{Code: code, Count: int64(len(rids)), SampleIDs: ids})
	}
	return list, nil
}

// ids finds the public ids of record numbers, deleted ones included, in the
// order of the numbers.
func (t *tx) ids(ws int64, m *model.Model, rids []int64) ([]string, error) {
	byNumber, err := idsOf(t, t.d, ws, m, rids)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(rids))
	for _, rid := range rids {
		if id, ok := byNumber[rid]; ok {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// idsQuery looks each number up. Left to itself SQLite's planner walks the
// index of all ids of the workspace instead.
func (d *dialect) idsQuery(m *model.Model, among string) string {
	return "SELECT rid, CAST(id AS TEXT) AS id FROM " + m.Table() + d.notIndexed + " WHERE " + among + " AND workspace = ?" +
		" UNION ALL SELECT rid, id FROM departed WHERE workspace = ? AND model = ? AND " + among
}

func idsOf(q queryer, d *dialect, ws int64, m *model.Model, rids []int64) (map[int64]string, error) {
	var rows []struct {
		RID int64 `db:"rid"`
		ID  string
	}
	among, which := d.among("rid", rids)
	args := append(append(slices.Clone(which), ws, ws, m.Name), which...)
	err := q.list(&rows, d.idsQuery(m, among), args...)
	byNumber := make(map[int64]string, len(rows))
	for _, r := range rows {
		byNumber[r.RID] = r.ID
	}
	return byNumber, err
}
