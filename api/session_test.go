package api_test

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bulkpatch/api"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
)

const formType = "application/x-www-form-urlencoded"

// signIn posts the form with which people sign in.
func (r *rig) signIn(key, to string, header ...string) answer {
	r.t.Helper()
	form := url.Values{"key": {key}, "to": {to}}.Encode()
	return r.as("", "POST", "/admin/login", form, append(header, "Content-Type", formType)...)
}

// cookie returns the session that an answer gives, as a Cookie header has it.
func (a answer) cookie() string {
	a.t.Helper()
	cookies := a.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].Path != "/admin" || cookies[0].SameSite != http.SameSiteLaxMode {
		a.t.Fatalf("cookies %v", cookies)
	}
	return cookies[0].Name + "=" + cookies[0].Value
}

func TestASessionLastsUntilItOrItsKeyEnds(t *testing.T) {
	ends := map[string]func(r *rig, cookie string){
		"signed out": func(r *rig, cookie string) {
			out := r.as("", "POST", "/admin/logout", "", "Cookie", cookie).want(303).header("Location", "/admin/login")
			if c := out.Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
				t.Errorf("the browser keeps %v", c)
			}
		},
		"revoked here": func(r *rig, _ string) { r.call("DELETE", "/v1/keys/2", "").want(204) },
		"revoked in another process": func(r *rig, _ string) {
			if err := r.store.RevokeKey(context.Background(), auth.Caller{}, 2); err != nil {
				t.Fatal(err)
			}
			r.clock.pass(time.Second)
		},
		"after eight hours": func(r *rig, cookie string) {
			r.clock.pass(8*time.Hour - 2*time.Second)
			r.as("", "GET", "/admin", "", "Cookie", cookie).want(200)
			r.clock.pass(3 * time.Second)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			cookie := r.signIn(r.reader, "").want(303).header("Location", "/admin").cookie()
			home := r.as("", "GET", "/admin/access", "", "Cookie", cookie).want(200)
			if !strings.Contains(home.text, "reader") || !strings.Contains(home.text, "See customers") || !strings.Contains(home.text, "Sign out") {
				t.Errorf("the page about the key says %s", home.text)
			}
			end(r, cookie)
			r.as("", "GET", "/admin", "", "Cookie", cookie).want(303).header("Location", "/admin/login")
		})
	}
}

func TestASessionIsNoKeyOfTheAPI(t *testing.T) {
	r := newRig(t)
	cookie := r.signIn(r.admin, "").want(303).cookie()
	_, token, _ := strings.Cut(cookie, "=")
	r.as("", "GET", "/v1/models", "", "Cookie", cookie).want(401)
	r.as(token, "GET", "/v1/models", "").want(401)
	r.as(token, "GET", "/admin", "").want(401)
	r.as("", "GET", "/admin", "", "Cookie", "bulkpatch_session="+r.admin).want(303)
}

func TestASignInTakesNoTokenOver(t *testing.T) {
	r := newRig(t)
	planted := "bulkpatch_session=planted"
	if got := r.signIn(r.admin, "", "Cookie", planted).want(303).cookie(); got == planted {
		t.Error("the session has a token that the browser brought")
	}
	r.as("", "GET", "/admin", "", "Cookie", planted).want(303)
}

func TestWithTLSTheCookieIsSecure(t *testing.T) {
	r := newRig(t, func(c *api.Config) { c.TrustedProxies = web.Proxies{netip.MustParsePrefix("127.0.0.0/8")} })
	tls := []string{"X-Forwarded-Proto", "https"}
	a := r.signIn(r.admin, "", tls...).want(303)
	cookie := a.cookie()
	if !strings.HasPrefix(cookie, "__Secure-") || !a.Cookies()[0].Secure {
		t.Errorf("the cookie is %v", a.Cookies())
	}
	r.as("", "GET", "/admin", "", append(tls, "Cookie", cookie)...).want(200)
	planted := strings.TrimPrefix(cookie, "__Secure-")
	r.as("", "GET", "/admin", "", append(tls, "Cookie", planted)...).want(303)
}

