package store

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestASelectionIsCutIntoEvenPartsThatMeet(t *testing.T) {
	const part = 1000
	r := rand.New(rand.NewPCG(1, 1))
	for _, count := range []int{0, 1, part - 1, 2 * part, 5*part + 17} {
		numbers := bitmaps{}
		for rid := int64(3 * windowSize); count > 0; count-- {
			rid += 1 + r.Int64N(20)
			numbers.add(rid)
		}
		sel, err := numbers.selection()
		must(t, err)
		for _, n := range []int{1, 3, 8} {
			checkCut(t, sel, sel.cut(n, part), n, part)
		}
	}
}

func checkCut(t *testing.T, sel selection, spans []span, n int, part int64) {
	t.Helper()
	if want := max(1, min(n, int(sel.count/part))); len(spans) != want {
		t.Fatalf("%d records are cut into %d parts, not %d", sel.count, len(spans), want)
	}
	counts := make([]int64, len(spans))
	for _, w := range sel.windows {
		offsets, err := unpackNumbers(w.numbers)
		must(t, err)
		for _, o := range offsets {
			rid := w.no<<windowBits + int64(o)
			i := slices.IndexFunc(spans, func(s span) bool { return s.first <= rid && rid < s.before })
			counts[i]++
		}
	}
	for i, got := range counts {
		if want := sel.count / int64(len(spans)); got < want || got > want+1 {
			t.Errorf("part %d of %d has %d of %d records", i, len(spans), got, sel.count)
		}
		if i > 0 && spans[i].first != spans[i-1].before {
			t.Errorf("parts %d and %d do not meet: %v", i-1, i, spans)
		}
	}
}
