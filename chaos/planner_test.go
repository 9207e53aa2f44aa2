package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// A planner makes the random decisions of a plan.
type planner struct {
	*rand.Rand
	plan *plan
	made map[*table]int // records created so far
	gone map[*table]int // records deleted so far
	only *table         // that table returns, nil for any
}

// per returns how many of something there are, by its number in a second.
func (d *planner) per(second float64) int { return int(second * d.plan.active.Seconds()) }

// draw adds bulk updates, singles and foreign writes.
func (d *planner) draw() {
	d.made, d.gone = make(map[*table]int), make(map[*table]int)
	p := d.plan
	for n := range 25 + d.per(3) {
		p.bulks = append(p.bulks, d.bulk(n))
	}
	for n := range 20 + d.per(5) {
		p.singles = append(p.singles, d.single(n))
	}
	for n := range 15 + d.per(4) {
		p.foreign = append(p.foreign, foreignOp{n: n, at: d.moment(), table: d.table()})
	}
	slices.SortFunc(p.foreign, func(a, b foreignOp) int { return int(a.at - b.at) })
	for i := range p.foreign {
		d.foreign(&p.foreign[i])
	}
}

// addTargets adds a large job just before each kill or stop of a process, so that
// the fault hits the process at work.
func (d *planner) addTargets() {
	for _, f := range d.plan.faults {
		if f.what != killProcess && f.what != stopProcess {
			continue
		}
		n, t := len(d.plan.bulks), d.plan.tables[0]
		early := d.between(0, 30*time.Millisecond)
		op := bulkOp{
			n: n, at: max(0, f.at-early), table: t, cond: everything{}, options: map[string]any{"allowAll": true},
			patch: map[string]any{t.texts[n%len(t.texts)]: fmt.Sprintf("target %d", n)}, send: sending{copies: 1}, asJob: true,
		}
		if d.plan.variant.computes {
			lo := d.IntN(t.initial * 3 / 4)
			op.cond = idRange{lo, lo + t.initial/4} // all of them would take minutes
		}
		op.sequels = d.sequels(3)
		d.plan.bulks = append(d.plan.bulks, op)
	}
}

// moment returns a random time of the run, except for its last second.
func (d *planner) moment() time.Duration {
	return time.Duration(d.Int64N(int64(d.plan.active - time.Second)))
}

// between returns a random duration.
func (d *planner) between(lo, hi time.Duration) time.Duration {
	return lo + time.Duration(d.Int64N(int64(hi-lo)))
}

// table returns a random table, the first and largest one most often.
func (d *planner) table() *table {
	if d.only != nil {
		return d.only
	}
	return d.plan.tables[[]int{0, 0, 0, 0, 1, 1, 2, 2, 3}[d.IntN(9)]]
}

// one returns true with a probability of 1 in n.
func (d *planner) one(n int) bool { return d.IntN(n) == 0 }

// bulk returns a random bulk update.
func (d *planner) bulk(n int) bulkOp {
	op := bulkOp{n: n, at: d.moment(), table: d.table(), options: map[string]any{}, send: d.sending(), asJob: d.one(2)}
	op.patch = d.patch(op.table, fmt.Sprintf("bulk %d", n))
	op.cond = d.cond(op.table)
	if op.table.unique != "" && d.one(3) {
		// Only one of the records can have the value.
		op.patch[op.table.unique] = fmt.Sprintf("bulk%d.example.com", n)
		lo := d.IntN(op.table.initial - 60)
		op.cond = idRange{lo, lo + 5 + d.IntN(50)}
		if d.one(2) {
			op.options["maxFailures"] = 1 + d.IntN(20)
		}
	}
	if _, ok := op.cond.(everything); ok {
		op.options["allowAll"] = true
	}
	if d.one(3) {
		op.options["onMismatch"] = []string{"skip", "force"}[d.IntN(2)]
	}
	switch d.IntN(12) {
	case 0:
		op.options["maxAffected"] = d.IntN(600)
	case 1:
		op.options["expectedCount"] = d.IntN(300)
	case 2, 3:
		op.throttle(d)
	}
	if d.one(2) {
		op.actions = d.actions()
		op.slow = op.slow || slices.ContainsFunc(op.actions, func(a action) bool { return a.name == "throttle" })
		if d.one(2) {
			op.throttle(d)
		}
	}
	op.sequels = d.sequels(2)
	return op
}

// sequels returns the retries and undos of a job: some for one job of n, else none.
func (d *planner) sequels(n int) (list []follow) {
	if !d.one(n) {
		return nil
	}
	chains := [][]sequel{{undoIt}, {undoIt, undoIt}, {undoIt, retryIt}, {retryIt}, {retryForce, undoIt}}
	for _, by := range chains[d.IntN(len(chains))] {
		f := follow{by: by}
		if d.one(3) {
			f.actions = d.actions()
		}
		list = append(list, f)
	}
	return list
}

