package sqldb

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// TestAGateLetsEachWorkspaceHaveHalf asks for more places than there are.
func TestAGateLetsEachWorkspaceHaveHalf(t *testing.T) {
	g := NewFairSemaphore(4)
	var leaves []func()
	enter := func(ws int64) {
		t.Helper()
		leave, err := g.Acquire(t.Context(), ws)
		must(t, err)
		leaves = append(leaves, leave)
	}
	enter(1)
	enter(1)
	refused := func(ws int64) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.Acquire(ctx, ws); !errors.Is(err, context.Canceled) {
			t.Fatalf("workspace %d did not have to wait: %v", ws, err)
		}
	}
	refused(1)
	enter(2)
	enter(3)
	refused(3)
	for _, leave := range leaves {
		leave()
		leave()
	}
	if g.free != 4 || len(g.inside)+len(g.waiting)+len(g.turns) > 0 {
		t.Errorf("with nobody left: %+v", g)
	}
}

// TestAGateLetsWorkspacesInByTurns lets one workspace wait with many, and
// others come after them.
func TestAGateLetsWorkspacesInByTurns(t *testing.T) {
	g := NewFairSemaphore(1)
	leave, err := g.Acquire(t.Context(), 9)
	must(t, err)
	type one struct {
		ws   int64
		turn chan struct{}
	}
	var waiting []one
	for _, ws := range []int64{1, 1, 1, 2, 3, 2} {
		waiting = append(waiting, one{ws, g.ask(ws)})
	}
	var order []int
	leave()
	for range waiting {
		for i, w := range waiting {
			if slices.Contains(order, i) {
				continue
			}
			select {
			case <-w.turn:
				order = append(order, i)
				g.leave(w.ws)
			default:
			}
		}
	}
	if want := []int{0, 3, 4, 1, 5, 2}; !slices.Equal(order, want) {
		t.Errorf("they came in as %v, not %v", order, want)
	}
}

// TestWhoLeavesAGateGivesItsPlaceOn withdraws one that has just been let in.
func TestWhoLeavesAGateGivesItsPlaceOn(t *testing.T) {
	g := NewFairSemaphore(1)
	leave, err := g.Acquire(t.Context(), 1)
	must(t, err)
	late, next := g.ask(1), g.ask(1)
	leave()
	<-late
	g.withdraw(1, late)
	<-next
}
