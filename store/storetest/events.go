package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"bulkpatch/job"
)

// noted keeps the events that a store reports, those of work apart.
type noted struct {
	mu     sync.Mutex
	events []job.Event
	work   []job.Event
}

func (e *noted) add(_ context.Context, event job.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if event.Life() {
		e.events = append(e.events, event)
	} else {
		e.work = append(e.work, event)
	}
}

// worked returns the outcomes of all chunks of a kind so far, and how many events
// there were of the other steps of work.
func (e *noted) worked(kind job.Kind) (sum job.Tally, redelivered, takenOver int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, w := range e.work {
		switch {
		case w.What == job.EventRedelivered:
			redelivered++
		case w.What == job.EventTakenOver:
			takenOver++
		case w.Kind == kind:
			sum = sum.Add(w.Tally)
		}
	}
	return sum, redelivered, takenOver
}

// take returns the events since the last call.
func (e *noted) take() []job.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	taken := e.events
	e.events = nil
	return taken
}

// eventsAreTold takes jobs through their lives. The store reports each step
// once, however a job ends.
func eventsAreTold(t *testing.T, k *Kit) {
	k.Add(30, person)
	eventsOfABulkJob(t, k)
	eventsOfFailures(t, k)
	eventsOfActions(t, k)
	eventsOfSingles(t, k)
}

// told compares the events since the last call with the wanted ones.
func (k *Kit) told(t *testing.T, about string, want ...string) {
	t.Helper()
	var got []string
	for _, e := range k.noted.take() {
		if e.JobID == "" || e.Workspace != k.WS.Name || e.Model != "people" || e.CreatedBy != "key:test" {
			t.Errorf("%s: the event is %+v", about, e)
		}
		line := fmt.Sprintf("%s %s", e.Kind, e.What)
		if e.What == job.EventEnded {
			line += fmt.Sprintf(" %s%s %d/%d/%d", e.State, e.Error, e.Updated, e.Failed, *e.Matched)
		}
		got = append(got, line)
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("%s: the store reported %q, not %q", about, got, want)
	}
}

func eventsOfABulkJob(t *testing.T, k *Kit) {
	t.Helper()
	once := k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{})
	once.IdempotencyKey, once.Fingerprint = "key", "print"
	j := k.Accept(once)
	k.Accept(once) // is the same job
	k.Pass(3 * time.Second)
	k.Run(4)
	first := k.noted.take()
	equal(t, "events of a job", len(first), 3)
	equal(t, "the time it waited", first[1].Waited >= 3*time.Second, true)
	equal(t, "the time it took", first[2].Took < 3*time.Second, true)
	equal(t, "its end", fmt.Sprint(first[0].What, first[1].What, first[2].What, first[2].Updated), "acceptedstartedended10")
	_, err := k.UndoJob(j.ID)
	check(t, err)
	k.Run(20)
	k.told(t, "an undo", "undo accepted", "undo started", "undo ended succeeded 10/0/10")
}

func eventsOfFailures(t *testing.T, k *Kit) {
	t.Helper()
	k.Accept(k.Bulk(`{"id": 1000}`, `{"visits": 1}`, job.Options{}))
	k.Run(1)
	k.told(t, "nothing matches", "bulk accepted", "bulk started", "bulk ended succeeded 0/0/0")
	one := int64(1)
	k.Accept(k.Bulk(`{"state": "paid"}`, `{"visits": 1}`, job.Options{MaxAffected: &one}))
	k.Run(1)
	k.told(t, "a guard fails the job", "bulk accepted", "bulk started", "bulk ended failedmax_affected 0/0/10")
	failed := k.Accept(k.Bulk(`{"id": {"$lte": 2}}`, `{"domain": "new.example"}`, job.Options{}))
	k.Run(5)
	k.told(t, "some fail", "bulk accepted", "bulk started", "bulk ended partially_succeeded 1/1/2")
	_, err := k.RetryJob(failed.ID, "")
	check(t, err)
	k.Run(5)
	k.told(t, "a retry", "retry accepted", "retry started", "retry ended failed 0/1/1")
	for kind, want := range map[job.Kind]job.Tally{
		job.Bulk: {Updated: 11, Failed: 1}, job.Undo: {Updated: 10}, job.Retry: {Failed: 1},
	} {
		sum, _, _ := k.noted.worked(kind)
		equal(t, "outcomes of the chunks of kind "+string(kind), sum, want)
	}
}

func eventsOfActions(t *testing.T, k *Kit) {
	t.Helper()
	ctx := t.Context()
	held, l := k.Start(k.Bulk(`{"state": "paid"}`, `{"visits": 2}`, job.Options{}))
	for _, a := range []job.Action{job.Pause, job.Pause, job.Resume} {
		_, err := k.Act(ctx, k.WS, held.ID, a, "key:test")
		check(t, err)
	}
	equal(t, "what was leased", errors.Is(k.Settle(ctx, l.Ref), nil), true)
	l = k.Lease()
	l.Resolved = true
	_, err := k.ApplyChunk(ctx, l, 4)
	check(t, err)
	_, err = k.Act(ctx, k.WS, held.ID, job.Cancel, "key:test")
	check(t, err)
	check(t, k.Settle(ctx, l.Ref)) // as the sweep may
	k.told(t, "paused, resumed and cancelled", "bulk accepted", "bulk started", "bulk paused", "bulk resumed", "bulk ended cancelled 4/0/10")
}

func eventsOfSingles(t *testing.T, k *Kit) {
	t.Helper()
	k.Accept(k.Single(3, `{"name": "Once"}`))
	due := k.Due()
	check(t, k.ApplySingle(t.Context(), due[0]))
	check(t, k.ApplySingle(t.Context(), due[0])) // a task that comes twice
	k.told(t, "a single", "single accepted", "single ended succeeded 1/0/1")
	sum, _, _ := k.noted.worked(job.Single)
	equal(t, "the outcome of a single that came twice", sum, job.Tally{Updated: 1})
	queued := k.Accept(k.Single(3, `{"name": "Never"}`))
	_, err := k.Act(t.Context(), k.WS, queued.ID, job.Cancel, "key:test")
	check(t, err)
	k.Run(1)
	k.told(t, "a single that is cancelled", "single accepted", "single ended cancelled 0/0/1")
}
