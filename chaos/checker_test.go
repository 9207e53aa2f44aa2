package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// A checker checks a run by the recorded answers and the database.
type checker struct {
	*run
	jobs    []*tracked
	ends    map[*tracked]sighting // the last answer about each job
	results map[*tracked][]item
	numbers map[int64]string // job ids by their numbers in the database
	lost    int              // jobs whose acceptance no caller was told of
	// changed holds, for each record, the jobs whose results say that they updated it.
	changed map[*record][]change
	newest  []*tracked // all jobs, the newest of each workspace first
	undone  []*table   // the tables of which all jobs were undone
}

// A change is one update of a record, from the results of its job.
type change struct {
	job  *tracked
	item item
}

// check checks the run after all jobs have ended.
func (r *run) check() {
	c := &checker{run: r, ends: map[*tracked]sighting{}, results: map[*tracked][]item{}, numbers: map[int64]string{}, changed: map[*record][]change{}}
	c.discover()
	c.takeBackAll()
	c.gather()
	c.checkHooks()
	for _, j := range c.jobs {
		c.checkJob(j)
	}
	c.checkVersions()
	c.checkReadings()
	c.checkRevocations()
	c.checkHistories()
	c.checkUploads()
	c.checkRefusals()
	c.checkMemory()
	if err := r.endProcesses(); err != nil {
		r.violation("%v", err)
	}
	c.checkDatabase()
	c.checkProcesses()
	c.checkEvidence()
}

// discover lists all jobs. It waits for the end of those whose acceptance no caller was
// told of.
func (c *checker) discover() {
	for name, caller := range c.callers {
		views, err := caller.listJobs()
		if err != nil {
			c.violation("the jobs of %s cannot be listed in the end: %v", name, err)
		}
		for _, v := range views {
			j, _ := c.book.accept(v.JobID, name, nil)
			c.newest = append(c.newest, j)
			if j.where != nil {
				continue
			}
			c.lost++
			i := slices.IndexFunc(c.tables, func(t *table) bool { return t.workspace == name && t.model == v.Model })
			j.where = c.tables[i]
			(&watcher{caller: caller, j: j}).follow()
		}
	}
	if c.lost > c.book.lost {
		c.violation("there are %d jobs that no caller was told of, and only %d submissions got no answer", c.lost, c.book.lost)
	}
}

// gather reads all jobs and their results, several at the same time.
func (c *checker) gather() {
	jobs := c.book.all()
	ends, results := make([]*sighting, len(jobs)), make([][]item, len(jobs))
	var all sync.WaitGroup
	for part := range askers {
		all.Go(func() {
			for i := part; i < len(jobs); i += askers {
				ends[i], results[i] = c.askEnd(jobs[i])
			}
		})
	}
	all.Wait()
	for i, j := range jobs {
		if ends[i] == nil {
			continue
		}
		c.jobs = append(c.jobs, j)
		c.ends[j], c.results[j] = *ends[i], results[i]
		c.index(j)
	}
}

// askers is how many jobs gather reads at the same time.
const askers = 4

// askEnd reads a job and its results. It returns nil if there is no answer.
func (c *checker) askEnd(j *tracked) (*sighting, []item) {
	caller := c.callers[j.workspace]
	a, err := caller.persist(request{method: "GET", path: "/v1/jobs/" + j.id})
	if err != nil {
		c.violation("%s cannot be read in the end: %v", j.name(), err)
		return nil, nil
	}
	s, err := readJob(a)
	if err != nil {
		c.violation("%s cannot be read in the end: %v", j.name(), err)
		return nil, nil
	}
	j.see(s)
	c.tally.polls.Add(1)
	if items, read := c.results[j]; read {
		return &s, items
	}
	return &s, c.readResults(j)
}

// readResults reads the results of a job.
func (c *checker) readResults(j *tracked) []item {
	items, err := c.of(j.where).readResults(j.id)
	if err != nil {
		c.violation("%s: %v", j.name(), err)
	}
	return items
}

