package chaos

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// aftermath is how long after a fault there may be effects: a process waits for the
// database, gives up, ends, and is started again.
const aftermath = 15 * time.Second

// checkRefusals checks the calls that were answered 503 or 507. There must be a fault that
// explains each; a fault of Redis alone does not.
func (c *checker) checkRefusals() {
	n := 0
	for _, refused := range c.refusals {
		if c.ofBrake(refused) || c.excused(refused.process, refused.span) {
			continue
		}
		// There may be many, which must not hide other violations.
		if n++; n <= refusalsShown {
			c.violation("%s %s was refused by %s at %.3fs although the database was well: %s",
				refused.method, refused.path, refused.process, refused.done.Seconds(), refused.answer)
		}
	}
	if n > refusalsShown {
		c.violation("%d calls in all were refused although the database was well", n)
	}
}

// refusalsShown is how many refused calls a report shows.
const refusalsShown = 5

// excused reports whether a fault of more than Redis may have had an effect on a process
// at a time.
func (r *run) excused(process string, s span) bool {
	return slices.ContainsFunc(r.windows, func(w window) bool {
		return w.bears(r.variant, process) && w.sent <= s.done && s.sent <= w.done+aftermath
	})
}

// bears reports whether a fault may keep a process from using its database.
func (w window) bears(k variant, process string) bool {
	switch {
	case k.postgres && w.what == killProcess:
		return w.victim == process // the server releases the locks of a dead process at once
	case w.what.sparesDatabase() && w.what != killProcess:
		return false
	}
	return true
}

// fatal matches what a process logs when it crashes.
var fatal = regexp.MustCompile(`(?m)^(panic|fatal error|SIG[A-Z]+|WARNING: DATA RACE).*$`)

// checkProcesses checks that no process has ended except by a fault.
func (c *checker) checkProcesses() {
	for _, p := range c.procs {
		for _, e := range p.unasked() {
			if !c.excused(p.name, span{e.at, e.at}) {
				c.violation("%s ended by itself at %.3fs: %s", p.name, e.at.Seconds(), e.status)
			}
		}
		said, err := os.ReadFile(filepath.Join(c.dir, p.name+".log"))
		if err != nil {
			c.violation("%v", err)
		}
		if line := fatal.Find(said); line != nil {
			c.violation("%s crashed: %s", p.name, line)
		}
		if p.failure != nil {
			c.violation("%s could not be started: %v", p.name, p.failure)
		}
	}
}

// evidence is what a run must have done at least. A run that did little proves little.
var evidence = struct {
	bulks, singles, polls, checked, hooks int
	large, computed                       int           // bulk jobs and computed values of the variant compute
	faults                                [][]faultType // at least one of each list
	faultsOfRedis                         [][]faultType // and of these, with a Redis server
	faultsOfPostgres                      [][]faultType // and of these, on PostgreSQL
}{
	bulks: 25, singles: 25, polls: 300, checked: 5000, hooks: 50, large: 5, computed: manyRecords,
	faults: [][]faultType{{killProcess}, {stopProcess}, {lockDatabase}, {fillDisk}, {stepClock}},
	faultsOfRedis: [][]faultType{
		{killRedis, endRedis, loseRedis, silenceRedis}, {emptyRedis, slowRedis, cutRedis}, {badTasks},
	},
	faultsOfPostgres: [][]faultType{
		{killPostgres, endPostgres, freezePostgres}, {slowPostgres, cutPostgres, silencePostgres}, {endSessions},
		{partitionPostgres, partitionBoth}, {partitionRedis},
	},
}

// checkEvidence fails a run that did too little.
func (c *checker) checkEvidence() {
	bulks, singles := c.counted()
	items := 0
	for _, list := range c.results {
		items += len(list)
	}
	short := func(what string, got, want int) {
		if got < want {
			c.violation("no evidence: %d %s, at least %d are needed", got, what, want)
		}
	}
	short("singles", singles, evidence.singles)
	short("results", items, evidence.checked)
	if c.variant.computes {
		short("bulk jobs", bulks, evidence.large)
		short("computed values", int(c.takenBack.increments), evidence.computed)
	} else {
		short("bulk jobs", bulks, evidence.bulks)
		short("polls", int(c.tally.polls.Load()), evidence.polls)
	}
	switch {
	case c.variant.hooks:
		short("webhooks", c.hookCounts()[string(accept)], evidence.hooks)
	case !c.variant.computes:
		c.checkLimitEvidence(short)
		short("jobs that computed values", int(c.takenBack.jobs), 5)
		c.fileWork = c.countFiles()
		short("file jobs", c.fileWork.jobs, 4)
		short("rows updated from files", int(c.fileWork.rows["updated"]), 100)
		short("uploads broken off", c.fileWork.broken, 2)
	}
	for _, types := range c.plan.evidence() {
		if c.server != nil && !c.disk.mounted && slices.Equal(types, []faultType{fillDisk}) {
			continue // only a disk of its own can be full for a server
		}
		short(fmt.Sprintf("faults of %q", types), c.happened(types...), 1)
	}
}

