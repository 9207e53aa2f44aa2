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

	killPostgres    faultKind = "kill PostgreSQL"
	endPostgres     faultKind = "restart PostgreSQL"
	freezePostgres  faultKind = "stop PostgreSQL"
	slowPostgres    faultKind = "slow down PostgreSQL"
	cutPostgres     faultKind = "cut connections to PostgreSQL"
	silencePostgres faultKind = "silence PostgreSQL"
	endSessions     faultKind = "end sessions"
	partPostgres    faultKind = "part a process from PostgreSQL"
	partRedis       faultKind = "part a process from Redis"
	partBoth        faultKind = "part a process from both"
)

// ofRedis are the faults that leave the database alone: while nothing else is
// wrong, jobs are accepted and can be read.
var ofRedis = []faultKind{killRedis, endRedis, emptyRedis, loseRedis, slowRedis, cutRedis, silenceRedis, badTasks, partRedis}

// ofPostgres are the faults of the server and of all ways to it.
var ofPostgres = []faultKind{killPostgres, endPostgres, freezePostgres, slowPostgres, cutPostgres, silencePostgres, endSessions}

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
func (d *drawer) drawFaults() []fault {
	var list []fault
	add := func(n int, lo, hi time.Duration, kinds ...faultKind) {
		for range n {
			f := fault{kind: kinds[d.IntN(len(kinds))], lasts: d.between(lo, hi), choice: d.IntN(1000)}
			latest := max(d.plan.active-f.lasts-time.Second, time.Second)
			f.at = d.between(300*time.Millisecond, latest)
			list = append(list, f)
		}
	}
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	times := max(1, int(d.plan.active/(20*time.Second)))
	longest := seconds(3)
	if d.one(3) {
		longest = seconds(8) // longer than the program waits for a lock
	}
	if d.plan.patient {
		longest = seconds(12)
	}
	add(1, seconds(0.5), longest, lockDatabase)
	add(times, seconds(1), seconds(3), fillDisk)
	add(times, seconds(1), seconds(5), stepClock)
	if !d.plan.kind.redis {
		add(3*times, seconds(0.05), seconds(1.5), killProcess)
		add(times, seconds(1), seconds(4), stopProcess)
		return d.apart(list)
	}
	add(3*times, seconds(0.05), seconds(2), killProcess)
	standstill := [2]time.Duration{seconds(8), seconds(9.5)}
	if d.plan.patient {
		standstill = [2]time.Duration{seconds(11), seconds(14)}
	}
	add(1, standstill[0], standstill[1], stopProcess)
	if d.plan.long {
		add(1, seconds(36), seconds(39), stopProcess)
	}
	add(2*times, seconds(0.3), seconds(3), killRedis, endRedis, loseRedis, silenceRedis)
	add(2*times, seconds(0.3), seconds(2), emptyRedis, slowRedis, cutRedis)
	add(2*times, seconds(0.1), seconds(0.2), badTasks)
	if d.plan.kind.postgres {
		add(times, seconds(0.2), seconds(3), killPostgres, endPostgres, freezePostgres)
		add(times, seconds(0.2), seconds(3), slowPostgres, cutPostgres, silencePostgres)
		add(2*times, seconds(0.1), seconds(0.2), endSessions)
		add(2*times, seconds(0.5), seconds(5), partPostgres, partBoth)
		add(times, seconds(0.5), seconds(5), partRedis)
		if d.plan.patient {
			add(1, standstill[0], standstill[1], partPostgres, partBoth)
		}
	}
	return d.apart(list)
}

// apart sorts faults and moves those that would overlap with another of the
// same thing behind it, where there is room for them.
func (d *drawer) apart(list []fault) []fault {
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
	case f.kind == partPostgres || f.kind == partRedis || f.kind == partBoth:
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
			for _, kinds := range k.evidence() {
				if !slices.ContainsFunc(p.faults, func(f fault) bool { return slices.Contains(kinds, f.kind) }) {
					t.Errorf("seed %d of %s has none of %q", seed, k, kinds)
				}
			}
		}
	}
}
