package main

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"bulkpatch/client"
)

// TestOneKeyMakesOneJobWhateverCrashes lets a hundred callers submit under one
// idempotency key, kills the process among them and starts it again.
func TestOneKeyMakesOneJobWhateverCrashes(t *testing.T) {
	t.Parallel()
	const callers = 100
	flags := []string{"serve", "--addr", "127.0.0.1:0", "--db", database(t)}
	p := start(t, flags...)
	var current atomic.Pointer[client.Client]
	current.Store(p.client(t, p.firstKey))
	load(t, current.Load(), 100)

	submission := client.Submission{Model: "desk", Filter: everybody, Patch: trusting, IdempotencyKey: "the-one"}
	ids := make([]string, callers)
	answered := make(chan struct{}, callers)
	restarted := make(chan struct{})
	var ended sync.WaitGroup
	for i := range callers {
		ended.Go(func() {
			if i >= callers/2 {
				<-restarted // half of them come only after the crash
			}
			for ids[i] == "" {
				j, err := current.Load().Submit(t.Context(), submission)
				var refused *client.Error
				if errors.As(err, &refused) && refused.Status < 500 {
					t.Error(err)
					break
				}
				ids[i] = j.ID
			}
			answered <- struct{}{}
		})
	}
	<-answered // one has its answer, and the others are on their way
	p.kill(t)
	again := start(t, flags...)
	current.Store(again.client(t, p.firstKey))
	close(restarted)
	ended.Wait()

	slices.Sort(ids)
	if one := slices.Compact(ids); len(one) != 1 || one[0] == "" {
		t.Fatalf("one key made %d jobs: %q", len(one), one)
	}
	n := 0
	for j, err := range current.Load().Jobs(t.Context(), client.JobQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		checkSum(t, wait(t, current.Load(), j.ID), client.StateSucceeded, 100)
		n++
	}
	if n != 1 {
		t.Errorf("%d jobs are listed", n)
	}
}

// TestAPreviewBindsAndAnUndoRespectsEdits goes the whole way of a careful
// user: preview, confirm, see it done, edit some records, and take it back.
func TestAPreviewBindsAndAnUndoRespectsEdits(t *testing.T) {
	t.Parallel()
	const people, edited = 5000, 50
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t))
	c := p.client(t, p.firstKey)
	load(t, c, people)
	outdated := previewed(t, c, people)
	if _, err := c.CreateRecord(t.Context(), "desk", map[string]any{"firstName": "late"}); err != nil {
		t.Fatal(err)
	}
	j := wait(t, c, submitted(t, c, outdated).ID)
	if j.State != client.StateFailed || j.Error == nil || j.Error.Code != "selection_changed" || j.Counts.Updated != 0 {
		t.Fatalf("a changed selection ended as %s, %+v", j.State, j.Error)
	}

	j = wait(t, c, submitted(t, c, previewed(t, c, people+1)).ID)
	checkSum(t, j, client.StateSucceeded, people+1)
	for i := range edited {
		id := json.Number(string(rune('1'+i%9)) + string(rune('0'+i/9)))
		if _, err := c.UpdateRecord(t.Context(), "desk", id.String(), map[string]any{"extraData": "edited"}, 0); err != nil {
			t.Fatal(err)
		}
	}
	checkUndo(t, c, j, people+1-edited, edited)
}

// previewed previews the update of all customers, of whom there must be n, and
// returns the submission that confirms it.
func previewed(t *testing.T, c *client.Client, n int64) client.Submission {
	t.Helper()
	submission := client.Submission{Model: "desk", Filter: everybody, Patch: trusting}
	preview, err := c.PreviewSubmission(t.Context(), submission)
	if err != nil || preview.Matched != n {
		t.Fatalf("%+v, %v", preview, err)
	}
	submission.Options.ConfirmToken = preview.ConfirmToken
	return submission
}

// checkUndo undoes a job, which must restore some records and name the
// conflicts of the others.
func checkUndo(t *testing.T, c *client.Client, j client.Job, restored, conflicted int64) {
	t.Helper()
	u, err := c.Undo(t.Context(), j.ID)
	if err != nil {
		t.Fatal(err)
	}
	u = wait(t, c, u.ID)
	if u.State != client.StatePartiallySucceeded || u.Counts.Updated != restored || u.Counts.Conflicted != conflicted {
		t.Errorf("the undo ended as %s, %+v", u.State, u.Counts)
	}
	named := int64(0)
	for r, err := range c.Results(t.Context(), u.ID, "conflicted") {
		if err != nil || r.Error == nil || r.Error.Code != "changed_since" {
			t.Fatalf("%+v, %v", r, err)
		}
		named++
	}
	if named != conflicted {
		t.Errorf("%d records are named", named)
	}
}
