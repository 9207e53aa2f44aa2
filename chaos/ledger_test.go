package chaos

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// readHistory returns the ids of the jobs that changed a record.
func (c *caller) readHistory(t *table, id string) ([]string, error) {
	var jobs []string
	cursor := ""
	for {
		a, err := c.persist(request{method: "GET", path: "/v1/" + t.model + "/customers/" + id + "/history?limit=1000" + cursor})
		if err != nil {
			return nil, err
		}
		var page struct {
			Items []struct {
				JobID string `json:"jobId"`
			}
			NextCursor *string
		}
		if err := json.Unmarshal(a.body, &page); err != nil || a.status != http.StatusOK {
			return nil, unexpected(a, err)
		}
		for _, i := range page.Items {
			jobs = append(jobs, i.JobID)
		}
		if page.NextCursor == nil {
			return jobs, nil
		}
		cursor = "&cursor=" + url.QueryEscape(*page.NextCursor)
	}
}

// listJobs returns all jobs of the caller's workspace.
func (c *caller) listJobs() ([]jobView, error) {
	var views []jobView
	cursor := ""
	for {
		a, err := c.persist(request{method: "GET", path: "/v1/jobs?limit=500" + cursor})
		if err != nil {
			return nil, err
		}
		var page struct {
			Items      []jobView
			NextCursor *string
		}
		if err := json.Unmarshal(a.body, &page); err != nil || a.status != http.StatusOK {
			return nil, unexpected(a, err)
		}
		views = append(views, page.Items...)
		if page.NextCursor == nil {
			return views, nil
		}
		cursor = "&cursor=" + url.QueryEscape(*page.NextCursor)
	}
}

// checkDatabase checks the content of the database. No process has it open any more.
func (c *checker) checkDatabase() {
	db, err := c.database.open()
	if err != nil {
		c.violation("open the database: %v", err)
		return
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), c.variant.slower()*settleWithin)
	defer cancel()
	if err := c.checkLedger(ctx, db); err != nil {
		c.violation("read the database: %v", err)
	}
	for _, t := range c.tables {
		rows, err := readTable(ctx, db, t)
		if err != nil {
			c.violation("read %s: %v", t, err)
			continue
		}
		c.checkSizes(t, rows)
		c.checkTable(t, rows)
	}
}

// checkLedger checks the database itself, and the jobs and idempotency keys in it.
func (c *checker) checkLedger(ctx context.Context, db *sql.DB) error {
	damage, err := c.database.damage(ctx, db)
	if err != nil {
		return err
	}
	if damage != "" {
		c.violation("the database is damaged: %s", damage)
	}
	jobs, err := readRows(ctx, db, `SELECT num, id, created_at FROM jobs`)
	if err != nil {
		return err
	}
	c.checkJobs(jobs)
	keys, err := readRows(ctx, db, `SELECT i.key, j.id FROM idempotency i JOIN jobs j ON j.num = i.job`)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if made, ok := c.keys[fmt.Sprint(k["key"])]; !ok || made != k["id"] {
			c.violation("the idempotency key %s belongs to job %s, and its callers were told %q", k["key"], k["id"], made)
		}
	}
	if len(keys) != len(c.keys) {
		c.violation("%d idempotency keys are in the database, and %d made a job", len(keys), len(c.keys))
	}
	remaining, err := readRows(ctx, db, `SELECT job, shard FROM outbox`)
	if err == nil && len(remaining) > 0 {
		c.violation("%d wake-ups are in the outbox although all jobs have ended", len(remaining))
	}
	return err
}

// checkJobs compares the jobs in the database with those that were accepted.
func (c *checker) checkJobs(rows []row) {
	inside := map[string]bool{}
	for _, r := range rows {
		id := fmt.Sprint(r["id"])
		inside[id] = true
		c.numbers[r["num"].(int64)] = id
		j, fresh := c.book.accept(id, "", nil)
		if fresh {
			c.violation("job %s is in the database and in no list", id)
		}
		c.checkTime(j, time.UnixMicro(r["created_at"].(int64)))
	}
	for _, j := range c.jobs {
		if !inside[j.id] {
			c.violation("%s is not in the database", j.name())
		}
	}
}

// checkTime counts the jobs that were created while the clock was wrong. On PostgreSQL
// jobs have the time of the server, whose clock is never moved.
func (c *checker) checkTime(j *tracked, made time.Time) {
	told := j.submitted.done
	if told == 0 {
		return
	}
	off := made.Sub(c.began.Add(told)).Abs() > wholeWithin
	switch {
	case c.server == nil && off, c.server != nil && c.during(stepClock, j.submitted):
		c.stepped++
	}
	if c.server != nil && off {
		c.violation("%s was created at %s by the database, and accepted at %s", j.name(), made, c.began.Add(told))
	}
}

