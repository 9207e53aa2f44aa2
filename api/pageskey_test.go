package api_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bulkpatch/auth"
)

// A visitor has signed in to the pages of a rig.
type visitor struct {
	*rig
	cookie string
}

func (r *rig) visitor(key string) visitor {
	r.t.Helper()
	return visitor{r, r.signIn(key, "").want(303).cookie()}
}

// open opens a page.
func (v visitor) open(path string) answer {
	v.t.Helper()
	return v.as("", "GET", path, "", "Cookie", v.cookie, "Accept", "text/html")
}

// send sends a form: names and values in turn.
func (v visitor) send(path string, fields ...string) answer {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return v.as("", "POST", path, form.Encode(), "Cookie", v.cookie, "Accept", "text/html", "Content-Type", formType)
}

var secretInPage = regexp.MustCompile(`bp_[A-Za-z0-9_-]{20,}`)

// shows fails the test unless the page has each of some texts.
func (a answer) shows(texts ...string) answer {
	a.t.Helper()
	page := html.UnescapeString(a.text)
	for _, text := range texts {
		if !strings.Contains(page, text) {
			a.t.Errorf("%s does not show %q:\n%s", a.Request.URL, text, a.text)
		}
	}
	return a
}

// hides fails the test if the page has one of some texts.
func (a answer) hides(texts ...string) answer {
	a.t.Helper()
	for _, text := range texts {
		if strings.Contains(a.text, text) {
			a.t.Errorf("%s shows %q:\n%s", a.Request.URL, text, a.text)
		}
	}
	return a
}

// TestAFormForAKeySentTwiceCreatesOne sends the same form twice and a third one, and
// looks for the secret wherever it must not be.
func TestAFormForAKeySentTwiceCreatesOne(t *testing.T) {
	r := newRig(t)
	v := r.visitor(r.admin)
	before := len(r.store.keys)
	form := []string{"once", "a", "name", "crm", "person", "Ana <b>", "workspace", "new", "rights", "editor", "scope", "admin", "ends", "90"}
	made := v.send("/admin/keys", form...).want(200).header("Cache-Control", "no-store").shows("cannot be shown again", "Ana <b>", "id 5").hides("<b>Ana", "Ana <b>")
	secret := secretInPage.FindString(made.text)
	if again := v.send("/admin/keys", form...).want(200); again.text != made.text || secret == "" || len(r.store.keys) != before+1 {
		t.Errorf("the second time there are %d keys, and the page is %s", len(r.store.keys)-before, again.text)
	}
	key := r.store.keys[secret]
	if end := r.clock.now().AddDate(0, 0, 90); key.Workspace.Name != "new" || key.Person != "Ana <b>" || !key.ExpiresAt.Equal(end) || auth.JoinScopes(key.Scopes) != auth.JoinScopes(auth.Presets[1].Scopes) {
		t.Errorf("the key is %+v", key)
	}
	r.as(secret, "GET", "/v1/models", "").want(200)
	form[1] = "b"
	v.send("/admin/keys", form...).want(422).shows("has this name already").hides(secret)
	v.open("/admin/keys").want(200).shows("crm", secret[:7]).hides(secret)
	v.open("/admin/keys/5/rotate").want(200).hides(secret)
	if strings.Contains(r.log.String(), secret) {
		t.Error("the secret is in the log")
	}
}

func TestTheFormForAKeySaysWhatIsWrongWhereItIs(t *testing.T) {
	r := newRig(t)
	v := r.visitor(r.admin)
	before := len(r.store.keys)
	bad := v.send("/admin/keys", "name", "no spaces", "person", strings.Repeat("x", 201), "workspace", "-", "rights", "reader", "ends", "day", "day", "2001-01-01").want(422)
	bad.shows(`id="name-wrong">A name has`, `id="person-wrong"`, `id="workspace-wrong"`, `id="ends-wrong">This must be in the future`, `value="no spaces"`, `value="2001-01-01"`)
	v.send("/admin/keys", "name", "n", "rights", "scopes", "ends", "day", "day", "soon").want(422).shows("Tick at least one scope", "Give the last day")
	v.send("/admin/keys", "name", "n", "rights", "boss", "ends", "never").want(422).shows(`id="rights-wrong"`)
	v.send("/admin/keys").want(422)
	if len(r.store.keys) != before {
		t.Errorf("%d keys were made", len(r.store.keys)-before)
	}
	v.send("/admin/keys", "name", "n", "rights", "scopes", "scope", "jobs:read", "scope", "secrets:read", "ends", "day", "day", "2026-12-31").want(200).
		shows("See all jobs of the workspace", "See secret values", "2027-01-01 00:00:00 UTC")
}