// index records which records a job updated.
func (c *checker) index(j *tracked) {
	for _, i := range c.results[j] {
		rec := j.where.find(string(i.ID))
		switch {
		case i.ID == "" && j.fromFile() != nil: // a row without a record, which checkFileJob checks
		case rec == nil:
			c.violation("%s has a result for %q, which was never created", j.name(), i.ID)
		case i.Outcome == "updated":
			c.changed[rec] = append(c.changed[rec], change{j, i})
		}
	}
}

// complain records what is wrong with a job. It ignores faults that are "".
func (c *checker) complain(j *tracked, faults ...string) {
	for _, f := range faults {
		if f != "" {
			c.violation("%s: %s", j.name(), f)
		}
	}
}

// checkJob checks one job: its answers, its results, and how it ended.
func (c *checker) checkJob(j *tracked) {
	end := c.ends[j]
	c.complain(j, judgeSightings(j.sightings, append(slices.Clone(j.asked), c.releases(j.workspace)...))...)
	c.complain(j, judgeBrake(j.sightings)...)
	c.complain(j, judgeItems(c.results[j], end.Counts)...)
	if !end.Done {
		return // recorded already
	}
	var options map[string]any
	var patch map[string]any
	switch {
	case j.bulk != nil:
		options, patch = j.bulk.options, j.bulk.patch
		c.checkSelection(j)
	case j.single != nil:
		patch = j.single.patch
		c.checkSingle(j)
	case j.file != nil:
		options = j.file.options
		c.checkFileJob(j)
	case j.preview != nil:
		c.checkPreview(j)
		return
	case j.follows != nil:
		options, patch = j.follows.inherited()
		c.checkSequel(j)
		if !j.follows.last {
			c.followers.count(j.follows.by, c.ends[j])
		}
	default:
		return
	}
	if end.Error != nil && end.Error.Code == "model_gone" {
		c.complain(j, c.checkModelGone(j))
	}
	if fault := judgeEnd(end, j.asked, options); fault != "" {
		c.complain(j, fmt.Sprintf("%s: %s, options %v", fault, end, options))
	}
	c.tally.oversized.Add(oversized(c.results[j]))
	if j.fromFile() != nil {
		c.checkRows(j)
	}
	for _, i := range c.results[j] {
		if rec := j.where.find(string(i.ID)); rec != nil && patch != nil {
			c.complain(j, judgeSize(j.where, rec, i, patch))
		}
		if patch == nil {
			continue
		}
		if fault := j.where.judgeUpdate(i, patch); fault != "" {
			c.complain(j, fmt.Sprintf("record %s: %s", i.ID, fault))
		}
	}
}

// checkSelection compares the records of a job with those that its filter must have
// matched while it was being resolved.
func (c *checker) checkSelection(j *tracked) {
	t, cond := j.bulk.table, j.bulk.cond
	if c.ends[j].Counts.Matched == nil {
		return // cancelled before it was resolved
	}
	from, to := j.submitted.sent, j.resolved()
	over := c.ends[j].sent
	if first := j.finished(); first < over {
		over = first
	}
	got := map[string]item{}
	for _, i := range c.results[j] {
		got[string(i.ID)] = i
	}
	for _, r := range t.all() {
		i, in := got[r.id]
		switch v := selected(cond, t, r, from, to); {
		case in && v == never:
			c.complain(j, fmt.Sprintf("record %s is %s, and did not match when the selection was committed", r.id, i.Outcome))
		case !in && v == always:
			c.complain(j, fmt.Sprintf("record %s is missing, and matched when the selection was committed", r.id))
		}
		if in {
			c.complain(j, c.judgeOutcome(j.bulk, mismatchOf(j.bulk.options), r, i, from, over))
		}
	}
}

// A mismatch says what a job does with records that no longer match.
type mismatch string

const (
	skipMismatch  mismatch = "skip"
	forceMismatch mismatch = "force"
)

