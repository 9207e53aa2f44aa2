package dashboard

import (
	"net/http"
	"slices"

	"bulkpatch/auth"
)

// An accessPage says who the visitor is and what the key allows.
type accessPage struct{ Allowed []string }

// Access answers with the page about the visitor's key.
func (d *Dashboard) Access(v *Visit) error {
	var page accessPage
	for _, s := range auth.Scopes {
		if slices.Contains(v.Key.Scopes, s) {
			page.Allowed = append(page.Allowed, scopeWords[s])
		}
	}
	if Oversees(v.Key) {
		page.Allowed = append(page.Allowed, "The keys, the audit and the brake of all workspaces")
	}
	return show(v, http.StatusOK, "access", d.visited(v, "Your access", AccessPath, page))
}

// scopeWords says what each scope allows.
var scopeWords = map[auth.Scope]string{
	auth.CustomersRead:  "See customers",
	auth.CustomersWrite: "Change customers: submit, preview, import and delete",
	auth.JobsRead:       "See all jobs of the workspace",
	auth.JobsWrite:      "See, pause, resume, cancel and throttle jobs",
	auth.SecretsRead:    "See secret values of customers",
	auth.Admin:          "Everything in the workspace, including its keys, its audit and its brake",
}
