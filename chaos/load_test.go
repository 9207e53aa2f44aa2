package chaos

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// load carries out the plan's updates, each at its time and without waiting
// for the others, and returns when all have been answered.
func (r *run) load() {
	var all sync.WaitGroup
	at := func(when time.Duration, do func()) {
		all.Go(func() {
			if r.until(when) {
				do()
			}
		})
	}
	for i := range r.bulks {
		at(r.bulks[i].at, func() { r.submitBulk(&r.bulks[i]) })
	}
	for i := range r.singles {
		at(r.singles[i].at, func() { r.submitSingle(&r.singles[i]) })
	}
	for i := range r.reads {
		at(r.reads[i].at, func() { r.readCostly(r.reads[i]) })
	}
	for i := range r.beyond {
		at(r.beyond[i].at, func() { r.exceed(r.beyond[i]) })
	}
	for _, t := range r.tables {
		all.Go(func() { r.writeAllForeign(t) })
	}
	for _, w := range []string{"main", "north"} {
		all.Go(func() { r.watchList(r.callers[w], w) })
	}
	all.Wait()
	r.watchers.Wait()
}

// until waits for a time of the run.
func (r *run) until(when time.Duration) bool {
	return r.callers["main"].pause(when - (r.now() - r.started))
}

func (r *run) submitBulk(op *bulkOp) {
	filter := op.cond.filter(op.table)
	q := request{method: "POST", path: "/v1/jobs"}
	if op.asJob {
		q.body = jsonBody(map[string]any{"model": op.table.model, "filter": filter, "patch": op.patch, "options": op.options})
	} else {
		query := url.Values{"filter": {string(jsonBody(filter))}}
		for k, v := range op.options {
			query.Set(k, fmt.Sprint(v))
		}
		q = request{method: "PATCH", path: "/v1/" + op.table.model + "/customers?" + query.Encode(), body: jsonBody(op.patch)}
	}
	r.submit(q, op.send, op.table, fmt.Sprintf("bulk-%d", op.n), func(j *tracked) { j.bulk = op }, op.actions, op.sequels)
}

func (r *run) submitSingle(op *singleOp) {
	rec := op.table.at(op.index)
	path := "/v1/" + op.table.model + "/customers/" + rec.id
	q := request{method: "PATCH", path: path, body: jsonBody(op.patch), header: map[string]string{}}
	version := r.demanded(op, path)
	if version > 0 {
		q.header["If-Match"] = fmt.Sprintf(`"%d"`, version)
	}
	r.submit(q, op.send, op.table, fmt.Sprintf("single-%d", op.n), func(j *tracked) {
		j.single, j.version = op, version
	}, op.actions, op.sequels)
}

// demanded is the version that a single demands, 0 for none.
func (r *run) demanded(op *singleOp, path string) int64 {
	if op.ifMatch == anyVersion {
		return 0
	}
	if op.ifMatch == oldVersion {
		return 1
	}
	a, err := r.of(op.table).persist(request{method: "GET", path: path})
	if err != nil || a.status != http.StatusOK {
		return 0
	}
	var rec struct{ Version int64 }
	if err := json.Unmarshal(a.body, &rec); err != nil || rec.Version < 1 {
		r.violation("a record has no version: %s", a)
	}
	return rec.Version
}

// submit sends an update in the way that the plan says, and has the job that
// it makes followed.
func (r *run) submit(q request, how sending, t *table, key string, fill func(*tracked), actions []action, sequels []follow) {
	c := r.of(t)
	if q.header == nil {
		q.header = map[string]string{}
	}
	if how.wait > 0 {
		q.header["Prefer"] = fmt.Sprintf("wait=%d", how.wait)
	}
	if how.keyless {
		r.submitOnce(c, q, t, fill, actions, sequels)
		return
	}
	q.header["Idempotency-Key"] = key
	if how.hasty {
		q.timeout = 700 * time.Millisecond
	}
	var copies sync.WaitGroup
	for range how.copies {
		copies.Go(func() { r.take(c, q, t, key, fill, actions, sequels) })
	}
	copies.Wait()
	if how.reuse {
		r.reuse(c, q)
	}
}

