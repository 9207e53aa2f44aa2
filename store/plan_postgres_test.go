package store

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestChunksReachRecordsByKeyOnPostgreSQL checks that the planner uses the
// primary key, on a table that has just been filled and on one that has been
// analysed.
func TestChunksReachRecordsByKeyOnPostgreSQL(t *testing.T) {
	server := pgtest.Start(t, "autovacuum=off")
	address := server.Database(t)
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	ranged, listed := chunkStatements(t, s, "ANY(")
	if len(ranged) < 5 || len(listed) < 3 {
		t.Fatalf("not four reads and two updates over ranges, and two reads and an update by list: %q %q", ranged, listed)
	}
	name := address[strings.LastIndex(address, "/")+1 : strings.Index(address, "?")]
	server.Do(t, name, `INSERT INTO c_desk (rid, workspace, id, version, created_at, updated_at, "f_organization")
		SELECT n, 1, n, 1, 0, 0, 'Acme' FROM generate_series(1000, 60000) AS n`)
	for _, known := range []bool{false, true} {
		if known {
			server.Do(t, name, "ANALYZE c_desk")
		}
		for _, st := range append(ranged, listed...) {
			plan := explainPostgres(t, s, st)
			if !strings.Contains(plan, "Index Scan using c_desk_pkey") || strings.Contains(plan, "c_desk_i") || strings.Contains(plan, "Seq Scan") {
				t.Errorf("analysed: %v. The plan is\n%s\nof %s", known, plan, st.text)
			}
		}
		for _, names := range [][]string{{"id"}, {"id", "jobTitle"}, {"externalId"}} {
			plan := explainPostgres(t, s, keyStatement(t, s, 1000, names...))
			if !strings.Contains(plan, "Index Scan using") || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "Bitmap") {
				t.Errorf("analysed: %v. The plan for rows of a file by %v is\n%s", known, names, plan)
			}
		}
	}
}

// TestAnImportFindsRecordsByKeyOnPostgreSQL imports customers whose numbers are
// far apart. The import must not read the whole workspace, and once the table
// has been analysed not the records in between either.
func TestAnImportFindsRecordsByKeyOnPostgreSQL(t *testing.T) {
	server := pgtest.Start(t, "autovacuum=off")
	address := server.Database(t)
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	desk, ws := fillWithAcme(t, s)
	name := address[strings.LastIndex(address, "/")+1 : strings.Index(address, "?")]
	server.Do(t, name, `INSERT INTO c_desk (rid, workspace, id, version, created_at, updated_at) SELECT n, 1, n, 1, 0, 0 FROM generate_series(1000, 60000) AS n`)
	seen := map[string]statement{}
	s.db.Writer = recorder{s.db.Writer, seen}
	var drafts []model.Draft
	for id := 2000; id < 60000; id += 100 {
		d, faults := desk.CheckDraft(fmt.Appendf(nil, `{"id": %d, "jobTitle": "Lead"}`, id), model.Import)
		if faults != nil {
			t.Fatal(faults)
		}
		drafts = append(drafts, d)
	}
	report, err := s.Import(t.Context(), auth.Caller{Workspace: ws}, job.Import{Model: desk}, drafts, make([]int64, len(drafts)))
	if err != nil || report.Updated != int64(len(drafts)) {
		t.Fatalf("%+v, %v", report, err)
	}
	for _, key := range []string{`rid >= '2000'`, `rid = ANY`} {
		looked := 0
		for text, st := range seen {
			if !strings.Contains(text, "UPDATE c_desk") && !strings.Contains(text, " FOR NO KEY UPDATE OF c_desk") {
				continue
			}
			looked++
			plan := explainPostgres(t, s, st)
			if !regexp.MustCompile(`Index Scan (using|on) c_desk_pkey .*\n +Index Cond: .*workspace = '1'::bigint\) AND .*`+key).MatchString(plan) || regexp.MustCompile("Seq Scan|c_desk_i").MatchString(plan) {
				t.Errorf("the plan is\n%s\nof %s", plan, st.text)
			}
		}
		if looked != 2 {
			t.Errorf("%d statements were seen", looked)
		}
		server.Do(t, name, "ANALYZE c_desk")
	}
}

func explainPostgres(t *testing.T, s *Store, st statement) string {
	t.Helper()
	var plan []string
	must(t, s.db.Lookups.Select(&plan, "EXPLAIN "+st.text, st.args...))
	return strings.Join(plan, "\n")
}
