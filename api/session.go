package api

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"bulkpatch/api/dashboard"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
)

// The cookie of a session. With TLS its name has a prefix: browsers then take it
// over TLS only, so that nobody on the way can plant one. (The prefix __Host- would
// also make it a cookie of every path.)
const (
	sessionCookie       = "bulkpatch_session"
	secureSessionCookie = "__Secure-" + sessionCookie
)

// Limits of the form to sign in, in bytes.
const (
	maxSignIn = 8 << 10
	maxReturn = 1 << 10 // of the page to open then
)

func cookieName(r *http.Request) string {
	if web.IsHTTPS(r) {
		return secureSessionCookie
	}
	return sessionCookie
}

// sessionOf returns the token of a request's session, "" for none.
func sessionOf(r *http.Request) string {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// setSession gives the visitor a session. With the age -1 it takes it away.
//
// The cookie is Lax, so that a link in a chat opens for somebody who is signed in.
// Lax cookies come with the links of other sites, but not with their forms; and
// sameOrigin refuses these anyway, and no GET changes anything.
func (c *call) setSession(token string, age int) {
	http.SetCookie(c.w, &http.Cookie{
		Name: cookieName(c.r), Value: token, Path: dashboard.HomePath, MaxAge: age,
		HttpOnly: true, Secure: web.IsHTTPS(c.r), SameSite: http.SameSiteLaxMode,
	})
}

// sameOrigin refuses a form that another site sent.
func (s *server) sameOrigin(c *call) error {
	if s.origin.Check(c.r) != nil {
		return web.NewProblem("cross_origin", "This form must be sent from our own page.")
	}
	return nil
}

// signInPage shows the form to sign in, or for a one-time link the button that uses
// it. To look does not use the link, and is no failed sign-in: no GET changes
// anything. Whoever opens a used link again and has signed in is led on.
func (s *server) signInPage(c *call) error {
	query := c.r.URL.Query()
	token, to := query.Get(onceParam), returnPath(query.Get("to"))
	switch {
	case token == "":
		return s.dashboard.SignIn(c.w, http.StatusOK, dashboard.SignIn{To: to})
	case s.SignInLinks.works(token):
		return s.dashboard.OneTimeLink(c.w, dashboard.OneTimeLink{To: to, Token: token})
	case s.hasSession(c):
		return c.redirect(to)
	}
	return s.dashboard.SignIn(c.w, http.StatusForbidden, dashboard.SignIn{To: to, Wrong: linkIsOver})
}

const linkIsOver = "This link no longer works: it signs in once, within an hour. Sign in with an API key, or get a new link."

// hasSession reports whether the visitor has signed in.
func (s *server) hasSession(c *call) bool {
	token := sessionOf(c.r)
	if token == "" {
		return false
	}
	_, err := s.sessions.look(c.ctx(), token)
	return err == nil
}

// signIn takes the secret of a live key, or a one-time link, begins a new session, and
// opens the page that was asked for. A token that the browser sends is never taken
// over. A known secret and an unknown one are looked up by the same query.
func (s *server) signIn(c *call) error {
	if err := c.readForm(); err != nil {
		return err
	}
	from, form := web.ClientNetwork(c.r), c.signInForm()
	wait, allowed := s.signIns.begin(from)
	if !allowed {
		return s.refuseSignIn(c, form.to, wait)
	}
	token, err := s.enter(c, form)
	if errors.Is(err, job.ErrNotFound) {
		return s.wrongSignIn(c, form)
	}
	s.signIns.forgive(from)
	if err != nil {
		return err
	}
	s.stats.signIns.WithLabelValues(signedIn).Inc()
	c.setSession(token, int(auth.SessionLife/time.Second))
	return c.redirect(form.to)
}

// A signInForm is what the form to sign in says.
type signInForm struct {
	key  string // the secret of a key
	link string // or the token of a one-time link
	to   string // the page to open then
}

func (c *call) signInForm() signInForm {
	form := c.r.PostForm
	return signInForm{key: strings.TrimSpace(form.Get("key")), link: form.Get("link"), to: returnPath(form.Get("to"))}
}

// refuseSignIn answers an address that has had too many failed sign-ins.
func (s *server) refuseSignIn(c *call, to string, wait time.Duration) error {
	s.Store.SignInFailed(web.ClientAddress(c.r))
	s.stats.signIns.WithLabelValues(signInRefused).Inc()
	seconds := strconv.Itoa(int(wait/time.Second) + 1)
	c.w.Header().Set("Retry-After", seconds)
	return s.dashboard.SignIn(c.w, http.StatusTooManyRequests, dashboard.SignIn{
		To: to, Wrong: "There were too many failed attempts from your address. Try again in " + seconds + " seconds.",
	})
}

// wrongSignIn answers a secret or a link that does not sign in. A link that was sent
// twice may have signed in before.
func (s *server) wrongSignIn(c *call, form signInForm) error {
	s.Store.SignInFailed(web.ClientAddress(c.r))
	s.stats.signIns.WithLabelValues(signInFailed).Inc()
	why := "This is not the secret of a live key."
	if form.link != "" {
		if s.hasSession(c) {
			return c.redirect(form.to)
		}
		why = linkIsOver
	}
	return s.dashboard.SignIn(c.w, http.StatusForbidden, dashboard.SignIn{To: form.to, Wrong: why})
}

// enter begins a session with what the form says, and returns its token.
// job.ErrNotFound: it does not sign in. A link whose sign-in has another fault still
// works afterwards.
func (s *server) enter(c *call, form signInForm) (token string, err error) {
	if form.link == "" {
		return s.beginSession(c, form.key)
	}
	link, ok := s.SignInLinks.take(form.link)
	if !ok {
		return "", job.ErrNotFound
	}
	token, err = s.beginSession(c, link.secret)
	if err != nil && !errors.Is(err, job.ErrNotFound) {
		s.SignInLinks.giveBack(form.link, link)
	}
	return token, err
}

// beginSession makes the call one of the key with a secret, and begins a session of
// it. It returns the session's token, or job.ErrNotFound if the secret does not work:
// the cache may say so too late, and the store knows.
func (s *server) beginSession(c *call, secret string) (token string, err error) {
	key, err := s.keys.find(c.ctx(), secret)
	if err != nil {
		return "", err
	}
	c.own(key)
	return s.Store.SignIn(c.ctx(), c.caller(), secret)
}

// readForm reads the small form in the body.
func (c *call) readForm() error {
	if _, err := web.ReadyBody(c.r, web.TypeForm); err != nil {
		return err
	}
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, maxSignIn)
	if err := c.r.ParseForm(); err != nil {
		return web.NewProblem("invalid_request", "The form could not be read.")
	}
	return nil
}

// signOut ends the session of the call.
func (s *server) signOut(c *call) error {
	if err := s.Store.SignOut(c.ctx(), c.caller(), sessionOf(c.r)); err != nil {
		return err
	}
	s.keysChanged()
	c.setSession("", -1)
	return c.redirect(dashboard.SignInPath)
}

// redirect leads to another page.
func (c *call) redirect(to string) error {
	http.Redirect(c.w, c.r, to, http.StatusSeeOther)
	return nil
}

// returnPath returns the page to open after the sign-in: the one that was asked for
// if it is one of ours, and otherwise the first page.
func returnPath(asked string) string {
	u, err := url.Parse(asked)
	switch {
	case err != nil || len(asked) > maxReturn || u.Scheme != "" || u.Host != "":
	case u.Path != path.Clean(u.Path) || u.Path == dashboard.SignInPath || u.Path == dashboard.SignOutPath:
	case u.Path == dashboard.HomePath || strings.HasPrefix(u.Path, dashboard.HomePath+"/"):
		return u.RequestURI()
	}
	return dashboard.HomePath
}
