package sqldb

import (
	"context"
	"sync"
)

// A FairSemaphore limits how many callers hold a place at the same time. One
// workspace holds at most half of the places, so it cannot take those that others
// need. Callers that wait are served in round-robin order of their workspaces,
// and within a workspace in the order in which they came.
type FairSemaphore struct {
	Share int // how many places one workspace may hold

	mu      sync.Mutex
	free    int
	held    map[int64]int             // by workspace
	waiting map[int64][]chan struct{} // by workspace, the longest wait first
	order   []int64                   // the workspaces that wait, the next one first
}

// NewFairSemaphore returns a semaphore with so many free places.
func NewFairSemaphore(places int) *FairSemaphore {
	return &FairSemaphore{Share: max(1, places/2), free: places, held: map[int64]int{}, waiting: map[int64][]chan struct{}{}}
}

// Acquire waits for a place for a workspace. release gives the place back; calling
// it again does nothing. The context ends the wait with its error.
func (f *FairSemaphore) Acquire(ctx context.Context, ws int64) (release func(), err error) {
	granted := f.request(ws)
	select {
	case <-granted:
		return sync.OnceFunc(func() { f.release(ws) }), nil
	case <-ctx.Done():
		f.withdraw(ws, granted)
		return nil, ctx.Err()
	}
}

// request adds a caller to those that wait. The channel is closed when the caller
// has a place.
func (f *FairSemaphore) request(ws int64) (granted chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	granted = make(chan struct{})
	if len(f.waiting[ws]) == 0 {
		f.order = append(f.order, ws)
	}
	f.waiting[ws] = append(f.waiting[ws], granted)
	f.grant()
	return granted
}

func (f *FairSemaphore) release(ws int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.giveBack(ws)
}

// giveBack frees a place. Its caller holds the mutex, as with all below.
func (f *FairSemaphore) giveBack(ws int64) {
	f.free++
	if f.held[ws]--; f.held[ws] == 0 {
		delete(f.held, ws)
	}
	f.grant()
}

// withdraw ends the wait of a request, or gives back the place that it got in the
// meantime.
func (f *FairSemaphore) withdraw(ws int64, granted chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, other := range f.waiting[ws] {
		if other == granted {
			f.setWaiting(ws, append(f.waiting[ws][:i:i], f.waiting[ws][i+1:]...))
			return
		}
	}
	f.giveBack(ws)
}

// grant gives the free places to those who wait.
func (f *FairSemaphore) grant() {
	for i := 0; f.free > 0 && i < len(f.order); {
		ws := f.order[i]
		if f.held[ws] >= f.Share {
			i++
			continue
		}
		f.free--
		f.held[ws]++
		first := f.waiting[ws][0]
		f.order = append(append(f.order[:i:i], f.order[i+1:]...), ws) // its next one comes after all others
		f.setWaiting(ws, f.waiting[ws][1:])
		close(first)
		i = 0
	}
}

// setWaiting replaces the list of a workspace, and removes the workspace if the
// list is empty.
func (f *FairSemaphore) setWaiting(ws int64, list []chan struct{}) {
	if len(list) > 0 {
		f.waiting[ws] = list
		return
	}
	delete(f.waiting, ws)
	for i, other := range f.order {
		if other == ws {
			f.order = append(f.order[:i:i], f.order[i+1:]...)
			return
		}
	}
}
