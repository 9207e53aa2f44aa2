package sqldb

import (
	"context"
	"sync"
)

// A gate lets a few in at a time, and of each workspace at most half of those,
// so that nothing one workspace asks for takes what another needs. Who waits
// is let in by workspace in turn, and within one in the order of arrival.
type FairSemaphore struct {
	Share int // how many of one workspace may be inside

	mu      sync.Mutex
	free    int
	inside  map[int64]int
	waiting map[int64][]chan struct{} // of each workspace, first the one that came first
	turns   []int64                   // the workspaces that wait, first the one that is next
}

func NewFairSemaphore(places int) *FairSemaphore {
	return &FairSemaphore{Share: max(1, places/2), free: places, inside: map[int64]int{}, waiting: map[int64][]chan struct{}{}}
}

// enter waits for a place, which leave gives back. Calling leave again does
// nothing. The context ends the wait with its error.
func (g *FairSemaphore) Acquire(ctx context.Context, ws int64) (leave func(), err error) {
	turn := g.ask(ws)
	select {
	case <-turn:
		return sync.OnceFunc(func() { g.leave(ws) }), nil
	case <-ctx.Done():
		g.withdraw(ws, turn)
		return nil, ctx.Err()
	}
}

// ask joins those who wait. The channel is closed when its place is free.
func (g *FairSemaphore) ask(ws int64) chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	turn := make(chan struct{})
	if len(g.waiting[ws]) == 0 {
		g.turns = append(g.turns, ws)
	}
	g.waiting[ws] = append(g.waiting[ws], turn)
	g.admit()
	return turn
}

func (g *FairSemaphore) leave(ws int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.release(ws)
}

func (g *FairSemaphore) release(ws int64) {
	g.free++
	if g.inside[ws]--; g.inside[ws] == 0 {
		delete(g.inside, ws)
	}
	g.admit()
}

// withdraw leaves the wait, or the place that was given meanwhile.
func (g *FairSemaphore) withdraw(ws int64, turn chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, other := range g.waiting[ws] {
		if other == turn {
			g.setWaiting(ws, append(g.waiting[ws][:i:i], g.waiting[ws][i+1:]...))
			return
		}
	}
	g.release(ws)
}

// admit lets in whom the free places are enough for.
func (g *FairSemaphore) admit() {
	for i := 0; g.free > 0 && i < len(g.turns); {
		ws := g.turns[i]
		if g.inside[ws] >= g.Share {
			i++
			continue
		}
		g.free--
		g.inside[ws]++
		first := g.waiting[ws][0]
		g.turns = append(append(g.turns[:i:i], g.turns[i+1:]...), ws) // its next one comes after all others
		g.setWaiting(ws, g.waiting[ws][1:])
		close(first)
		i = 0
	}
}

// setWaiting notes who of a workspace waits, and forgets one of which nobody
// does.
func (g *FairSemaphore) setWaiting(ws int64, list []chan struct{}) {
	if len(list) > 0 {
		g.waiting[ws] = list
		return
	}
	delete(g.waiting, ws)
	for i, other := range g.turns {
		if other == ws {
			g.turns = append(g.turns[:i:i], g.turns[i+1:]...)
			return
		}
	}
}