func TestASignInLeadsBackToAPageOfOurs(t *testing.T) {
	r := newRig(t)
	asked := r.as("", "GET", "/admin/queues?day=1", "").want(303).Header.Get("Location")
	if asked != "/admin/login?to=%2Fadmin%2Fqueues%3Fday%3D1" {
		t.Errorf("the sign-in is at %s", asked)
	}
	if form := r.as("", "GET", asked, "").want(200); !strings.Contains(form.text, `name="to" value="/admin/queues?day=1"`) {
		t.Errorf("the form forgets the page: %s", form.text)
	}
	r.signIn(r.admin, "/admin/queues?day=1").want(303).header("Location", "/admin/queues?day=1")
	for _, elsewhere := range []string{
		"https://evil.example/admin", "//evil.example/admin", `/\evil.example`, `/admin\..\..\`, "/administrator", "/v1/jobs", "/admin/../v1",
		"/admin//evil.example", "javascript:alert(1)", "/admin\t/x", "/admin\r\nSet-Cookie: a=b", "evil", "/admin/login", "/admin/logout",
		"/admin/" + strings.Repeat("x", 2000), "http:/admin", "%2f%2fevil.example", "/admin/%2e%2e/%2e%2e//evil.example",
	} {
		r.signIn(r.admin, elsewhere).want(303).header("Location", "/admin")
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	r := newRig(t)
	cookie := r.signIn(r.admin, "").want(303).cookie()
	for _, header := range [][]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}} {
		r.signIn(r.admin, "", header...).want(403).code("cross_origin")
		r.as("", "POST", "/admin/logout", "", append(header, "Cookie", cookie)...).want(403).code("cross_origin")
	}
	r.as("", "GET", "/admin", "", "Cookie", cookie, "Sec-Fetch-Site", "cross-site").want(200) // a link
}

func TestFiveFailedSignInsAMinute(t *testing.T) {
	r := newRig(t)
	for range 4 {
		r.signIn("bp_wrong", "").want(403)
	}
	for range 7 {
		r.signIn(r.reader, "").want(303) // does not count
	}
	if a := r.signIn("bp_wrong", "/admin/queues").want(403); !strings.Contains(a.text, "not the secret of a live key") || !strings.Contains(a.text, `value="/admin/queues"`) {
		t.Errorf("%s", a.text)
	}
	refused := r.signIn(r.reader, "").want(429)
	wait, err := strconv.Atoi(refused.Header.Get("Retry-After"))
	if err != nil || wait < 1 || wait > 61 || len(refused.Cookies()) > 0 {
		t.Errorf("refused for %d seconds with the cookies %v", wait, refused.Cookies())
	}
	r.clock.pass(time.Duration(wait) * time.Second)
	r.signIn(r.reader, "").want(303)
	r.store.err = context.DeadlineExceeded
	for range 6 {
		r.signIn("unheard", "").want(500) // a fault of ours is no failed sign-in
	}
	r.store.err = nil
	r.signIn(r.reader, "").want(303)
	r.store.set(func() {
		if got := strings.Join(r.store.failedFrom, " "); got != strings.TrimSpace(strings.Repeat("127.0.0.1 ", 6)) {
			t.Errorf("the audit is told of failures from %q", got)
		}
	})
}

// TestAPageThatIsOpenEndsWithItsKey revokes the key of a session, as another process
// would, while a page waits for Redis.
func TestAPageThatIsOpenEndsWithItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		redis := slowQueues{make(chan time.Duration, 1)}
		b := newBubble(t, func(c *api.Config) { c.Queues = redis })
		token, err := b.store.SignIn(t.Context(), auth.Caller{KeyID: 1}, "")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(100 * time.Millisecond)
			_ = b.store.RevokeKey(context.Background(), auth.Caller{}, 1)
		}()
		b.as(t.Context(), "", "/admin/queues", "Cookie", "bulkpatch_session="+token)
		if d := <-redis.asked; d > 1100*time.Millisecond {
			t.Errorf("the page went on for %v", d)
		}
	})
}

// slowQueues is a Redis that does not answer. It says how long it was asked.
type slowQueues struct{ asked chan time.Duration }

func (s slowQueues) Queues(ctx context.Context) (job.Queues, error) {
	began := time.Now()
	<-ctx.Done()
	s.asked <- time.Since(began)
	return job.Queues{}, ctx.Err()
}
