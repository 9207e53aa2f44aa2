package chaos

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// A faultKind is one way to hurt a run.
type faultKind string

// The faults.
const (
	killProcess  faultKind = "kill a process"
	stopProcess  faultKind = "stop a process"
	killRedis    faultKind = "kill Redis"
	endRedis     faultKind = "end Redis"
	emptyRedis   faultKind = "empty Redis"
	loseRedis    faultKind = "lose Redis and its data"
	slowRedis    faultKind = "slow down Redis"
	cutRedis     faultKind = "cut connections to Redis"
	silenceRedis faultKind = "silence Redis"
	lockDatabase faultKind = "lock the database"
	fillDisk     faultKind = "fill the disk"
	badTasks     faultKind = "queue malformed tasks"
	stepClock    faultKind = "step the clock"

	killPostgres      faultKind = "kill PostgreSQL"
	endPostgres       faultKind = "restart PostgreSQL"
	freezePostgres    faultKind = "stop PostgreSQL"
	slowPostgres      faultKind = "slow down PostgreSQL"
	cutPostgres       faultKind = "cut connections to PostgreSQL"
	silencePostgres   faultKind = "silence PostgreSQL"
	endSessions       faultKind = "end sessions"
	partitionPostgres faultKind = "part a process from PostgreSQL"
	partitionRedis    faultKind = "part a process from Redis"
	partitionBoth     faultKind = "part a process from both"
)

// ofRedis are the faults that leave the database alone: while nothing else is
// wrong, jobs are accepted and can be read.
var ofRedis = []faultKind{killRedis, endRedis, emptyRedis, loseRedis, slowRedis, cutRedis, silenceRedis, badTasks, partitionRedis}

// ofPostgres are the faults of the server and of all ways to it.
var ofPostgres = []faultKind{killPostgres, endPostgres, freezePostgres, slowPostgres, cutPostgres, silencePostgres, endSessions}

// sparesDatabase reports whether nobody is kept from the database by a fault,
// but a process that it ends.
func (k faultKind) sparesDatabase() bool {
	return slices.Contains(ofRedis, k) || k == stepClock || k == killProcess
}

// clockSteps are how far the clock of all processes is moved, forth and later
// back again or the reverse.
var clockSteps = []time.Duration{
	3 * time.Hour, -3 * time.Hour, 10 * time.Minute, -10 * time.Minute, 20 * time.Second, -20 * time.Second, time.Second, -time.Second,
}

// A fault is one of them at a time.
type fault struct {
	kind   faultKind
	at     time.Duration
	lasts  time.Duration
	choice int // whom it hits, or how
}

func (f fault) String() string {
	return fmt.Sprintf("%7.3fs %s for %.3fs (choice %d)", f.at.Seconds(), f.kind, f.lasts.Seconds(), f.choice)
}

// schedule lists faults for a report.
func schedule(faults []fault) string {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintln(&b, " ", f)
	}
	return b.String()
}

// drawFaults draws some of each kind. Two faults of one thing do not overlap:
// the second would end the first.
func (d *planner) drawFaults() []fault {
	f := &faultPlanner{planner: d, times: max(1, int(d.plan.active/(20*time.Second)))}
	f.always()
	if d.plan.kind.redis {
		f.ofMany()
	} else {
		f.ofOne()
	}
	if d.plan.kind.postgres {
		f.ofPostgres()
	}
	if d.plan.mild {
		f.list = slices.DeleteFunc(f.list, func(f fault) bool { return !f.kind.sparesDatabase() })
	}
	return d.apart(f.list)
}

// A faultDrawer draws faults.
type faultPlanner struct {
	*planner
	times int // how many of most kinds
	list  []fault
}

// add draws n faults, each of one of the kinds and of some seconds.
func (d *faultPlanner) add(n int, lo, hi float64, kinds ...faultKind) {
	second := float64(time.Second)
	for range n {
		f := fault{
			kind: kinds[d.IntN(len(kinds))], lasts: d.between(time.Duration(lo*second), time.Duration(hi*second)), choice: d.IntN(1000),
		}
		latest := max(d.plan.active-f.lasts-time.Second, time.Second)
		f.at = d.between(300*time.Millisecond, latest)
		d.list = append(d.list, f)
	}
}

