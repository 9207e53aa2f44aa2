package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
)

// TestTheBytesOfOpenRequestsAreLimited submits requests of a little more than 1,000
// bytes to a workspace that may have four kilobytes of them. The requests of retries
// and undos count too. All count until their jobs end.
func TestTheBytesOfOpenRequestsAreLimited(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		g := newGrowing(t, empty(t))
		fatal(t, g.start(fern, g.add(`{"id": 1, "name": "fern"}`)))
		fatal(t, g.start(fern, func(s *store.Store, m *model.Model) {
			now := time.Now()
			s.UseClock(func() time.Time { return now })
			s.LimitOpenBytes(4_000)
			f, _ := filter.New(fmt.Appendf(nil, `{"name": {"$ne": %q}}`, strings.Repeat("x", 1000)), m, filter.Native)
			p, _ := m.CheckPatch([]byte(`{"name": "moss"}`), model.PatchOptions{})
			submit := func() (job.Job, error) {
				j, _, err := s.Submit(t.Context(), auth.Caller{Workspace: main}, job.Submission{Kind: job.Bulk, Model: m, Filter: f, Patch: p})
				return j, err
			}
			var last job.Job
			for i := range 4 {
				j, err := submit()
				if want := i == 3; errors.Is(err, job.ErrTooManyJobs) != want || !want && err != nil {
					t.Fatalf("request %d: %v", i, err)
				} else if !want {
					last = j
				}
			}
			if _, err := s.Act(t.Context(), auth.Caller{Workspace: main, KeyName: "test"}, last.ID, job.Cancel); err != nil {
				t.Fatal(err)
			}
			if _, err := submit(); !errors.Is(err, job.ErrTooManyJobs) {
				t.Errorf("a count of this moment was made anew: %v", err)
			}
			now = now.Add(time.Second)
			if _, err := submit(); err != nil {
				t.Errorf("a job that has ended makes no room: %v", err)
			}
		}))
	})
}

// TestOpenJobsAreCountedOnceASecond accepts many jobs with few counts.
func TestOpenJobsAreCountedOnceASecond(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		g := newGrowing(t, empty(t))
		fatal(t, g.start(fern, g.add(`{"id": 1, "name": "fern"}`)))
		fatal(t, g.start(fern, func(s *store.Store, m *model.Model) {
			now := time.Now()
			s.UseClock(func() time.Time { return now })
			counts := s.CountsOfOpenJobs()
			for range 50 {
				g.submit(s, m, "", `{"name": "oak"}`)
			}
			now = now.Add(time.Second)
			g.submit(s, m, "", `{"name": "oak"}`)
			if n := counts.Load(); n != 2 {
				t.Errorf("open jobs were counted %d times", n)
			}
		}))
	})
}
