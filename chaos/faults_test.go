package chaos

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A faultType is one sort of fault.
type faultType string

// The faults.
const (
	killProcess  faultType = "kill a process"
	stopProcess  faultType = "stop a process"
	killRedis    faultType = "kill Redis"
	endRedis     faultType = "end Redis"
	emptyRedis   faultType = "empty Redis"
	loseRedis    faultType = "lose Redis and its data"
	slowRedis    faultType = "slow down Redis"
	cutRedis     faultType = "cut connections to Redis"
	silenceRedis faultType = "silence Redis"
	lockDatabase faultType = "lock the database"
	fillDisk     faultType = "fill the disk"
	badTasks     faultType = "queue malformed tasks"
	stepClock    faultType = "step the clock"

	killPostgres      faultType = "kill PostgreSQL"
	endPostgres       faultType = "restart PostgreSQL"
	freezePostgres    faultType = "stop PostgreSQL"
	slowPostgres      faultType = "slow down PostgreSQL"
	cutPostgres       faultType = "cut connections to PostgreSQL"
	silencePostgres   faultType = "silence PostgreSQL"
	endSessions       faultType = "end sessions"
	partitionPostgres faultType = "cut a process off from PostgreSQL"
	partitionRedis    faultType = "cut a process off from Redis"
	partitionBoth     faultType = "cut a process off from both"
)

// ofRedis are the faults that concern only Redis. If there is no other fault, jobs
// must be accepted and readable.
var ofRedis = []faultType{killRedis, endRedis, emptyRedis, loseRedis, slowRedis, cutRedis, silenceRedis, badTasks, partitionRedis}

// ofPostgres are the faults of the PostgreSQL server and of all connections to it.
var ofPostgres = []faultType{killPostgres, endPostgres, freezePostgres, slowPostgres, cutPostgres, silencePostgres, endSessions}

// sparesDatabase reports whether all processes can use the database during the
// fault, except for a process that the fault kills.
func (k faultType) sparesDatabase() bool {
	return slices.Contains(ofRedis, k) || k == stepClock || k == killProcess
}

// clockSteps are the distances by which the clock of all processes is moved. It is
// moved back later.
var clockSteps = []time.Duration{
	3 * time.Hour, -3 * time.Hour, 10 * time.Minute, -10 * time.Minute, 20 * time.Second, -20 * time.Second, time.Second, -time.Second,
}

// A fault is a planned fault.
type fault struct {
	what   faultType
	at     time.Duration
	lasts  time.Duration
	choice int // random: whom it hits, or how
}

func (f fault) String() string {
	return fmt.Sprintf("%7.3fs %s for %.3fs (choice %d)", f.at.Seconds(), f.what, f.lasts.Seconds(), f.choice)
}

// schedule lists faults for a report.
func schedule(faults []fault) string {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintln(&b, " ", f)
	}
	return b.String()
}

// drawFaults returns random faults of every sort. Two faults of one resource do not
// overlap, because the end of one would end the other.
func (d *planner) drawFaults() []fault {
	f := &faultPlanner{planner: d, times: max(1, int(d.plan.active/(20*time.Second)))}
	f.always()
	if d.plan.variant.redis {
		f.ofMany()
	} else {
		f.ofOne()
	}
	if d.plan.variant.postgres {
		f.ofPostgres()
	}
	f.list = slices.DeleteFunc(f.list, func(f fault) bool { return !d.plan.allows(f.what) })
	return d.apart(f.list)
}

// allows reports whether the plan may have a sort of fault. The clock is not stepped where
// webhooks are tried: on SQLite their next attempts are due by it.
func (p *plan) allows(k faultType) bool {
	return !p.quiet && (!p.mild || k.sparesDatabase()) && (!p.variant.hooks || k != stepClock)
}

// A faultPlanner makes the random faults of a plan.
type faultPlanner struct {
	*planner
	times int // how many there are of most sorts
	list  []fault
}

// add adds n random faults. Each is of one of the sorts and lasts lo to hi seconds.
func (d *faultPlanner) add(n int, lo, hi float64, types ...faultType) {
	second := float64(time.Second)
	for range n {
		f := fault{
			what: types[d.IntN(len(types))], lasts: d.between(time.Duration(lo*second), time.Duration(hi*second)), choice: d.IntN(1000),
		}
		latest := max(d.plan.active-f.lasts-time.Second, time.Second)
		f.at = d.between(300*time.Millisecond, latest)
		d.list = append(d.list, f)
	}
}

// always adds the faults of every variant.
func (d *faultPlanner) always() {
	longest := 3.0
	if d.one(3) {
		longest = 8 // longer than the program waits for a lock on SQLite
	}
	if d.plan.patient {
		longest = 12 // longer than it waits for a lock on PostgreSQL
	}
	d.add(1, 0.5, longest, lockDatabase)
	d.add(d.times, 1, 3, fillDisk)
	d.add(d.times, 1, 5, stepClock)
}

// ofOne adds the faults of a run with one process.
func (d *faultPlanner) ofOne() {
	d.add(3*d.times, 0.05, 1.5, killProcess)
	d.add(d.times, 1, 4, stopProcess)
}

// ofMany adds the faults of a run with several processes and a Redis server.
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

// ofPostgres adds the faults of a run on PostgreSQL.
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

// apart sorts faults, and moves a fault that would overlap with another one of the
// same resource behind that.
func (d *planner) apart(list []fault) []fault {
	slices.SortFunc(list, func(a, b fault) int { return int(a.at - b.at) })
	busy := map[string]time.Duration{}
	for i := range list {
		f := &list[i]
		resource := f.resource(d.plan.variant)
		if resource == "" {
			continue
		}
		f.at = max(f.at, busy[resource])
		busy[resource] = f.at + f.lasts + 200*time.Millisecond
	}
	slices.SortFunc(list, func(a, b fault) int { return int(a.at - b.at) })
	return list
}

// postgresProcesses is how many processes there are on PostgreSQL.
const postgresProcesses = 5

// resource returns what no other fault may concern at the same time, "" for nothing.
func (f fault) resource(k variant) string {
	switch {
	case slices.Contains(ofPostgres, f.what) && f.what != endSessions, f.what == fillDisk && k.postgres:
		return "PostgreSQL"
	case f.what == partitionPostgres || f.what == partitionRedis || f.what == partitionBoth:
		return fmt.Sprint("the connections of process ", f.choice%postgresProcesses)
	case f.what == fillDisk || f.what == lockDatabase || f.what == stepClock:
		return string(f.what)
	case slices.Contains(ofRedis, f.what) && f.what != emptyRedis:
		return "Redis"
	}
	return ""
}
