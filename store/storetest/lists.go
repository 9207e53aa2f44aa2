package storetest

import (
	"strings"
	"sync"
	"testing"

	"bulkpatch/job"
)

// filterOf returns a filter whose text has so many bytes.
func filterOf(n int) string {
	return `{"name":"` + strings.Repeat("x", n-len(`{"name":""}`)) + `"}`
}

func listsLeaveOutLargeRequests(t *testing.T, k *Kit) {
	small := k.Accept(k.Bulk(filterOf(job.MaxListed), `{"name": "Changed"}`, job.Options{}))
	large := k.Accept(k.Bulk(filterOf(job.MaxListed+1), `{"name": "Changed"}`, job.Options{}))
	page, err := k.Jobs(t.Context(), k.WS, job.Query{Limit: 10})
	check(t, err)
	equal(t, "jobs listed", len(page.Items), 2)
	equal(t, "newest first", page.Items[0].ID, large.ID)
	for i, id := range []string{large.ID, small.ID} {
		listed, short := page.Items[i], k.Read(id).Short()
		equal(t, "filter", string(listed.Filter), string(short.Filter))
		equal(t, "patch", string(listed.Patch), string(short.Patch))
		equal(t, "bytes left out", listed.RequestBytes, short.RequestBytes)
	}
	equal(t, "bytes left out of the large one", page.Items[0].RequestBytes, job.MaxListed+1)
	equal(t, "filter of the large one is listed", page.Items[0].Filter != nil, false)
	equal(t, "filter of the small one is whole", len(page.Items[1].Filter), job.MaxListed)
	equal(t, "a job alone is whole", len(k.Read(large.ID).Filter), job.MaxListed+1)
}

// listsOfJobsEndEarly lists more jobs than one page holds, and expects each
// once.
func listsOfJobsEndEarly(t *testing.T, k *Kit) {
	const n, bytes = 999, 9 << 10 // 8 MiB hold fewer than 950 of these
	sub := k.Bulk(filterOf(job.MaxListed), `{"custom": {"note": "`+strings.Repeat("x", job.MaxListed-100)+`"}}`, job.Options{})
	var group sync.WaitGroup
	for range 9 {
		group.Go(func() {
			for range n / 9 {
				if _, _, err := k.Submit(t.Context(), sub); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	seen := map[string]bool{}
	pages := 0
	for q := (job.Query{Limit: 1000}); ; pages++ {
		page, err := k.Jobs(t.Context(), k.WS, q)
		check(t, err)
		size := 0
		for _, j := range page.Items {
			seen[j.ID] = true
			size += len(j.Filter) + len(j.Patch)
		}
		if size > 8<<20 || len(page.Items) == 0 {
			t.Fatalf("a page has %d jobs and %d bytes", len(page.Items), size)
		}
		if q.Cursor = page.NextCursor; q.Cursor == "" {
			break
		}
	}
	equal(t, "jobs listed", len(seen), n)
	equal(t, "pages that ended early", pages, n*bytes/(8<<20))
}
