package store

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// TestChunksReachRecordsByNumber holds SQLite's planner to the range of
// numbers, and to look-ups by number where they are listed: with the index on
// a filtered field, which looks cheaper to it, a job runs at a quarter of its
// speed, and an undo never ends.
func TestChunksReachRecordsByNumber(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, "sqlite://"+filepath.Join(t.TempDir(), "plan.db"), Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	must(t, s.Migrate(ctx))
	_, _, err = s.Bootstrap(ctx, "")
	must(t, err)
	desk, _ := model.Shipped().Model("desk")
	ws := auth.Workspace{ID: 1, Name: auth.MainWorkspace}
	for range 20 {
		d, faults := desk.CheckDraft([]byte(`{"organization": "Acme", "company": {"id": 1}}`), model.Create)
		if faults != nil {
			t.Fatal(faults)
		}
		_, err := s.CreateRecord(ctx, ws, desk, d)
		must(t, err)
	}
	f, faults := filter.New([]byte(`{"organization": "Acme"}`), desk, filter.Native)
	p, more := desk.CheckPatch([]byte(`{"organization": "Other", "jobTitle": "Lead", "permission": "own", "state": "deleted"}`), model.PatchOptions{})
	if faults != nil || more != nil {
		t.Fatal(faults, more)
	}
	_, _, err = s.Submit(ctx, job.Submission{Kind: job.Bulk, Workspace: ws, Model: desk, Filter: f, Patch: p})
	must(t, err)
	rings, err := s.Bulks(ctx, 1)
	must(t, err)
	l, err := s.Claim(ctx, rings[0])
	must(t, err)
	_, err = s.Resolve(ctx, l)
	must(t, err)
	step, err := s.ApplyChunk(ctx, l, 10)
	must(t, err)
	if step.Updated != 10 {
		t.Fatalf("the chunk updated %d records", step.Updated)
	}
	must(t, s.Stop(ctx, l.Ref, job.Error{Code: "test"}))
	u, err := s.Undo(ctx, ws, l.JobID, "key:test")
	must(t, err)
	rings, err = s.Bulks(ctx, 1)
	must(t, err)
	back, err := s.Claim(ctx, rings[0])
	must(t, err)
	_, err = s.Resolve(ctx, back)
	must(t, err)
	if step, err = s.ApplyChunk(ctx, back, 10); err != nil || step.Updated != 10 {
		t.Fatalf("the undo %s restored %d records, %v", u.ID, step.Updated, err)
	}

	condition, _ := f.SQL(s.d.filter)
	ranged := []string{s.d.windowQuery(desk, condition, s.d.assign(p.Stamped(desk, 1).Sets, 1).require(p.Sets))}
	var listed []string
	must(t, s.inTx(context.Background(), func(t *tx) error {
		for text := range t.stmts.byText {
			switch {
			case strings.Contains(text, "rid BETWEEN"):
				ranged = append(ranged, text)
			case strings.Contains(text, "c_desk") && strings.Contains(text, "json_each"):
				listed = append(listed, text)
			}
		}
		return nil
	}))
	if len(ranged) != 3 || len(listed) != 2 {
		t.Fatalf("not a read and an update over the range, and a read and an update by list: %q %q", ranged, listed)
	}
	planned(t, s, ranged, "c_desk USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")
	planned(t, s, listed, "c_desk USING INTEGER PRIMARY KEY (rowid=?)")
}

func planned(t *testing.T, s *Store, statements []string, want string) {
	t.Helper()
	for _, text := range statements {
		plan := explain(t, s, text)
		if !slices.ContainsFunc(plan, func(step string) bool { return strings.Contains(step, want) }) {
			t.Errorf("the plan is %q, without %s\n%s", plan, want, text)
		}
	}
}

func explain(t *testing.T, s *Store, text string) (plan []string) {
	t.Helper()
	args := make([]any, strings.Count(text, "?"))
	rows, err := s.read.Query("EXPLAIN QUERY PLAN "+text, args...)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		must(t, rows.Scan(&id, &parent, &unused, &step))
		plan = append(plan, step)
	}
	must(t, rows.Err())
	return plan
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