// evidence returns lists of faults. The run must have had at least one of each list.
func (p *plan) evidence() [][]faultType {
	wanted := slices.Clone(evidence.faults)
	if p.variant.redis {
		wanted = append(wanted, evidence.faultsOfRedis...)
	}
	if p.variant.postgres {
		wanted = append(wanted, evidence.faultsOfPostgres...)
	}
	return slices.DeleteFunc(wanted, func(types []faultType) bool { return !slices.ContainsFunc(types, p.allows) })
}

// counted returns how many bulk updates and singles there were.
func (r *run) counted() (bulks, singles int) {
	for _, j := range r.book.all() {
		switch {
		case j.bulk != nil:
			bulks++
		case j.single != nil:
			singles++
		}
	}
	return bulks, singles
}

// cutOff are the faults during which no process can reach Redis.
var cutOff = []faultType{killRedis, endRedis, loseRedis, cutRedis, silenceRedis}

// offline returns how many jobs were accepted while no process could reach Redis.
func (r *run) offline() (n int) {
	for _, j := range r.book.all() {
		if slices.ContainsFunc(r.windows, func(w window) bool {
			return slices.Contains(cutOff, w.what) && w.sent <= j.submitted.sent && j.submitted.done <= w.done
		}) {
			n++
		}
	}
	return n
}

// resumes returns how often a worker has continued work that another worker had not given
// back.
func (r *run) resumes() (n int64) {
	for _, j := range r.book.all() {
		most := int64(0)
		for _, s := range j.sightings {
			most = max(most, s.Attempt.Resumes)
		}
		n += most
	}
	return n
}

// summary says in one line what a run did.
func (r *run) summary() string {
	bulks, singles := r.counted()
	return fmt.Sprintf("seed %d, %s, %d processes: %d jobs, %d singles, %s; %s; %s; %d polls, %d events; faults %s (disks: %s; %d stopped with locks); %s; "+
		"%d malformed tasks, %d jobs while the clock was off, %d accepted without Redis, %d replays, %d refusals, %d of them for space, %d calls cut off, %d resumes seen, %d small jobs beside a large one, at most %d MiB; "+
		"%s; begun at %.1fs, hurt for %.1fs, final %.1fs later, judged in %.1fs",
		r.seed, r.variant, len(r.procs), bulks, singles, r.followers, r.takenBack, r.fileWork, r.tally.polls.Load(), r.tally.events.Load(), r.hits(), r.disk.means(), r.tally.zombies.Load(), r.limitCounts(),
		r.tally.badTasks.Load(), r.stepped, r.offline(), r.tally.replays.Load(), r.tally.unserved(), r.tally.full.Load(), r.tally.silences.Load(), r.resumes(), r.beside.Load(), r.peak>>20, r.hookCounts(),
		r.started.Seconds(), (r.faultsEnded - r.started).Seconds(), (r.settled - r.faultsEnded).Seconds(), (r.now() - r.settled).Seconds())
}

// diary lists the faults as they took place.
func (r *run) diary() string {
	var b strings.Builder
	for _, w := range r.windows {
		fmt.Fprintf(&b, "  %7.3fs to %.3fs %s %s (noticed: %t)\n", w.sent.Seconds(), w.done.Seconds(), w.what, w.victim, w.felt)
	}
	return b.String()
}

// shown is how many violations a report lists.
const shown = 25

// report says what is needed to find out why a seed failed.
func (r *run) report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d of %s failed; logs and database are kept in %s\n", r.seed, r.variant, r.dir)
	fmt.Fprintf(&b, "replay: go test ./chaos -v -run TestChaos -chaos.first=%d -chaos.seeds=1 -chaos.kind=%s\n", r.seed, r.variant)
	fmt.Fprintf(&b, "API processes %v, workers %v, chunk %d, concurrency %d; load and faults started at %.3fs; the planned faults, from there:\n%s",
		r.apis, r.workers, r.chunk, r.concurrency, r.started.Seconds(), schedule(r.faults))
	fmt.Fprintf(&b, "the faults as they took place, from the beginning:\n%s", r.diary())
	for _, m := range r.missed {
		fmt.Fprintf(&b, "did not take place: %s\n", m)
	}
	fmt.Fprintf(&b, "%d violations:\n", len(r.violations))
	for i, v := range r.violations {
		if i == shown {
			fmt.Fprintf(&b, "  and %d more\n", len(r.violations)-shown)
			break
		}
		fmt.Fprintln(&b, " ", v)
	}
	return b.String()
}
