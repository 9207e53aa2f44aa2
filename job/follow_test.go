package job_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"bulkpatch/job"
)

// TestAnUndoNeedsAnEndAChangeAndItsFormerValues draws jobs in every state. Other
// undos do not matter: they may not have restored the chosen records.
func TestAnUndoNeedsAnEndAChangeAndItsFormerValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		matched := int64(10)
		j := job.Job{
			State: rapid.SampledFrom(job.States).Draw(t, "state"), Matched: &matched,
			Tally:      job.Tally{Updated: rapid.Int64Range(0, 2).Draw(t, "updated")},
			ValuesKept: rapid.Bool().Draw(t, "kept"), ModelGone: rapid.Bool().Draw(t, "gone"),
			UndoAvailable: rapid.Bool().Draw(t, "available"),
		}
		want := j.State.Final() && j.Updated > 0 && j.ValuesKept && !j.ModelGone
		err := j.CheckUndo()
		var refused *job.StateError
		if (err == nil) != want || err != nil && (!errors.As(err, &refused) || refused.Reason == "") {
			t.Fatalf("%+v: %v", j, err)
		}
	})
}

func TestANoteIsSplitIntoWords(t *testing.T) {
	for note, want := range map[string]string{
		"":                        "[]",
		" – !":                    "[]",
		"Q3-Review, für ÄNDERUNG": "[q3 review für änderung]",
		"cafe\u0301 100%":         "[cafe\u0301 100]",
	} {
		if got := fmt.Sprint(job.Words(note)); got != want {
			t.Errorf("%q has %s", note, got)
		}
	}
}
