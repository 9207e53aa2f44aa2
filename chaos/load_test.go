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

// load carries out the plan's calls, each at its time and without waiting for the
// others. It returns when all jobs have ended.
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
	for i := range r.files {
		at(r.files[i].at, func() { r.sendFile(&r.files[i]) })
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
	all.Go(r.brakeAll)
	for _, w := range []string{"main", "north"} {
		all.Go(func() { r.watchList(r.callers[w], w) })
	}
	all.Wait()
	r.watchers.Wait()
}

// until waits for a time of the run. It returns false when the run is over before.
func (r *run) until(when time.Duration) bool {
	return r.callers["main"].pause(when - (r.now() - r.started))
}

// submitBulk submits a bulk update.
func (r *run) submitBulk(op *bulkOp) {
	filter := op.cond.filter(op.table)
	q := request{method: "POST", path: "/v1/jobs"}
	options := r.called(op.options, op.hook)
	if op.asJob || op.table.computed != "" {
		q.body = op.table.update(op.patch, map[string]any{"filter": filter, "options": options})
	} else {
		query := url.Values{"filter": {string(jsonBody(filter))}}
		for k, v := range options {
			query.Set(k, fmt.Sprint(v))
		}
		q = request{method: "PATCH", path: "/v1/" + op.table.model + "/customers?" + query.Encode(), body: jsonBody(op.patch)}
	}
	r.submit(q, op.send, op.table, fmt.Sprintf("bulk-%d", op.n), func(j *tracked) { j.bulk = op }, op.actions, op.sequels)
}

// submitSingle submits a patch of one record.
func (r *run) submitSingle(op *singleOp) {
	rec := op.table.at(op.index)
	path := "/v1/" + op.table.model + "/customers/" + rec.id
	q := request{method: "PATCH", path: path + r.calledQuery(op.hook), body: jsonBody(op.patch), header: map[string]string{}}
	if op.table.computed != "" {
		q.method, q.path, q.body = "POST", "/v1/jobs", op.table.update(op.patch, map[string]any{"id": rec.values["id"]})
	}
	version := r.demanded(op, path)
	if version > 0 {
		q.header["If-Match"] = fmt.Sprintf(`"%d"`, version)
	}
	r.submit(q, op.send, op.table, fmt.Sprintf("single-%d", op.n), func(j *tracked) {
		j.single, j.version = op, version
	}, op.actions, op.sequels)
}

// demanded returns the version that a single demands, 0 for none.
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

// submit sends an update in the way that the plan says, and watches the job that it
// makes.
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

// take repeats a submission until it is answered, and records the job.
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

// isDisturbed reports whether the answer is a 500. That is a violation and has been
// recorded as one; the call may be repeated.
func (r *run) isDisturbed(a answer) bool { return a.status == http.StatusInternalServerError }

// submitOnce sends an update without an idempotency key. If no answer comes, it is
// unknown whether there is a job.
func (r *run) submitOnce(c *caller, q request, t *table, fill func(*tracked), actions []action, sequels []follow) {
	a, err := c.once(q)
	if err != nil || a.status >= 500 {
		r.book.lose()
		return
	}
	r.enter(c, a, t, "", fill, actions, sequels)
}

// enter records the job that an answer to a submission names.
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
			return // a single for a deleted record
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

// keyed records which job an idempotency key has made, and reports whether it is the
// only one.
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

// start starts to watch a job, unless it is already watched.
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

// reuse sends another request with a used idempotency key: the same update with
// another limit. It must be refused.
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
