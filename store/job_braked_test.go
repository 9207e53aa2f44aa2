package store

import (
	"path/filepath"
	"strings"
	"testing"

	"bulkpatch/model"
)

// TestBrakedJobsAreCountedAmongOpenOnes checks that SQLite's planner reads an index of
// open jobs: there may be millions of others.
func TestBrakedJobsAreCountedAmongOpenOnes(t *testing.T) {
	s, err := Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "plan.db"), Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.Migrate(t.Context()))
	for query, index := range map[string]string{brakedJobsQuery: "INDEX jobs_open", brakedJobsOfQuery: "INDEX jobs_open_of"} {
		if plan := strings.Join(explain(t, s, query), "\n"); !strings.Contains(plan, index) {
			t.Errorf("the plan is\n%s\nwithout %s", plan, index)
		}
	}
}
