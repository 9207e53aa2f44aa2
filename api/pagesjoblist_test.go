package api_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/api"
	"bulkpatch/job"
)

// listRig has jobs of two keys with ids as real jobs have them, and a way to open
// pages as a browser does.
type listRig struct {
	*rig
	t *testing.T
}

func newListRig(t *testing.T, change ...func(*api.Config)) listRig {
	return listRig{newRig(t, change...), t}
}

// add puts jobs of a key into the store, the newest last.
func (r listRig) add(by string, n int, change func(i int, j *job.Job)) {
	for i := range n {
		at := len(r.store.order)
		j := job.Job{
			ID: fmt.Sprintf("0193f2c4-0000-7000-8000-%012d", at), Kind: job.Bulk, Model: "desk", Workspace: "main", State: job.Succeeded, Revision: 1,
			CreatedAt: r.clock.now().Add(time.Duration(at) * time.Second), CreatedBy: by, ExpiresAt: r.clock.now().Add(time.Hour),
			Patch: []byte(`{"jobTitle":"Lead"}`), Filter: []byte(`{"state":"active"}`),
		}
		if change != nil {
			change(i, &j)
		}
		r.store.jobs[j.ID], r.store.order = j, append(r.store.order, j.ID)
	}
}

// open opens a page as a browser does.
func (r listRig) open(key, path string, status int) string {
	r.t.Helper()
	return r.as(key, "GET", path, "", "Accept", "text/html").want(status).text
}

var rowID = regexp.MustCompile(`<tr id="job-([^"]+)"`)

func rowsOf(page string) (ids []string) {
	for _, found := range rowID.FindAllStringSubmatch(page, -1) {
		ids = append(ids, found[1])
	}
	return ids
}

func TestTheListShowsJobsAsSentences(t *testing.T) {
	r := newListRig(t)
	n := int64(4312)
	r.add("key:<b>", 1, func(_ int, j *job.Job) {
		j.Options.Note, j.State, j.Matched = `<script>alert(1)</script> שלום`, job.Failed, &n
		j.Error = &job.Error{Code: "max_affected", Detail: "too many"}
	})
	page := r.open(r.admin, "/admin/jobs", 200)
	for _, part := range []string{
		"where state is", "&lt;script&gt;alert(1)&lt;/script&gt; שלום", ">4,312</td>", "more records match than allowed · nothing was changed",
		"key:&lt;b&gt;", `href="/admin/jobs/0193f2c4-0000-7000-8000-000000000000"`, `href="/admin/new"`, ">1 job<", `data-every="10"`,
	} {
		if !strings.Contains(page, part) {
			t.Errorf("no %q in %s", part, page)
		}
	}
	for kind, says := range map[job.Kind]string{job.Single: "0193f2c4", job.Bulk: "set jobTitle to"} {
		r.add("key:ops", 1, func(_ int, j *job.Job) { j.Kind, j.Model, j.State = kind, "plane", job.Running })
		parent := r.store.order[len(r.store.order)-1]
		if kind == job.Single {
			parent = "0193f2c4-gone"
		}
		r.add("key:ops", 1, func(_ int, j *job.Job) { j.Kind, j.Patch, j.Filter, j.UndoOf = job.Undo, nil, nil, parent })
		page := r.open(r.admin, "/admin/jobs?kind=undo", 200)
		if text := page[strings.Index(page, `id="rows"`):]; !strings.Contains(text, "Undo of") || !strings.Contains(text, says) {
			t.Errorf("the undo of %s is shown as %s", parent, text)
		}
	}
	r.add("key:ops", 1, func(_ int, j *job.Job) { j.State = job.Running })
	if page := r.open(r.admin, "/admin/jobs", 200); !strings.Contains(page, `data-every="3"`) {
		t.Error("a job that runs is not followed more closely")
	}
}

