package api_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/api"
	"bulkpatch/job"
	"bulkpatch/model"
)

// A redisOf answers with what a test says.
type redisOf struct{ has job.Queues }

func (r redisOf) Queues(context.Context) (job.Queues, error) { return r.has, nil }

var busy = redisOf{job.Queues{
	Server: "Redis 7.4", Answered: 12 * time.Millisecond,
	Queues: []job.Queue{
		{Name: "single", Waiting: 1234, Active: 2, Oldest: 90 * time.Second, Days: []job.QueueDay{{Day: time.Unix(0, 0), Taken: 1234567}}},
		{Name: "bulk"},
	},
	Processes: []job.Process{{Host: "<b>host</b>", PID: 7, Bulks: 4, Singles: 32, Tasks: []job.Task{{Ref: job.Ref{Workspace: 1, Job: 1, Shard: 3}}}}},
}}

// pageRig is a rig with a page about queues, and the ways into it.
func pageRig(t *testing.T) (r *rig, into map[string][]string) {
	r = newRig(t, func(c *api.Config) { c.Queues = busy })
	return r, map[string][]string{
		"nobody": {"", ""},
		"reader": {"", r.signIn(r.reader, "").want(303).cookie()},
		"other":  {"", r.signIn(r.other, "").want(303).cookie()},
		"admin":  {"", r.signIn(r.admin, "").want(303).cookie()},
		"a key":  {r.admin, ""},
	}
}

var (
	inlineCode  = regexp.MustCompile(`(?i)<style|<script(?:[^>]*[^>]|)>\s*[^<\s]|\sstyle\s*=|\son[a-z]+\s*=|javascript:`)
	otherHost   = regexp.MustCompile(`(?i)(?:src|href|action|content)\s*=\s*["'](?:[a-z]+:)?//`)
	assetInPage = regexp.MustCompile(`/admin/assets/[^"]+`)
)

// TestPagesRunNothingThatIsNotOurs opens every page of the route table, in every
// role, and looks at its headers and at what it contains.
func TestPagesRunNothingThatIsNotOurs(t *testing.T) {
	r, into := pageRig(t)
	seen := 0
	for _, c := range api.Calls(model.Shipped(), nil) {
		if !strings.HasPrefix(c.Path, "/admin") {
			continue
		}
		for who, how := range into {
			a := r.as(how[0], c.Method, c.Path, "", "Cookie", how[1], "Accept", "text/html")
			if a.StatusCode >= 500 || a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s %s for %s: %s with %v", c.Method, c.Path, who, a.Status, a.Header)
			}
			if a.StatusCode/100 == 3 {
				continue
			}
			seen++
			if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
				t.Errorf("%s %s for %s has the policy %q", c.Method, c.Path, who, csp)
			}
			a.header("Referrer-Policy", "same-origin")
			for _, bad := range []*regexp.Regexp{inlineCode, otherHost} {
				if found := bad.FindString(a.text); found != "" {
					t.Errorf("%s %s for %s contains %q", c.Method, c.Path, who, found)
				}
			}
		}
	}
	if seen < 15 {
		t.Errorf("only %d pages were seen", seen)
	}
}

func TestBrowsersKeepAssets(t *testing.T) {
	r, into := pageRig(t)
	page := r.as("", "GET", "/admin/queues", "", "Cookie", into["admin"][1]).want(200)
	found := assetInPage.FindAllString(page.text, -1)
	if len(found) < 3 {
		t.Fatalf("the page refers to %q", found)
	}
	for _, path := range found {
		a := r.as("", "GET", path, "").want(200).header("Cache-Control", "public, max-age=31536000, immutable")
		if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/") && kind != "image/svg+xml" {
			t.Errorf("%s is %s", path, kind)
		}
		if strings.Contains(a.text, "//") && otherHost.MatchString(a.text) {
			t.Errorf("%s asks another host", path)
		}
	}
	r.as("", "GET", "/admin/assets/style.css", "").want(404)
	r.as("", "GET", "/admin/assets/..%2Fpages%2Fhome.html", "").want(404)
}

func TestTheQueuesAreForAdministratorsOfMain(t *testing.T) {
	r, into := pageRig(t)
	for who, want := range map[string]int{"nobody": 303, "reader": 403, "other": 403, "admin": 200, "a key": 200} {
		a := r.as(into[who][0], "GET", "/admin/queues", "", "Cookie", into[who][1], "Accept", "text/html").want(want)
		if want == http.StatusForbidden && !strings.Contains(a.text, "<p>This concerns all workspaces. It is for keys of the workspace main that have the scope admin.") {
			t.Errorf("%s is told %s", who, a.text)
		}
	}
	home := r.as("", "GET", "/admin", "", "Cookie", into["other"][1]).want(200)
	if strings.Contains(home.text, "/admin/queues") {
		t.Error("a page is offered that may not be opened")
	}
	r.as("bp_wrong", "GET", "/admin/queues", "").want(401).code("invalid_key")
	r.as(r.admin, "POST", "/admin/queues", "").want(405)
	r.as(r.admin, "GET", "/admin/queues/", "").want(200)
	r.as(r.admin, "GET", "/admin/nothing", "", "Accept", "text/html").want(404)
	newRig(t).call("GET", "/admin/queues", "").want(404)
}

func TestTheQueuesPageSaysWhatThereIs(t *testing.T) {
	r, into := pageRig(t)
	page := r.as("", "GET", "/admin/queues", "", "Cookie", into["admin"][1]).want(200).text
	for _, part := range []string{">1,234</td>", "1 min 30 s", ">1,234,567</td>", "&lt;b&gt;host&lt;/b&gt;", "4 bulk, 32 single", "shard 3", "none waits"} {
		if !strings.Contains(page, part) {
			t.Errorf("no %q in %s", part, page)
		}
	}
}

// TestTheQueuesPageAnswersWithoutRedis asks a Redis that does not answer.
func TestTheQueuesPageAnswersWithoutRedis(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBubble(t, func(c *api.Config) { c.Queues = slowQueues{make(chan time.Duration, 1)} })
		began := time.Now()
		a := b.call("/admin/queues")
		if d := time.Since(began); a.Code != 200 || d > 3*time.Second || !strings.Contains(a.Body.String(), "Redis does not answer. Jobs are safe") {
			t.Errorf("%d after %v: %s", a.Code, d, a.Body)
		}
	})
}

// TestNoGETOfAPageChangesAnything opens every page as an administrator.
func TestNoGETOfAPageChangesAnything(t *testing.T) {
	r, into := pageRig(t)
	before := len(r.store.sessions)
	for _, c := range api.Calls(model.Shipped(), nil) {
		if strings.HasPrefix(c.Path, "/admin") && c.Method == http.MethodGet != (c.Effect == api.Reads) {
			t.Errorf("%s %s %s", c.Method, c.Path, c.Effect)
		}
		if strings.HasPrefix(c.Path, "/admin") {
			r.as("", "GET", c.Path, "", "Cookie", into["admin"][1])
		}
	}
	if len(r.store.sessions) != before || len(r.store.submitted) > 0 {
		t.Errorf("%d sessions instead of %d", len(r.store.sessions), before)
	}
	r.as("", "GET", "/admin", "", "Cookie", into["admin"][1]).want(200)
}
