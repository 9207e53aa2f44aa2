package store

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// A walkRecorder records from which record on each step of a purge looks for chunks.
type walkRecorder struct {
	sqldb.Writer
	began *[]int64
}

func (r walkRecorder) Do(ctx context.Context, n sqldb.Size, fn func(*sqldb.Tx) error) (*sqldb.Tx, error) {
	return r.Writer.Do(ctx, n, func(t *sqldb.Tx) error {
		t.Session = walkSession{t.Session, r.began}
		return fn(t)
	})
}

type walkSession struct {
	sqldb.Session
	began *[]int64
}

func (s walkSession) SelectContext(ctx context.Context, dest any, text string, args ...any) error {
	if text == forgottenQuery {
		*s.began = append(*s.began, args[2].(int64))
	}
	return s.Session.SelectContext(ctx, dest, text, args...)
}

// TestFormerValuesArePurgedInOneWalk purges the former values of a job with many
// chunks. Each step begins behind the chunks of the previous step, so the last step
// costs no more than the first.
func TestFormerValuesArePurgedInOneWalk(t *testing.T) {
	var later time.Duration
	s, err := Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "purged.db"),
		Options{Models: model.Shipped(), Now: func() time.Time { return time.Now().Add(later) }})
	must(t, err)
	defer s.Close()
	l, _, _ := started(t, s, `{"organization": "Acme"}`)
	const all = 20 // chunks, of one record each
	chunks := s.Chunks(l)
	for range all {
		_, err := chunks.Next(t.Context(), 1)
		must(t, err)
	}
	chunks.Close()
	must(t, s.Finish(t.Context(), l.Ref))
	kept := func() (n int) {
		must(t, s.db.Lookups.Get(&n, `SELECT COUNT(*) FROM changes WHERE former IS NOT NULL`))
		return n
	}
	if kept() != all {
		t.Fatalf("%d chunks keep values", kept())
	}
	later = 8 * 24 * time.Hour
	var began []int64
	s.db.Writer = walkRecorder{s.db.Writer, &began}
	before := int64(-1)
	for step := 1; ; step++ {
		more, err := s.Purge(t.Context())
		must(t, err)
		if !more {
			break
		}
		if from := began[len(began)-1]; len(began) != step || from <= before {
			t.Errorf("step %d begins at record %d, and the one before at %d", step, from, before)
		}
		before = began[len(began)-1]
		if want := max(0, all-step*purgeChunks); kept() != want {
			t.Errorf("%d chunks keep values after step %d, not %d", kept(), step, want)
		}
	}
	var plan []struct {
		ID, Parent, Notused int
		Detail              string
	}
	must(t, s.db.Lookups.Select(&plan, `EXPLAIN QUERY PLAN `+forgottenQuery, 1, 1, 1, 1))
	if len(plan) != 1 || !strings.Contains(plan[0].Detail, "first_rid>") {
		t.Errorf("the plan is %+v", plan)
	}
}
