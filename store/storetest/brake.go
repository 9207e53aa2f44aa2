package storetest

import (
	"errors"
	"maps"
	"sync"
	"testing"

	"bulkpatch/job"
	"bulkpatch/model"
)

// brake switches the brake of the kit's workspace.
func (k *Kit) brake(reason string) job.Brake {
	k.tb.Helper()
	b, err := k.SwitchBrake(k.tb.Context(), k.caller(), job.OwnWorkspace, reason)
	check(k.tb, err)
	return b
}

// held checks that a job shows the brake, and returns it.
func (k *Kit) held(t *testing.T, id, reason string) job.Job {
	t.Helper()
	j := k.Read(id)
	equal(t, "what it waits for", j.WaitReason, job.WaitBrake)
	equal(t, "why", j.WaitDetail, reason)
	return j
}

// brakeHoldsAllButSmallWork takes a job that is worked on, and one that is queued,
// through the brake.
func brakeHoldsAllButSmallWork(t *testing.T, k *Kit) {
	ctx := t.Context()
	k.Add(20, person)
	before, l := k.Start(k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 1}`, job.Options{}))
	chunks := k.Chunks(l)
	defer chunks.Close()
	step, err := chunks.Next(ctx, 5)
	check(t, err)
	running := k.Read(before.ID)
	k.brake("prices are wrong")
	shown := k.held(t, before.ID, "prices are wrong")
	equal(t, "that the revision rises", shown.Revision > running.Revision, true)
	name := job.Name{Workspace: k.WS.ID, ID: before.ID}
	watched, err := k.Revisions(ctx, []job.Name{name})
	check(t, err)
	equal(t, "the revision that watchers see", watched[name], shown.Revision)
	_, err = chunks.Next(ctx, 5)
	equal(t, "that a chunk is refused", errors.Is(err, job.ErrBraked), true)
	check(t, k.Yield(ctx, l, 0, ""))
	queued := k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 2}`, job.Options{}))
	k.held(t, queued.ID, "prices are wrong")
	k.refuseClaims(t, 2)
	equal(t, "what was done", k.held(t, before.ID, "prices are wrong").Tally, step.Tally)

	equal(t, "state of a single", k.done(k.Single(3, `{"score": 7}`)).State, job.Succeeded)
	preview := k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 3}`, job.Options{})
	preview.Kind = job.PreviewKind
	equal(t, "state of a preview", k.done(preview).State, job.Succeeded)
	liveness, _, err := k.Liveness(ctx, 0, 10)
	check(t, err)
	equal(t, "work that the sweep watches", len(liveness), 0)

	k.brake("")
	equal(t, "what it waits for", k.Read(queued.ID).WaitReason, job.WaitWorker)
	k.Run(10)
	for _, id := range []string{before.ID, queued.ID} {
		end := k.Read(id)
		equal(t, "state", end.State, job.Succeeded)
		equal(t, "records updated", end.Updated, 20)
		equal(t, "that the revision has risen", end.Revision > shown.Revision || id != before.ID, true)
	}
}

// refuseClaims takes n wake-ups as workers do whose claims the brake refuses. Then
// none is due.
func (k *Kit) refuseClaims(t *testing.T, n int) {
	t.Helper()
	due := k.Due()
	equal(t, "wake-ups", len(due), n)
	for _, r := range due {
		_, err := k.Claim(t.Context(), r)
		equal(t, "that a claim is refused", errors.Is(err, job.ErrBraked), true)
		check(t, k.PutBack(t.Context(), r, job.WaitBrake))
	}
	equal(t, "wake-ups under the brake", len(k.Due()), 0)
}

// brakeLeavesActions pauses, resumes and cancels jobs under the brake.
func brakeLeavesActions(t *testing.T, k *Kit) {
	ctx := t.Context()
	k.Add(20, person)
	j, l := k.Start(k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 1}`, job.Options{}))
	k.brake("stop")
	act := func(a job.Action) job.Job {
		now, err := k.Act(ctx, k.WS, j.ID, a, "key:test")
		check(t, err)
		return now
	}
	paused := act(job.Pause)
	equal(t, "state", paused.State, job.Paused)
	equal(t, "what a paused job waits for", paused.WaitReason, "")
	equal(t, "state", act(job.Resume).State, job.Queued)
	k.held(t, j.ID, "stop")
	k.refuseClaims(t, 1)
	equal(t, "state", act(job.Cancel).State, job.Cancelled)
	end := k.Read(j.ID)
	k.brake("another reason")
	k.brake("")
	equal(t, "the revision of a job that has ended", k.Read(j.ID).Revision, end.Revision)
	_, err := k.ApplyChunk(ctx, l, 5)
	equal(t, "that the lease is lost", errors.Is(err, job.ErrLeaseLost), true)
}

