package chaos

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// A sequel is a job that is submitted when another job has ended: its undo or retry.
type sequel string

const (
	undoIt     sequel = "undo"
	retryIt    sequel = "retry"
	retryForce sequel = "retry by force" // includes skipped records
)

// A follow is a sequel to submit, with the actions on its job.
type follow struct {
	by      sequel
	actions []action
}

// A following says which parent job an undo or retry has.
type following struct {
	parent *tracked
	by     sequel
	// reverts is the restore source: the job whose changes are taken back, nil for
	// none. The retry of an undo has the same one as the undo.
	reverts *tracked
	bulk    *bulkOp // the update that is retried: a bulk update, a single or a file job
	single  *singleOp
	file    *fileJob
	chosen  map[string]bool // the records that an undo names, nil for all
	last    bool            // it is one of the undos after all other jobs
}

// followers counts undos and retries.
type followers struct {
	undos, retries   int
	restored, spared int64 // records that undos restored, and that they left alone
}

// count counts an undo or retry that has ended.
func (f *followers) count(by sequel, end sighting) {
	if by != undoIt {
		f.retries++
		return
	}
	f.undos++
	f.restored += end.Counts.Updated
	f.spared += end.Counts.Conflicted
}

// add adds the counts of a run.
func (f *followers) add(o followers) {
	f.undos += o.undos
	f.retries += o.retries
	f.restored += o.restored
	f.spared += o.spared
}

func (f followers) String() string {
	return fmt.Sprintf("%d undos (%d records restored, %d edited since), %d retries", f.undos, f.restored, f.spared, f.retries)
}

// next returns the relation of a sequel to this job, its parent.
func (j *tracked) next(by sequel) *following {
	f := &following{parent: j, by: by, bulk: j.bulk, single: j.single, file: j.file}
	if j.follows != nil {
		f.reverts, f.bulk, f.single, f.file = j.follows.reverts, j.follows.bulk, j.follows.single, j.follows.file
	}
	if by == undoIt {
		f.reverts, f.bulk, f.single, f.file = j, nil, nil, nil
	}
	return f
}

// mismatch says what the job does with records that no longer match. A retry
// inherits it from its parent job.
func (f *following) mismatch() mismatch {
	parent := f.parent.follows
	switch {
	case f.by == retryForce:
		return forceMismatch
	case parent != nil && parent.by != undoIt && parent.mismatch() == forceMismatch:
		return forceMismatch
	case f.bulk != nil:
		return mismatchOf(f.bulk.options)
	case f.file != nil:
		return mismatchOf(f.file.options)
	}
	return skipMismatch
}

// sequel submits the next planned sequel of the job, by several callers at the same
// time. The job that it makes has the rest of the sequels.
func (m *watcher) sequel() {
	if late := m.run.receiver != nil || m.j.where.late; len(m.sequels) == 0 || m.run.isCalm() && !late {
		return
	}
	next, rest := m.sequels[0], m.sequels[1:]
	by := next.by
	q := request{method: "POST", path: "/v1/jobs/" + m.j.id + "/undo"}
	key := "follow-" + m.j.id
	switch {
	case by == undoIt && rand.IntN(2) == 0:
		key = "" // an undo needs no key
	case by == retryIt:
		q.path = "/v1/jobs/" + m.j.id + "/retry"
	case by == retryForce:
		q.path, q.body = "/v1/jobs/"+m.j.id+"/retry", jsonBody(map[string]any{"onMismatch": "force"})
	}
	if key != "" {
		q.header = map[string]string{"Idempotency-Key": key}
	}
	var callers sync.WaitGroup
	for range 1 + rand.IntN(3) {
		callers.Go(func() { m.askSequel(q, key, next, rest) })
	}
	callers.Wait()
}

// askSequel repeats the submission of a sequel until it is answered.
func (m *watcher) askSequel(q request, key string, next follow, rest []follow) {
	by := next.by
	asked := asking{span{sent: m.run.now()}, string(by)}
	a, err := m.run.of(m.j.where).persist(q)
	asked.done = a.done
	m.j.ask(asked)
	if err != nil {
		m.run.violation("%s: nothing answered the %s: %v", m.j.name(), by, err)
		return
	}
	possible := m.last.allows(by)
	switch {
	case a.status == http.StatusConflict && !possible:
	case a.status == http.StatusConflict && by != undoIt && m.j.fromFile() != nil: // no record may remain; the checker finds out
		m.j.refuse(by)
	case a.status == http.StatusAccepted && possible:
		m.run.enterSequel(m, a, key, next, rest)
	case m.run.isDisturbed(a): // recorded already
	default:
		m.run.violation("%s: the %s of a job seen %s was answered %s", m.j.name(), by, m.last, a)
	}
}

