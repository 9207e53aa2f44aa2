package api_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/job"
)

var nextLink = regexp.MustCompile(`href="([^"]+)" rel="next"`)

// nextPage returns the path of the page behind one.
func nextPage(t *testing.T, a answer) string {
	t.Helper()
	m := nextLink.FindStringSubmatch(a.text)
	if m == nil {
		t.Fatalf("there is no next page: %s", a.text)
	}
	return html.UnescapeString(m[1])
}

// TestTheBrakeIsSwitchedOnAPage switches that of a workspace, whose page says first
// how many jobs it holds, and then that of all.
func TestTheBrakeIsSwitchedOnAPage(t *testing.T) {
	r, _ := pageRig(t)
	admin, other := r.visitor(r.admin), r.visitor(r.other)
	r.job()
	r.job()
	r.as(r.other, "PATCH", "/v1/desk/customers"+activeFilter, leadPatch).want(202)
	other.open("/admin/brake").want(200).shows("go on", "The workspace <bdi>other</bdi>", "Switch on…").hides(`name="all"`)
	admin.open("/admin/queues").want(200).shows("Switch on…", `name="all"`)

	ask := "/admin/brake/switch?on=true&reason=wrong+%3Cb%3Eprices"
	admin.open(ask).want(200).shows("This holds 2 open jobs in the workspace main", "“wrong <b>prices”").hides("<b>prices")
	admin.open(ask+"&all=true").want(200).shows("for every workspace?", "This holds 3 open jobs in all workspaces")
	other.open(ask).want(200).shows("This holds 1 open job in the workspace other")
	admin.open("/admin/brake/switch?on=true&reason=+").want(422).shows("Give a reason")
	if len(r.store.brakes) > 0 {
		t.Error("to be asked has switched the brake")
	}

	form := []string{"once", "a", "on", "true", "all", "false", "reason", "wrong <b>prices"}
	for range 2 {
		admin.send("/admin/brake", form...).want(303).header("Location", "/admin/queues#brake")
	}
	admin.open("/admin/queues").want(200).shows("held by the brake", "<bdi>wrong <b>prices</bdi>", "by <bdi>ops</bdi>", "/admin/brake/switch?on=false&all=false").hides("<b>prices", "on=false&amp;all=true")
	admin.open(ask).want(200).shows("Change the reason of the brake?")
	other.send("/admin/brake", "once", "b", "on", "true", "all", "true", "reason", "x").want(403)
	other.send("/admin/brake", "once", "g", "on", "true", "reason", "counting").want(303).header("Location", "/admin/brake")
	admin.open("/admin/queues").want(200).shows("The workspace <bdi>other</bdi>", "counting")
	other.send("/admin/brake", "once", "h", "on", "false").want(303)
	other.open("/admin/brake").want(200).shows("go on")

	admin.send("/admin/brake", "once", "c", "on", "true", "all", "true", "reason", "moving house").want(303)
	other.open("/admin/brake").want(200).shows("held by the brake", "moving house").hides("Switch off…")
	admin.open("/admin/brake/switch?on=false&all=true").want(200).shows("3 open jobs in all workspaces", "stays held by its own switch: “wrong <b>prices”")
	admin.send("/admin/brake", "once", "d", "on", "false", "all", "true").want(303)
	admin.send("/admin/brake", "once", "e", "on", "false").want(303)
	if b, _ := r.store.Brake(t.Context(), r.main); b.On() {
		t.Errorf("the brake is %+v", b)
	}
	admin.send("/admin/brake", "once", "f", "on", "true").want(400)
}

// TestWhoSeesJobsSeesTheBrake opens its page with a key that may not switch it.
func TestWhoSeesJobsSeesTheBrake(t *testing.T) {
	r := newRig(t)
	watcher := r.visitor(r.key("watcher", "main", auth.JobsRead))
	watcher.open("/admin/brake").want(200).shows("go on").hides("Switch on", `href="/admin/brake"`)
	watcher.send("/admin/brake", "on", "true", "reason", "x").want(403)
	watcher.open("/admin/brake/switch?on=true&reason=x").want(403)
}

// TestTheQueuesPageAnswersWithoutTheDatabase asks for it with a key that is known.
func TestTheQueuesPageAnswersWithoutTheDatabase(t *testing.T) {
	r, into := pageRig(t)
	r.as("", "GET", "/admin/queues", "", "Cookie", into["admin"][1]).want(200).shows("Memory 1.0", "Redis 7.4", "in 12 ms")
	r.store.set(func() { r.store.err = job.ErrUnavailable })
	r.as("", "GET", "/admin/queues", "", "Cookie", into["admin"][1]).want(200).
		shows("The database does not answer. Jobs are safe", "Not known while the database does not answer", "Redis 7.4").hides("Memory 1.0", "Switch on")
}

func TestLimitsAreShownInWords(t *testing.T) {
	r := newRig(t)
	for range 9 {
		r.job()
	}
	page := r.visitor(r.reader).open("/admin/limits").want(200).
		shows("<b>9</b> of 10 ", "nearly full", "<b>0</b> of 100<", "<b>0</b> of 200<", "any number", "64 KiB", "1,000 items, 8 MiB", "<dt>Operators of a field</dt><dd>20</dd>")
	if strings.Count(page.text, "nearly full") != 1 {
		t.Error(page.text)
	}
}

// TestTheBrakeIsReachedWhileJobsCannotBeCounted is about a database under too much work:
// that is when the brake is needed.
func TestTheBrakeIsReachedWhileJobsCannotBeCounted(t *testing.T) {
	r, _ := pageRig(t)
	admin := r.visitor(r.admin)
	r.store.set(func() { r.store.uncounted = job.ErrUnavailable })
	admin.open("/admin/brake/switch?on=true&reason=slow&all=true").want(200).
		shows("This holds the open jobs in all workspaces. How many these are could not be counted", "Switch it on").hides("-1 open")
	admin.open("/admin/brake/switch?on=false").want(200).shows("could not be counted in time", "Switch it off").hides("-1 open")
}
