package chaos

import (
	"math/rand/v2"
	"time"
)

// The kinds of Redis that a run has.
const (
	realRedis     = "real"     // one api or serve, two workers, a Redis server
	embeddedRedis = "embedded" // one serve
)

// longEach marks every so many-th seed as long: a worker stands still for
// longer than the queue's own lease on a task, and comes back as a zombie.
const longEach = 10

// A plan is all that a seed decides.
type plan struct {
	seed        uint64
	redis       string
	long        bool
	front       string // what serves the API: api or serve
	chunk       int
	concurrency int
	active      time.Duration // how long load and faults go on
	tables      []*table
	bulks       []bulkOp
	singles     []singleOp
	foreign     []foreignOp
	faults      []fault
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
	kind    string // move, make or delete
	indexes []int
	group   int
}

// newPlan draws a plan.
func newPlan(seed uint64, redis string) *plan {
	p := &plan{seed: seed, redis: redis, long: seed%longEach == 0, front: "api", active: 11 * time.Second}
	if redis == embeddedRedis {
		p.front = "serve"
		p.long = false // there is nobody to take a zombie's work
	}
	rnd := rand.New(rand.NewPCG(seed, uint64(len(redis))))
	if rnd.IntN(3) == 0 {
		p.front = "serve"
	}
	if p.long {
		p.active = 46 * time.Second
	}
	p.chunk = []int{3, 5, 10, 20, 50}[rnd.IntN(5)]
	p.concurrency = 2 + rnd.IntN(4)
	p.tables = []*table{
		newTable(desk, "main", 4000+rnd.IntN(4000)),
		newTable(desk, "north", 1500+rnd.IntN(1500)),
		newTable(mythic, "main", 400+rnd.IntN(200)),
		newTable(clientsuccess, "north", 400+rnd.IntN(400)),
	}
	d := drawer{Rand: rnd, plan: p}
	d.draw()
	p.faults = d.drawFaults()
	d.bait()
	return p
}
