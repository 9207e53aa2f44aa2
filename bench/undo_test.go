package bench

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"bulkpatch/client"
)

// edits is how many of the changed records are edited before the undo.
const edits = 1000

// BenchmarkUndo undoes a job over about half of the customers. Some of them were
// edited since: the undo must name these as conflicts and restore the others.
func BenchmarkUndo(b *testing.B) {
	program := binary(b)
	b.Run("SQLite", func(b *testing.B) {
		base := imported(b, program, desks(*records))
		undone(b, program, func() string { return "sqlite://" + copied(b, base) })
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		c := startCluster(b, program, desks(*records))
		undone(b, program, func() string { return c.URL(c.copied(b)) })
	})
}

func undone(b *testing.B, program string, database func() string) {
	b.Helper()
	var took time.Duration
	var restored int64
	for b.Loop() {
		s := serve(b, program, database(), "embedded")
		j, err := s.SubmitBulk(b.Context(), "desk", raw(filterText), raw(`{"jobTitle": "Lead"}`), client.Options{})
		fatal(b, err)
		j, err = s.Wait(b.Context(), j.ID, nil)
		fatal(b, err)
		edited := s.edit(b, j)
		began := time.Now()
		u, err := s.Undo(b.Context(), j.ID)
		fatal(b, err)
		u, err = s.Wait(b.Context(), u.ID, nil)
		fatal(b, err)
		took += time.Since(began)
		restored += u.Counts.Updated
		if u.Counts.Updated != j.Counts.Updated-int64(len(edited)) || u.Counts.Conflicted != int64(len(edited)) {
			b.Fatalf("of %d records, %d of them edited, the undo restored %d and left %d", j.Counts.Updated, len(edited), u.Counts.Updated, u.Counts.Conflicted)
		}
		if named := ids(b, s, u, "conflicted"); !slices.Equal(named, edited) {
			b.Fatalf("the undo names %d other records than were edited", len(named))
		}
		s.stop(b)
	}
	b.ReportMetric(float64(restored)/took.Seconds(), "records/s")
}

// edit changes some of a job's records and returns their ids.
func (s *server) edit(b *testing.B, j client.Job) []string {
	b.Helper()
	all := ids(b, s, j, "updated")
	var some []string
	var lines bytes.Buffer
	for i := 0; i < len(all) && len(some) < edits; i += max(1, len(all)/edits) {
		some = append(some, all[i])
		fmt.Fprintf(&lines, "{\"id\": %s, \"jobTitle\": \"Edited\"}\n", all[i])
	}
	report, err := s.Import(b.Context(), "desk", "application/x-ndjson", &lines)
	fatal(b, err)
	if report.Updated != int64(len(some)) {
		b.Fatalf("the edits ended as %+v", report)
	}
	return some
}

// ids lists the records of a job with an outcome.
func ids(b *testing.B, s *server, j client.Job, outcome string) (list []string) {
	b.Helper()
	for r, err := range s.Results(b.Context(), j.ID, outcome) {
		fatal(b, err)
		list = append(list, r.ID.String())
	}
	return list
}
