package bench

import (
	"path/filepath"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
)

// BenchmarkJobLists reads the first page of each list of jobs, counts the list up to
// 10,000 and exactly, and reads the pace of the workspace. The figures are of the
// store alone: a call adds its HTTP. At full size, which takes a minute to fill:
//
//	go test ./bench -run '^$' -bench JobLists -benchtime 5x -jobs 1000000
func BenchmarkJobLists(b *testing.B) {
	path := filepath.Join(b.TempDir(), "jobs.db")
	s := openStore(b, path)
	_, _, err := s.Bootstrap(b.Context(), "")
	fatal(b, err)
	fatal(b, s.Close())
	fillJobs(b, path, *jobs)
	s = openStore(b, path)
	defer func() { fatal(b, s.Close()) }()
	ws := auth.Workspace{ID: 1, Name: auth.MainWorkspace}
	last, err := s.Jobs(b.Context(), ws, job.Query{Limit: 1})
	fatal(b, err)
	day := time.Now().Add(-24 * time.Hour)
	lists := []struct {
		name string
		q    job.Query
	}{
		{"all", job.Query{}},
		{"failed", job.Query{States: []job.State{job.Failed}}},
		{"paused", job.Query{States: []job.State{job.Paused}}},
		{"running", job.Query{States: []job.State{job.Running}}}, // none
		{"undo", job.Query{Kinds: []job.Kind{job.Undo}}},
		{"model", job.Query{Model: "desk"}},
		{"no such model", job.Query{Model: "plane"}},
		{"maker", job.Query{CreatedBy: "key:ana"}},
		{"rare maker", job.Query{CreatedBy: rareMaker}},
		{"since", job.Query{Since: day}},
		{"until", job.Query{Until: day}},
		{"common word", job.Query{Words: []string{"merger"}}},
		{"rare word", job.Query{Words: []string{rareWord}}},
		{"no such word", job.Query{Words: []string{"zzz"}}},
		{"id", job.Query{IDPrefix: last.Items[0].ID[:job.MinIDPrefix]}},
		{"word and state", job.Query{Words: []string{"merger"}, States: []job.State{job.Paused}}},
		{"kind, state, maker and day", job.Query{Kinds: []job.Kind{job.Retry}, States: []job.State{job.Cancelled}, CreatedBy: "key:billing", Since: day}},
	}
	for _, list := range lists {
		b.Run("page/"+list.name, func(b *testing.B) {
			list.q.Limit = 50
			for b.Loop() {
				_, err := s.Jobs(b.Context(), ws, list.q)
				fatal(b, err)
			}
		})
		for name, most := range map[string]int64{"bounded": 10_000, "exact": 0} {
			b.Run("count/"+name+"/"+list.name, func(b *testing.B) {
				for b.Loop() {
					_, err := s.CountJobs(b.Context(), ws, list.q, most)
					fatal(b, err)
				}
			})
		}
	}
	b.Run("pace", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Pace(b.Context(), ws, time.Now().Add(-time.Hour))
			fatal(b, err)
		}
	})
}

func openStore(b *testing.B, path string) *store.Store {
	b.Helper()
	s, err := store.Open(b.Context(), "sqlite://"+path, store.Options{Models: model.Shipped()})
	fatal(b, err)
	fatal(b, s.Migrate(b.Context()))
	return s
}
