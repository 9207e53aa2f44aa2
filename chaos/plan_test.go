package chaos

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Every seed that longEach divides is long: a worker is stopped for longer than
// asynq's own lease on a task. When it continues, others have its work.
const longEach = 10

// One seed of mildEach on PostgreSQL is mild: no fault concerns the database. SQLite
// has no such seeds, because a killed process may hold the lock of the whole
// database.
const mildEach = 6

// A plan is everything that a seed decides.
type plan struct {
	seed        uint64
	variant     variant
	long        bool
	apis        []role // the API processes
	workers     []role
	chunk       int
	concurrency int
	active      time.Duration // how long there are load and faults
	patient     bool          // some faults last longer than the program waits for a lock
	mild        bool          // no fault concerns the database, so it must answer every call
	quiet       bool          // there are no faults at all
	tables      []*table
	bulks       []bulkOp
	singles     []singleOp
	foreign     []foreignOp
	faults      []fault
	reads       []readOp   // lists, counts and previews with costly filters
	beyond      []beyondOp // requests that exceed a limit
	brakings    []brakeOp  // when the brake is on
	lacking     []string   // names of the processes without the model shop
	files       []fileOp
}

// A bulkOp is a bulk update to submit, with the actions on its job.
type bulkOp struct {
	n       int // unique number
	at      time.Duration
	table   *table
	cond    cond
	patch   map[string]any
	options map[string]any
	actions []action
	send    sending
	sequels []follow
	asJob   bool // POST /v1/jobs instead of PATCH
	slow    bool // with its throttle it may not end in time
	midway  bool // its actions begin when it has updated some records
	hook    *hook
}

// A sending says how a request is sent.
type sending struct {
	copies  int  // how often at the same time, with one idempotency key
	keyless bool // once, without an idempotency key
	wait    int  // seconds of Prefer: wait, 0 for none
	hasty   bool // with a short timeout, and again with the same key
	reuse   bool // at the end the key is used for another request
}

// An action is a pause, resume, cancel or throttle of a job.
type action struct {
	after time.Duration // the action before, or the acceptance of the job
	name  string        // pause, resume, cancel or throttle
	rate  float64       // of a throttle, 0 to lift it
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
	hook    *hook
}

// ifMatch says which version of the record a single demands.
type ifMatch int

const (
	anyVersion ifMatch = iota
	presentVersion
	oldVersion
)

// A foreignOp is a write of records by a caller without a job. Those of one table
// are done one after the other.
type foreignOp struct {
	n       int
	at      time.Duration
	table   *table
	what    string // move, make, delete or revoke
	indexes []int
	group   int
}

// A role is a process to start: its name, and the command of the program.
type role struct{ name, command string }

// newPlan makes the plan of a seed.
func newPlan(seed uint64, k variant) *plan {
	k = k.of(seed)
	p := &plan{seed: seed, variant: k, long: seed%longEach == 0, active: 11 * time.Second}
	if !k.redis || k.hooks || k.computes {
		p.long = false // no other process could take the work over, or it is not about that
	}
	rnd := rand.New(rand.NewPCG(seed, k.stream))
	p.chooseProcesses([]string{"serve", "api", "api"}[rnd.IntN(3)])
	p.mild = k.postgres && seed%mildEach == mildEach-1
	p.quiet = k.hooks && seed%quietEach == 0
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
	if k.hooks {
		p.chunk *= 10
	}
	if k.computes {
		p.chunk *= 50
	}
	if p.long {
		p.chunk *= 3 // it has three times as many jobs, and no more time for them
	}
	p.concurrency = 2 + rnd.IntN(4)
	most := 4000
	if k.postgres {
		most = 2500 // a chunk costs more there
	}
	if k.hooks {
		most = 1500 // it is about how jobs end, not about how long they take
	}
	p.tables = []*table{
		newTable(desk, "main", most+rnd.IntN(most)),
		newTable(desk, "north", 1500+rnd.IntN(1500)),
		newTable(mythic, "main", 400+rnd.IntN(200)),
		newTable(clientsuccess, "north", 400+rnd.IntN(400)),
	}
	d := planner{Rand: rnd, plan: p}
	if k.computes {
		d.drawComputed()
	} else {
		d.draw()
	}
	p.faults = d.drawFaults()
	d.addTargets()
	switch {
	case k.hooks:
		d.hooks()
	case !k.computes:
		p.drawCallers()
		p.addComputed()
		p.addFiles()
	}
	return p
}

// drawCallers adds what callers do at the limits. It uses a random stream of its
// own, so that it does not change the rest of the plan.
func (p *plan) drawCallers() {
	d := planner{Rand: rand.New(rand.NewPCG(p.seed, p.variant.stream+1)), plan: p, made: map[*table]int{}, gone: map[*table]int{}}
	d.large()
	d.costly()
	d.revoked()
	d.lackModel()
	d.brakes()
}

// chooseProcesses decides which processes there are. The command is that of the
// API process, where the variant leaves a choice.
func (p *plan) chooseProcesses(command string) {
	workers := 2
	switch {
	case p.variant.postgres:
		p.apis, workers = []role{{"api1", "api"}, {"api2", "api"}}, 3
	case !p.variant.redis:
		p.apis, workers = []role{{"serve", "serve"}}, 0
	default:
		p.apis = []role{{command, command}}
	}
	for i := range workers {
		p.workers = append(p.workers, role{fmt.Sprint("worker", i+1), "worker"})
	}
}
