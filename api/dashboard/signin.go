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
