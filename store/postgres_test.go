package store

import (
	"errors"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// TestAProcessThatStandsStillGivesItsLocksBack pauses inside a transaction that
// has locked a job, and cancels the job from another process.
func TestAProcessThatStandsStillGivesItsLocksBack(t *testing.T) {
	address := pgtest.Database(t)
	zombie := openPlain(t, address+"&idle_in_transaction_session_timeout=300")
	other := openPlain(t, address)
	must(t, zombie.Migrate(t.Context()))
	_, _, err := zombie.Bootstrap(t.Context(), "")
	must(t, err)
	ws := auth.Workspace{ID: 1, Name: auth.MainWorkspace}
	desk, _ := model.Shipped().Model("desk")
	f, _ := filter.New([]byte(`{"id": 1}`), desk, filter.Native)
	p, _ := desk.CheckPatch([]byte(`{"jobTitle": "x"}`), model.PatchOptions{})
	j, _, err := zombie.Submit(t.Context(), auth.Caller{Workspace: ws}, job.Submission{Kind: job.Bulk, Model: desk, Filter: f, Patch: p})
	must(t, err)

	locked, awake, end := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		end <- zombie.inTx(t.Context(), func(t *tx) error {
			if _, err := t.lockJob(job.Ref{Workspace: ws.ID, Job: j.Num}); err != nil {
				return err
			}
			close(locked)
			<-awake
			return t.setState(job.Ref{Workspace: ws.ID, Job: j.Num}, j.ID, job.Running, "")
		})
	}()
	<-locked
	j, err = other.Act(t.Context(), auth.Caller{Workspace: ws, KeyName: "test"}, j.ID, job.Cancel)
	must(t, err)
	close(awake)
	if err := <-end; !errors.Is(err, job.ErrUnavailable) {
		t.Errorf("what stood still ended with %v", err)
	}
	j, err = zombie.Job(t.Context(), ws, j.ID)
	must(t, err)
	if j.State != job.Cancelled {
		t.Errorf("the job is %s", j.State)
	}
}

func openPlain(t *testing.T, address string) *Store {
	t.Helper()
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}
