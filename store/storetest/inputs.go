package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// acceptedFiltersRunOn runs jobs that were accepted before a limit was
// introduced, and exceed it.
func acceptedFiltersRunOn(t *testing.T, k *Kit) {
	k.Add(3, person)
	var parts []string
	for i := range 3000 {
		parts = append(parts, fmt.Sprintf(`{"name": {"$contains": "nobody %d"}}`, i))
	}
	text := `{"$or": [{"name": {"$startsWith": ""}}, ` + strings.Join(parts, ", ") + `]}`
	if _, faults := filter.New([]byte(text), k.People, filter.Native); len(faults) == 0 {
		t.Fatal("a request may have such a filter today")
	}
	f, faults := filter.Restore([]byte(text), k.People)
	check(t, faultsErr(faults))
	sub := k.Bulk(`{}`, `{"visits": 99}`, job.Options{})
	sub.Filter = f
	j := k.Accept(sub)
	k.Run(10)
	got := k.Read(j.ID)
	equal(t, "state", got.State, job.Succeeded)
	equal(t, "updated", got.Updated, 3)
}

// choicesHaveRoom adds choices from many callers at the same time: a workspace
// never adds more than a thousand to a field.
func choicesHaveRoom(t *testing.T, k *Kit) {
	line := func(id int, plan string) model.Draft {
		d, faults := k.People.CheckDraft(fmt.Appendf(nil, `{"id": %d, "name": "n", "plan": %q}`, id, plan), model.Import, model.PatchOptions{AllowNewChoices: true})
		check(t, faultsErr(faults))
		return d
	}
	const racers = 5
	var drafts []model.Draft
	var lines []int64
	for i := range model.MaxNewChoices - 2 {
		drafts, lines = append(drafts, line(i+1, fmt.Sprint("plan ", i))), append(lines, int64(i+1))
	}
	report, err := k.Import(t.Context(), k.WS, k.People, drafts, lines)
	check(t, err)
	equal(t, "lines that failed at first", len(report.Failed), 0)

	errs := make([]error, racers)
	var racing sync.WaitGroup
	for i := range racers {
		racing.Go(func() {
			sub := k.Bulk(`{"name": "nobody"}`, `{"visits": 1}`, job.Options{AllowNewOptions: true})
			sub.Patch = k.withChoices(fmt.Sprintf(`{"plan": "raced %d"}`, i), model.PatchOptions{})
			_, _, errs[i] = k.Submit(t.Context(), sub)
		})
	}
	racing.Wait()
	refused := 0
	for _, err := range errs {
		var faults model.Faults
		if errors.Is(err, job.ErrTooManyChoices) && errors.As(err, &faults) {
			refused++
			equal(t, "the fault", faults[0].Pointer+" "+faults[0].Code, "/plan too_many_options")
		} else {
			check(t, err)
		}
	}
	equal(t, "refused", refused, racers-2)

	report, err = k.Import(t.Context(), k.WS, k.People, []model.Draft{line(5, "plan 7"), line(6, "another"), line(7, "plan 8")}, []int64{1, 2, 3})
	check(t, err)
	equal(t, "lines that failed without room", len(report.Failed), 1)
	equal(t, "the line", report.Failed[0].Line, 2)
	equal(t, "lines taken", report.Updated, 2)
	added, err := k.Choices(t.Context(), k.WS, k.People)
	check(t, err)
	plan, _ := k.People.Field("plan")
	equal(t, "options", len(added(plan)), model.MaxNewChoices)
}
