package store

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// cancelEndsTheStatement cancels, and pauses, a job whose filter never finishes
// its first record.
func cancelEndsTheStatement(t *testing.T, s *Store) {
	for action, want := range map[job.Action]job.State{job.Cancel: job.Cancelled, job.Pause: job.Paused} {
		l := leased(t, s)
		neverMatch(s)
		ended := make(chan error, 1)
		go func() {
			_, err := s.Resolve(t.Context(), l)
			ended <- err
		}()
		j, err := s.Act(t.Context(), auth.Caller{Workspace: l.Owner, KeyName: "test"}, l.JobID, action)
		must(t, err)
		if j.State != want {
			t.Errorf("after %s it is %s", action, j.State)
		}
		if err := <-ended; !errors.Is(err, job.ErrLeaseLost) {
			t.Errorf("after %s it ended with %v", action, err)
		}
		if n := s.db.Work.Stats().InUse; n > 0 {
			t.Errorf("%d connections are in use", n)
		}
		nothingRuns(t, s)
	}
}

// leased submits a job that patches twenty customers, and claims it.
func leased(t *testing.T, s *Store) job.Lease {
	t.Helper()
	ctx := t.Context()
	desk, ws := fillWithAcme(t, s)
	return leaseOf(ctx, t, s, desk, ws, `{"organization": "Acme"}`)
}

func leaseOf(ctx context.Context, t *testing.T, s *Store, desk *model.Model, ws auth.Workspace, text string) job.Lease {
	t.Helper()
	f, faults := filter.New([]byte(text), desk, filter.Native)
	p, more := desk.CheckPatch([]byte(`{"jobTitle": "Lead"}`), model.PatchOptions{})
	if faults != nil || more != nil {
		t.Fatal(faults, more)
	}
	_, _, err := s.Submit(ctx, auth.Caller{Workspace: ws}, job.Submission{Kind: job.Bulk, Model: desk, Filter: f, Patch: p})
	must(t, err)
	wakeUps, err := s.Bulks(ctx, 1)
	must(t, err)
	must(t, s.Sent(ctx, wakeUps))
	l, err := s.Claim(ctx, wakeUps[0])
	must(t, err)
	return l
}

// neverMatch makes filters of jobs endless.
func neverMatch(s *Store) {
	d := *s.db.Dialect
	d.Opaque = func(condition string) string {
		return "CASE WHEN (" + endlessQuery + ") > 0 THEN " + condition + " END"
	}
	s.db.Dialect = &d
}

// progressShowsAndOnlyGrows reports the progress of resolving, and then less
// progress, as after a crash.
func progressShowsAndOnlyGrows(t *testing.T, s *Store) {
	l := leased(t, s)
	read := func() job.Job {
		t.Helper()
		j, err := s.Job(t.Context(), l.Owner, l.JobID)
		must(t, err)
		return j
	}
	before := read()
	if before.ResolvedPercent != 0 {
		t.Errorf("at first it is %v", before.ResolvedPercent)
	}
	changed := make(chan struct{}, 1)
	s.Subscribe(func([]string) {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	must(t, s.watched(t.Context(), l, func(ctx context.Context, examined func(float64)) error {
		examined(0.5)
		select {
		case <-changed:
		case <-time.After(10 * time.Second):
			t.Error("no subscriber was notified")
		}
		return nil
	}))
	half := read()
	if half.ResolvedPercent != 50 || half.Revision != before.Revision+1 {
		t.Errorf("half way it is %v, revision %d after %d", half.ResolvedPercent, half.Revision, before.Revision)
	}
	must(t, s.keepProgress(t.Context(), l, 100))
	if j := read(); j.ResolvedPercent != 50 || j.Revision != half.Revision {
		t.Errorf("it fell to %v, revision %d after %d", j.ResolvedPercent, j.Revision, half.Revision)
	}
	_, err := s.Resolve(t.Context(), l)
	must(t, err)
	if j := read(); j.ResolvedPercent != 100 {
		t.Errorf("in the end it is %v", j.ResolvedPercent)
	}
}

// walkCutsWhatIsSlow lets statements over more than twenty records never end:
// the next one reads fewer, in the same snapshot.
func walkCutsWhatIsSlow(t *testing.T, s *Store) {
	var total int64
	var parts []float64
	must(t, s.inWork(t.Context(), func(db *sqlx.Tx) error {
		w := newWalk(s.db.Dialect, db, func(part float64) { parts = append(parts, part) })
		w.limit = brief
		return w.each(t.Context(), []span{{0, 100}}, func(ctx context.Context, r span) error {
			if r.size() > 20 {
				return readForever(ctx, db)
			}
			total += r.size()
			var n int64
			return db.GetContext(ctx, &n, `SELECT COUNT(*) FROM settings`)
		})
	}))
	if total != 100 || parts[len(parts)-1] != 1 || !slices.IsSorted(parts) {
		t.Errorf("read %d numbers, and told %v", total, parts)
	}
	nothingRuns(t, s)
}

// tooMuchForOneRecord lets reading a single record never end.
func tooMuchForOneRecord(t *testing.T, s *Store) {
	must(t, s.inWork(t.Context(), func(db *sqlx.Tx) error {
		w := newWalk(s.db.Dialect, db, func(float64) { t.Error("something was read") })
		w.limit = brief
		err := w.each(t.Context(), []span{{0, 100}}, func(ctx context.Context, _ span) error { return readForever(ctx, db) })
		if !errors.Is(err, errLoneRecord) {
			t.Errorf("it ended with %v", err)
		}
		return nil
	}))
}

func brief(span) time.Duration { return 20 * time.Millisecond }

func readForever(ctx context.Context, db *sqlx.Tx) error {
	var n int64
	return db.GetContext(ctx, &n, endlessQuery)
}
