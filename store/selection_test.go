package store

import (
	"math/rand/v2"
	"slices"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
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

// TestAChunkEndsWhereItsNumbersAreTooFarApart selects records whose numbers
// differ by more than an offset can hold, as in a workspace whose blocks are
// far from each other.
func TestAChunkEndsWhereItsNumbersAreTooFarApart(t *testing.T) {
	s, _ := openTemp(t)
	defer s.Close()
	desk, ws := fillWithAcme(t, s)
	const far = int64(70_000) << 16
	must(t, s.inTx(t.Context(), func(tx *tx) error {
		if err := tx.Run(`INSERT INTO blocks (workspace, model, block, next) VALUES (?, 'desk', ?, ?)`, ws.ID, far>>16, far+65536); err != nil {
			return err
		}
		return tx.Run(`UPDATE c_desk SET rid = rid + ? WHERE rid > (SELECT MIN(rid) + 9 FROM c_desk)`, far)
	}))
	f, _ := filter.New([]byte(`{"organization": "Acme"}`), desk, filter.Native)
	p, _ := desk.CheckPatch([]byte(`{"jobTitle": "Lead"}`), model.PatchOptions{})
	j, _, err := s.Submit(t.Context(), auth.Caller{Workspace: ws}, job.Submission{Kind: job.Bulk, Model: desk, Filter: f, Patch: p})
	must(t, err)
	wakeUps, err := s.Bulks(t.Context(), 1)
	must(t, err)
	l, err := s.Claim(t.Context(), wakeUps[0])
	must(t, err)
	_, err = s.Resolve(t.Context(), l)
	must(t, err)
	for _, want := range []job.Step{{N: 10}, {N: 10, Done: true}} {
		step, err := s.ApplyChunk(t.Context(), l, 100)
		if err != nil || step.N != want.N || step.Done != want.Done {
			t.Errorf("a chunk took %d, done %v, %v", step.N, step.Done, err)
		}
	}
	must(t, s.Finish(t.Context(), l.Ref))
	if j, err = s.Job(t.Context(), ws, j.ID); err != nil || j.Updated != 20 {
		t.Errorf("%d records were updated, %v", j.Updated, err)
	}
}
