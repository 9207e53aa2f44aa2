package api_test

import (
	"slices"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/model"
)

const shop = "https://shop.example.com"

// newShopRig is the API with all surfaces, which pages of the shop may call.
func newShopRig(t *testing.T, origins ...string) *rig {
	t.Helper()
	surfaces, err := api.Surfaces(model.Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return newRig(t, func(c *api.Config) { c.Surfaces, c.Origins = surfaces, origins })
}

func allowedOrigin(a answer) string { return a.Header.Get("Access-Control-Allow-Origin") }

// TestABrowserMayCallTheWholeAPI asks before each call of the API
// whether it may be made, as a browser does: without a key.
func TestABrowserMayCallTheWholeAPI(t *testing.T) {
	r := newShopRig(t, shop)
	surfaces, _ := api.Surfaces(model.Shipped(), nil)
	checked := 0
	for _, c := range api.Calls(model.Shipped(), surfaces) {
		path := strings.NewReplacer("{", "", "}", "", "$", "").Replace(c.Path)
		a := r.as("", "OPTIONS", path, "", "Origin", shop, "Access-Control-Request-Method", c.Method,
			"Access-Control-Request-Headers", "authorization,content-type,idempotency-key,x-api-key")
		if strings.HasPrefix(path, "/admin") || path == "/metrics" {
			if a.StatusCode != 405 || allowedOrigin(a) != "" {
				t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
			}
			continue
		}
		checked++
		h := a.want(204).Header
		if allowedOrigin(a) != shop || h.Get("Access-Control-Allow-Methods") != c.Method || h.Get("Access-Control-Max-Age") == "" ||
			!strings.Contains(h.Get("Access-Control-Allow-Headers"), "idempotency-key") || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s %s: %v", c.Method, path, h)
		}
	}
	if checked < 50 {
		t.Errorf("only %d calls were looked at", checked)
	}
}

// TestAnswersSayWhichPagesMayReadThem looks at a success, at a failure and at an
// answer that varies with other headers too.
func TestAnswersSayWhichPagesMayReadThem(t *testing.T) {
	r := newShopRig(t, shop)
	id := r.job()
	for _, path := range []string{"/v1/models", "/v1/nowhere", "/v1/jobs/" + id, "/desk/api/v2/customers/x.json", "/v1/jobs/" + id + "/results"} {
		a := r.call("GET", path, "", "Origin", shop)
		if allowedOrigin(a) != shop || !slices.Contains(a.Header.Values("Vary"), "Origin") ||
			!strings.Contains(strings.ToLower(a.Header.Get("Access-Control-Expose-Headers")), "retry-after") {
			t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
		}
		if a := r.call("GET", path, "", "Origin", "https://shop.example.com.evil.example"); allowedOrigin(a) != "" {
			t.Errorf("%s may be read by a stranger's page: %v", path, a.Header)
		}
	}
	if a := r.as("", "GET", "/admin/login", "", "Origin", shop); allowedOrigin(a) != "" {
		t.Errorf("the sign-in may be read by another page: %v", a.Header)
	}
}

// TestAPageMayReadWhatTheHeadersTell looks at the answer to a submission that is
// sent again: a page must be able to see that it was not a new one.
func TestAPageMayReadWhatTheHeadersTell(t *testing.T) {
	r := newShopRig(t, shop)
	for range 2 {
		a := r.call("PATCH", "/v1/desk/customers"+activeFilter, leadPatch, "Origin", shop, "Idempotency-Key", "k", "Prefer", "respond-async").want(202)
		readable := strings.Split(strings.ToLower(a.Header.Get("Access-Control-Expose-Headers")), ", ")
		for _, name := range []string{"Location", "Job-Id", "Preference-Applied", "Idempotency-Replayed"} {
			if a.Header.Get(name) != "" && !slices.Contains(readable, strings.ToLower(name)) {
				t.Errorf("a page cannot read %s: %v", name, readable)
			}
		}
	}
}

func TestAllOriginsMayBeAllowedAndNoneAreBefore(t *testing.T) {
	all := newShopRig(t, "*")
	if a := all.call("GET", "/v1/models", "", "Origin", shop); allowedOrigin(a) != "*" || a.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("all origins: %v", a.Header)
	}
	none := newShopRig(t)
	if a := none.call("GET", "/v1/models", "", "Origin", shop); allowedOrigin(a) != "" {
		t.Errorf("no origin: %v", a.Header)
	}
	none.as("", "OPTIONS", "/v1/models", "", "Origin", shop, "Access-Control-Request-Method", "GET").want(405)
}
