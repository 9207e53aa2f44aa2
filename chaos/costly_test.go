package chaos

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// mostConditions and mostValues are the limits of a filter.
	mostConditions, mostValues = 1000, 10_000
	// listConditions is how many conditions fit into a URL.
	listConditions = 500
)

// costly is a condition together with many others, up to the limits. The others are true
// for every record, but must be evaluated for each.
type costly struct {
	cond
	conditions int
	values     int // number of values in a list, 0 for no list
}

func (c costly) filter(t *table) map[string]any {
	all := []any{c.cond.filter(t)}
	for i := 0; i+1 < c.conditions; i += 2 {
		all = append(all, map[string]any{"$or": []any{
			map[string]any{t.search(i): map[string]any{"$contains": fmt.Sprint("never ", i)}},
			map[string]any{t.search(i + 1): map[string]any{"$not": map[string]any{"$contains": fmt.Sprint("never ", i)}}},
		}})
	}
	if c.values > 0 {
		list := make([]string, c.values)
		for i := range list {
			list[i] = fmt.Sprint("nowhere ", i)
		}
		all = append(all, map[string]any{t.org: map[string]any{"$nin": list}})
	}
	return map[string]any{"$and": all}
}

// search returns the i-th field that a costly filter reads. It differs from the one
// before, so that two conditions cannot be merged into one list.
func (t *table) search(i int) string { return t.searched[i%len(t.searched)] }

// A readOp is a list, a count or a preview with a costly filter.
type readOp struct {
	at    time.Duration
	table *table
	cond  costly
	how   string // list, count, preview, or preview job
}

// A reading is the answer to a list, a count or a preview.
type reading struct {
	span
	readOp
	ids   []string
	whole bool // there is no further page
	count *int64
}

// costly adds jobs and reads with filters at the limits, and requests that exceed a limit.
func (d *planner) costly() {
	p := d.plan
	for range 3 + d.per(0.2) {
		t := p.tables[1+d.IntN(3)]
		lo := d.IntN(t.initial - 1)
		op := bulkOp{
			n: len(p.bulks), at: d.moment(), table: t, options: map[string]any{}, send: d.sending(), asJob: true,
			cond: costly{idRange{lo, min(lo+d.IntN(120), t.initial-1)}, 300 + d.IntN(mostConditions-310), d.IntN(mostValues - mostConditions)},
		}
		op.patch = d.patch(t, fmt.Sprintf("costly %d", op.n))
		if d.one(2) {
			op.actions = d.actions()
		}
		op.sequels = d.sequels(2)
		p.bulks = append(p.bulks, op)
	}
	for k := range 4 + d.per(0.3) {
		how := []string{"list", "count", "preview", "preview job"}[k%4]
		conditions := 200 + d.IntN(listConditions-200)
		if k%4 > 1 {
			conditions *= 2
		}
		t := d.table()
		p.reads = append(p.reads, readOp{d.moment(), t, costly{inGroup{d.IntN(groups)}, conditions, 0}, how})
	}
	for range 1 + d.per(0.1) {
		for _, what := range []string{"conditions", "values", "names"} {
			p.beyond = append(p.beyond, beyondOp{d.moment(), p.tables[3], what, 1 + d.IntN(300)})
		}
	}
}

// A beyondOp is a request that exceeds a limit.
type beyondOp struct {
	at    time.Duration
	table *table
	what  string // conditions, values or names: of these it has too many
	by    int    // how many too many
}

// exceed sends a request that exceeds a limit. It must be refused.
func (r *run) exceed(op beyondOp) {
	filter := costly{cond: idRange{0, 1}, conditions: 2}
	patch := map[string]any{op.table.texts[0]: "beyond"}
	switch op.what {
	case "conditions":
		filter.conditions = mostConditions + 1 + op.by
	case "values":
		filter.values = mostValues + op.by
	case "names":
		wide := map[string]any{}
		for i := range wideNames + op.by {
			wide[fmt.Sprint("w", i)] = i
		}
		patch = map[string]any{op.table.object: wide}
	}
	a, err := r.of(op.table).persist(request{method: "POST", path: "/v1/jobs", body: jsonBody(map[string]any{
		"model": op.table.model, "filter": filter.filter(op.table), "patch": patch,
	})})
	switch {
	case err != nil:
		r.violation("a request with too many %s got no answer: %v", op.what, err)
	case a.status == http.StatusBadRequest:
		r.tally.beyond.Add(1)
	case !r.isDisturbed(a):
		r.violation("a request with %d %s too many was answered %s", op.by, op.what, a)
		r.book.lose() // it has made a job
	}
}

// lose counts a submission that may have made a job although its caller was not told so.
func (b *book) lose() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost++
}

