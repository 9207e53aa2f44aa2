package dashboard

import (
	"strings"
	"testing"

	"bulkpatch/client"
	"bulkpatch/job"
)

// TestEveryStateHasItsOwnShapeAndWord looks at all states, and at a job that is stalled.
func TestEveryStateHasItsOwnShapeAndWord(t *testing.T) {
	jobs := []client.Job{{State: client.StateRunning, Attempt: client.Attempt{Stalled: true}}}
	for _, state := range job.States {
		jobs = append(jobs, client.Job{State: string(state)})
	}
	seen := map[string]string{}
	for _, j := range jobs {
		s := stateOf(j)
		var drawn strings.Builder
		if err := pages["jobs"].ExecuteTemplate(&drawn, "shape", s.Shape); err != nil {
			t.Fatal(err)
		}
		for _, what := range []string{s.Word, drawn.String()} {
			if other, taken := seen[what]; taken {
				t.Errorf("%s and %s both show %s", s.Word, other, what)
			}
			seen[what] = s.Word
		}
	}
}
