package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"bulkpatch/job"
)

// retried accepts a retry of a job and runs it.
func (k *Kit) retried(f job.Follow) job.Job {
	k.tb.Helper()
	r, _, err := k.Retry(k.tb.Context(), f)
	check(k.tb, err)
	k.Run(10)
	return k.Read(r.ID)
}

// retriesShareAChain retries a job and its retries in turn: no retry takes
// records that another job of the chain has done.
func retriesShareAChain(t *testing.T, k *Kit) {
	k.Add(9, person)
	free := func(id int) { k.Add(1, func(int) string { return fmt.Sprintf(`{"id": %d, "domain": null}`, id) }) }
	j := k.Accept(k.Bulk(`{"state": "trial"}`, `{"domain": "one.example"}`, job.Options{}))
	k.Run(10)
	equal(t, "failed at first", k.Read(j.ID).Failed, 2) // of 1, 4 and 7 the first has the domain
	free(1)
	first := k.retried(k.Follow(j.ID))
	equal(t, "taken by the first retry", *first.Matched, 2)
	equal(t, "updated by it", first.Updated, 1)
	free(4)
	second := k.retried(k.Follow(j.ID))
	equal(t, "taken by a second retry of the same job", *second.Matched, 1)
	equal(t, "updated by it", second.Updated, 1)
	third := k.retried(k.Follow(first.ID))
	equal(t, "remaining of what the first retry took", *third.Matched, 0)
	equal(t, "a retry that has nothing to do", third.State, job.Succeeded)
	equal(t, "retried by", fmt.Sprint(k.Read(j.ID).RetriedBy), fmt.Sprint([]string{first.ID, second.ID}))
	equal(t, "the retry retried by", fmt.Sprint(k.Read(first.ID).RetriedBy), fmt.Sprint([]string{third.ID}))
	equal(t, "versions", fmt.Sprint(k.versions()), "map[1:3 2:1 3:1 4:3 5:1 6:1 7:2 8:1 9:1]")
}

// oneRetryAtATime retries the jobs of a chain while another retry is open, and
// then lets many callers race.
func oneRetryAtATime(t *testing.T, k *Kit) {
	k.Add(9, person)
	k.Accept(k.Bulk(`{"state": "trial"}`, `{"domain": "one.example"}`, job.Options{}))
	k.Run(10)
	j := k.jobs()[0]
	first := k.retried(k.Follow(j.ID))
	second, err := k.RetryJob(first.ID, "")
	check(t, err)
	for _, id := range []string{j.ID, first.ID} {
		_, err := k.RetryJob(id, "")
		var open *job.RetryOpenError
		equal(t, "another retry is refused", errors.As(err, &open), true)
		equal(t, "the open retry", open.JobID, second.ID)
	}
	k.Run(10)
	retriesRace(t, k, []string{j.ID, first.ID, second.ID})
}

// retriesRace lets callers retry jobs of one chain at the same time: only one
// creates a job.
func retriesRace(t *testing.T, k *Kit, ids []string) {
	before := len(k.jobs())
	var callers sync.WaitGroup
	var mu sync.Mutex
	made := 0
	for i := range 12 {
		callers.Go(func() {
			_, err := k.RetryJob(ids[i%len(ids)], "")
			var open *job.RetryOpenError
			if err != nil && !errors.As(err, &open) {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				made++
			}
		})
	}
	callers.Wait()
	equal(t, "retries that were accepted", made, 1)
	equal(t, "jobs that came", len(k.jobs())-before, 1)
}

// found returns the ids of some results, read page by page.
func (k *Kit) found(id string, q job.ResultQuery) string {
	k.tb.Helper()
	ids := []string{}
	for q.Limit = 1; ; {
		page, err := k.Results(k.tb.Context(), k.WS, id, q)
		check(k.tb, err)
		for _, r := range page.Items {
			ids = append(ids, fmt.Sprint(r.ID))
		}
		if q.Cursor = page.NextCursor; q.Cursor == "" {
			return fmt.Sprint(ids)
		}
	}
}

// retryOfOneGroup retries the records that failed with one code.
func retryOfOneGroup(t *testing.T, k *Kit) {
	k.Add(4, func(i int) string {
		company := []string{`{"id": 1}`, `{"id": 1}`, "null", "null"}[i]
		return fmt.Sprintf(`{"id": %d, "name": "n", "company": %s}`, i+1, company)
	})
	j := k.Accept(k.Bulk(`{"name": "n"}`, `{"rights": "own", "domain": "one.example"}`, job.Options{}))
	k.Run(10)
	equal(t, "failed", k.Read(j.ID).Failed, 3)
	domain := "/domain"
	equal(t, "results with a code", k.found(j.ID, job.ResultQuery{Code: "rights_needs_company"}), "[3 4]")
	equal(t, "results with a pointer", k.found(j.ID, job.ResultQuery{Pointer: &domain}), "[2]")
	equal(t, "results with another outcome", k.found(j.ID, job.ResultQuery{Code: "unique", Outcomes: []job.Outcome{job.Skipped}}), "[]")
	f := k.Follow(j.ID)
	f.Codes = []string{"rights_needs_company"}
	r := k.retried(f)
	equal(t, "taken with one code", *r.Matched, 2)
	_, taken := k.Outcomes(r.ID, 10)["2"]
	equal(t, "a record with another code is taken", taken, false)
	f.Codes = []string{"unique", "rights_needs_company"}
	equal(t, "taken with both", *k.retried(f).Matched, 3)

	k.Add(9, person)
	stopped, l := k.Start(k.Bulk(`{"state": "trial"}`, `{"visits": -1}`, job.Options{}))
	k.Add(1, func(int) string { return `{"id": 1, "state": "left"}` })
	_, err := k.ApplyChunk(t.Context(), l, 2)
	check(t, err)
	check(t, k.Fail(t.Context(), l.Ref, job.Error{Code: "test"}))
	f = k.Follow(stopped.ID)
	f.Codes = []string{"no_longer_matches"}
	equal(t, "skipped ones taken by their code", *k.retried(f).Matched, 0)
	f.OnMismatch = job.Force
	equal(t, "skipped ones taken by their code with force", *k.retried(f).Matched, 1)
}

// retryOfOneField retries the records that failed with one code for one value, and
// foretells that.
func retryOfOneField(t *testing.T, k *Kit) {
	k.Add(4, func(i int) string {
		company := []string{`{"id": 1}`, `{"id": 1}`, "null", "null"}[i]
		return fmt.Sprintf(`{"id": %d, "name": "n", "company": %s}`, i+1, company)
	})
	j := k.Accept(k.Bulk(`{"name": "n"}`, `{"rights": "own", "domain": "one.example"}`, job.Options{}))
	k.Run(10)
	for _, test := range []struct {
		codes, pointers []string
		want            int64
	}{
		{nil, []string{"/domain"}, 1},
		{nil, []string{"/rights"}, 2},
		{nil, []string{"/rights", "/domain"}, 3},
		{[]string{"unique"}, []string{"/rights", "/domain"}, 1},
		{[]string{"unique"}, []string{"/rights"}, 0},
		{[]string{"unique", "rights_needs_company"}, []string{"/rights"}, 2},
		{nil, []string{""}, 0},
	} {
		f := k.Follow(j.ID)
		f.Codes, f.Pointers = test.codes, test.pointers
		name := fmt.Sprint(test.codes, " for ", test.pointers)
		p, err := k.PreviewRetry(t.Context(), f)
		check(t, err)
		equal(t, "foretold with "+name, p.Matched, test.want)
		equal(t, "taken with "+name, *k.retried(f).Matched, test.want)
	}
}
