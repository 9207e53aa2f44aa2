package chaos

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// longEach marks every so many-th seed as long: a worker stands still for
// longer than the queue's own lease on a task, and comes back as a zombie.
const longEach = 10

// mildEach marks every so many-th seed on PostgreSQL as mild. SQLite has no
// such seeds: a process that is killed may hold the lock of all.
const mildEach = 6

// A plan is all that a seed decides.
type plan struct {
	seed        uint64
	kind        kind
	long        bool
	apis        []role // what serves the API
	workers     []role
	chunk       int
	concurrency int
	active      time.Duration // how long load and faults go on
	patient     bool          // faults outlast what the program waits for a lock
	mild        bool          // the database is well, so that nothing excuses a refusal
	tables      []*table
	bulks       []bulkOp
	singles     []singleOp
	foreign     []foreignOp
	faults      []fault
	reads       []readOp   // with costly filters
	beyond      []beyondOp // requests
	lacking     []string   // processes without a model that others have
}

// A bulkOp is a bulk update to be submitted, and what is asked of it then.
type bulkOp struct {
	n       int // names it: no other has the same
	at      time.Duration
	table   *table
	cond    cond
	patch   map[string]any
	options map[string]any
	actions []action
	send    sending
	sequels []follow
	asJob   bool // POST /v1/jobs instead of PATCH
	slow    bool // its throttle may be too low to end in time
}

// A sending says how a request is submitted.
type sending struct {
	copies  int  // at the same time, with one idempotency key
	keyless bool // once, without a key
	wait    int  // Prefer: wait, 0 for none
	hasty   bool // gives up soon and tries again with the same key
	reuse   bool // tries the key for another request in the end
}

// An action is asked of a job some time after it was accepted.
type action struct {
	after time.Duration
	name  string  // pause, resume, cancel or throttle
	rate  float64 // of a throttle, 0 lifts it
}

// A singleOp is an update of one record.
type singleOp struct {
	n       int
	at      time.Duration
	table   *table
	index   int
	patch   map[string]any
	ifMatch ifMatch
	actions []action
	sequels []follow
	send    sending
}

// ifMatch says which version a single demands.
type ifMatch int

const (
	anyVersion ifMatch = iota
	presentVersion
	oldVersion
)

// A foreignOp is what another writer does meanwhile. Those of one table are
// done one after the other.
type foreignOp struct {
	n       int
	at      time.Duration
	table   *table
	kind    string // move, make, delete or revoke
	indexes []int
	group   int
}

// A role is a process to be started: its name and the program's command.
type role struct{ name, command string }

// newPlan draws a plan.
func newPlan(seed uint64, k kind) *plan {
	p := &plan{seed: seed, kind: k, long: seed%longEach == 0, active: 11 * time.Second}
	if !k.redis {
		p.long = false // there is nobody to take a zombie's work
	}
	rnd := rand.New(rand.NewPCG(seed, k.stream))
	p.chooseProcesses([]string{"serve", "api", "api"}[rnd.IntN(3)])
	p.mild = k.postgres && seed%mildEach == mildEach-1
	if k.postgres && rnd.IntN(3) == 0 {
		p.patient, p.active = true, 17*time.Second
	}
	if p.long {
		p.active = 46 * time.Second
	}
	p.chunk = []int{3, 5, 10, 20, 50}[rnd.IntN(5)]
	if k.postgres {
		p.chunk *= 5 // a commit costs more there
	}
	if p.long {
		p.chunk *= 3 // it has three times the jobs of others, and they have as long to end
	}
	p.concurrency = 2 + rnd.IntN(4)
	most := 4000
	if k.postgres {
		most = 2500 // a chunk costs more there
	}
	p.tables = []*table{
		newTable(desk, "main", most+rnd.IntN(most)),
		newTable(desk, "north", 1500+rnd.IntN(1500)),
		newTable(mythic, "main", 400+rnd.IntN(200)),
		newTable(clientsuccess, "north", 400+rnd.IntN(400)),
	}
	d := planner{Rand: rnd, plan: p}
	d.draw()
	p.faults = d.drawFaults()
	d.addTargets()
	p.drawCallers()
	return p
}

// drawCallers draws what callers do at the limits, from a stream of its own:
// so it leaves all else in the plan as it is.
func (p *plan) drawCallers() {
	d := planner{Rand: rand.New(rand.NewPCG(p.seed, p.kind.stream+1)), plan: p, made: map[*table]int{}, gone: map[*table]int{}}
	d.large()
	d.costly()
	d.revoked()
	d.lackModel()
}

// chooseProcesses decides which processes there are. The command is that of the
// API process, where the kind leaves a choice.
func (p *plan) chooseProcesses(command string) {
	workers := 2
	switch {
	case p.kind.postgres:
		p.apis, workers = []role{{"api1", "api"}, {"api2", "api"}}, 3
	case !p.kind.redis:
		p.apis, workers = []role{{"serve", "serve"}}, 0
	default:
		p.apis = []role{{command, command}}
	}
	for i := range workers {
		p.workers = append(p.workers, role{fmt.Sprint("worker", i+1), "worker"})
	}
}