// brakeStopsResolving switches the brake on after a job was claimed: its selection
// is not committed, and it can resolve again.
func brakeStopsResolving(t *testing.T, k *Kit) {
	k.Add(20, person)
	j := k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 1}`, job.Options{}))
	l := k.Lease()
	k.brake("stop")
	_, err := k.Resolve(t.Context(), l)
	equal(t, "that the selection is refused", errors.Is(err, job.ErrBraked), true)
	equal(t, "that it is not committed", k.held(t, j.ID, "stop").Matched == nil, true)
	check(t, k.Yield(t.Context(), l, 0, ""))
	k.brake("")
	k.Run(10)
	equal(t, "records updated", k.Read(j.ID).Updated, 20)
}

// brakeHasTwoSwitches holds one workspace, then every workspace.
func brakeHasTwoSwitches(t *testing.T, k *Kit) {
	ctx := t.Context()
	other := *k
	other.WS = k.workspace(t, "other")
	for _, w := range []*Kit{k, &other} {
		w.Add(20, person)
	}
	j, theirs := k.Accept(k.Bulk(`{"visits": 1}`, `{"score": 1}`, job.Options{})), other.Accept(other.Bulk(`{"visits": 1}`, `{"score": 1}`, job.Options{}))
	b := k.brake("ours")
	equal(t, "who switched it", b.Own.By, "key:test")
	equal(t, "when", b.Own.Since != nil, true)
	since, revision := *b.Own.Since, k.held(t, j.ID, "ours").Revision
	equal(t, "what the other waits for", other.Read(theirs.ID).WaitReason, job.WaitWorker)
	again := k.brake("ours")
	equal(t, "since when after a repeat", *again.Own.Since, since)
	equal(t, "the revision after a repeat", k.Read(j.ID).Revision, revision)
	b, err := k.SwitchBrake(ctx, k.caller(), job.EveryWorkspace, "all of us")
	check(t, err)
	equal(t, "why it is on", b.Decisive().Reason, "all of us")
	on, err := k.BrakesOn(ctx)
	check(t, err)
	equal(t, "switches that are on", on, 2)
	held, err := k.HeldWorkspaces(ctx, 10)
	check(t, err)
	equal(t, "workspaces with their own on", len(held), 1)
	equal(t, "whose", held[0].Workspace, k.WS.Name)
	equal(t, "why", held[0].Reason, "ours")
	equal(t, "by whom", held[0].By, "key:test")
	k.held(t, j.ID, "all of us")
	other.held(t, theirs.ID, "all of us")
	equal(t, "that the workspace's own is off", k.brake("").Own.On(), false)
	k.held(t, j.ID, "all of us")
	k.refuseClaims(t, 2)
	b, err = k.SwitchBrake(ctx, k.caller(), job.EveryWorkspace, "")
	check(t, err)
	equal(t, "that the brake is off", b.On(), false)
	k.Run(10)
	equal(t, "state", k.Read(j.ID).State, job.Succeeded)
	equal(t, "state of the other", other.Read(theirs.ID).State, job.Succeeded)
}

// brakedJobsAreCounted counts what the brake would hold, in one workspace and in all.
func brakedJobsAreCounted(t *testing.T, k *Kit) {
	other := *k
	other.WS = k.workspace(t, "other")
	for _, w := range []*Kit{k, &other} {
		w.Add(20, person)
	}
	k.done(k.Bulk(`{"visits": 1}`, `{"score": 1}`, job.Options{}))
	k.Accept(k.Bulk(`{"visits": 1}`, `{"score": 2}`, job.Options{}))
	k.Accept(k.Single(3, `{"score": 7}`))
	preview := k.Bulk(`{"visits": 1}`, `{"score": 3}`, job.Options{})
	preview.Kind = job.PreviewKind
	k.Accept(preview)
	other.Accept(other.Bulk(`{"visits": 1}`, `{"score": 1}`, job.Options{}))
	count := func(ws int64) int64 {
		n, err := k.BrakedJobs(t.Context(), ws)
		check(t, err)
		return n
	}
	equal(t, "in the workspace", count(k.WS.ID), 1)
	equal(t, "in the other", count(other.WS.ID), 1)
	equal(t, "in all", count(0), 2)
	k.brake("stop")
	equal(t, "while the brake is on", count(k.WS.ID), 1)
}

// brakeStopsImports switches the brake on between two batches of an import.
func brakeStopsImports(t *testing.T, k *Kit) {
	run := k.begin()
	k.send(run, `{"id": 1, "name": "Ana"}`)
	k.brake("stop")
	d, faults := k.People.CheckDraft([]byte(`{"id": 2, "name": "Bo"}`), model.Import)
	check(t, faultsErr(faults))
	_, err := k.Store.Import(t.Context(), k.caller(), run, []model.Draft{d}, []int64{2})
	equal(t, "that the next batch is refused", errors.Is(err, job.ErrBraked), true)
	_, err = k.BeginImport(t.Context(), k.caller(), k.People)
	equal(t, "that a new import is refused", errors.Is(err, job.ErrBraked), true)
	equal(t, "records", len(k.All(`{}`)), 1)
	k.brake("")
	k.send(run, `{"id": 2, "name": "Bo"}`)
}

// brakeHoldsAgainstWork switches the brake on and off while workers carry out jobs.
// Whenever it is on, no record changes, and neither does any job that shows it.
func brakeHoldsAgainstWork(t *testing.T, k *Kit) {
	const people = 200
	k.Add(people, person)
	before, old := k.versions(), len(k.jobs())
	stop := make(chan struct{})
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() { k.workUntil(t, stop) })
	}
	for round := range 12 {
		k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, []string{`{"score": 1}`, `{"score": 2}`}[round%2], job.Options{}))
		k.brake("stop")
		first, jobs := k.versions(), k.heldJobs()
		k.brake("stop once more") // that it waits for what is in flight must change nothing
		equal(t, "that no record changed", maps.Equal(k.versions(), first), true)
		for id, tally := range jobs {
			equal(t, "what a held job did", k.held(t, id, "stop once more").Tally, tally)
		}
		k.brake("")
	}
	for _, j := range k.jobs() {
		k.await(t, j.ID)
	}
	close(stop)
	workers.Wait()
	k.versionsGrewByUpdates(t, before, old)
}

// heldJobs returns what the jobs have done that show the brake.
func (k *Kit) heldJobs() map[string]job.Tally {
	held := map[string]job.Tally{}
	for _, j := range k.jobs() {
		if j.WaitReason == job.WaitBrake {
			held[j.ID] = j.Tally
		}
	}
	return held
}
