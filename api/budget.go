package api

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"bulkpatch/job"
)

// A budget bounds what requests in flight may hold together, in units of the
// caller's choice. One key may hold a share of it, so that its slow requests
// never keep those of others waiting. It is safe for concurrent use.
type budget struct {
	mu      sync.Mutex
	free    int64
	share   int64 // that one key may hold
	held    map[int64]int64
	waiting []*budgetTurn // in the order in which they came
}

// shares are what requests in flight share.
type shares struct {
	bodies  *budget // bytes of large bodies
	checks  *budget // bytes of large inputs that are checked
	imports *budget // imports that are read
	hashes  *budget // secrets that are hashed
}

func newShares(maxBody int64) shares {
	return shares{
		bodies:  newBudget(bodiesSize*maxBody, bodiesSize*maxBody/2),
		checks:  newBudget(maxBody, maxBody),
		imports: newBudget(maxImports, maxImports/2),
		hashes:  newBudget(int64(max(1, runtime.GOMAXPROCS(0)/2)), 1),
	}
}

// A budgetTurn waits for its part of a budget.
type budgetTurn struct {
	key, n  int64
	granted chan struct{}
}

func newBudget(size, share int64) *budget {
	return &budget{free: size, share: share, held: map[int64]int64{}}
}

// take waits until a key may hold n more units, and returns how to give them
// back; to do so twice is harmless. Turns are taken in the order of their
// calls, but for those whose key has its share or was served last. An n beyond
// the share counts as the whole share. [job.ErrUnavailable]: it took longer than patience.
func (b *budget) take(ctx context.Context, key, n int64, patience time.Duration) (giveBack func(), err error) {
	t := &budgetTurn{key: key, n: min(n, b.share), granted: make(chan struct{})}
	b.mu.Lock()
	b.waiting = append(b.waiting, t)
	b.grant()
	b.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-t.granted:
		return sync.OnceFunc(func() { b.giveBack(t) }), nil
	case <-timer.C:
		err = job.ErrUnavailable
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if !b.withdraw(t) {
		b.giveBack(t) // it was granted in the meantime
	}
	return nil, err
}

// grant serves those who wait, as far as there is room. Where the first whose
// key has not its share does not fit, nobody behind is served before. A key
// that was served lets the others go first.
func (b *budget) grant() {
	for {
		i := slices.IndexFunc(b.waiting, func(t *budgetTurn) bool { return b.held[t.key]+t.n <= b.share })
		if i < 0 || b.free < b.waiting[i].n {
			return
		}
		t := b.waiting[i]
		b.waiting = slices.Delete(b.waiting, i, i+1)
		b.waiting = behindOthers(b.waiting, t.key)
		b.free -= t.n
		b.held[t.key] += t.n
		close(t.granted)
	}
}

// behindOthers puts the turns of a key behind those of all others.
func behindOthers(turns []*budgetTurn, key int64) []*budgetTurn {
	ordered := make([]*budgetTurn, 0, len(turns))
	for _, own := range []bool{false, true} {
		for _, t := range turns {
			if (t.key == key) == own {
				ordered = append(ordered, t)
			}
		}
	}
	return ordered
}

func (b *budget) giveBack(t *budgetTurn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += t.n
	if b.held[t.key] -= t.n; b.held[t.key] == 0 {
		delete(b.held, t.key)
	}
	b.grant()
}

// withdraw ends a turn that still waits.
func (b *budget) withdraw(t *budgetTurn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.waiting, t)
	if i < 0 {
		return false
	}
	b.waiting = slices.Delete(b.waiting, i, i+1)
	b.grant()
	return true
}
