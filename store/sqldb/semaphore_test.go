package sqldb

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// TestASemaphoreGivesEachWorkspaceHalf asks for more places than there are.
func TestASemaphoreGivesEachWorkspaceHalf(t *testing.T) {
	f := NewFairSemaphore(4)
	var releases []func()
	acquire := func(ws int64) {
		t.Helper()
		release, err := f.Acquire(t.Context(), ws)
		must(t, err)
		releases = append(releases, release)
	}
	acquire(1)
	acquire(1)
	refused := func(ws int64) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := f.Acquire(ctx, ws); !errors.Is(err, context.Canceled) {
			t.Fatalf("workspace %d did not have to wait: %v", ws, err)
		}
	}
	refused(1)
	acquire(2)
	acquire(3)
	refused(3)
	for _, release := range releases {
		release()
		release()
	}
	if f.free != 4 || len(f.held)+len(f.waiting)+len(f.order) > 0 {
		t.Errorf("with all places free: %+v", f)
	}
}

// TestASemaphoreServesWorkspacesInRoundRobin has one workspace wait with many
// callers, and others come after them.
func TestASemaphoreServesWorkspacesInRoundRobin(t *testing.T) {
	f := NewFairSemaphore(1)
	release, err := f.Acquire(t.Context(), 9)
	must(t, err)
	type one struct {
		ws      int64
		granted chan struct{}
	}
	var waiting []one
	for _, ws := range []int64{1, 1, 1, 2, 3, 2} {
		waiting = append(waiting, one{ws, f.request(ws)})
	}
	var order []int
	release()
	for range waiting {
		for i, w := range waiting {
			if slices.Contains(order, i) {
				continue
			}
			select {
			case <-w.granted:
				order = append(order, i)
				f.release(w.ws)
			default:
			}
		}
	}
	if want := []int{0, 3, 4, 1, 5, 2}; !slices.Equal(order, want) {
		t.Errorf("they were served as %v, not %v", order, want)
	}
}

// TestACallerWhoStopsWaitingGivesItsPlaceOn withdraws one that has just
// been given a place.
func TestACallerWhoStopsWaitingGivesItsPlaceOn(t *testing.T) {
	f := NewFairSemaphore(1)
	release, err := f.Acquire(t.Context(), 1)
	must(t, err)
	late, next := f.request(1), f.request(1)
	release()
	<-late
	f.withdraw(1, late)
	<-next
}