// allows reports whether a job that has ended can have a sequel.
func (s sighting) allows(by sequel) bool {
	if by == undoIt {
		return s.Counts.Updated > 0
	}
	guard := s.Error != nil && slices.Contains([]string{"max_affected", "expected_count"}, s.Error.Code)
	return s.Kind != "preview" && s.Counts.Matched != nil && !guard && s.Counts.Failed+s.Counts.Conflicted+s.Counts.Skipped+*s.Counts.Pending > 0
}

// enterSequel records the job of a sequel. All callers must get the same job.
func (r *run) enterSequel(m *watcher, a answer, key string, next follow, rest []follow) {
	id := a.job()
	if before, same := r.keyed(id, key); !same {
		r.violation("the idempotency key %s made the jobs %s and %s", key, before, id)
	}
	if before, same := r.onlyUndo(m.j, id, next.by); !same {
		r.violation("%s was undone by the jobs %s and %s", m.j.name(), before, id)
	}
	r.start(m.caller, a, m.j.where, id, func(j *tracked) { j.follows = m.j.next(next.by) }, next.actions, rest)
}

// onlyUndo records the undo job of a job, and reports whether it is the only one.
func (r *run) onlyUndo(j *tracked, id string, by sequel) (before string, same bool) {
	if by != undoIt {
		return "", true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if j.undoneBy == "" {
		j.undoneBy = id
	}
	return j.undoneBy, j.undoneBy == id
}

// inherited returns what a retry inherits from its parent job: the options without
// the guards, and the patch. Both are nil if changes are taken back.
func (f *following) inherited() (options, patch map[string]any) {
	switch {
	case f.reverts != nil:
		return nil, nil
	case f.single != nil:
		return nil, f.single.patch
	case f.file != nil:
		options = maps.Clone(f.file.options)
	default:
		options, patch = maps.Clone(f.bulk.options), f.bulk.patch
	}
	delete(options, "maxAffected")
	delete(options, "expectedCount")
	return options, patch
}

// checkSequel checks an undo or a retry.
func (c *checker) checkSequel(j *tracked) {
	end, f := c.ends[j], j.follows
	c.complain(j, f.judgeLinks(end, c.ends[f.parent]))
	if end.Counts.Matched == nil {
		return
	}
	want := map[string]bool{}
	for _, i := range c.results[f.parent] {
		if i.ID == "" {
			continue // a row without a record
		}
		want[string(i.ID)] = f.takes(i.Outcome) && (f.chosen == nil || f.chosen[string(i.ID)])
	}
	for _, i := range c.results[j] {
		if !want[string(i.ID)] {
			c.complain(j, fmt.Sprintf("record %s is %s, which did not remain of its parent job", i.ID, i.Outcome))
		}
		delete(want, string(i.ID))
		c.complain(j, c.judgeSequel(j, i))
	}
	for id, remains := range want {
		if remains {
			c.complain(j, fmt.Sprintf("record %s is missing, which remained of its parent job", id))
		}
	}
}

// takes reports whether the undo or retry selects the records that have an outcome
// in the parent job.
func (f *following) takes(outcome string) bool {
	switch outcome {
	case "updated":
		return f.by == undoIt
	case "failed", "conflicted", "pending":
		return f.by != undoIt
	case "skipped":
		return f.by == retryForce
	}
	return false
}

// judgeLinks says what is wrong with how the job and its parent name each other, ""
// for nothing.
func (f *following) judgeLinks(s, parent sighting) string {
	text := func(p *string) string {
		if p == nil {
			return ""
		}
		return *p
	}
	switch {
	case f.by == undoIt && (s.Kind != "undo" || text(s.Undo.UndoOf) != f.parent.id):
		return fmt.Sprintf("it is a job of kind %s that undoes %q, not %s", s.Kind, text(s.Undo.UndoOf), f.parent.id)
	case f.by == undoIt && text(parent.Undo.UndoneBy) != f.parent.undoneBy:
		return fmt.Sprintf("its parent job says that it was undone by %q", text(parent.Undo.UndoneBy))
	case f.by != undoIt && (s.Kind != "retry" || text(s.RetryOf) != f.parent.id):
		return fmt.Sprintf("it is a job of kind %s that retries %q, not %s", s.Kind, text(s.RetryOf), f.parent.id)
	}
	return ""
}

// judgeSequel says what is wrong with the outcome of a record in an undo or retry, ""
// for nothing.
func (c *checker) judgeSequel(j *tracked, i item) string {
	rec, f := j.where.find(string(i.ID)), j.follows
	switch {
	case rec == nil, i.Outcome == "pending":
		return "" // checked elsewhere: by index, and by judgeState
	case f.reverts != nil:
		return c.judgeReverted(j, rec, i)
	case f.file != nil:
		return c.judgeRetriedRow(j, rec, i)
	case f.bulk != nil:
		return c.judgeOutcome(f.bulk, f.mismatch(), rec, i, j.submitted.sent, min(c.ends[j].sent, j.finished()))
	}
	ok := i.Outcome == "updated" || i.Outcome == "unchanged" || i.code() == "unique" ||
		i.code() == "not_found" && rec.deleted.done > 0
	if !ok {
		return fmt.Sprintf("record %s is %s for the reason %q", i.ID, i.Outcome, i.code())
	}
	return ""
}

// judgeReverted checks a record whose change was to be taken back. All of the change
// must have been, or nothing of it, and that only if another writer has changed the
// same fields since.
func (c *checker) judgeReverted(j *tracked, rec *record, i item) string {
	var was *item
	other := false
	for _, ch := range c.changed[rec] {
		if ch.job == j.follows.reverts {
			was = &ch.item
		}
	}
	if was == nil {
		return fmt.Sprintf("record %s is %s, and the job that is undone did not change it", i.ID, i.Outcome)
	}
	for _, ch := range c.changed[rec] {
		other = other || ch.job != j.follows.reverts && ch.job != j && sharesField(ch.item, *was)
	}
	switch {
	case i.Outcome == "updated":
		return judgeTakenBack(i, *was)
	case i.code() == "changed_since" && i.Outcome == "conflicted" && other,
		i.code() == "not_found" && i.Outcome == "skipped" && rec.deleted.done > 0,
		i.code() == "unique" && i.Outcome == "failed" && was.Changed[j.where.unique] != nil:
		return ""
	}
	return fmt.Sprintf("record %s is %s for the reason %q, though nobody else changed %v", i.ID, i.Outcome, i.code(), fields(*was))
}

// fields returns the names of the changed fields.
func fields(i item) (names []string) {
	for f := range i.Changed {
		names = append(names, f)
	}
	slices.Sort(names)
	return names
}

// sharesField reports whether two changes have a field in common.
func sharesField(a, b item) bool {
	return slices.ContainsFunc(fields(a), func(f string) bool { return b.Changed[f] != nil })
}

// judgeTakenBack says how a change differs from the reverse of another one, "" for not
// at all. Of an object only the keys that were changed count; the other keys belong
// to other writers.
func judgeTakenBack(i, was item) string {
	if !slices.Equal(fields(i), fields(was)) {
		return fmt.Sprintf("record %s: %v was taken back of %v", i.ID, fields(i), fields(was))
	}
	for _, f := range fields(i) {
		from, to, err := i.change(f)
		first, then, fault := was.change(f)
		if err != nil || fault != nil {
			return fmt.Sprintf("record %s: a change of %s cannot be read", i.ID, f)
		}
		if difference(from, to) != difference(then, first) {
			return fmt.Sprintf("record %s: %s went from %s to %s, and back from %s to %s", i.ID, f, first, then, from, to)
		}
	}
	return ""
}

// difference describes the difference between two values, so that two differences
// can be compared.
func difference(from, to json.RawMessage) string {
	a, isA := object(from)
	b, isB := object(to)
	if !isA || !isB {
		return canonicalText(from) + " to " + canonicalText(to)
	}
	keys := map[string]bool{}
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	var steps []string
	for k := range keys {
		if x, y := canonical(a[k]), canonical(b[k]); x != y {
			steps = append(steps, k+" from "+x+" to "+y)
		}
	}
	slices.Sort(steps)
	return strings.Join(steps, ", ")
}

// object reads a JSON object, and null as an empty one.
func object(raw json.RawMessage) (m map[string]any, ok bool) {
	ok = json.Unmarshal(raw, &m) == nil
	return m, ok
}