// checkTable checks every record of a table.
func (c *checker) checkTable(t *table, rows map[string]row) {
	for _, rec := range t.all() {
		got, there := rows[rec.id]
		delete(rows, rec.id)
		switch {
		case rec.deleted.done > 0 && there:
			c.violation("%s %s is there though it was deleted", t, rec.id)
		case rec.deleted.done == 0 && !there:
			c.violation("%s %s is gone", t, rec.id)
		case there:
			for _, fault := range c.judgeRecord(t, rec, got) {
				c.violation("%s %s: %s", t, rec.id, fault)
			}
		}
	}
	if len(rows) > 0 {
		c.violation("%s has records that were never made: %v", t, slices.Collect(maps.Keys(rows)))
	}
}

// judgeRecord compares a record with all writes that are known to have changed it.
func (c *checker) judgeRecord(t *table, rec *record, got row) (faults []string) {
	complain := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	changes := c.changed[rec]
	want := 1 + int64(len(changes)) + int64(len(rec.groups)-1)
	if got["version"] != want {
		complain("its version is %v instead of %d, after %d jobs and %d foreign writes", got["version"], want, len(changes), len(rec.groups)-1)
	}
	if last := rec.groups[len(rec.groups)-1].value; got[column(t.group)] != last {
		complain("%s is %v instead of %q, which was written last", t.group, got[column(t.group)], last)
	}
	if n, ok := got["last_job"].(int64); ok && len(changes) == 0 || !ok && c.changedLast(rec) {
		complain("its last job is %v, after %d jobs and %d foreign writes", got["last_job"], len(changes), len(rec.groups)-1)
	} else if ok && !slices.ContainsFunc(changes, func(ch change) bool { return ch.job.id == c.numbers[n] }) {
		complain("its last job is %s, which does not say that it updated it", c.numbers[n])
	}
	for _, field := range t.changing() {
		if fault := judgeField(t, field, rec, changes, got); fault != "" {
			complain("%s", fault)
		}
		if first := canonical(rec.values[field]); slices.Contains(c.undone, t) && t.value(got, field) != first {
			complain("%s is %s instead of %s as at the start, although all %d jobs are undone", field, t.value(got, field), first, len(changes))
		}
	}
	before, known := c.baseline[t][rec.id]
	if !known {
		return faults
	}
	for _, name := range columnsOf(before, got) {
		if mayChange := want > 1 && t.changes(name); !mayChange && before[name] != got[name] {
			complain("column %s went from %v to %v", name, before[name], got[name])
		}
	}
	return faults
}

// changedLast reports whether it is certain that the last write of the record was by a
// job: by one that was submitted after all foreign writes were answered, or by any if
// there were none. A foreign write clears the column last_job.
func (c *checker) changedLast(rec *record) bool {
	last := rec.groups[len(rec.groups)-1].done
	return slices.ContainsFunc(c.changed[rec], func(ch change) bool {
		return len(rec.groups) == 1 || ch.job.submitted.sent > last
	})
}

// changing returns the fields that jobs change.
func (t *table) changing() []string {
	fields := slices.Clone(t.texts)
	for _, f := range []string{t.flag, t.object, t.unique, t.computed} {
		if f != "" {
			fields = append(fields, f)
		}
	}
	return fields
}

// changes reports whether an update may change a column.
func (t *table) changes(name string) bool {
	if slices.Contains([]string{"version", "updated_at", "last_job", column(t.group)}, name) {
		return true
	}
	return slices.ContainsFunc(t.changing(), func(f string) bool { return column(f) == name })
}

// judgeField checks that the changes of one field, in some order, lead from the value
// that the record was created with to the value that it has. Then each value was set
// as often as it was replaced, except for the first and the last one. The function
// returns what is wrong, "" for nothing.
func judgeField(t *table, field string, rec *record, changes []change, got row) string {
	balance := map[string]int{}
	first, last := canonical(rec.values[field]), t.value(got, field)
	balance[first]--
	balance[last]++
	for _, ch := range changes {
		if ch.item.Changed[field] == nil {
			continue
		}
		from, to, err := ch.item.change(field)
		if err != nil {
			return "a change of " + field + " cannot be read"
		}
		balance[canonicalText(from)]++
		balance[canonicalText(to)]--
	}
	for value, n := range balance {
		if n != 0 {
			return fmt.Sprintf("%s went from %s to %s, and the %d jobs that updated it do not account for %s", field, first, last, len(changes), value)
		}
	}
	return ""
}