func TestSinglesAreListedIfAskedFor(t *testing.T) {
	r := newListRig(t)
	r.add("key:ops", 3, func(_ int, j *job.Job) { j.Kind = job.Single })
	r.add("key:ops", 1, nil)
	for path, want := range map[string]int{"": 1, "?kind=all": 4, "?kind=single": 3, "?q=0193f2c4-0000-7000-8000-000000000001": 1, "?q=0193F2C4": 4, "?kind=undo": 0} {
		if got := rowsOf(r.open(r.admin, "/admin/jobs"+path, 200)); len(got) != want {
			t.Errorf("%s lists %q", path, got)
		}
	}
	if page := r.open(r.admin, "/admin/jobs", 200); !strings.Contains(page, "without updates of single customers") || !strings.Contains(page, `href="/admin/jobs?kind=all"`) {
		t.Error("it does not say that singles are left out")
	}
}

func TestTheSearchFindsIdsNamesAndNotes(t *testing.T) {
	r := newListRig(t)
	r.add("key:ops", 2, func(i int, j *job.Job) { j.Options.Note = []string{"ticket 20261127", "clean-up"}[i] })
	r.add("key:crm", 1, func(_ int, j *job.Job) { j.Options.Note = "clean-up of names" })
	for q, want := range map[string]int{"by:crm": 1, "key:ops": 2, "clean": 2, "clean by:ops": 1, "20261127": 1, "19990101": 0, "0193f2c4-0000-7000-8000-000000000002": 1} {
		page := r.open(r.admin, "/admin/jobs?q="+url.QueryEscape(q), 200)
		if got := rowsOf(page); len(got) != want {
			t.Errorf("%s finds %q", q, got)
		}
		if q == "20261127" && !strings.Contains(page, "No job’s id begins with “<bdi>20261127</bdi>”") {
			t.Error("it does not say that there is no such id")
		}
	}
}

func TestFiltersOfTheListAreKeptAndJudged(t *testing.T) {
	r := newListRig(t)
	r.add("key:ops", 1, nil)
	page := r.open(r.admin, "/admin/jobs?q=%22%3E%3Cb%3E&state=open&kind=undo&model=desk&createdBy=ops&when=7d&since=2026-01-31", 200)
	for _, part := range []string{
		`value="&#34;&gt;&lt;b&gt;"`, `<option value="open" selected>`, `<option value="undo" selected>`, `<option value="desk" selected>`,
		`value="key:ops"`, `<option value="7d" selected>`, `value="2026-01-31"`, "<details open>", "No job matches these filters", ">Clear filters</a>",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("no %q in %s", part, page)
		}
	}
	for query, says := range map[string]string{
		"state=asleep": "one of", "model=none": "Model: no model of this name", "since=yesterday": "The first day is not a date", "cursor=nonsense": "cursor", "q=%3F": "nothing to search for",
	} {
		if page := r.open(r.admin, "/admin/jobs?"+query, 400); !strings.Contains(page, says) || !strings.Contains(page, `id="filters"`) {
			t.Errorf("%s is answered %s", query, page)
		}
	}
}

func TestAKeyWithoutJobsReadSeesAndCountsItsOwn(t *testing.T) {
	r := newListRig(t)
	r.add("key:writer", 60, nil)
	r.add("key:ops", 40, nil)
	page := r.open(r.writer, "/admin/jobs?createdBy=key:ops", 200)
	if len(rowsOf(page)) > 0 {
		t.Error("a key sees the jobs of another")
	}
	page = r.open(r.writer, "/admin/jobs", 200)
	if len(rowsOf(page)) != 50 || !strings.Contains(page, ">60 jobs<") || !strings.Contains(page, "You see the jobs that <bdi>key:writer</bdi> made") || strings.Contains(page, `id="createdBy"`) {
		t.Errorf("a writer sees %s", page)
	}
	for key, want := range map[string]string{r.writer: ">60 jobs<", r.admin: ">100 jobs<", r.other: ">0 jobs<", r.reader: ">0 jobs<"} {
		if part := r.open(key, "/admin/jobs/count", 200); !strings.Contains(part, want) || strings.Contains(part, "<html") {
			t.Errorf("counted: %s instead of %s", part, want)
		}
	}
	if part := r.open(r.writer, "/admin/jobs/count?createdBy=key:ops", 200); !strings.Contains(part, ">0 jobs<") {
		t.Errorf("a key counts the jobs of another: %s", part)
	}
	if page := r.open(r.reader, "/admin/jobs", 200); strings.Contains(page, "/admin/new") || !strings.Contains(page, "There is no update of many customers yet") {
		t.Errorf("a reader without jobs is shown %s", page)
	}
	if page := r.open(r.writer, "/admin/jobs?state=failed", 200); !strings.Contains(page, "No job matches these filters") {
		t.Errorf("nothing failed: %s", page)
	}
}