func (d *faultPlanner) always() {
	longest := 3.0
	if d.one(3) {
		longest = 8 // longer than the program waits for the lock of SQLite
	}
	if d.plan.patient {
		longest = 12 // longer than it waits for one of PostgreSQL
	}
	d.add(1, 0.5, longest, lockDatabase)
	d.add(d.times, 1, 3, fillDisk)
	d.add(d.times, 1, 5, stepClock)
}

// ofOne draws for a process that is the only one.
func (d *faultPlanner) ofOne() {
	d.add(3*d.times, 0.05, 1.5, killProcess)
	d.add(d.times, 1, 4, stopProcess)
}

// ofMany draws for several processes and their Redis.
func (d *faultPlanner) ofMany() {
	d.add(3*d.times, 0.05, 2, killProcess)
	if d.plan.patient {
		d.add(1, 11, 14, stopProcess)
	} else {
		d.add(1, 8, 9.5, stopProcess)
	}
	if d.plan.long {
		d.add(1, 36, 39, stopProcess)
	}
	d.add(2*d.times, 0.3, 3, killRedis, endRedis, loseRedis, silenceRedis)
	d.add(2*d.times, 0.3, 2, emptyRedis, slowRedis, cutRedis)
	d.add(2*d.times, 0.1, 0.2, badTasks)
}

func (d *faultPlanner) ofPostgres() {
	d.add(d.times, 0.2, 3, killPostgres, endPostgres, freezePostgres)
	d.add(d.times, 0.2, 3, slowPostgres, cutPostgres, silencePostgres)
	d.add(2*d.times, 0.1, 0.2, endSessions)
	d.add(2*d.times, 0.5, 5, partitionPostgres, partitionBoth)
	d.add(d.times, 0.5, 5, partitionRedis)
	if d.plan.patient {
		d.add(1, 11, 14, partitionPostgres, partitionBoth)
	}
}

// apart sorts faults and moves those that would overlap with another of the
// same thing behind it, where there is room for them.
func (d *planner) apart(list []fault) []fault {
	slices.SortFunc(list, func(a, b fault) int { return int(a.at - b.at) })
	busy := map[string]time.Duration{}
	for i := range list {
		f := &list[i]
		thing := f.thing(d.plan.kind)
		if thing == "" {
			continue
		}
		f.at = max(f.at, busy[thing])
		busy[thing] = f.at + f.lasts + 200*time.Millisecond
	}
	slices.SortFunc(list, func(a, b fault) int { return int(a.at - b.at) })
	return list
}

// postgresProcesses is how many processes there are on PostgreSQL.
const postgresProcesses = 5

// thing is what a fault has for itself, "" for nothing.
func (f fault) thing(k kind) string {
	switch {
	case slices.Contains(ofPostgres, f.kind) && f.kind != endSessions, f.kind == fillDisk && k.postgres:
		return "PostgreSQL"
	case f.kind == partitionPostgres || f.kind == partitionRedis || f.kind == partitionBoth:
		return fmt.Sprint("the ways of process ", f.choice%postgresProcesses)
	case f.kind == fillDisk || f.kind == lockDatabase || f.kind == stepClock:
		return string(f.kind)
	case slices.Contains(ofRedis, f.kind) && f.kind != emptyRedis:
		return "Redis"
	}
	return ""
}

func TestEveryPlanHasTheFaultsThatAreEvidence(t *testing.T) {
	for _, k := range allKinds {
		for seed := range uint64(10) {
			p := newPlan(seed, k)
			for _, kinds := range p.evidence() {
				if !slices.ContainsFunc(p.faults, func(f fault) bool { return slices.Contains(kinds, f.kind) }) {
					t.Errorf("seed %d of %s has none of %q", seed, k, kinds)
				}
			}
		}
	}
}
