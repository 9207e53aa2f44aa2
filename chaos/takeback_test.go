package chaos

import (
	"fmt"
	"net/http"
	"slices"
)

// mostChosen is how many records one undo may name.
const mostChosen = 10_000

// takenBack counts what jobs computed, and the undos of all of that in the end.
type takenBack struct {
	jobs, increments int64 // jobs that incremented records, and how often
	again            int64 // increments by retries, and by undos of undos
	undos            int64 // in the end
	restored, met    int64 // records that these restored, and that they had to leave to a later one
}

// add adds the counts of a run.
func (n *takenBack) add(o takenBack) {
	n.jobs += o.jobs
	n.increments += o.increments
	n.again += o.again
	n.undos += o.undos
	n.restored += o.restored
	n.met += o.met
}

func (n takenBack) String() string {
	return fmt.Sprintf("%d jobs computed %d values (%d of them in retries and in undos of undos), of which %d undos in the end took %d back and met later changes of %d",
		n.jobs, n.increments, n.again, n.undos, n.restored, n.met)
}

// A takeBack undoes all jobs of a table with a computed field, one after the other. Nobody
// else writes meanwhile, so it is known what each undo must do with each record: restore
// it if it still holds what the job wrote, and otherwise leave it alone.
type takeBack struct {
	*checker
	table *table
	now   map[*record]int64 // what each record must hold
	// left holds, for each job, the values that it wrote to records whose change has
	// not been taken back. The values of a record differ: each job added one to the
	// value before, and only the highest can be taken back.
	left map[*tracked]map[*record]int64
}

// takeBackAll compares the computed values with the results of the jobs: each must be the
// one at the start and one more for each job that counts the record as updated. Then it
// undoes all jobs, the newest first. checkTable checks that all values are those of the
// start again.
func (c *checker) takeBackAll() {
	for _, t := range c.tables {
		if t.computed == "" {
			continue
		}
		b := &takeBack{c, t, map[*record]int64{}, map[*tracked]map[*record]int64{}}
		if !b.read() {
			continue // recorded already
		}
		b.checkNumbers()
		if len(c.violations) > 0 {
			continue // a run that failed is left as it is
		}
		for b.round() && len(c.violations) == 0 {
		}
		b.checkLeft()
	}
}

// read reads the results of the table's jobs. It returns false if some have not ended.
func (b *takeBack) read() (ended bool) {
	for _, rec := range b.table.all() {
		b.now[rec] = int64(rec.values[b.table.computed].(int))
	}
	for _, j := range b.newest {
		if j.where != b.table {
			continue
		}
		if !b.ended(j) {
			return false
		}
		b.results[j] = b.readResults(j)
		if j.raises() {
			b.raised(j)
		}
	}
	for j, items := range b.results {
		if j.where == b.table && !j.raises() {
			b.lower(j, items)
		}
	}
	return true
}

// raised notes the increments of a job.
func (b *takeBack) raised(j *tracked) {
	wrote := map[*record]int64{}
	for _, i := range b.results[j] {
		rec := b.table.find(string(i.ID))
		if rec == nil || i.Outcome != "updated" {
			continue
		}
		b.now[rec]++
		_, wrote[rec], _ = i.numbers(b.table.computed) // judgeUpdate checks it
	}
	if len(wrote) == 0 {
		return
	}
	b.left[j] = wrote
	b.takenBack.jobs++
	b.takenBack.increments += int64(len(wrote))
	if j.follows != nil {
		b.takenBack.again += int64(len(wrote))
	}
}

// lower notes what a job has taken back, by its results.
func (b *takeBack) lower(j *tracked, items []item) {
	for _, i := range items {
		if rec := b.table.find(string(i.ID)); rec != nil && i.Outcome == "updated" {
			b.now[rec]--
			delete(b.left[j.follows.reverts], rec)
		}
	}
}

// checkNumbers compares the values in the database with those that the records must hold.
func (b *takeBack) checkNumbers() {
	numbers, err := b.readComputed(b.table)
	if err != nil {
		b.violation("read the computed values of %s: %v", b.table, err)
		return
	}
	for rec, want := range b.now {
		if got := numbers[rec.id]; rec.deleted.done == 0 && got != want {
			b.violation("%s %s: %s is %d instead of %d, which is %v at the start and one more for each job that updated it",
				b.table, rec.id, b.table.computed, got, want, rec.values[b.table.computed])
		}
	}
}

