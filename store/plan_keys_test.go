package store

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"bulkpatch/job"
	"bulkpatch/model"
)

// keyStatement is the statement that finds records by keys of some fields of
// customers.
func keyStatement(t *testing.T, s *Store, keys int, names ...string) statement {
	t.Helper()
	desk, _ := model.Shipped().Model("desk")
	k := keyRecords{q: snapshotReader{d: s.db.Dialect}, l: job.Lease{Ref: job.Ref{Workspace: 1}, Model: desk}}
	for _, name := range names {
		f, ok := desk.Field(name)
		if !ok {
			t.Fatal(name)
		}
		k.fields = append(k.fields, f)
	}
	if !hasIndex(k.fields) {
		t.Fatalf("%v has no index", names)
	}
	var list []string
	for i := range keys {
		list = append(list, fmt.Sprintf(`[%d, "Lead"]`, i+1))
	}
	text, args := k.statement(list, nil)
	return statement{s.db.Dialect.Rebind(text), args}
}

// TestKeysAreFoundInAnIndex checks the plan of SQLite.
func TestKeysAreFoundInAnIndex(t *testing.T) {
	s, err := Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "keys.db"), Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.Migrate(t.Context()))
	for _, names := range [][]string{{"id"}, {"id", "jobTitle"}, {"externalId"}} {
		plan := strings.Join(explain(t, s, keyStatement(t, s, 1, names...).text), "; ")
		if !strings.Contains(plan, "SEARCH c_desk USING") {
			t.Errorf("the plan for %v is %s", names, plan)
		}
	}
}