func TestTheExactCountFollows(t *testing.T) {
	r := newListRig(t)
	r.add("key:ops", 10_050, nil)
	page := r.open(r.admin, "/admin/jobs?model=desk", 200)
	if !strings.Contains(page, "more than 10,000 jobs") || !strings.Contains(page, `data-count="/admin/jobs/count?model=desk"`) || !strings.Contains(page, `href="/admin/jobs?count=exact&amp;model=desk"`) {
		t.Errorf("the first answer is %s", page[strings.Index(page, "listhead"):][:600])
	}
	for _, path := range []string{"/admin/jobs/count?model=desk", "/admin/jobs?count=exact&model=desk&wait=1"} {
		if part := r.open(r.admin, path, 200); !strings.Contains(part, ">10,050 jobs<") {
			t.Errorf("%s is answered %s", path, part)
		}
	}
	r.open(r.admin, "/admin/jobs/count?model=none", 400)
}

// TestTheListDoesNotWaitForItsCount has a store that counts for a minute.
func TestTheListDoesNotWaitForItsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t)
		for i := range 60 {
			j := b.store.jobs["job1"]
			j.ID, j.Kind = fmt.Sprint("more", i), job.Bulk
			b.store.jobs[j.ID], b.store.order = j, append(b.store.order, j.ID)
		}
		b.store.onCount = waitFor(time.Minute)
		began := time.Now()
		a := b.call("/admin/jobs")
		if d := time.Since(began); a.Code != 200 || d > time.Second || !strings.Contains(a.Body.String(), "more than 50 jobs") {
			t.Errorf("%d after %v", a.Code, d)
		}
	})
}

// waitFor returns a function that takes some time, unless its caller is gone before.
func waitFor(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func TestPagesOfTheListFollowOneAnother(t *testing.T) {
	r := newListRig(t)
	r.add("key:ops", 240, func(i int, j *job.Job) {
		if i%2 == 0 {
			j.Model = "plane"
		}
	})
	seen := map[string]bool{}
	path := "/admin/jobs?model=desk"
	for pages := 0; path != ""; pages++ {
		page := r.open(r.admin, path, 200)
		for _, id := range rowsOf(page) {
			if seen[id] {
				t.Fatalf("%s is repeated", id)
			}
			seen[id] = true
		}
		if first := strings.Contains(page, "data-first"); first != (pages == 0) {
			t.Errorf("page %d takes new jobs: %v", pages, first)
		}
		path = olderOf(page)
	}
	if len(seen) != 120 {
		t.Errorf("%d jobs were listed", len(seen))
	}
}

var olderLink = regexp.MustCompile(`<a class="button" href="([^"]+)" rel="next">Older</a>`)

// olderOf returns the path of the next page, "" on the last.
func olderOf(page string) string {
	found := olderLink.FindStringSubmatch(page)
	if found == nil {
		return ""
	}
	return strings.ReplaceAll(found[1], "&amp;", "&")
}

// TestListsNameChoicesAsAJobsPageDoes looks for a choice of the model, which stands
// without quotes, in the list, the overview and the job.
func TestListsNameChoicesAsAJobsPageDoes(t *testing.T) {
	r := newRig(t)
	id := r.ended()
	for _, path := range []string{"/admin/jobs/" + id, "/admin/jobs", "/admin"} {
		r.page(r.admin, path).want(200).has("where state is <bdi>active</bdi>").lacks("“active”")
	}
}