// throttle limits the speed of a job. Some limits are so low that they must be
// lifted after the faults, or the job would not end in time.
func (op *bulkOp) throttle(d *planner) {
	op.options["recordsPerSecond"] = 100 + op.table.initial/6 + d.IntN(300)
	// Each chunk of a throttled job is a task of its own. With small chunks that is
	// slower than any throttle.
	small := op.table.initial > 300*d.plan.chunk
	if small || d.one(2) {
		op.options["recordsPerSecond"] = 50 + d.IntN(300)
		op.slow = true
	}
}

// cond returns a random filter. Many filters overlap.
func (d *planner) cond(t *table) cond {
	lo := d.IntN(t.initial)
	part := idRange{lo, min(lo+d.IntN(t.initial), t.initial-1)}
	switch d.IntN(10) {
	case 0:
		return everything{}
	case 1, 2:
		return inGroup{d.IntN(groups)}
	case 3:
		return both{part, inGroup{d.IntN(groups)}}
	case 4:
		return either{inGroup{d.IntN(groups)}, inGroup{d.IntN(groups)}}
	case 5:
		return both{inOrg{d.IntN(orgs)}, part}
	case 6:
		return either{inOrg{d.IntN(orgs)}, inGroup{d.IntN(groups)}}
	case 7:
		if t.computed != "" {
			return both{below{d.IntN(firstNumbers + 5)}, part}
		}
		return both{flagged{d.one(2)}, part}
	default:
		return part
	}
}

// patch returns random new values. Some are of this update alone. Others are of many
// updates, so that some records already have them.
func (d *planner) patch(t *table, name string) map[string]any {
	patch := map[string]any{}
	if t.computed != "" {
		return d.beside(t, name)
	}
	for len(patch) == 0 || d.one(3) {
		field := t.texts[d.IntN(len(t.texts))]
		switch d.IntN(6) {
		case 0:
			patch[field] = nil
		case 1:
			patch[field] = fmt.Sprintf("%s %d", field, d.IntN(7))
		default:
			patch[field] = name + strings.Repeat(" äöü", d.IntN(3))
		}
	}
	if d.one(4) {
		patch[t.flag] = d.one(2)
	}
	if t.object != "" && d.one(3) {
		patch[t.object] = []map[string]any{
			{"by": name}, {"tier": d.IntN(4)}, {"tier": nil}, {"by": name, "tier": d.IntN(2)},
		}[d.IntN(4)]
	}
	return patch
}

// sending decides at random how a request is sent.
func (d *planner) sending() sending {
	s := sending{copies: 1, hasty: d.one(4), reuse: d.one(5)}
	if d.one(3) {
		s.copies = 2 + d.IntN(2)
	}
	if d.one(8) {
		s.wait, s.hasty = 1+d.IntN(3), false
	}
	if d.one(12) {
		s = sending{copies: 1, keyless: true}
	}
	return s
}

// actions returns random actions on a job.
func (d *planner) actions() []action {
	soon := func() time.Duration { return d.between(0, 900*time.Millisecond) }
	pause, resume, cancel := action{soon(), "pause", 0}, action{soon(), "resume", 0}, action{soon(), "cancel", 0}
	switch d.IntN(6) {
	case 0:
		return []action{cancel}
	case 1:
		return []action{pause, cancel}
	case 2:
		return []action{pause, resume, {soon(), "pause", 0}, {soon(), "resume", 0}}
	case 3:
		return []action{{soon(), "throttle", float64(50 + d.IntN(500))}, pause, resume, {soon(), "throttle", 0}}
	case 4:
		return []action{pause} // resumed when the faults are over
	default:
		return []action{pause, resume}
	}
}

// single returns a random patch of one record.
func (d *planner) single(n int) singleOp {
	op := singleOp{n: n, at: d.moment(), table: d.table(), ifMatch: ifMatch(d.IntN(3)), send: d.sending()}
	op.index = d.IntN(op.table.initial)
	if d.one(2) {
		op.index = d.IntN(10) // many singles patch the same few records
	}
	op.patch = d.patch(op.table, fmt.Sprintf("single %d", n))
	if op.table.unique != "" && d.one(3) {
		op.patch[op.table.unique] = fmt.Sprintf("r%d.example.com", d.IntN(op.table.initial))
	}
	if d.one(10) {
		op.actions = []action{{d.between(0, 20*time.Millisecond), []string{"pause", "cancel"}[d.IntN(2)], 0}}
	}
	op.sequels = d.sequels(3)
	return op
}

// foreign decides what a foreign write does.
func (d *planner) foreign(op *foreignOp) {
	t := op.table
	op.what, op.group = "move", d.IntN(groups)
	switch {
	case d.one(10):
		op.what, op.indexes = "make", []int{t.initial + d.made[t]}
		d.made[t]++
	case d.one(10) && d.gone[t] < t.doomed:
		op.what, op.indexes = "delete", []int{t.initial - 1 - d.gone[t]}
		d.gone[t]++
	default:
		for range 1 + d.IntN(30) {
			i := d.IntN(t.initial - t.doomed)
			if !slices.Contains(op.indexes, i) {
				op.indexes = append(op.indexes, i)
			}
		}
	}
}
