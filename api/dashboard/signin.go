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

// Show answers with the page.
func (s SignIn) Show(w http.ResponseWriter, status int) error {
	return show(w, status, "signin", frame{Title: "Sign in", Page: s})
}

// A OneTimeLink is the page of a link that signs in once. Its form does that: it is
// sent at once where the script runs, and by a button otherwise.
type OneTimeLink struct {
	To    string // the page to open then
	Token string
}

// Show answers with the page.
func (l OneTimeLink) Show(w http.ResponseWriter) error {
	return show(w, http.StatusOK, "open", frame{Title: "Open the dashboard", Page: l})
}
