package store

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// changes is what reading a chunk found: the matching records that the patch
// would change, with the values they have, those that are right already, and
// those that lack what the patch's values need. Numbers are offsets from the
// chunk's base, in order.
type changes struct {
	changed   []uint32
	unchanged []uint32
	lacking   [][]uint32 // for each need of the assignment
	otherwise []uint32   // before merges: 1 for each of changed that differs in other fields, else 0
	former    [][]byte   // for each field of the patch a JSON array, in the order of changed

	given  []*model.Field // fields of which each record is given a value of its own
	values [][]byte       // the values: for each such field a JSON array, in the order of changed
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
	out := changes{unchanged: intersect(c.unchanged, wanted), given: c.given}
	var places []int
	for i, n := range c.changed {
		if _, ok := slices.BinarySearch(wanted, n); !ok {
			continue
		}
		places = append(places, i)
		out.changed = append(out.changed, n)
		if c.otherwise != nil {
			out.otherwise = append(out.otherwise, c.otherwise[i])
		}
	}
	for _, list := range c.lacking {
		out.lacking = append(out.lacking, intersect(list, wanted))
	}
	for _, array := range c.former {
		out.former = append(out.former, keep(array, places))
	}
	for _, array := range c.values {
		out.values = append(out.values, keep(array, places))
	}
	return out
}

// merge joins two disjoint finds.
func (c changes) merge(o changes) changes {
	out := changes{unchanged: append(slices.Clone(c.unchanged), o.unchanged...), given: c.given}
	if len(out.given) == 0 {
		out.given = o.given
	}
	slices.Sort(out.unchanged)
	for i, list := range c.lacking {
		out.lacking = append(out.lacking, append(slices.Clone(list), o.lacking[i]...))
	}
	both, order := interleave(c.changed, o.changed)
	out.changed = both
	if all := slices.Concat(c.otherwise, o.otherwise); len(all) > 0 {
		for _, place := range order {
			out.otherwise = append(out.otherwise, all[place])
		}
	}
	out.former = joinArrays(c.former, o.former, order)
	out.values = joinArrays(c.values, o.values, order)
	return out
}

// interleave merges two sorted disjoint lists, and says of each number of the
// result at which place of the two lists, one behind the other, it was.
func interleave(a, b []uint32) (both []uint32, order []int) {
	all := slices.Concat(a, b)
	order = make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(all[x], all[y]) })
	for _, place := range order {
		both = append(both, all[place])
	}
	return both, order
}

