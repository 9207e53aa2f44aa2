package api_test

import "testing"

// TestPagesOfFailureSpeakToPeople opens what there is not, and what a key may not open.
func TestPagesOfFailureSpeakToPeople(t *testing.T) {
	r := newRig(t)
	r.page(r.admin, "/admin/nothing").want(404).has("No page has this address", `href="/admin"`).lacks("call of the API")
	r.page(r.reader, "/admin/keys").want(403).has("Not for this key", "This needs the scope admin.", "ask an administrator").lacks("This call")
	r.page(r.other, "/admin/queues").want(403).has("Not for this key", "Ask an administrator of the workspace main.")
}
