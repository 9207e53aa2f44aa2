package api

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"bulkpatch/job"
)

// A budget limits what all open requests hold together, in any unit. One key
// may hold no more than its share, so that its slow requests do not keep those
// of other keys waiting. It is safe for concurrent use.
type budget struct {
	mu      sync.Mutex
	free    int64
	share   int64 // that one key may hold
	held    map[int64]int64
	waiting []*budgetRequest // in the order in which they came
}

// shares are the budgets of all open requests.
type shares struct {
	bodies  *budget // bytes of large bodies
	checks  *budget // bytes of large inputs that are being checked
	imports *budget // imports that are being read
	uploads *budget // files that are being received
	hashes  *budget // secrets that are being hashed
}

func newShares(maxBody int64) shares {
	return shares{
		bodies:  newBudget(bodiesSize*maxBody, bodiesSize*maxBody/2),
		checks:  newBudget(maxBody, maxBody),
		imports: newBudget(maxImports, importsOfKey),
		uploads: newBudget(maxUploads, uploadsOfKey),
		hashes:  newBudget(int64(max(1, runtime.GOMAXPROCS(0)/2)), 1),
	}
}

// A budgetRequest waits for a part of a budget.
type budgetRequest struct {
	key, n  int64
	granted chan struct{}
}

func newBudget(size, share int64) *budget {
	return &budget{free: size, share: share, held: map[int64]int64{}}
}

// take waits until a key may hold n more units, and returns the function that
// gives them back; a second call of that does nothing. Requests are served in
// the order in which they came, except that a key that holds its share waits,
// and a key that was just served goes behind all others. An n beyond the share
// counts as the whole share. It returns [job.ErrUnavailable] where waiting took
// longer than patience.
func (b *budget) take(ctx context.Context, key, n int64, patience time.Duration) (giveBack func(), err error) {
	t := &budgetRequest{key: key, n: min(n, b.share), granted: make(chan struct{})}
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

// grant serves requests that wait, as long as there is room. If the first
// request whose key is below its share does not fit, none behind it is served.
// The requests of a key that was served go behind those of all others.
func (b *budget) grant() {
	for {
		i := slices.IndexFunc(b.waiting, func(t *budgetRequest) bool { return b.held[t.key]+t.n <= b.share })
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

// behindOthers moves the requests of a key behind those of all others.
func behindOthers(requests []*budgetRequest, key int64) []*budgetRequest {
	ordered := make([]*budgetRequest, 0, len(requests))
	for _, own := range []bool{false, true} {
		for _, t := range requests {
			if (t.key == key) == own {
				ordered = append(ordered, t)
			}
		}
	}
	return ordered
}

func (b *budget) giveBack(t *budgetRequest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += t.n
	if b.held[t.key] -= t.n; b.held[t.key] == 0 {
		delete(b.held, t.key)
	}
	b.grant()
}

// withdraw removes a request that still waits, and reports whether it did.
func (b *budget) withdraw(t *budgetRequest) bool {
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
