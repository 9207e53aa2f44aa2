package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// listed reads the jobs of a query page by page. It returns their numbers in
// the order in which they were accepted.
func (k *Kit) listed(q job.Query, order map[string]int) string {
	k.tb.Helper()
	numbers := []int{}
	for q.Limit = 2; ; {
		page, err := k.Jobs(k.tb.Context(), k.WS, q)
		check(k.tb, err)
		for _, j := range page.Items {
			numbers = append(numbers, order[j.ID])
		}
		if q.Cursor = page.NextCursor; q.Cursor == "" {
			return fmt.Sprint(numbers)
		}
	}
}

// listsAreNarrowed lists jobs by each of the conditions.
func listsAreNarrowed(t *testing.T, k *Kit) {
	k.Add(9, person)
	order := map[string]int{}
	accept := func(sub job.Submission, note, by string) job.Job {
		sub.Options.Note = note
		j := k.As(auth.Key{Name: by}).Accept(sub)
		order[j.ID] = len(order) + 1
		return j
	}
	first := accept(k.Bulk(`{"state": "trial"}`, `{"domain": "one.example"}`, job.Options{}), "Q3-Review: Überblick für Ana", "ana")
	k.Run(10)
	retry, err := k.RetryJob(first.ID, "")
	check(t, err)
	order[retry.ID] = 2
	k.Pass(time.Hour)
	middle := time.Now().Add(30 * time.Minute)
	third := accept(k.Single(2, `{"name": "x"}`), "review of Q4", "bo")
	accept(k.Bulk(`{"state": "paid"}`, `{"visits": 1}`, job.Options{}), "100%_", "bo")
	accept(k.Bulk(`{"state": "paid"}`, `{"visits": 1}`, job.Options{}), "", "bo")
	_, err = k.Act(t.Context(), k.WS, third.ID, job.Cancel, "key:test")
	check(t, err)
	tests := map[string]struct {
		q    job.Query
		want string
	}{
		"all":                  {job.Query{}, "[5 4 3 2 1]"},
		"of some states":       {job.Query{States: []job.State{job.Cancelled, job.PartiallySucceeded}}, "[3 1]"},
		"of some kinds":        {job.Query{Kinds: []job.Kind{job.Retry, job.Single}}, "[3 2]"},
		"of a creator":         {job.Query{CreatedBy: "key:bo"}, "[5 4 3]"},
		"of no such creator":   {job.Query{CreatedBy: "key:b"}, "[]"},
		"since":                {job.Query{Since: middle}, "[5 4 3]"},
		"since it was made":    {job.Query{Since: third.CreatedAt, Kinds: []job.Kind{job.Single}}, "[3]"},
		"until":                {job.Query{Until: middle}, "[2 1]"},
		"until it was made":    {job.Query{Until: third.CreatedAt}, "[2 1]"},
		"a word":               {job.Query{Words: job.Words("REVIEW")}, "[3 2 1]"},
		"the beginning of one": {job.Query{Words: job.Words("q3 über")}, "[2 1]"},
		"the middle of one":    {job.Query{Words: job.Words("view")}, "[]"},
		"two words apart":      {job.Query{Words: job.Words("ana q3")}, "[2 1]"},
		"no wildcard":          {job.Query{Words: job.Words("10_")}, "[4]"},
		"an id":                {job.Query{IDPrefix: third.ID}, "[3]"},
		"an id and a state":    {job.Query{IDPrefix: third.ID, States: []job.State{job.Running}}, "[]"},
		"no such id":           {job.Query{IDPrefix: "00000000-0"}, "[]"},
		"together":             {job.Query{Words: []string{"rev"}, Since: middle, States: []job.State{job.Cancelled}}, "[3]"},
	}
	for name, test := range tests {
		equal(t, name, k.listed(test.q, order), test.want)
		k.counts(t, name, test.q, test.want)
	}
	page, err := k.Jobs(t.Context(), k.WS, job.Query{CreatedBy: "key:bo", Limit: 1})
	check(t, err)
	for _, q := range []job.Query{{CreatedBy: "key:ana"}, {CreatedBy: "key:bo", Words: []string{"q4"}}, {}} {
		q.Limit, q.Cursor = 1, page.NextCursor
		_, err = k.Jobs(t.Context(), k.WS, q)
		equal(t, "another list's cursor is refused", errors.Is(err, job.ErrBadCursor), true)
	}
}

// counts counts the jobs of a query, exactly and up to two.
func (k *Kit) counts(t *testing.T, name string, q job.Query, listed string) {
	t.Helper()
	want := int64(len(strings.Fields(strings.Trim(listed, "[]"))))
	for most, want := range map[int64]int64{0: want, 2: min(want, 2), 100: want} {
		n, err := k.CountJobs(t.Context(), k.WS, q, most)
		check(t, err)
		equal(t, fmt.Sprintf("count up to %d of %s", most, name), n, want)
	}
}

// listsOfOneInstant lists many jobs that were accepted at the same instant.
func listsOfOneInstant(t *testing.T, k *Kit) {
	at := time.Now().Truncate(time.Microsecond)
	k.Freeze(at)
	order := map[string]int{}
	want := []int{}
	for i := range 7 {
		order[k.Accept(k.Bulk(`{"state": "trial"}`, `{"visits": 1}`, job.Options{})).ID] = i
		want = append([]int{i}, want...)
	}
	equal(t, "jobs of one instant", k.listed(job.Query{Since: at}, order), fmt.Sprint(want))
	k.prefixesFind(t, order)
}

// prefixesFind looks for jobs by beginnings of their ids of every length.
func (k *Kit) prefixesFind(t *testing.T, order map[string]int) {
	t.Helper()
	for id := range order {
		for n := job.MinIDPrefix; n <= len(id); n++ {
			var want int64
			for other := range order {
				if strings.HasPrefix(other, id[:n]) {
					want++
				}
			}
			got, err := k.CountJobs(t.Context(), k.WS, job.Query{IDPrefix: id[:n]}, 0)
			check(t, err)
			equal(t, "jobs with the prefix "+id[:n], got, want)
		}
	}
}