// readCostly carries out a read. It repeats a read that failed because of a fault, but not
// one that took too long, which is allowed.
func (r *run) readCostly(op readOp) {
	c := r.of(op.table)
	filter := op.cond.filter(op.table)
	if strings.HasPrefix(op.how, "preview") {
		r.preview(c, op, filter)
		return
	}
	q := request{method: "GET", path: "/v1/" + op.table.model + "/customers?limit=1000&filter=" + url.QueryEscape(string(jsonBody(filter))), costly: true}
	if op.how == "count" {
		q.path += "&count=true"
	}
	a, err := c.once(q)
	for left := readTries; (err != nil || a.status >= http.StatusInternalServerError) && !tooCostly(q, a); {
		if over(r.calm) {
			left--
		}
		if left < 0 || !c.pause(time.Second) {
			return // checkRefusals checks whether there was a reason
		}
		a, err = c.once(q)
	}
	if tooCostly(q, a) {
		return
	}
	var page struct {
		Items      []json.RawMessage
		NextCursor *string
		Count      *int64
	}
	if err := json.Unmarshal(a.body, &page); err != nil || a.status != http.StatusOK {
		r.violation("a costly %s of %s was answered %s", op.how, op.table, a)
		return
	}
	seen := reading{span: a.span, readOp: op, whole: page.NextCursor == nil, count: page.Count}
	for _, raw := range page.Items {
		var rec struct{ ID any }
		if err := json.Unmarshal(raw, &rec); err != nil {
			r.violation("a record of a list cannot be read: %v", err)
		}
		seen.ids = append(seen.ids, fmt.Sprint(rec.ID))
	}
	r.tally.reads.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.readings = append(r.readings, seen)
}

// readTries is how often a read that failed is repeated when all faults are over.
const readTries = 5

// over reports whether a channel is closed.
func over(ended <-chan struct{}) bool {
	select {
	case <-ended:
		return true
	default:
		return false
	}
}

// preview requests a preview, which may be answered with a job.
func (r *run) preview(c *caller, op readOp, filter map[string]any) {
	q := request{method: "POST", path: "/v1/jobs", costly: true, header: map[string]string{}, body: op.table.update(
		map[string]any{op.table.texts[0]: "previewed"}, map[string]any{"filter": filter, "options": map[string]any{"dryRun": true}})}
	if op.how == "preview job" {
		q.header["Prefer"] = "respond-async"
	}
	a, err := c.once(q)
	var p struct {
		Matched     *int64
		WouldChange int64
	}
	switch {
	case err != nil || a.status >= http.StatusInternalServerError:
		r.book.lose()
	case a.status == http.StatusAccepted && a.job() != "":
		r.tally.reads.Add(1)
		r.start(r.callers[op.table.workspace], a, op.table, a.job(), func(j *tracked) { j.preview = &op }, nil, nil)
	case a.status == http.StatusOK && json.Unmarshal(a.body, &p) == nil && p.Matched != nil:
		if op.table.computed != "" && p.WouldChange != *p.Matched {
			r.violation("a preview of %s would change %d of %d records, and an increment changes each", op.table, p.WouldChange, *p.Matched)
		}
		r.tally.reads.Add(1)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.readings = append(r.readings, reading{span: a.span, readOp: op, count: p.Matched})
	default:
		r.violation("a costly preview of %s was answered %s", op.table, a)
	}
}

// tooCostly reports whether the answer says that a read took too long, and when to try
// again.
func tooCostly(q request, a answer) bool {
	var problem struct{ Code string }
	return q.costly && a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "" &&
		json.Unmarshal(a.body, &problem) == nil && problem.Code == "query_timeout"
}

// checkReadings compares the answers to costly reads with the records that their filters
// must have matched.
func (c *checker) checkReadings() {
	for _, seen := range c.readings {
		listed := map[string]bool{}
		for _, id := range seen.ids {
			listed[id] = true
		}
		if len(listed) < len(seen.ids) {
			c.violation("a costly %s of %s at %.3fs has a record twice", seen.how, seen.table, seen.done.Seconds())
		}
		for _, r := range seen.table.all() {
			v := selected(seen.cond, seen.table, r, seen.sent, seen.done)
			if listed[r.id] && v == never || !listed[r.id] && v == always && seen.whole {
				c.violation("a costly %s of %s at %.3fs is wrong about record %s", seen.how, seen.table, seen.done.Seconds(), r.id)
			}
		}
		if seen.count != nil {
			c.checkCount(seen.readOp, *seen.count, seen.span)
		}
	}
}

// checkCount checks how many records a read found.
func (c *checker) checkCount(op readOp, n int64, s span) {
	least, most := int64(0), int64(0)
	for _, r := range op.table.all() {
		v := selected(op.cond, op.table, r, s.sent, s.done)
		if v == always {
			least++
		}
		if v != never {
			most++
		}
	}
	if n < least || n > most {
		c.violation("a costly %s of %s at %.3fs counts %d records, and from %d to %d match", op.how, op.table, s.done.Seconds(), n, least, most)
	}
}

// checkPreview checks a preview that was answered with a job.
func (c *checker) checkPreview(j *tracked) {
	end := c.ends[j]
	if end.Kind != "preview" || end.State != "succeeded" || end.Counts.outcomes() != [5]int64{} {
		c.complain(j, fmt.Sprintf("it should be a preview, and is a job of kind %s: %s", end.Kind, end))
	}
	if end.Counts.Matched == nil {
		return
	}
	c.checkCount(*j.preview, *end.Counts.Matched, span{j.submitted.sent, min(end.sent, j.finished())})
}