// joinArrays joins JSON arrays of values, field by field, in an order.
func joinArrays(a, b [][]byte, order []int) [][]byte {
	out := make([][]byte, max(len(a), len(b)))
	for f := range out {
		var all [][]byte
		for _, arrays := range [][][]byte{a, b} {
			if f < len(arrays) {
				all = slices.AppendSeq(all, scalars(arrays[f]))
			}
		}
		array := []byte{'['}
		for i, place := range order {
			if i > 0 {
				array = append(array, ',')
			}
			array = append(array, all[place]...)
		}
		out[f] = append(array, ']')
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

// read finds the matching records of the chunk's range, or of its list.
func (c *chunk) read(ranged bool) (changes, error) {
	if !ranged {
		return c.readListed(c.selected, c.filter)
	}
	where := c.d.NotIndexed + " WHERE rid BETWEEN ? AND ? AND workspace = ? AND " + c.d.Opaque(c.filter.text) + c.d.RangeEnd(c.l.Model.Table())
	return c.readWhere(where, append([]any{c.base, c.last, c.l.Workspace}, c.filter.args...))
}

func (c *chunk) readListed(offsets []uint32, f condition) (changes, error) {
	among, all := c.d.Among("rid", c.numbers(offsets))
	where := c.d.NotIndexed + " WHERE " + among + " AND workspace = ? AND " + c.d.Opaque(f.text) + c.d.ListEnd(c.l.Model.Table())
	return c.readWhere(where, append(append(all, c.l.Workspace), f.args...))
}

// readWhere gathers numbers and former values as one JSON array each.
func (c *chunk) readWhere(where string, whereArgs []any) (changes, error) {
	query, args := c.findQuery()
	var long int64
	raw := make([][]byte, 4+len(c.a.needs)+len(c.a.read))
	dest := make([]any, len(raw)+1)
	for i := range raw {
		dest[i] = &raw[i]
	}
	dest[len(raw)] = &long
	if _, err := c.q.Row(query+c.l.Model.Table()+where+") AS found", append(args, whereArgs...), dest...); err != nil {
		return changes{}, err
	}
	if long > 0 {
		return changes{}, errLong
	}
	found := changes{changed: parseNumbers(raw[0]), unchanged: parseNumbers(raw[1]), former: raw[4+len(c.a.needs):]}
	if len(c.a.merged) > 0 {
		found.otherwise = parseNumbers(raw[3])
	}
	for i := range c.a.needs {
		found.lacking = append(found.lacking, parseNumbers(raw[4+i]))
	}
	if c.seen == nil {
		return found, nil
	}
	versions := parseNumbers(raw[2])
	for i, n := range found.matched() {
		c.seen[n] = versions[i]
	}
	return found, nil
}

// findQuery is what readWhere reads, up to the table's name. Where merges are
// left to Go, all records that match may differ.
func (c *chunk) findQuery() (query string, args []any) {
	d := c.d
	differs := c.a.differs
	if len(c.a.merged) > 0 {
		differs = "1 = 1"
		if lacks := c.a.lacks(); lacks != "" {
			differs = "NOT " + lacks
		}
	}
	inner := []string{"rid", "version", "(" + differs + ") AS differs"}
	right := "NOT differs"
	args = []any{c.base, c.base}
	var lacking []string
	for i, n := range c.a.needs {
		name := "lacks_" + strconv.Itoa(i)
		inner = append(inner, n.lacks+" AS "+name)
		lacking = append(lacking, d.Collect("rid - ?", name))
		right += " AND NOT " + name
		args = append(args, c.base)
	}
	versions, otherwise := "NULL", "NULL"
	if c.seen != nil {
		versions = d.Collect("version", "1 = 1")
	}
	if len(c.a.merged) > 0 {
		inner = append(inner, c.a.differs+" AS otherwise")
		otherwise = d.Collect("CASE WHEN otherwise THEN 1 ELSE 0 END", "differs")
	}
	args = append(args, c.a.differsArgs...)
	outer := append([]string{d.Collect("rid - ?", "differs"), d.Collect("rid - ?", right), versions, otherwise}, lacking...)
	long := []string{"0"}
	for _, f := range c.a.read {
		collected := "differs"
		if slices.Contains(c.guarded, f) {
			short := "COALESCE(" + d.Bytes(f) + ", 0) <= " + strconv.FormatInt(c.longest, 10)
			inner = append(inner, short+" AS short_"+strconv.Itoa(len(long)))
			collected += " AND short_" + strconv.Itoa(len(long))
			long = append(long, "COUNT(*) FILTER (WHERE differs AND NOT short_"+strconv.Itoa(len(long))+")")
		}
		inner = append(inner, sqldb.Quoted(f))
		outer = append(outer, d.Collect(d.Scalar(f), collected))
	}
	outer = append(outer, strings.Join(long, " + "))
	return "SELECT " + strings.Join(outer, ", ") + " FROM (SELECT " + strings.Join(inner, ", ") + " FROM ", args
}

// numbers are some offsets as record numbers.
func (c *chunk) numbers(offsets []uint32) []int64 {
	numbers := make([]int64, len(offsets))
	for i, n := range offsets {
		numbers[i] = c.base + int64(n)
	}
	return numbers
}

// writeAll gives the changed records the patch, and makes sure that it was
// them.
func (c *chunk) writeAll() error {
	stamps, stampArgs := c.a.stamps(c.t.Now)
	args := append(append(slices.Clone(c.a.setArgs), stampArgs...), c.l.Job)
	where, which := c.target()
	n, err := c.t.Exec("UPDATE "+c.l.Model.Table()+c.d.NotIndexed+" SET "+c.a.set+", "+stamps+", last_job = ? WHERE "+where,
		append(args, which...)...)
	if err == nil && n != int64(len(c.changed)) {
		err = errDisagree
	}
	return err
}

// target names the records to write: a range without a gap, the range of which
// those that match are meant, or a list. The filter is evaluated only if that
// is cheap, since nobody else writes meanwhile.
func (c *chunk) target() (where string, args []any) {
	first, last := c.base+int64(c.changed[0]), c.base+int64(c.changed[len(c.changed)-1])
	switch {
	case last-first == int64(len(c.changed))-1:
		return "rid BETWEEN ? AND ? AND workspace = ?", []any{first, last, c.l.Workspace}
	case c.ranged && c.cheap && c.d.Alone:
		args = append([]any{c.base, c.last, c.l.Workspace}, c.filter.args...)
		return "rid BETWEEN ? AND ? AND workspace = ? AND " + c.filter.text + " AND " + c.a.differs, append(args, c.a.differsArgs...)
	}
	where, args = c.d.Among("rid", c.numbers(c.changed))
	return where + " AND workspace = ?", append(args, c.l.Workspace)
}

// idsQuery looks each number up. Left to itself SQLite's planner walks the
// index of all ids of the workspace instead.
func idsQuery(d *sqldb.Dialect, m *model.Model, among string) string {
	return "SELECT rid, CAST(id AS TEXT) AS id FROM " + m.Table() + d.NotIndexed + " WHERE " + among + " AND workspace = ?" +
		" UNION ALL SELECT rid, id FROM departed WHERE workspace = ? AND model = ? AND " + among
}

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
