package api_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"bulkpatch/api"
)

// linkRig is a rig with one-time links.
func linkRig(t *testing.T) (*rig, *api.SignInLinks) {
	var links *api.SignInLinks
	r := newRig(t, func(c *api.Config) {
		links = api.NewSignInLinks(c.Now)
		c.SignInLinks = links
	})
	return r, links
}

// tokenIn returns the token of a link.
func tokenIn(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Path != "/admin/login" || len(u.Query().Get("once")) < 43 { // 256 bits
		t.Fatalf("the link is %s", link)
	}
	return u.Query().Get("once")
}

// useLink posts the form of a link's page.
func (r *rig) useLink(token, to string, header ...string) answer {
	r.t.Helper()
	form := url.Values{"link": {token}, "to": {to}}.Encode()
	return r.as("", "POST", "/admin/login", form, append(header, "Content-Type", formType)...)
}

// saysItIsOver checks that an answer is the sign-in, with a sentence about the link.
func (a answer) saysItIsOver() {
	a.t.Helper()
	a.want(403)
	if !strings.Contains(a.text, "This link no longer works") || !strings.Contains(a.text, `name="key"`) || len(a.Cookies()) > 0 {
		a.t.Errorf("with the cookies %v, the page says %s", a.Cookies(), a.text)
	}
}

func TestALinkSignsInOnce(t *testing.T) {
	r, links := linkRig(t)
	link := links.New(r.reader)
	token, at := tokenIn(t, link), link+"&to=%2Fadmin%2Fqueues"
	for range 3 { // to look, or to load it ahead, does not use it
		page := r.as("", "GET", at, "").want(200)
		if len(page.Cookies()) > 0 || !strings.Contains(page.text, `name="link" value="`+token+`"`) || !strings.Contains(page.text, `name="to" value="/admin/queues"`) {
			t.Fatalf("with the cookies %v, the page says %s", page.Cookies(), page.text)
		}
		for _, bad := range []*regexp.Regexp{inlineCode, otherHost} {
			if found := bad.FindString(page.text); found != "" {
				t.Errorf("the page contains %q", found)
			}
		}
	}
	cookie := r.useLink(token, "/admin/queues").want(303).header("Location", "/admin/queues").cookie()
	if home := r.as("", "GET", "/admin", "", "Cookie", cookie).want(200); !strings.Contains(home.text, "reader") {
		t.Errorf("the first page says %s", home.text)
	}
	r.useLink(token, "").saysItIsOver()
	r.as("", "GET", link, "").saysItIsOver()
	if page := r.as("", "GET", at, ""); !strings.Contains(page.text, `name="to" value="/admin/queues"`) {
		t.Errorf("the sign-in forgets the page: %s", page.text)
	}
	if strings.Contains(r.log.String(), token) {
		t.Errorf("the log has the token: %s", r.log)
	}
}

// TestAUsedLinkLeadsOnWhoeverHasSignedIn opens the link in the terminal a second time,
// and sends its form twice.
func TestAUsedLinkLeadsOnWhoeverHasSignedIn(t *testing.T) {
	r, links := linkRig(t)
	link := links.New(r.reader)
	cookie := r.useLink(tokenIn(t, link), "").want(303).cookie()
	r.as("", "GET", link+"&to=%2Fadmin%2Fqueues", "", "Cookie", cookie).want(303).header("Location", "/admin/queues")
	again := r.useLink(tokenIn(t, link), "/admin/queues", "Cookie", cookie).want(303).header("Location", "/admin/queues")
	if len(again.Cookies()) > 0 {
		t.Errorf("it makes a session again: %v", again.Cookies())
	}
	fresh := links.New(r.admin)
	r.as("", "GET", fresh, "", "Cookie", cookie).want(200) // the visitor may want to be somebody else
	r.as("", "GET", "/admin", "", "Cookie", "bulkpatch_session=planted").want(303)
	r.as("", "GET", link, "", "Cookie", "bulkpatch_session=planted").saysItIsOver()
}

func TestALinkEnds(t *testing.T) {
	ends := map[string]func(r *rig, link string){
		"after an hour": func(r *rig, link string) {
			r.clock.pass(time.Hour)
			r.as("", "GET", link, "").saysItIsOver()
		},
		"with its key": func(r *rig, _ string) { r.call("DELETE", "/v1/keys/2", "").want(204) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			r, links := linkRig(t)
			link := links.New(r.reader)
			r.clock.pass(time.Hour - time.Nanosecond)
			r.as("", "GET", link, "").want(200)
			r.useLink(tokenIn(t, link), "").want(303)
			r.clock.pass(time.Minute)
			link = links.New(r.reader)
			end(r, link)
			r.useLink(tokenIn(t, link), "").saysItIsOver()
			r.as("", "GET", link, "").saysItIsOver()
		})
	}
}

func TestOfManyWhoUseALinkOneSignsIn(t *testing.T) {
	r, links := linkRig(t)
	token := tokenIn(t, links.New(r.admin))
	answers := make(chan answer, 5)
	var all sync.WaitGroup
	for range cap(answers) {
		all.Go(func() { answers <- r.useLink(token, "") })
	}
	all.Wait()
	close(answers)
	in := 0
	for a := range answers {
		if a.StatusCode == http.StatusSeeOther {
			in++
			continue
		}
		a.saysItIsOver()
	}
	if in != 1 || len(r.store.sessions) != 1 {
		t.Errorf("%d signed in, with %d sessions", in, len(r.store.sessions))
	}
}

func TestWrongLinksAreFailedSignIns(t *testing.T) {
	r, links := linkRig(t)
	token := tokenIn(t, links.New(r.admin))
	for _, wrong := range []string{"x", token + "x", token[1:], strings.ToLower(token), r.admin} {
		r.useLink(wrong, "").saysItIsOver()
	}
	refused := r.useLink(token, "").want(429)
	if refused.Header.Get("Retry-After") == "" || len(refused.Cookies()) > 0 {
		t.Errorf("refused with %v", refused.Header)
	}
	r.store.set(func() {
		if got := strings.Join(r.store.failedFrom, " "); got != strings.TrimSpace(strings.Repeat("127.0.0.1 ", 6)) {
			t.Errorf("the audit is told of failures from %q", got)
		}
	})
	r.clock.pass(time.Minute)
	r.useLink(token, "").want(303) // whoever was refused has not used it
}

func TestALinkSurvivesWhatIsNotTheVisitorsFault(t *testing.T) {
	r, links := linkRig(t)
	token := tokenIn(t, links.New(r.admin))
	r.store.err = context.DeadlineExceeded
	r.useLink(token, "").want(500)
	r.store.err = nil
	r.useLink(token, "", "Origin", "https://evil.example").want(403).code("cross_origin")
	r.useLink(token, "https://evil.example/admin").want(303).header("Location", "/admin")
}

func TestWithoutLinksNoneWorks(t *testing.T) {
	r := newRig(t)
	r.useLink("x", "").saysItIsOver()
	r.as("", "GET", "/admin/login?once=x", "").saysItIsOver()
	r.as("", "GET", "/admin/login?once=", "").want(200)
}
