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

// echo is how long after a fault its effects may be felt: a process waits for
// the database, gives up, ends, and is started again.
const echo = 15 * time.Second

// checkRefusals judges the calls that were not served. While nothing but
// Redis is hurt, there is no reason to refuse one.
func (c *checker) checkRefusals() {
	for _, refused := range c.refusals {
		if !c.excused(refused.span) {
			c.violation("%s %s was refused at %.3fs though the database was well: %s",
				refused.method, refused.path, refused.done.Seconds(), refused.answer)
		}
	}
}

// excused reports whether a fault that bears on more than Redis may have been
// felt at a time.
func (r *run) excused(s span) bool {
	return slices.ContainsFunc(r.windows, func(w window) bool {
		return !slices.Contains(ofRedis, w.kind) && w.kind != stepClock && w.sent <= s.done && s.sent <= w.done+echo
	})
}

// fatal is what a process says that ended by a fault of its own.
var fatal = regexp.MustCompile(`(?m)^(panic|fatal error|SIG[A-Z]+|WARNING: DATA RACE).*$`)

// checkProcesses looks for processes that ended when nobody had asked for it.
func (c *checker) checkProcesses() {
	for _, p := range c.procs {
		for _, e := range p.unasked() {
			if !c.excused(span{e.at, e.at}) {
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

// Evidence is what a run did at least: a checker that had little to look at
// proves little.
var evidence = struct {
	bulks, singles, polls, checked int
	faults                         [][]faultKind // of each list at least one
	faultsOfRedis                  [][]faultKind // and of these, where there is a real one
}{
	bulks: 25, singles: 25, polls: 300, checked: 5000,
	faults: [][]faultKind{{killProcess}, {stopProcess}, {lockDatabase}, {fillDisk}, {stepClock}},
	faultsOfRedis: [][]faultKind{
		{killRedis, endRedis, loseRedis, silenceRedis}, {emptyRedis, slowRedis, cutRedis}, {badTasks},
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
			c.violation("no evidence: %d %s, and it takes %d", got, what, want)
		}
	}
	short("bulk jobs", bulks, evidence.bulks)
	short("singles", singles, evidence.singles)
	short("polls", int(c.tally.polls.Load()), evidence.polls)
	short("results", items, evidence.checked)
	wanted := evidence.faults
	if c.queue != nil {
		wanted = append(slices.Clone(wanted), evidence.faultsOfRedis...)
	}
	for _, kinds := range wanted {
		short(fmt.Sprintf("faults of %q", kinds), c.happened(kinds...), 1)
	}
}

// counted is how many jobs of either kind there were.
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

// cutOff are the faults while which no process reaches Redis.
var cutOff = []faultKind{killRedis, endRedis, loseRedis, cutRedis, silenceRedis}

// offline counts the jobs that were accepted while no process reached Redis.
func (r *run) offline() (n int) {
	for _, j := range r.book.all() {
		if slices.ContainsFunc(r.windows, func(w window) bool {
			return slices.Contains(cutOff, w.kind) && w.sent <= j.submitted.sent && j.submitted.done <= w.done
		}) {
			n++
		}
	}
	return n
}

// resumes counts how often work was taken over from somebody who had not
// given it back.
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

// summary is what a run did, in a line.
func (r *run) summary() string {
	bulks, singles := r.counted()
	return fmt.Sprintf("seed %d, %s Redis, %s: %d jobs, %d singles, %d polls; %d kills, %d stops, %d Redis faults, %d malformed tasks, %d locks, "+
		"%d full disks (%s), %d clock steps with %d jobs; %d accepted without Redis, %d replays, %d refusals, %d of them for space, %d calls cut off, %d resumes seen; "+
		"final %.1fs after the faults",
		r.seed, r.redis, r.front, bulks, singles, r.tally.polls.Load(), r.happened(killProcess), r.happened(stopProcess), r.happened(ofRedis...)-r.happened(badTasks),
		r.tally.badTasks.Load(), r.happened(lockDatabase), r.happened(fillDisk), r.disk.means(), r.happened(stepClock), r.stepped, r.offline(), r.tally.replays.Load(),
		r.tally.refusals.Load()+r.tally.full.Load(), r.tally.full.Load(), r.tally.silences.Load(), r.resumes(), (r.settled - r.faultsEnded).Seconds())
}

// A total sums what several seeds did.
type total struct {
	jobs, polls, faults, resumes, offline, full, stepped int64
}

func (t *total) add(r *run) {
	bulks, singles := r.counted()
	t.jobs += int64(bulks + singles)
	t.polls += r.tally.polls.Load()
	t.faults += int64(len(r.windows))
	t.resumes += r.resumes()
	t.offline += int64(r.offline())
	t.full += r.tally.full.Load()
	if !r.disk.mounted {
		t.full += r.tally.refusals.Load() // a limit shows as a fault of the disk
	}
	t.stepped += int64(r.stepped)
}

func (t total) String() string {
	return fmt.Sprintf("%d jobs, %d polls, %d faults, %d resumes, %d accepted without Redis, %d refused for space",
		t.jobs, t.polls, t.faults, t.resumes, t.offline, t.full)
}

// manySeeds is from how many seeds on those effects must have been seen that
// a single one may miss.
const manySeeds = 10

// lacks says which effect of the faults was never seen, "" for none.
func (t total) lacks(redis string, seeds int) string {
	switch {
	case seeds < manySeeds:
	case t.resumes == 0:
		return "no evidence: no job was ever resumed"
	case t.stepped == 0:
		return "no evidence: no job was made while the clock was off (is the program built with -tags stepclock?)"
	case t.full == 0:
		return "no evidence: the full disks were never felt"
	case redis == realRedis && t.offline == 0:
		return "no evidence: no job was accepted while Redis could not be reached"
	}
	return ""
}

// shown is how many violations a report lists.
const shown = 25

// report is what somebody needs who wants to know why a seed failed.
func (r *run) report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d with %s Redis failed; logs and database are kept in %s\n", r.seed, r.redis, r.dir)
	fmt.Fprintf(&b, "replay: go test ./chaos -v -run TestChaos -chaos.first=%d -chaos.seeds=1 -chaos.redis=%s\n", r.seed, r.redis)
	fmt.Fprintf(&b, "front %s, chunk %d, concurrency %d; load and faults began at %.3fs; the faults, from there:\n%s",
		r.front, r.chunk, r.concurrency, r.started.Seconds(), schedule(r.faults))
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
