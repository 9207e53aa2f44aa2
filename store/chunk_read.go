package store

import (
	"slices"
	"strconv"
	"strings"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// readRange finds the matching records of the chunk's range.
func (c *chunk) readRange() (changes, error) {
	where := c.d.NotIndexed + " WHERE rid BETWEEN ? AND ? AND workspace = ? AND " + c.d.Opaque(c.filter.text) + c.d.RangeEnd(c.l.Model.Table())
	return c.readWhere(where, append([]any{c.base, c.last, c.l.Workspace}, c.filter.args...))
}

// readListed finds the records of a list that meet a condition.
func (c *chunk) readListed(offsets []uint32, f condition) (changes, error) {
	among, all := c.d.Among("rid", c.numbers(offsets))
	where := c.d.NotIndexed + " WHERE " + among + " AND workspace = ? AND " + c.d.Opaque(f.text) + c.d.ListEnd(c.l.Model.Table())
	return c.readWhere(where, append(append(all, c.l.Workspace), f.args...))
}

// readWhere reads records with one aggregate query, whose only row holds a
// JSON array for each thing to know. Reading row by row would take twice as
// long.
func (c *chunk) readWhere(where string, whereArgs []any) (changes, error) {
	var row gatheredRow
	g := c.gather(&row)
	if _, err := c.q.Row(g.query(c.l.Model.Table(), where), append(g.args(), whereArgs...), g.dest...); err != nil {
		return changes{}, err
	}
	if row.tooLong > 0 {
		return changes{}, errLong
	}
	found := changes{changed: parseNumbers(row.differing), unchanged: parseNumbers(row.right), former: row.former}
	if len(c.a.inGo) > 0 {
		found.otherwise = parseNumbers(row.otherwise)
	}
	for _, list := range row.lacking {
		found.lacking = append(found.lacking, parseNumbers(list))
	}
	if c.readVersions == nil {
		return found, nil
	}
	versions := parseNumbers(row.versions)
	for i, n := range found.matched() {
		c.readVersions[n] = versions[i]
	}
	return found, nil
}

// A gatheredRow is the row that readWhere reads: JSON arrays, in the order of
// the records' numbers.
type gatheredRow struct {
	differing []byte   // offsets of the records that the patch would change
	right     []byte   // offsets of those that have its values already
	versions  []byte   // of all records
	otherwise []byte   // see [changes]
	lacking   [][]byte // offsets of those that lack a need, for each need
	former    [][]byte // values of the differing records, for each field that is read
	tooLong   int64    // how many guarded values are longer than they may be
}

// A gathering is a query that aggregates columns of the records it reads. Each
// aggregate is added together with the variable that receives it.
type gathering struct {
	inner     []string // columns of a record
	innerArgs []any
	outer     []string // aggregates of them
	outerArgs []any
	dest      []any
}

func (g *gathering) column(expr, name string, args ...any) {
	g.inner = append(g.inner, expr+" AS "+name)
	g.innerArgs = append(g.innerArgs, args...)
}

func (g *gathering) aggregate(expr string, dest any, args ...any) {
	g.outer = append(g.outer, expr)
	g.outerArgs = append(g.outerArgs, args...)
	g.dest = append(g.dest, dest)
}

func (g *gathering) query(table, where string) string {
	return "SELECT " + strings.Join(g.outer, ", ") + " FROM (SELECT " + strings.Join(g.inner, ", ") + " FROM " + table + where + ") AS found"
}

func (g *gathering) args() []any { return slices.Concat(g.outerArgs, g.innerArgs) }

// gather returns the query that reads into row.
func (c *chunk) gather(row *gatheredRow) *gathering {
	d := c.d
	g := &gathering{inner: []string{"rid", "version"}}
	c.gatherOutcomes(g, row)
	if c.readVersions != nil {
		g.aggregate(d.Collect("version", "1 = 1"), &row.versions)
	}
	fields := c.a.all()
	row.former = make([][]byte, len(fields))
	tooLong := []string{"0"}
	for i, f := range fields {
		collected := "differs"
		if slices.Contains(c.guarded, f) {
			short := "short_" + strconv.Itoa(len(tooLong))
			g.column("COALESCE("+d.Bytes(f)+", 0) <= "+strconv.FormatInt(c.longest, 10), short)
			collected += " AND " + short
			tooLong = append(tooLong, "COUNT(*) FILTER (WHERE differs AND NOT "+short+")")
		}
		if f.Role != model.RoleVersion { // which is there already
			g.inner = append(g.inner, sqldb.Quoted(f))
		}
		g.aggregate(d.Collect(d.Scalar(f), collected), &row.former[i])
	}
	g.aggregate(strings.Join(tooLong, " + "), &row.tooLong)
	return g
}

// gatherOutcomes adds the columns that decide the outcome of each record. Where
// merges are computed in Go, SQL cannot tell which records change: every record
// that lacks nothing is a candidate, and the column otherwise says whether the
// rest of the patch changes it.
func (c *chunk) gatherOutcomes(g *gathering, row *gatheredRow) {
	d := c.d
	if len(c.a.inGo) == 0 {
		g.column(c.a.differs, "differs", c.a.differsArgs...)
	} else {
		differs := "(1 = 1)"
		if lacks := c.a.lacks(); lacks != "" {
			differs = "(NOT " + lacks + ")"
		}
		g.column(differs, "differs")
		g.column(c.a.differs, "otherwise", c.a.differsArgs...)
		g.aggregate(d.Collect("CASE WHEN otherwise THEN 1 ELSE 0 END", "differs"), &row.otherwise)
	}
	row.lacking = make([][]byte, len(c.a.needs))
	right := "NOT differs"
	for i, n := range c.a.needs {
		name := "lacks_" + strconv.Itoa(i)
		g.column(n.lacks, name)
		g.aggregate(d.Collect("rid - ?", name), &row.lacking[i], c.base)
		right += " AND NOT " + name
	}
	g.aggregate(d.Collect("rid - ?", "differs"), &row.differing, c.base)
	g.aggregate(d.Collect("rid - ?", right), &row.right, c.base)
}

// numbers returns the record numbers of some offsets.
func (c *chunk) numbers(offsets []uint32) []int64 {
	numbers := make([]int64, len(offsets))
	for i, n := range offsets {
		numbers[i] = c.base + int64(n)
	}
	return numbers
}

// lookUp evaluates an expression, whose value is a number, for those records
// of a list that exist.
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

// versions returns the versions of those records of a list that exist. Only
// the low 32 bits are kept: versions grow by one, so a change always shows.
func (c *chunk) versions(offsets []uint32) (map[uint32]uint32, error) {
	return c.lookUp(offsets, "version")
}
