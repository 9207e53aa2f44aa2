package api

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
)

// The session of an administrator in a browser.
const (
	sessionCookie = "bulkpatch_session"
	sessionLife   = 8 * time.Hour
	maxLoginForm  = 4 << 10
	loginPath     = "/admin/login"
	queuesPath    = "/admin/queues/"
)

// What pages may load: nothing from another host. The queue pages are one
// script with a setting written into the page.
const (
	loginPolicy  = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	queuesPolicy = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
		"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'self'"
)

var loginTemplate = template.Must(template.New("login").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>bulkpatch: sign in</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 24rem; margin: 15vh auto 0; padding: 0 1rem; color: #1b2733; background: #f6f8fa; }
form { background: #fff; border: 1px solid #d5dde5; border-radius: .5rem; padding: 1.5rem; }
label { display: block; font-weight: 600; }
input { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; margin: .25rem 0 1rem; border: 1px solid #8696a7; border-radius: .25rem; }
button { font: inherit; padding: .5rem 1.25rem; border: 0; border-radius: .25rem; background: #14507a; color: #fff; cursor: pointer; }
[role=alert] { color: #a11; margin: 0 0 1rem; }
</style>
</head>
<body>
<main>
<h1>bulkpatch</h1>
<form method="post" action="/admin/login">
{{if .}}<p role="alert">{{.}}</p>{{end}}
<label for="key">Admin key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button>
</form>
</main>
</body>
</html>
`))

func (s *server) loginPage(c *call) error {
	return c.loginForm(http.StatusOK, "")
}

// loginForm shows the form, with what went wrong.
func (c *call) loginForm(status int, wrong string) error {
	h := c.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", loginPolicy)
	c.w.WriteHeader(status)
	_ = loginTemplate.Execute(c.w, wrong) // a caller who has left needs no form
	return nil
}

// login takes an admin key and answers with a session.
func (s *server) login(c *call) error {
	if err := s.sameOrigin(c); err != nil {
		return err
	}
	if err := web.Unpack(c.r); err != nil {
		return err
	}
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, maxLoginForm)
	if err := c.r.ParseForm(); err != nil {
		return c.loginForm(http.StatusBadRequest, "The form could not be read.")
	}
	key, err := s.keys.find(c.ctx(), strings.TrimSpace(c.r.PostForm.Get("key")))
	if err != nil && !errors.Is(err, job.ErrNotFound) {
		return err
	}
	if err != nil || !oversees(key) {
		return c.loginForm(http.StatusForbidden, "This is not a live admin key of the workspace main.")
	}
	expires := s.Now().Add(sessionLife)
	value, err := s.session(c.ctx(), key.ID, expires.Unix())
	if err != nil {
		return err
	}
	http.SetCookie(c.w, c.cookie(value, int(sessionLife/time.Second)))
	return c.redirect(queuesPath)
}

func (s *server) logout(c *call) error {
	if err := s.sameOrigin(c); err != nil {
		return err
	}
	http.SetCookie(c.w, c.cookie("", -1))
	return c.redirect(loginPath)
}

// sameOrigin refuses a form that another site sent.
func (s *server) sameOrigin(c *call) error {
	if s.origin.Check(c.r) != nil {
		return web.NewProblem("cross_origin", "This form must be sent from our own page.")
	}
	return nil
}

// oversees reports whether a key may look at what concerns all workspaces.
func oversees(k auth.Key) bool {
	return k.Has(auth.Admin) && k.Workspace.Name == auth.MainWorkspace
}

func (c *call) cookie(value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: sessionCookie, Value: value, Path: "/admin", MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: web.IsHTTPS(c.r),
	}
}

func (c *call) redirect(to string) error {
	http.Redirect(c.w, c.r, to, http.StatusSeeOther)
	return nil
}

// session makes the value of a session cookie: the key's id and the expiry,
// signed by a secret that all processes share.
func (s *server) session(ctx context.Context, keyID, expires int64) (string, error) {
	secret, err := s.signingKey(ctx)
	if err != nil {
		return "", err
	}
	head := strconv.FormatInt(keyID, 10) + "." + strconv.FormatInt(expires, 10)
	return head + "." + base64.RawURLEncoding.EncodeToString(sign(secret, "session", head)), nil
}

// signedIn reports whether the request comes with a session whose key is
// still live.
func (s *server) signedIn(c *call) (bool, error) {
	cookie, err := c.r.Cookie(sessionCookie)
	if err != nil {
		return false, nil
	}
	parts := strings.Split(cookie.Value, ".")
	if len(parts) != 3 {
		return false, nil
	}
	id, err1 := strconv.ParseInt(parts[0], 10, 64)
	expires, err2 := strconv.ParseInt(parts[1], 10, 64)
	if err1 != nil || err2 != nil || s.Now().Unix() >= expires {
		return false, nil
	}
	want, err := s.session(c.ctx(), id, expires)
	if err != nil || !hmac.Equal([]byte(want), []byte(cookie.Value)) {
		return false, err
	}
	keys, err := s.Store.Keys(c.ctx())
	live := slices.ContainsFunc(keys, func(k auth.Key) bool { return k.ID == id && oversees(k) })
	return live, err
}

// queues shows the queue pages to administrators, for reading only: the
// route takes no other method.
func (s *server) queues(c *call) error {
	if s.Queues == nil {
		return web.NewProblem("unknown_path", "This process offers no queue pages.")
	}
	if secret, err := secretOf(c.r.Header, schemeRequired); err != nil {
		return err
	} else if secret != "" {
		if err := s.authorize(c, adminOnly); err != nil {
			return err
		}
		if !oversees(c.key) {
			return web.NewProblem("forbidden_workspace", "The queues of all workspaces are for administrators of the workspace main.")
		}
	} else if ok, err := s.signedIn(c); err != nil {
		return err
	} else if !ok {
		return c.redirect(loginPath)
	}
	h := c.w.Header()
	h.Set("Content-Security-Policy", queuesPolicy)
	h.Set("Cache-Control", "private") // unless the pages know better
	s.Queues.ServeHTTP(c.w, c.r)
	return nil
}