// round undoes the jobs that have changes left, the newest first, and reports whether there
// were any. Jobs that ran side by side may have changed two records in different orders.
// So some records of a round are left to the next one.
func (b *takeBack) round() (any bool) {
	for _, j := range b.newest {
		if len(b.left[j]) == 0 {
			continue
		}
		if j.undoneBy == "" {
			b.undo(j, nil)
			any = true
			continue
		}
		for ids := range slices.Chunk(b.highest(j), mostChosen) {
			b.undo(j, ids)
			any = true
		}
	}
	return any
}

// highest returns the ids of the records whose last change that is left is of the job.
func (b *takeBack) highest(j *tracked) (ids []string) {
	for rec, wrote := range b.left[j] {
		if b.now[rec] == wrote && rec.deleted.done == 0 {
			ids = append(ids, rec.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// undo undoes a job, in all records or in some, and checks the result for each.
func (b *takeBack) undo(j *tracked, ids []string) {
	u := b.submit(j, ids)
	if u == nil {
		return // recorded already
	}
	b.takenBack.undos++
	items := b.readResults(u)
	b.results[u] = items
	for _, i := range items {
		b.complain(u, b.judge(j, i))
		switch i.Outcome {
		case "updated":
			b.takenBack.restored++
		case "conflicted":
			b.takenBack.met++
		}
	}
	b.lower(u, items)
}

// submit submits an undo and waits until it has ended. It returns nil if there is none.
func (b *takeBack) submit(j *tracked, ids []string) *tracked {
	key := fmt.Sprint("take-back-", b.takenBack.undos)
	q := request{method: "POST", path: "/v1/jobs/" + j.id + "/undo", header: map[string]string{"Prefer": "wait=30", "Idempotency-Key": key}}
	follows := j.next(undoIt)
	follows.last = true
	if ids != nil {
		q.body = jsonBody(map[string]any{"ids": ids})
		follows.chosen = map[string]bool{}
		for _, id := range ids {
			follows.chosen[id] = true
		}
	}
	asked := asking{span{sent: b.run.now()}, string(undoIt)}
	c := b.of(j.where)
	a, err := c.persist(q)
	asked.done = a.done
	j.ask(asked)
	if err != nil || a.job() == "" || a.status != http.StatusOK && a.status != http.StatusAccepted {
		b.violation("%s: the undo in the end was answered %s, %v", j.name(), a, err)
		return nil
	}
	if before, same := b.keyed(a.job(), key); !same {
		b.violation("the idempotency key %s made the jobs %s and %s", key, before, a.job())
	}
	u, _ := b.book.accept(a.job(), j.workspace, func(u *tracked) { u.where, u.follows, u.submitted = j.where, follows, a.span })
	j.undoneBy = u.id
	m := &watcher{caller: c, j: u}
	m.saw(a)
	if !m.follow() {
		return nil
	}
	return u
}

// judge says what is wrong with the result of a record in an undo in the end, "" for
// nothing.
func (b *takeBack) judge(j *tracked, i item) string {
	rec := b.table.find(string(i.ID))
	wrote, left := b.left[j][rec]
	want := "updated"
	switch {
	case rec == nil || !left:
		return fmt.Sprintf("record %s is %s, and the job has no change of it left", i.ID, i.Outcome)
	case rec.deleted.done > 0:
		want = "skipped not_found"
	case b.now[rec] != wrote:
		want = "conflicted changed_since"
	}
	got := i.Outcome
	if i.Error != nil {
		got += " " + i.code()
	}
	if got != want {
		return fmt.Sprintf("record %s, which holds %d and got %d from the job, is %s instead of %s", i.ID, b.now[rec], wrote, got, want)
	}
	return ""
}

// checkLeft checks that all changes were taken back, except those of deleted records.
func (b *takeBack) checkLeft() {
	whole := len(b.violations) == 0
	for j, wrote := range b.left {
		n := 0
		for rec := range wrote {
			if rec.deleted.done == 0 {
				n++
			}
		}
		if n > 0 {
			whole = false
			b.complain(j, fmt.Sprintf("its changes of %d records were not taken back", n))
		}
	}
	if whole {
		b.undone = append(b.undone, b.table)
	}
}
