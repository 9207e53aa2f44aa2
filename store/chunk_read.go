package store

import (
	"slices"
	"strconv"
	"strings"
)

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
		inner = append(inner, quoted(f))
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

// lookUp finds a number of each record of a list that there is.
func (c *chunk) lookUp(offsets []uint32, expr string) (map[uint32]uint32, error) {
	among, which := c.d.Among("rid", c.numbers(offsets))
	args := append(append([]any{c.base}, which...), c.l.Workspace)
	inner := "SELECT rid, " + expr + " AS n FROM " + c.l.Model.Table() + c.d.NotIndexed + " WHERE " + among + " AND workspace = ?"
	var numbers, found []byte
	if _, err := c.q.Row("SELECT "+c.d.Collect("rid - ?", "1 = 1")+", "+c.d.Collect("n", "1 = 1")+" FROM ("+inner+") AS found",
		args, &numbers, &found); err != nil {
		return nil, err
	}
	values := parseNumbers(found)
	byOffset := make(map[uint32]uint32, len(values))
	for i, n := range parseNumbers(numbers) {
		byOffset[n] = values[i]
	}
	return byOffset, nil
}

// versions are the versions of those of some records that there are. They only
// grow, so that what goes beyond 32 bits is not missed.
func (c *chunk) versions(offsets []uint32) (map[uint32]uint32, error) {
	return c.lookUp(offsets, "version")
}
