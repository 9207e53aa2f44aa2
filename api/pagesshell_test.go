package api_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"bulkpatch/api"
	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// find opens the search for some words.
func (r *rig) find(key, words string) answer {
	r.t.Helper()
	return r.as(key, "GET", "/admin/go?"+url.Values{"q": {words}}.Encode(), "", "Accept", "text/html")
}

// byBeginning finds jobs by the beginnings of their ids.
type byBeginning struct{ api.Store }

func (b byBeginning) Jobs(ctx context.Context, ws auth.Workspace, q job.Query) (job.Page, error) {
	page, err := b.Store.Jobs(ctx, ws, q)
	page.Items = slices.DeleteFunc(page.Items, func(j job.Job) bool { return !strings.HasPrefix(j.ID, q.IDPrefix) })
	return page, err
}

// withoutAnswers finds keys for callers, and does not answer to them.
type withoutAnswers struct{ api.Store }

func (withoutAnswers) Keys(context.Context) ([]auth.Key, error) { return nil, job.ErrUnavailable }

func (withoutAnswers) Record(context.Context, auth.Workspace, *model.Model, any) (model.Record, error) {
	return model.Record{}, job.ErrUnavailable
}

func TestOneFindingIsOpened(t *testing.T) {
	r := newRig(t)
	customer := r.customer(`{"firstName":"Ana"}`)
	id := customer[strings.LastIndex(customer, "/")+1:]
	for words, to := range map[string]string{
		"desk " + id:     "/admin/customers/desk/records/" + id,
		"  DESK   " + id: "/admin/customers/desk/records/" + id,
		"crm-sync":       "/admin/keys?q=crm-sync#key-5",
		"hel":            "/admin/help",
		"UPDATE":         "/admin/new",
		"your access":    "/admin/access",
	} {
		if words == "crm-sync" {
			r.key("crm-sync", "main", auth.CustomersRead)
		}
		r.find(r.admin, words).want(303).header("Location", to)
	}
}

func TestAJobIsFoundByTheBeginningOfItsID(t *testing.T) {
	r := newRig(t, func(c *api.Config) { c.Store = byBeginning{c.Store} })
	const id = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
	r.store.onSubmit = func(j *job.Job) { j.ID = id }
	r.job()
	for _, words := range []string{id, id[:8], strings.ToUpper(id[:13])} {
		r.find(r.admin, words).want(303).header("Location", "/admin/jobs/"+id)
	}
	for _, words := range []string{id[:7], "0190a1b3", "0190a1b2c3", "zzzzzzzzz"} {
		r.find(r.admin, words).want(200)
	}
	page := r.as(r.admin, "GET", "/admin/go/found?q="+id[:8], "").want(200).text
	if !strings.Contains(page, "<bdi>Set jobTitle to “Lead” where state is active</bdi>") || !strings.Contains(page, "queued</span>") || strings.Contains(page, "<html") {
		t.Errorf("the part is %s", page)
	}
}

func TestSeveralFindingsAreListed(t *testing.T) {
	r := newRig(t)
	r.key("<b>jobs</b> \u202eof north", "main", auth.CustomersRead)
	page := r.find(r.admin, "jobs").want(200).text
	for _, want := range []string{`href="/admin/jobs"`, `#key-5"`, "&lt;b&gt;jobs&lt;/b&gt;", "number 5 in main"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in %s", want, page)
		}
	}
	none := r.find(r.admin, "<script>no such").want(200).text
	if !strings.Contains(none, "Nothing has this id or name") || !strings.Contains(none, "&lt;script&gt;no such") {
		t.Errorf("nothing is found, and the page says %s", none)
	}
}

func TestOnlyWhatAKeyMaySeeIsFound(t *testing.T) {
	r := newRig(t)
	customer := r.customer(`{"firstName":"Ana"}`)
	id := customer[strings.LastIndex(customer, "/")+1:]
	for name, page := range map[string]answer{
		"a customer without customers:read": r.find(r.key("jobs", "main", auth.JobsRead), "desk "+id),
		"a customer of another workspace":   r.find(r.other, "desk "+id),
		"a key for a reader":                r.find(r.reader, "writer"),
		"a key of another workspace":        r.find(r.other, "writer"),
	} {
		if page.want(200); !strings.Contains(page.text, "Nothing has this id or name") {
			t.Errorf("%s is found: %s", name, page.text)
		}
	}
}

func TestASearchSaysWhatItCouldNotSearch(t *testing.T) {
	r := newRig(t, func(c *api.Config) { c.Store = withoutAnswers{c.Store} })
	page := r.find(r.admin, "hel").want(200).text
	if !strings.Contains(page, "Not all could be searched: the customers, the keys. Try again in a moment.") || !strings.Contains(page, `href="/admin/help"><span`) {
		t.Errorf("the page says %s", page)
	}
}

func TestASearchIsBounded(t *testing.T) {
	r := newRig(t)
	for _, words := range []string{strings.Repeat("ä", 5000), "..", ".", "/../x", "%00", "a/b?c#d", "\x00"} {
		r.find(r.admin, words).want(200)
	}
}

// TestASearchIsOneCallOfTheRate looks for a customer in every model.
func TestASearchIsOneCallOfTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimited(t)
		l.get(l.one, "/admin/go?q=12345678", 200, "3")
		l.get(l.one, "/admin/go/found?q=12345678", 200, "2")
	})
}

func TestHelpListsTheKeysOfPagesThatAreOffered(t *testing.T) {
	r, into := pageRig(t)
	for who, want := range map[string]int{"admin": 9, "reader": 4, "other": 9} {
		page := r.as("", "GET", "/admin/help", "", "Cookie", into[who][1]).want(200).text
		if n := strings.Count(page, "<kbd>g</kbd>"); n != want {
			t.Errorf("%s is offered %d keys of pages, want %d", who, n, want)
		}
		if strings.Contains(page, `data-key="q"`) != (who == "admin") {
			t.Errorf("the queues are offered to %s, or not to who may see them", who)
		}
	}
}
