package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"bulkpatch/job"
	"bulkpatch/model"
)

// Part is how many selected records are worth a shard of their own, so that the
// suite's larger jobs have several shards on a database that allows them.
const Part = 500

// crowd is how many workers work at the same time in the tests of this file.
const crowd = 6

// workTogether lets a crowd work, as processes would, until all jobs have
// ended.
func (k *Kit) workTogether(t *testing.T, ids ...string) {
	t.Helper()
	stop := make(chan struct{})
	var workers sync.WaitGroup
	defer workers.Wait()
	defer close(stop)
	for range crowd {
		workers.Go(func() { k.takePart(t, stop) })
	}
	for _, id := range ids {
		k.follow(t, id)
	}
}

// takePart carries out what is due until stop is closed. No worker dies, so the
// sweep has nothing to find, but two workers may take the same wake-up.
func (k *Kit) takePart(t *testing.T, stop chan struct{}) {
	ctx := t.Context()
	for !t.Failed() {
		select {
		case <-stop:
			return
		default:
		}
		singles, err := k.Singles(ctx, 3)
		check(t, err)
		bulks, err := k.Bulks(ctx, 2)
		check(t, err)
		for _, r := range append(singles, bulks...) {
			check(t, k.Sent(ctx, []job.WakeUp{r}))
			if r.Single {
				check(t, k.ApplySingle(ctx, r))
				continue
			}
			l, err := k.Claim(ctx, r)
			if err == nil {
				err = k.carryOn(t, l, 60)
			}
			k.expected(t, r.Ref, err)
		}
	}
}

// follow reads a job until it has ended. Its counts must add up and never fall.
func (k *Kit) follow(t *testing.T, id string) {
	t.Helper()
	var before job.Job
	for !t.Failed() {
		now := k.Read(id)
		invariant(t, now)
		if now.Revision < before.Revision || now.Tried() < before.Tried() {
			t.Errorf("revision %d with %+v came after %d with %+v", now.Revision, now.Tally, before.Revision, before.Tally)
		}
		if now.State.Final() {
			return
		}
		before = now
	}
}

// shardsSideBySide lets a crowd of workers work on one job.
func shardsSideBySide(t *testing.T, k *Kit) {
	const n = 4 * Part
	k.Add(n, person)
	j := k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 1, "state": "paid"}`, job.Options{}))
	k.workTogether(t, j.ID)
	j = k.Read(j.ID)
	equal(t, "state", j.State, job.Succeeded)
	equal(t, "updated", j.Updated, int64(n))
	for id, p := range k.All(`{}`) {
		equal(t, "version of "+id, p.Version, 2)
	}
	outcomes := k.Outcomes(j.ID, 300)
	equal(t, "outcomes", len(outcomes), n)
	u, err := k.UndoJob(j.ID)
	check(t, err)
	k.workTogether(t, u.ID)
	equal(t, "restored", k.Read(u.ID).Updated, int64(n))
	equal(t, "as before", len(k.All(`{"state": "trial", "score": null}`)), (n+2)/3)
}

// wakeUpsTellWhatIsInFlight reads the wake-ups of a job's other shards, if it has
// any, while the first is leased and after another was sent.
func wakeUpsTellWhatIsInFlight(t *testing.T, k *Kit) {
	k.Add(4*Part, person)
	k.Accept(k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 1}`, job.Options{}))
	inFlight := func(want int) []job.WakeUp {
		t.Helper()
		wakeUps, err := k.Bulks(t.Context(), 100)
		check(t, err)
		for _, r := range wakeUps {
			equal(t, "shards in flight", r.InFlight, want)
			equal(t, "shards of the workspace in flight", r.InFlightWorkspace, want)
		}
		return wakeUps
	}
	first := inFlight(0)
	check(t, k.Sent(t.Context(), first))
	l, err := k.Claim(t.Context(), first[0])
	check(t, err)
	_, err = k.Resolve(t.Context(), l)
	check(t, err)
	if others := inFlight(1); len(others) > 0 {
		check(t, k.Sent(t.Context(), others[:1]))
		inFlight(2)
	}
	check(t, k.Yield(t.Context(), l, 0, ""))
}