// take repeats a submission until it is answered, and enters the job.
func (r *run) take(c *caller, q request, t *table, key string, fill func(*tracked), actions []action, sequels []follow) {
	first := r.now()
	for {
		a, err := c.persist(q)
		if err != nil {
			r.violation("the submission %s got no answer until the deadline: %v", key, err)
			return
		}
		if !r.isDisturbed(a) {
			a.sent = first
			r.enter(c, a, t, key, fill, actions, sequels)
			return
		}
	}
}

// isDisturbed reports an answer of a call that failed inside for a reason that
// has been noted already, so that it can be tried again.
func (r *run) isDisturbed(a answer) bool { return a.status == http.StatusInternalServerError }

// submitOnce sends an update without a key. When no answer comes, nobody can
// say whether there is a job.
func (r *run) submitOnce(c *caller, q request, t *table, fill func(*tracked), actions []action, sequels []follow) {
	a, err := c.once(q)
	if err != nil || a.status >= 500 {
		r.book.lose()
		return
	}
	r.enter(c, a, t, "", fill, actions, sequels)
}

// enter notes the job that an answer speaks of.
func (r *run) enter(c *caller, a answer, t *table, key string, fill func(*tracked), actions []action, sequels []follow) {
	id := a.job()
	switch a.status {
	case http.StatusAccepted, http.StatusOK:
		if id == "" {
			r.violation("a submission was accepted without naming its job: %s", a)
			return
		}
	case http.StatusNotFound:
		if id == "" {
			return // a single of a record that was deleted; the checker knows which
		}
	case http.StatusPreconditionFailed, http.StatusConflict:
		if id == "" {
			r.violation("a submission was refused: %s", a)
			return
		}
	default:
		r.violation("a submission of %s was answered %s", key, a)
		return
	}
	j, known := r.keyed(id, key)
	if !known {
		r.violation("the idempotency key %s made the jobs %s and %s", key, j, id)
	}
	r.start(c, a, t, id, fill, actions, sequels)
}

// keyed notes which job a key has made, and reports whether it is the only
// one.
func (r *run) keyed(id, key string) (before string, same bool) {
	if key == "" {
		return "", true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys == nil {
		r.keys = make(map[string]string)
	}
	if r.keys[key] == "" {
		r.keys[key] = id
	}
	return r.keys[key], r.keys[key] == id
}

// start has a job followed, unless it is already.
func (r *run) start(c *caller, a answer, t *table, id string, fill func(*tracked), actions []action, sequels []follow) {
	fresh := false
	j, _ := r.book.accept(id, t.workspace, func(j *tracked) {
		fresh = j.where == nil
		if fresh {
			fill(j)
			j.where, j.submitted = t, a.span
		} else {
			j.submitted.sent = min(j.submitted.sent, a.sent)
			j.submitted.done = min(j.submitted.done, a.done)
		}
	})
	if s, err := readJob(a); err == nil {
		j.see(s)
	}
	if fresh {
		r.watch(r.callers[t.workspace], j, actions, sequels)
	}
}

// reuse tries a key for another request, which must be refused: for the same
// update with another limit.
func (r *run) reuse(c *caller, q request) {
	if q.method != "PATCH" || !strings.Contains(q.path, "/customers?") || strings.Contains(q.path, "maxAffected=") {
		return
	}
	q.path += "&maxAffected=123456"
	q.timeout = 0
	a, err := c.persist(q)
	if err != nil {
		r.violation("a key's second request got no answer: %v", err)
	} else if a.status != http.StatusUnprocessableEntity && !r.isDisturbed(a) {
		r.violation("a key that was used for another request was answered %s", a)
	}
}
