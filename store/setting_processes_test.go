package store_test

import (
	"errors"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store"
)

// A mixed is a database that two processes use: one has the model plant, the other
// does not.
type mixed struct {
	t             *testing.T
	with, without *store.Store
	plant         *model.Model
}

func newMixed(t *testing.T, address string) *mixed {
	t.Helper()
	g := newGrowing(t, address)
	models := g.load(fern)
	fatal(t, g.start(fern, g.add(`{"id": 1, "name": "fern"}`, `{"id": 2, "name": "moss"}`)))
	m := &mixed{t: t, with: opened(t, address, store.Options{Models: models}), without: opened(t, address, store.Options{Models: model.Shipped()})}
	m.plant, _ = models.Model("plant")
	return m
}

// bulk submits a job over all plants.
func (m *mixed) bulk() job.Job {
	m.t.Helper()
	f, _ := filter.New([]byte(`{"name": {"$exists": true}}`), m.plant, filter.Native)
	p, _ := m.plant.CheckPatch([]byte(`{"name": "oak"}`), model.PatchOptions{})
	j, _, err := m.with.Submit(m.t.Context(), auth.Caller{Workspace: main}, job.Submission{Kind: job.Bulk, Model: m.plant, Filter: f, Patch: p})
	fatal(m.t, err)
	return j
}

func (m *mixed) single() job.Job {
	m.t.Helper()
	p, _ := m.plant.CheckPatch([]byte(`{"name": "ash"}`), model.PatchOptions{Single: true})
	j, _, err := m.with.Submit(m.t.Context(), auth.Caller{Workspace: main}, job.Submission{Kind: job.Single, Model: m.plant, RecordID: int64(1), Patch: p})
	fatal(m.t, err)
	return j
}

func (m *mixed) act(s *store.Store, id string, a job.Action) job.Job {
	m.t.Helper()
	j, err := s.Act(m.t.Context(), auth.Caller{Workspace: main, KeyName: "test"}, id, a)
	fatal(m.t, err)
	return j
}

// waiting lists the wake-ups that a relay would send, now or after a wait.
func (m *mixed) waiting() (wakeUps []job.WakeUp) {
	m.t.Helper()
	singles, err := m.without.Singles(m.t.Context(), 1)
	fatal(m.t, err)
	bulks, err := m.without.Bulks(m.t.Context(), 1)
	fatal(m.t, err)
	return append(singles, bulks...)
}

// take claims the work of a wake-up, as a worker does.
func take(t *testing.T, s *store.Store, r job.WakeUp) error {
	if r.Single {
		return s.ApplySingle(t.Context(), r)
	}
	_, err := s.Claim(t.Context(), r)
	return err
}

// TestOnlyAJobThatNoProcessCanTakeHasLostItsModel resumes a job through a
// process without its model.
func TestOnlyAJobThatNoProcessCanTakeHasLostItsModel(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		m := newMixed(t, empty(t))
		ctx := t.Context()
		j := m.bulk()
		for _, step := range []struct {
			about string
			first func() error
			want  job.State
		}{
			{"no process runs", func() error { return nil }, job.Queued},
			{"one has the model, and one has not", func() error {
				return errors.Join(m.with.ShowRunning(ctx, "with"), m.without.ShowRunning(ctx, "without"))
			}, job.Queued},
			{"the one that had it has stopped", func() error { return m.with.ShowStopped(ctx, "with") }, job.Failed},
		} {
			m.act(m.without, j.ID, job.Pause)
			fatal(t, step.first())
			if got := m.act(m.without, j.ID, job.Resume); got.State != step.want {
				t.Errorf("%s: the job is %s, %+v", step.about, got.State, got.Error)
			}
		}
	})
}

// TestWorkOfAModelIsKeptForWhoHasIt has a process without the model take work first.
// The process puts it back, and no wake-up is sent while no process has the model.
func TestWorkOfAModelIsKeptForWhoHasIt(t *testing.T) {
	onBoth(t, func(t *testing.T, empty func(*testing.T) string) {
		m := newMixed(t, empty(t))
		ctx := t.Context()
		for _, submit := range []func() job.Job{m.single, m.bulk} {
			j := submit()
			r := m.waiting()[0]
			fatal(t, m.without.Sent(ctx, []job.WakeUp{r}))
			if err := take(t, m.without, r); !errors.Is(err, job.ErrOtherModel) {
				t.Fatalf("the process without the model took the work: %v", err)
			}
			before := read(t, m.without, j.ID)
			r.Wait = 20_000
			fatal(t, m.without.PutBack(ctx, r, job.WaitModel))
			shown := read(t, m.without, j.ID)
			if shown.WaitReason != job.WaitWorker || !strings.Contains(shown.WaitDetail, "plant") || shown.Revision <= before.Revision {
				t.Errorf("the job waits for %q: %q, at revision %d after %d", shown.WaitReason, shown.WaitDetail, shown.Revision, before.Revision)
			}
			if wakeUps := m.waiting(); len(wakeUps) > 0 {
				t.Errorf("nobody has the model, and %v is told", wakeUps)
			}
			liveness, _, err := m.with.Liveness(ctx, 0, 10)
			if fatal(t, err); len(liveness) > 0 {
				t.Errorf("the sweep finds %v, which waits in the outbox", liveness)
			}
			fatal(t, m.with.ShowRunning(ctx, "with"))
			again := m.waiting()
			if len(again) != 1 || again[0].Wait != r.Wait || again[0].Nonce == r.Nonce || again[0].Ref != r.Ref {
				t.Fatalf("a process has the model, and %v is told", again)
			}
			fatal(t, m.with.Sent(ctx, again))
			fatal(t, take(t, m.with, again[0]))
			if now := read(t, m.with, j.ID); now.WaitReason != "" || now.WaitDetail != "" {
				t.Errorf("the job waits for %q: %q while it is worked on", now.WaitReason, now.WaitDetail)
			}
			fatal(t, m.without.PutBack(ctx, r, job.WaitModel)) // a task that comes twice
			if wakeUps := m.waiting(); len(wakeUps) > 0 {
				t.Errorf("%v is told though another has it", wakeUps)
			}
			fatal(t, m.with.ShowStopped(ctx, "with"))
		}
	})
}

func read(t *testing.T, s *store.Store, id string) job.Job {
	t.Helper()
	j, err := s.Job(t.Context(), main, id)
	fatal(t, err)
	return j
}
