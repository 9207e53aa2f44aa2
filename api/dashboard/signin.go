package dashboard

import "net/http"

// The paths of the sign-in.
const (
	SignInPath  = "/admin/login"
	SignOutPath = "/admin/logout"
)

// A SignIn is the page with the form to sign in.
type SignIn struct {
	To    string // the page to open then
	Wrong string // why the last try failed, a sentence; "" for none
}

// SignIn answers with the page to sign in.
func (d *Dashboard) SignIn(w http.ResponseWriter, status int, page SignIn) error {
	return show(w, status, "signin", frame{Title: "Sign in", Environment: d.environment, Page: page})
}

// A OneTimeLink is the page of a link that signs in once. Its form does that: it is
// sent at once where the script runs, and by a button otherwise.
type OneTimeLink struct {
	To    string // the page to open then
	Token string
}

// OneTimeLink answers with the page of a link that signs in once.
func (d *Dashboard) OneTimeLink(w http.ResponseWriter, page OneTimeLink) error {
	f := frame{Title: "Open the dashboard", Environment: d.environment, Page: page, Scripts: []string{"open.js"}}
	return show(w, http.StatusOK, "open", f)
}
