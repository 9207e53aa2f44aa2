package api_test

import (
	"net/url"
	"strings"
	"testing"
)

// TestAFormNeverBringsASecretBack sends a form that says that the secret was another one
// when it was made, as nobody's browser does.
func TestAFormNeverBringsASecretBack(t *testing.T) {
	r := newRig(t)
	const secret = "the-stored-secret"
	r.call("POST", "/v1/mythic/customers", `{"id":"m1","name":"Ana","domain":"m1.example","global_name":"m1","proxy_api_key":"`+secret+`"}`).want(201).has(secret)
	moved := url.Values{"version": {"9"}, "f.proxy_api_key": {"typed-secret"}, "w.proxy_api_key": {"another"}}
	r.fillIn("/admin/customers/mythic/records/m1/edit", moved).want(412).has("was changed meanwhile").lacks(secret, "typed-secret")
}

// TestTicksBelongToAWorkspace looks for what the script keeps ticks by: whoever signs in
// to another workspace in the same window must not update the customers of the first.
func TestTicksBelongToAWorkspace(t *testing.T) {
	r := newRig(t)
	r.customer(`{"firstName":"Ana"}`)
	r.page(r.admin, "/admin/customers/desk").want(200).has(`data-workspace="main" data-model="desk"`)
	r.page(r.admin, r.page(r.admin, "/admin/customers/desk").asset("customers.js")).want(200).has("`ticked:${form.dataset.workspace}:${form.dataset.model}`")
}

// asset returns the path of a file that a page refers to.
func (a answer) asset(name string) string {
	a.t.Helper()
	for _, path := range assetInPage.FindAllString(a.text, -1) {
		if strings.HasSuffix(path, "/"+name) {
			return path
		}
	}
	a.t.Fatalf("the page does not refer to %s", name)
	return ""
}
