package job

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"bulkpatch/docs"
)

// TestTheGuideSaysWhatToDo compares the tables of the guide with the words that the
// program has for why records and jobs fail, and for what jobs wait.
func TestTheGuideSaysWhatToDo(t *testing.T) {
	row := func(code string) string {
		e, _ := Explain(code)
		return "| `" + code + "` | " + e.Title + ". " + e.Advice + " |"
	}
	needs := strings.NewReplacer("field_needs_other", "FIELD_needs_OTHER", " field ", " FIELD ", " other", " OTHER", "which field", "which FIELD").Replace(row("field_needs_other"))
	var records, jobs, waiting []string
	for _, code := range slices.Sorted(maps.Keys(titles)) {
		records = append(records, row(code))
	}
	for _, code := range slices.Sorted(maps.Keys(jobErrors)) {
		jobs = append(jobs, row(code))
	}
	wait := func(reason, note, detail string) string {
		e, _ := ExplainWait(reason, detail)
		return "| `" + reason + "`" + note + " | " + strings.Join(strings.Fields(e.Title+". "+e.Why+" "+e.Advice), " ") + " |"
	}
	for _, reason := range slices.Sorted(maps.Keys(waits)) {
		waiting = append(waiting, wait(reason, "", ""))
	}
	waiting = append(waiting, wait(WaitWorker, " with a `waitDetail`", "None has the model of the job."))
	for heading, want := range map[string][]string{
		"Records that were not updated": append(records, needs),
		"Jobs that failed as a whole":   jobs,
		"What a job waits for":          waiting,
	} {
		if got := docs.Rows(heading); !slices.Equal(got, want) {
			t.Errorf("the rows below %q should be\n%s", heading, strings.Join(want, "\n"))
		}
	}
}
