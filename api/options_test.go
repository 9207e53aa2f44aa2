package api_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestDropDownsGrowOnlyWhereAskedFor(t *testing.T) {
	r := newRig(t)
	const (
		list = "/v1/accounts/customers"
		fax  = `{"title":"T","address":["A"],"custom":{"preferredContactMethod":"Fax"}}`
		bulk = `{"custom":{"preferredContactMethod":"Telex"}}`
		at   = `"/custom/preferredContactMethod","code":"enum"`
	)
	refused := func(method, path, body, pointer string) {
		t.Helper()
		if a := r.call(method, path, body).want(400); !strings.Contains(a.text, pointer) {
			t.Errorf("%s", a.text)
		}
	}
	refused("POST", list, fax, at)
	refused("POST", list+"?allowNewOptions=yes", fax, "?allowNewOptions")
	r.call("POST", list+"?allowNewOptions=true", fax).want(201)
	r.call("POST", list, fax).want(201) // an option by now

	everyone := list + "?allowAll=true&filter=" + url.QueryEscape(`{}`)
	refused("PATCH", everyone, bulk, at)
	refused("POST", "/v1/jobs", `{"model":"accounts","id":1,"patch":`+bulk+`,"options":{"allowNewOptions":false}}`, `"/patch/custom/preferredContactMethod","code":"enum"`)
	r.call("POST", "/v1/jobs", `{"model":"accounts","id":1,"patch":`+bulk+`,"options":{"allowNewOptions":true}}`).want(202)
	if o := r.store.submitted[0].Options; !o.AllowNewOptions {
		t.Errorf("options %+v", o)
	}
	r.call("PATCH", everyone, bulk).want(202)
	r.call("PATCH", list+"/1", bulk).want(202)
	refused("PATCH", list+"/1", `{"custom":{"preferredContactMethod":"Pigeon"}}`, at)
	r.call("PATCH", list+"/1?allowNewOptions=true", `{"custom":{"preferredContactMethod":"Pigeon"}}`).want(202)

	line := `{"id":9,"title":"T","address":["A"],"custom":{"preferredContactMethod":"%"}}` + "\n"
	imported := func(query, option string) string {
		t.Helper()
		return r.call("POST", "/v1/accounts/import"+query, strings.Replace(line, "%", option, 1), "Content-Type", "application/x-ndjson").want(200).text
	}
	if text := imported("", "Fax"); !strings.Contains(text, `"inserted":1`) {
		t.Errorf("a known option: %s", text)
	}
	if text := imported("", "Carrier"); !strings.Contains(text, `"failed":1`) {
		t.Errorf("an unknown option: %s", text)
	}
	if text := imported("?allowNewOptions=true", "Carrier"); !strings.Contains(text, `"updated":1`) {
		t.Errorf("a new option: %s", text)
	}
}

func TestAModelShowsTheOptionsOfTheWorkspace(t *testing.T) {
	r := newRig(t)
	r.call("POST", "/v1/accounts/customers?allowNewOptions=true", `{"title":"T","address":["A"],"custom":{"preferredContactMethod":"Fax"}}`).want(201)
	const want = `"dropDowns":[{"name":"custom.preferredContactMethod","options":["Phone","Email","Text"],"addedOptions":["Fax"]}]`
	if text := r.call("GET", "/v1/models/accounts", "").want(200).text; !strings.Contains(text, want) {
		t.Errorf("%s", text)
	}
	if text := r.as(r.other, "GET", "/v1/models/accounts", "").want(200).text; !strings.Contains(text, `"options":["Phone","Email","Text"]}`) {
		t.Errorf("of another workspace: %s", text)
	}
}
