package api_test

import (
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/model"
)

// TestURLsAndHeadersHaveTheirLimits asks natively and at a vendor's path, with
// a key and without one.
func TestURLsAndHeadersHaveTheirLimits(t *testing.T) {
	surfaces, err := api.Surfaces(model.Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *api.Config) { c.Surfaces = surfaces })
	long := "?filter=" + strings.Repeat("x", api.MaxURL)
	for _, key := range []string{r.admin, ""} {
		r.as(key, "GET", "/v1/desk/customers"+long, "").want(414).code("url_too_long")
		r.as(key, "GET", "/nowhere"+long, "").want(414).code("url_too_long")
		r.as(key, "GET", "/v1/jobs", "", "X-Long", strings.Repeat("x", api.MaxHeaders)).want(431).code("headers_too_large")
		desk := r.as(key, "GET", "/desk/api/v2/customers.json"+long, "").want(414).json()
		if e, _ := desk["errors"].([]any); len(e) != 1 {
			t.Errorf("Desk's words for it: %v", desk)
		}
	}
	r.call("GET", "/v1/jobs", "", "X-Long", strings.Repeat("x", api.MaxHeaders-1000)).want(200)
}

func TestTheLogShowsSomeOfWhatACallerChose(t *testing.T) {
	r := newRig(t)
	r.as("", "GET", "/v1/jobs/"+strings.Repeat("x", 50_000), "", "X-Request-Id", "long-path").want(401)
	r.as("", strings.Repeat("M", 10_000), "/v1/jobs", "", "X-Request-Id", "long-method").want(405)
	for _, id := range []string{"long-path", "long-method"} {
		r.log.until("request=" + id)
	}
	if n := len(r.log.String()); n > 2_000 {
		t.Errorf("two requests were logged with %d bytes", n)
	}
}
