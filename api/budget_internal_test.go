package api

import (
	"context"
	"errors"
	"testing"
	"time"

	"bulkpatch/job"
)

// mustTake takes what is free at once.
func mustTake(t *testing.T, b *budget, key, n int64) (giveBack func()) {
	t.Helper()
	giveBack, err := b.take(t.Context(), key, n, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return giveBack
}

// queued takes in the background, and returns once it waits.
func queued(t *testing.T, b *budget, key, n int64) (granted chan func()) {
	t.Helper()
	b.mu.Lock()
	before := len(b.waiting)
	b.mu.Unlock()
	granted = make(chan func(), 1)
	go func() {
		if giveBack, err := b.take(context.WithoutCancel(t.Context()), key, n, time.Hour); err == nil {
			granted <- giveBack
		}
	}()
	for {
		b.mu.Lock()
		waits := len(b.waiting) > before
		b.mu.Unlock()
		if waits {
			return granted
		}
	}
}

func TestOneKeyHoldsHalfOfABudget(t *testing.T) {
	b := newBudget(8, 4)
	first := mustTake(t, b, 1, 4)
	second := queued(t, b, 1, 1)
	others := mustTake(t, b, 2, 4) // although the first key waits
	first()
	first() // twice is harmless
	(<-second)()
	others()
	if b.free != 8 || len(b.held) != 0 || len(b.waiting) != 0 {
		t.Errorf("in the end %d are free, %v are held and %d wait", b.free, b.held, len(b.waiting))
	}
}

func TestABudgetServesInOrder(t *testing.T) {
	b := newBudget(8, 4)
	one, two := mustTake(t, b, 1, 4), mustTake(t, b, 2, 3)
	large := queued(t, b, 3, 4)
	small := queued(t, b, 4, 1) // would fit, but came later
	if len(small) != 0 {
		t.Fatal("a small part was granted before a large one that had waited longer")
	}
	one()
	(<-large)()
	(<-small)()
	two()
	if b.free != 8 {
		t.Errorf("in the end %d are free", b.free)
	}
}

func TestKeysAreServedByTurns(t *testing.T) {
	b := newBudget(1, 1)
	now := mustTake(t, b, 1, 1)
	first, second := queued(t, b, 1, 1), queued(t, b, 1, 1)
	other := queued(t, b, 2, 1)
	now()
	(<-first)() // it came first, and now the other key's turn comes before its next
	giveBack := <-other
	if len(second) != 0 {
		t.Error("one key was served twice while another waited")
	}
	giveBack()
	(<-second)()
}

func TestWhoFindsABudgetSpentIsToldSo(t *testing.T) {
	b := newBudget(8, 4)
	defer mustTake(t, b, 1, 4)()
	if _, err := b.take(t.Context(), 1, 1, time.Nanosecond); !errors.Is(err, job.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.take(ctx, 1, 1, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if len(b.waiting) != 0 {
		t.Errorf("%d still wait", len(b.waiting))
	}
}
