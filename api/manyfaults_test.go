package api_test

import (
	"fmt"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/model"
)

// TestFaultsBeyondAHundredAreCounted sends 250 unknown names, natively and to
// each vendor.
func TestFaultsBeyondAHundredAreCounted(t *testing.T) {
	models := model.Shipped()
	surfaces, err := api.Surfaces(models, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *api.Config) { c.Surfaces = surfaces })
	var names []string
	for i := range 250 {
		names = append(names, fmt.Sprintf(`"x%03d":1`, i))
	}
	body := "{" + strings.Join(names, ",") + "}"
	native := r.call("POST", "/v1/mythic/customers", body).want(400).json()
	if n := len(native["errors"].([]any)); n != 100 || native["moreErrors"] != 151.0 { // and the name that is missing
		t.Errorf("%d faults are listed, and %v more are counted", n, native["moreErrors"])
	}
	sort := r.call("GET", "/v1/mythic/customers?sort=x"+strings.Repeat(",x", 249), "").want(400).json()
	if n := len(sort["errors"].([]any)); n != 100 || sort["moreErrors"] != 150.0 {
		t.Errorf("%d faults of an order are listed, and %v more are counted", n, sort["moreErrors"])
	}
	for _, path := range []string{"/desk/api/v2/customers.json", "/api/v1/workspaces/main/customers", "/v2/client", "/v1/accounts"} {
		a := r.call("POST", path, body).want(400)
		if n := strings.Count(a.text, "x0"); n < 100 || n > 101 || !strings.Contains(a.text, " more faults.") {
			t.Errorf("%s names %d faults: %s", path, n, a.text)
		}
	}
	deep := `{"settings":{` + strings.Join(names, ",") + `},"name":7}` // unknown names of its own pass that vendor
	if a := r.call("POST", "/api/v1/clients", deep).want(400); strings.Count(a.text, "x0") > 101 {
		t.Errorf("mythic: %s", a.text)
	}
}
