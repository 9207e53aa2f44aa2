package storetest

import (
	"fmt"
	"strings"
	"testing"

	"bulkpatch/filter"
	"bulkpatch/job"
)

// acceptedFiltersRunOn: a limit that came later holds nothing up that was
// accepted before.
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
