package dashboard

import "net/http"

// Home answers with the overview.
func (d *Dashboard) Home(v *Visit) error {
	return show(v, http.StatusOK, "home", d.visited(v, "Overview", HomePath, nil))
}
