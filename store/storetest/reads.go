package storetest

import (
	"fmt"
	"strings"
	"testing"

	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// Twenty records of 900 KB each are more than two pages.
const (
	largeRecords = 20
	largeValue   = 900_000
	pageLimit    = 8 << 20
)

func large(i int) string {
	return fmt.Sprintf(`{"id": %d, "name": "P%d", "custom": {"text": "%s"}}`, i, i%7, strings.Repeat(string(rune('a'+i)), largeValue))
}

func bytesOf(records []model.Record) int {
	n := 0
	for _, r := range records {
		for _, v := range r.Values {
			text, _ := v.(string)
			n += len(text)
		}
	}
	return n
}

// listsEndEarly reads large records in several orders. Every page is bounded,
// and together they hold each record once. A page that is to be whole is whole.
func listsEndEarly(t *testing.T, k *Kit) {
	k.Add(largeRecords, large)
	for _, order := range []string{"", "name", "-name,id"} {
		sort, faults := filter.ParseSort(order, k.People)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		q := filter.Query{Filter: filter.All(k.People), Sort: sort, Limit: 100, Count: true}
		seen, pages := map[int64]bool{}, 0
		for more := true; more; more = q.Cursor != "" {
			page, err := k.Records(t.Context(), k.WS, k.People, q)
			check(t, err)
			if n := bytesOf(page.Items); n > pageLimit || n == 0 {
				t.Fatalf("a page has %d bytes", n)
			}
			for _, r := range page.Items {
				seen[r.RID] = true
			}
			pages++
			q.Cursor = page.NextCursor
			equal(t, "count", *page.Count, largeRecords)
		}
		equal(t, "records in order of "+order, len(seen), largeRecords)
		equal(t, "pages", pages, 3)
	}
	var ids []int64
	check(t, k.Scan(t.Context(), k.WS, k.People, filter.All(k.People), func(page []model.Record) error {
		if n := bytesOf(page); n > pageLimit || n == 0 {
			t.Fatalf("a page of an export has %d bytes", n)
		}
		for _, r := range page {
			ids = append(ids, r.Values[k.People.Role(model.RoleID).Index].(int64))
		}
		return nil
	}))
	equal(t, "exported", len(ids), largeRecords)
	for i, id := range ids {
		equal(t, "place", id, int64(i))
	}
}

// whatChangedEndsEarly changes large values in chunks of three, back and forth.
// Pages of results and of history, and the sample of a preview, are bounded.
func whatChangedEndsEarly(t *testing.T, k *Kit) {
	k.Add(largeRecords, large)
	patch := `{"custom": {"text": "` + strings.Repeat("z", largeValue) + `"}}`
	preview, err := k.Preview(t.Context(), k.Bulk(`{"id": {"$gte": 0}}`, patch, job.Options{}))
	check(t, err)
	equal(t, "would change", preview.WouldChange, largeRecords)
	equal(t, "shown of that", len(preview.Sample), 1)

	j := k.Accept(k.Bulk(`{"id": {"$gte": 0}}`, patch, job.Options{}))
	k.Run(3)
	seen := map[string]bool{}
	q := job.ResultQuery{Limit: 100}
	for more := true; more; more = q.Cursor != "" {
		page, err := k.Results(t.Context(), k.WS, j.ID, q)
		check(t, err)
		n := 0
		for _, item := range page.Items {
			c := item.Changed["custom"]
			n += len(c.From) + len(c.To)
			id := item.ID.String()
			equal(t, "bytes of what "+id+" had", len(c.From), len(`{"text":""}`)+largeValue)
			equal(t, "seen before", seen[id], false)
			seen[id] = true
		}
		if n > pageLimit || n == 0 {
			t.Fatalf("a page of results has %d bytes", n)
		}
		q.Cursor = page.NextCursor
	}
	equal(t, "results", len(seen), largeRecords)

	for i := range 6 {
		k.Accept(k.Single(5, fmt.Sprintf(`{"custom": {"text": "%s"}}`, strings.Repeat(string(rune('A'+i)), largeValue))))
		k.Run(1)
	}
	items, pages := 0, 0
	for cursor := ""; pages == 0 || cursor != ""; pages++ {
		page, next, err := k.History(t.Context(), k.WS, k.People, int64(5), 100, cursor)
		check(t, err)
		items, cursor = items+len(page), next
	}
	equal(t, "jobs in the history", items, 7)
	equal(t, "pages of it", pages, 2)
}

// soughtAreInOrder lists the records with one value of an indexed field, of which there
// are few or many, in several orders and in pages of two.
func soughtAreInOrder(t *testing.T, k *Kit) {
	k.Add(2400, func(i int) string {
		state := "common"
		if i%400 == 7 {
			state = "rare"
		}
		return fmt.Sprintf(`{"id": %d, "name": "P%d", "state": "%s"}`, i, i%5, state)
	})
	for order, want := range map[string]string{
		"":         "[7 407 807 1207 1607 2007]",
		"-id":      "[2007 1607 1207 807 407 7]",
		"-name,id": "[7 407 807 1207 1607 2007]",
	} {
		equal(t, "rare in order of "+order, fmt.Sprint(k.sought(t, `{"state": "rare"}`, order, 100)), want)
		equal(t, "two of several in order of "+order, fmt.Sprint(k.sought(t, `{"state": {"$in": ["rare", "none"]}, "id": {"$gte": 0}}`, order, 100)), want)
	}
	equal(t, "the first common ones", fmt.Sprint(k.sought(t, `{"state": "common"}`, "", 9)), "[0 1 2 3 4 5 6 8 9]")
}

// sought returns the ids of the first records that a filter selects.
func (k *Kit) sought(t *testing.T, text, order string, most int) (ids []int64) {
	t.Helper()
	sort, faults := filter.ParseSort(order, k.People)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	q := filter.Query{Filter: k.Filter(text), Sort: sort, Limit: 2}
	for more := true; more && len(ids) < most; more = q.Cursor != "" {
		page, err := k.Records(t.Context(), k.WS, k.People, q)
		check(t, err)
		for _, r := range page.Items {
			ids = append(ids, r.Values[k.People.Role(model.RoleID).Index].(int64))
		}
		q.Cursor = page.NextCursor
	}
	return ids[:min(most, len(ids))]
}