// mismatchOf reads the option onMismatch.
func mismatchOf(options map[string]any) mismatch {
	if options["onMismatch"] == string(forceMismatch) {
		return forceMismatch
	}
	return skipMismatch
}

// judgeOutcome says what is wrong with the outcome of a selected record, "" for
// nothing: it must have been possible at some time between from and to, while the
// job ran.
func (c *checker) judgeOutcome(op *bulkOp, on mismatch, r *record, i item, from, to time.Duration) string {
	matched, forced := op.cond.judge(op.table, r, from, to), on == forceMismatch
	switch code := i.code(); {
	case code == "no_longer_matches" && (forced || matched == always):
		return fmt.Sprintf("record %s was skipped, though it matched all the time or the job was forced", r.id)
	case code == "not_found" && r.exists(from, to) == always:
		return fmt.Sprintf("record %s was not found, though it was there", r.id)
	case i.Outcome == "updated" && !forced && matched == never:
		return fmt.Sprintf("record %s was updated, though it never matched", r.id)
	case i.Outcome == "skipped" && code != "no_longer_matches" && code != "not_found",
		i.Outcome == "conflicted", i.Outcome == "failed" && code != "unique" && code != "too_large":
		return fmt.Sprintf("record %s is %s for the reason %q", r.id, i.Outcome, code)
	}
	return ""
}

// resolved returns when the selection of the job was certainly committed.
func (j *tracked) resolved() time.Duration {
	at := farAway
	for _, s := range j.sightings {
		if s.Counts.Matched != nil {
			at = min(at, s.done)
		}
	}
	return at
}

// finished returns when the job was first seen to have ended.
func (j *tracked) finished() time.Duration {
	at := farAway
	for _, s := range j.sightings {
		if s.Done {
			at = min(at, s.done)
		}
	}
	return at
}

// checkSingle checks the result of a patch of one record.
func (c *checker) checkSingle(j *tracked) {
	items, id := c.results[j], j.single.table.at(j.single.index).id
	if len(items) != 1 || string(items[0].ID) != id {
		c.complain(j, fmt.Sprintf("it has %d results, not one for record %s", len(items), id))
		return
	}
	i, rec := items[0], j.single.table.find(id)
	ok := map[string]bool{
		"updated": true, "unchanged": true,
		"conflicted": i.code() == "precondition_failed" && j.version > 0,
		"skipped":    i.code() == "not_found" && rec.deleted.done > 0,
		"failed":     i.code() == "unique",
		"pending":    c.ends[j].State == "cancelled",
	}
	if !ok[i.Outcome] {
		c.complain(j, fmt.Sprintf("it is %s for the reason %q", i.Outcome, i.code()))
	}
}

// checkVersions checks that at most one of the singles that demanded the same version of
// a record has changed the record.
func (c *checker) checkVersions() {
	for rec, changes := range c.changed {
		by := map[int64]*tracked{}
		for _, ch := range changes {
			v := ch.version()
			if v == 0 {
				continue
			}
			if by[v] != nil {
				c.violation("record %s: %s and %s both changed version %d", rec.id, by[v].name(), ch.job.name(), v)
			}
			by[v] = ch.job
		}
	}
}

// samples is how many records have their history checked.
const samples = 80

// checkHistories compares the history of random records with the results of the jobs.
func (c *checker) checkHistories() {
	for _, t := range c.tables {
		all := t.all()
		for range samples / len(c.tables) {
			rec := all[rand.IntN(len(all))]
			if rec.deleted.done == 0 {
				c.checkHistory(t, rec)
			}
		}
	}
}

// checkHistory checks the history of one record.
func (c *checker) checkHistory(t *table, rec *record) {
	got, err := c.of(t).readHistory(t, rec.id)
	if err != nil {
		c.violation("the history of %s %s cannot be read: %v", t, rec.id, err)
		return
	}
	var want []string
	for _, ch := range c.changed[rec] {
		want = append(want, ch.job.id)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		c.violation("the history of %s %s names the jobs %v, and the jobs %v say that they updated it", t, rec.id, got, want)
	}
}
