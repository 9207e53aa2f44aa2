package chaos

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"time"
)

const (
	// manyRecords is how many records the table of the variant compute has.
	manyRecords = 100_000
	// firstNumbers is how many values the computed field has at the start.
	firstNumbers = 10
)

// drawComputed adds the table of the variant compute, and all that is done with it.
func (d *planner) drawComputed() {
	t := newTable(plane, "main", manyRecords)
	d.plan.tables = []*table{t}
	d.compute(t, 4, 25+d.per(1))
	first := &d.plan.bulks[0]
	first.cond, first.options, first.actions = everything{}, map[string]any{"allowAll": true}, nil
}

// addComputed adds a small table whose updates compute a value. It uses a random stream
// of its own, so that it does not change the rest of the plan.
func (p *plan) addComputed() {
	d := planner{Rand: rand.New(rand.NewPCG(p.seed, p.variant.stream+2)), plan: p}
	t := newTable(plane, "main", min(200+20*p.chunk, 1000))
	p.tables = append(p.tables, t)
	d.compute(t, 5+d.per(0.3), 5+d.per(0.4))
}

// compute adds updates, previews and foreign writes of a table with a computed field.
func (d *planner) compute(t *table, bulks, singles int) {
	p := d.plan
	d.made, d.gone, d.only = make(map[*table]int), make(map[*table]int), t
	for k := range bulks {
		op := d.bulk(len(p.bulks))
		if k%3 == 0 && k > 0 { // the two change the same records at the same time
			before := p.bulks[len(p.bulks)-1]
			op.at, op.cond, op.options, op.actions = before.at, before.cond, before.options, nil
		}
		if k%3 == 1 { // its retry must leave out what it has done
			op.midway, op.actions = true, []action{{0, "cancel", 0}}
			op.options = map[string]any{"recordsPerSecond": 100 + t.initial/6, "allowAll": true}
			op.sequels = []follow{{by: retryIt}, {by: undoIt}}[:1+d.IntN(2)]
		}
		p.bulks = append(p.bulks, op)
	}
	for range singles {
		p.singles = append(p.singles, d.single(len(p.singles)))
	}
	for _, how := range []string{"preview", "preview job"} {
		p.reads = append(p.reads, readOp{d.moment(), t, costly{cond: inGroup{d.IntN(groups)}}, how})
	}
	d.addForeign(t, 5+d.per(0.5))
	d.only = nil
}

// addForeign adds n foreign writes of a table, in the order of their times, as those of
// a table must be.
func (d *planner) addForeign(t *table, n int) {
	p, at := d.plan, time.Duration(0)
	for range n {
		at = min(at+d.between(0, 2*p.active/time.Duration(n)), p.active-time.Second)
		op := foreignOp{n: len(p.foreign), at: at, table: t}
		d.foreign(&op)
		p.foreign = append(p.foreign, op)
	}
}

// beside returns what an update changes besides the computed field: nothing, or a text
// that no other update writes. So the values of a record tell which of its changes is the
// last one, and whether it can be taken back.
func (d *planner) beside(t *table, name string) map[string]any {
	if d.one(3) {
		return map[string]any{t.texts[0]: name}
	}
	return map[string]any{}
}

// below matches the records whose computed value is lower than n. Jobs change the value,
// so nothing is certain.
type below struct{ n int }

func (c below) filter(t *table) map[string]any {
	return map[string]any{t.computed: map[string]any{"$lt": c.n}}
}

func (c below) judge(*table, *record, time.Duration, time.Duration) verdict { return maybe }

// update returns the body of an update: the patch, what is computed, and more members.
func (t *table) update(patch, more map[string]any) []byte {
	body := map[string]any{"model": t.model}
	maps.Copy(body, more)
	if t.computed != "" {
		body["compute"] = map[string]any{t.computed: map[string]any{"$inc": 1}}
	}
	if len(patch) > 0 || t.computed == "" {
		body["patch"] = patch
	}
	return jsonBody(body)
}

// judgeUpdate says how the result of a record differs from the update, "" for not at all.
func (t *table) judgeUpdate(i item, patch map[string]any) string {
	switch {
	case t.computed == "" && i.Outcome == "updated":
		return judgePatch(i, patch)
	case t.computed != "" && i.Outcome == "unchanged":
		return "it is unchanged, and an increment changes every record"
	case t.computed == "" || i.Outcome != "updated":
		return ""
	}
	from, to, err := i.numbers(t.computed)
	if err != nil || to != from+1 {
		return fmt.Sprintf("%s was not incremented: %s", t.computed, i.Changed[t.computed])
	}
	rest := i
	rest.Changed = maps.Clone(i.Changed)
	delete(rest.Changed, t.computed)
	if len(rest.Changed) == 0 {
		return ""
	}
	return judgePatch(rest, patch)
}

// numbers returns the change of an integer.
func (i item) numbers(field string) (from, to int64, err error) {
	a, b, err := i.change(field)
	if err != nil {
		return 0, 0, err
	}
	if from, err = strconv.ParseInt(string(a), 10, 64); err != nil {
		return 0, 0, err
	}
	to, err = strconv.ParseInt(string(b), 10, 64)
	return from, to, err
}

// raises reports whether the job increments the computed field of the records that it
// updates. Otherwise it takes increments back.
func (j *tracked) raises() bool {
	switch {
	case j.follows == nil:
		return true
	case j.follows.by == undoIt:
		return !j.follows.parent.raises()
	}
	return j.follows.parent.raises()
}

// readComputed reads the computed values of a table, by id.
func (c *checker) readComputed(t *table) (map[string]int64, error) {
	db, err := c.database.open()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return readNumbers(c.deadline, db, t)
}

// readNumbers reads the computed values of a table, by id.
func readNumbers(ctx context.Context, db *sql.DB, t *table) (map[string]int64, error) {
	rows, err := db.QueryContext(ctx, `SELECT c.id, c.`+column(t.computed)+` FROM c_`+t.model+` c
		JOIN workspaces w ON w.id = c.workspace WHERE w.name = '`+t.workspace+`'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	numbers := map[string]int64{}
	for rows.Next() {
		var id string
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		numbers[id] = n
	}
	return numbers, rows.Err()
}