// overlappingJobs has many workers work on jobs over the same records, with
// singles and imports in between. No transaction may wait for ever, and no change
// may be lost.
func overlappingJobs(t *testing.T, k *Kit) {
	const n = 2 * Part
	k.Add(n, person)
	before, old := k.versions(), len(k.jobs())
	var ids []string
	for i, filter := range []string{`{"visits": {"$gte": 0}}`, `{"active": true}`, `{"state": {"$ne": "left"}}`, `{"visits": {"$lt": 700}}`} {
		ids = append(ids, k.Accept(k.Bulk(filter, fmt.Sprintf(`{"score": %d, "custom": {"k%d": 1}}`, i, i), job.Options{OnMismatch: job.Force})).ID)
	}
	for i := range int64(40) {
		ids = append(ids, k.Accept(k.Single(1+i*20, fmt.Sprintf(`{"name": "single %d"}`, i))).ID)
	}
	k.workTogether(t, ids...)
	for _, id := range ids {
		equal(t, "state", k.Read(id).State, job.Succeeded)
	}
	k.versionsGrewByUpdates(t, before, old)
	for id, p := range k.All(`{"visits": {"$lt": 700}, "active": true, "state": "trial"}`) {
		equal(t, "custom of "+id, string(p.Custom), `{"k0":1,"k1":1,"k2":1,"k3":1}`)
	}
}

// cancelMeetsTheLastChunk cancels a job while its last chunks are in flight,
// again and again. Either the chunk commits and the job ends as it would have,
// or nothing of the chunk is written.
func cancelMeetsTheLastChunk(t *testing.T, k *Kit) {
	k.Add(3, person)
	seen := map[job.State]int{}
	for range 60 {
		j, l := k.Start(k.Bulk(`{}`, fmt.Sprintf(`{"score": %d}`, len(seen)+seen[job.Succeeded]), job.Options{AllowAll: true}))
		var both sync.WaitGroup
		both.Go(func() {
			step, err := k.ApplyChunk(t.Context(), l, 10)
			if err == nil && step.Done {
				err = k.Finish(t.Context(), l.Ref)
			}
			k.expected(t, l.Ref, err)
		})
		shown, err := k.Act(t.Context(), k.WS, j.ID, job.Cancel, "key:test")
		var refused *job.StateError
		if err != nil && !errors.As(err, &refused) {
			t.Error(err)
		}
		both.Wait()
		end := k.Read(j.ID)
		invariant(t, end)
		seen[end.State]++
		if err == nil && shown.State.Final() {
			equal(t, "what was shown", shown.State, end.State)
			equal(t, "counts that were shown", shown.Tally, end.Tally)
		}
		switch end.State {
		case job.Cancelled:
			equal(t, "tried by a cancelled job", end.Tried(), 0)
		case job.Succeeded:
			equal(t, "tried by one that was not", end.Tried(), 3)
		default:
			t.Errorf("the job ended %s", end.State)
		}
	}
	t.Logf("ends: %v", seen)
}

// numbersRace lets many callers create records at the same time, which all need
// numbers and ids of one sequence.
func numbersRace(t *testing.T, k *Kit) {
	const callers, each = 8, 25
	var made sync.Map
	var n atomic.Int64
	var together sync.WaitGroup
	for range callers {
		together.Go(func() {
			for range each {
				d, faults := k.People.CheckDraft([]byte(`{"name": "new"}`), model.Create)
				if faults != nil {
					t.Error(faults)
					return
				}
				r, _, err := k.CreateRecord(t.Context(), k.WS, k.People, d)
				if err != nil {
					t.Error(err)
					return
				}
				if _, twice := made.LoadOrStore(r.RID, true); twice {
					t.Errorf("number %d was given twice", r.RID)
				}
				n.Add(1)
			}
		})
	}
	together.Wait()
	equal(t, "records", int64(len(k.All(`{}`))), n.Load())
	equal(t, "made", n.Load(), callers*each)
}