func TestARotationSaysWhatBecomesOfTheFormerSecret(t *testing.T) {
	r := newRig(t)
	v := r.visitor(r.admin)
	v.open("/admin/keys/2/rotate").want(200).shows("Rotate the key", "24 hours").hides("You are signed in with this key")
	v.open("/admin/keys/1/rotate").want(200).shows("You are signed in with this key")
	page := v.send("/admin/keys/2/rotate", "once", "a", "overlap", "3600").want(200).shows("works for another 1 h 0 min", "cannot be shown again")
	secret := secretInPage.FindString(page.text)
	if again := v.send("/admin/keys/2/rotate", "once", "a", "overlap", "3600").want(200); again.text != page.text {
		t.Errorf("the second time the page is %s", again.text)
	}
	r.as(secret, "GET", "/v1/models", "").want(200)
	r.as(r.reader, "GET", "/v1/models", "").want(200)
	r.clock.pass(time.Hour + time.Second)
	r.as(r.reader, "GET", "/v1/models", "").want(401)
	v.send("/admin/keys/2/rotate", "once", "b", "overlap", "9999999").want(400)
	v.send("/admin/keys/2/rotate", "once", "c").want(400)
	v.open("/admin/keys/99/rotate").want(404).shows("no key with this id")
	v.send("/admin/keys/99/rotate", "overlap", "0").want(404)
}

func TestARevocationSaysWhatEndsWithTheKey(t *testing.T) {
	r := newRig(t)
	v := r.visitor(r.admin)
	v.open("/admin/keys/2/revoke").want(200).shows("Revoke the key “reader”?", "ends within a second").hides("You are signed in", "the last key")
	v.open("/admin/keys/1/revoke").want(200).shows("You are signed in with this key", "last key of an administrator of main")
	v.open("/admin/keys/4/revoke").want(200).shows("last key of an administrator of this workspace")
	r.as(r.reader, "GET", "/v1/models", "").want(200)
	for range 2 {
		v.send("/admin/keys/2/revoke", "once", "a").want(303).header("Location", "/admin/keys?done=revoked")
	}
	r.as(r.reader, "GET", "/v1/models", "").want(401)
	v.open("/admin/keys?done=revoked").want(200).shows("The key is revoked.").hides("key-2")

	r.key("second", "main", auth.Admin)
	v.open("/admin/keys/1/revoke").want(200).hides("the last key")
	v.send("/admin/keys/1/revoke", "once", "b").want(303).header("Location", "/admin/login")
	v.open("/admin/keys").want(303)
}

// TestPagesAboutKeysShowWhatTheVisitorManages opens them with keys of different rights.
func TestPagesAboutKeysShowWhatTheVisitorManages(t *testing.T) {
	r, _ := pageRig(t)
	reader, other, admin := r.visitor(r.reader), r.visitor(r.other), r.visitor(r.admin)
	for _, path := range []string{"/admin/keys", "/admin/audit", "/admin/keys/1/rotate", "/admin/keys/1/revoke", "/admin/brake", "/admin/brake/switch?on=true&reason=x"} {
		reader.open(path).want(403).shows("Not for this key")
	}
	reader.open("/admin/limits").want(200).hides("/admin/keys", "/admin/audit", "/admin/brake", "/admin/queues")
	for _, path := range []string{"/admin/keys", "/admin/keys/1/rotate", "/admin/keys/1/revoke", "/admin/brake"} {
		reader.send(path, "name", "n", "rights", "admin", "ends", "never", "overlap", "0", "on", "true", "reason", "x").want(403)
	}
	admin.open("/admin/keys").want(200).shows(`id="key-4"`, "yours", `name="workspace"`, `href="/admin/queues"`).hides(`href="/admin/brake"`)
	other.open("/admin/keys").want(200).shows(`id="key-4"`, `href="/admin/brake"`).hides(`id="key-1"`, `name="workspace"`, `href="/admin/queues"`)
	other.open("/admin/keys/1/revoke").want(404)
	other.send("/admin/keys/1/revoke").want(404)
	other.send("/admin/keys/1/rotate", "overlap", "0").want(404)
	other.send("/admin/keys", "name", "n", "workspace", "main", "rights", "admin", "ends", "never").want(422).shows("Only an administrator of the workspace main")
	r.as(r.admin, "GET", "/v1/models", "").want(200)
	admin.open("/admin/keys?q=WRIT").want(200).shows(`id="key-3"`).hides(`id="key-1"`)
	admin.open("/admin/keys?q=3").want(200).shows(`id="key-3"`)
	admin.open("/admin/keys?q=%3Ci%3E").want(200).shows("No key that works").hides("<i>")
	admin.open("/admin/keys?cursor=x").want(400)
}

// TestManyKeysHavePages lists more keys than a page has.
func TestManyKeysHavePages(t *testing.T) {
	r := newRig(t)
	for range 250 {
		r.key(auth.NewSecret()[3:10]+"x", "w"+auth.NewSecret()[3:10], auth.JobsRead)
	}
	v := r.visitor(r.admin)
	seen := map[string]bool{}
	rows := regexp.MustCompile(`id="key-\d+"`)
	next := regexp.MustCompile(`href="([^"]+)" rel="next"`)
	path := "/admin/keys"
	for pages := 0; path != "" && pages < 5; pages++ {
		page := v.open(path).want(200)
		for _, row := range rows.FindAllString(page.text, -1) {
			if seen[row] {
				t.Errorf("%s is shown twice", row)
			}
			seen[row] = true
		}
		path = ""
		if m := next.FindStringSubmatch(page.text); m != nil {
			path = html.UnescapeString(m[1])
		}
	}
	if len(seen) != 254 {
		t.Errorf("%d keys are shown", len(seen))
	}
}
