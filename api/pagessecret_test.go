package api_test

import (
	"net/url"
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
