package api_test

import (
	"strings"
	"testing"
)

func TestRecordIsCreatedReadAndDeleted(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/v1/desk/customers", `{"firstName":"Ana","state":"active"}`).want(201)
	a.header("Location", "/v1/desk/customers/1").header("ETag", `"1"`)
	if !strings.HasPrefix(a.text, `{"id":1,"version":1,`) {
		t.Errorf("%s", a.text)
	}
	path := a.Header.Get("Location")
	if got := r.call("GET", path, "").want(200).header("ETag", `"1"`).text; got != a.text {
		t.Errorf("created %s, read %s", a.text, got)
	}
	r.call("GET", path, "", "If-None-Match", `"1"`).want(304)
	r.call("GET", path, "", "If-None-Match", `"2"`).want(200)
	r.call("POST", "/v1/desk/customers", `{"id":1,"firstName":"Ana"}`).want(409).code("id_taken")
	r.as(r.other, "GET", path, "").want(404).code("record_not_found")
	r.call("GET", path+"/history", "").want(200)
	r.call("DELETE", path, "", "If-Match", `1`).want(400)
	r.call("DELETE", path, "", "If-Match", `"2"`).want(412).code("precondition_failed")
	r.call("DELETE", path, "", "If-Match", `"1"`).want(204)
	r.call("DELETE", path, "").want(404).code("record_not_found")
	r.call("GET", path, "").want(404)
}

func TestNewRecordLackingFieldsNamesThemAll(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/v1/clientsuccess/customers", `{"city":7}`).want(400).code("invalid_request")
	for _, part := range []string{`"/city","code":"type"`, `"/name","code":"required"`, `"/active","code":"required"`} {
		if !strings.Contains(a.text, part) {
			t.Errorf("no %s in %s", part, a.text)
		}
	}
	if strings.Contains(a.text, `"/city","code":"required"`) {
		t.Errorf("%s", a.text)
	}
}

func TestListOfRecords(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"Ana", "Bo", "Cy"} {
		r.customer(`{"firstName":"` + name + `","state":"active"}`)
	}
	r.customer(`{"firstName":"Di","state":"deleted"}`)
	first := r.call("GET", "/v1/desk/customers"+activeFilter+"&limit=2&count=true&fields=firstName&sort=-createdAt,id", "").want(200)
	const want = `{"items":[{"id":1,"version":1,"firstName":"Ana"},{"id":2,"version":1,"firstName":"Bo"}],"nextCursor":"2","count":3}` + "\n"
	if first.text != want {
		t.Errorf("got  %s\nwant %s", first.text, want)
	}
	last := r.call("GET", "/v1/desk/customers"+activeFilter+"&cursor=2&fields=id", "").want(200).text
	if last != `{"items":[{"id":3,"version":1}],"nextCursor":null}`+"\n" {
		t.Errorf("%s", last)
	}
}

func TestMaskedValuesNeedTheScope(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/v1/mythic/import", `{"id":"acme","name":"Acme","secret_key":"very-secret"}`, "Content-Type", "application/x-ndjson")
	if a.want(200).json()["inserted"] != 1.0 {
		t.Fatalf("%s", a.text)
	}
	const path = "/v1/mythic/customers/acme"
	if !strings.Contains(r.call("GET", path, "").text, "very-secret") {
		t.Error("the administrator does not see the secret")
	}
	if text := r.as(r.reader, "GET", path, "").want(200).text; strings.Contains(text, "very-secret") || !strings.Contains(text, `"***"`) {
		t.Errorf("%s", text)
	}
	for _, accept := range []string{"text/csv", "application/x-ndjson"} {
		text := r.as(r.reader, "GET", "/v1/mythic/export", "", "Accept", accept).want(200).text
		if strings.Contains(text, "very-secret") || !strings.Contains(text, "***") {
			t.Errorf("%s", text)
		}
	}
}

func TestModelsAreDescribed(t *testing.T) {
	r := newRig(t)
	if items := r.call("GET", "/v1/models", "").want(200).json()["items"].([]any); len(items) != 5 {
		t.Errorf("%d models", len(items))
	}
	m := r.as(r.writer, "GET", "/v1/models/desk", "").want(200).json()
	found := false
	for _, f := range m["fields"].([]any) {
		f := f.(map[string]any)
		if f["name"] == "state" {
			found = f["filterable"] == true && f["type"] == "string" && len(f["options"].([]any)) == 2
		}
	}
	if !found {
		t.Errorf("%v", m)
	}
	r.call("GET", "/v1/models/nope", "").want(404).code("model_not_found")
}

func TestKeysAreMadeListedAndRevoked(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/v1/keys", `{"name":"robot","workspace":"acme","scopes":["customers:read","admin"]}`).want(201)
	a.header("Cache-Control", "no-store")
	made := a.json()
	secret := made["secret"].(string)
	if made["workspace"] != "acme" || made["name"] != "robot" {
		t.Errorf("%v", made)
	}
	r.call("POST", "/v1/keys", `{"name":"robot","workspace":"acme","scopes":["admin"]}`).want(409).code("name_taken")
	bad := r.call("POST", "/v1/keys", `{"name":"a b","scopes":["all"],"color":"red"}`).want(400)
	if n := len(bad.json()["errors"].([]any)); n != 3 {
		t.Errorf("%d faults: %s", n, bad.text)
	}
	if items := r.as(secret, "GET", "/v1/keys", "").want(200).json()["items"].([]any); len(items) != 1 {
		t.Errorf("an administrator of another workspace sees %v", items)
	}
	if text := r.call("GET", "/v1/keys", "").want(200).text; strings.Contains(text, secret) || strings.Count(text, `"name"`) != 5 {
		t.Errorf("%s", text)
	}
	r.as(secret, "POST", "/v1/keys", `{"name":"x","workspace":"main","scopes":["admin"]}`).want(403).code("forbidden_workspace")
	r.as(secret, "POST", "/v1/keys", `{"name":"x","scopes":["jobs:read"]}`).want(201)
	r.as(secret, "DELETE", "/v1/keys/1", "").want(404).code("key_not_found")
	r.as(r.reader, "GET", "/v1/keys", "").want(403)
	r.call("DELETE", a.Header.Get("Location"), "").want(204)
	r.call("DELETE", a.Header.Get("Location"), "").want(204) // revoking again is harmless
	r.as(secret, "GET", "/v1/models", "").want(401)
	r.call("DELETE", "/v1/keys/x", "").want(404)
}

func TestANewRecordIsHeldToRulesAcrossFields(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/v1/desk/customers", `{"permission":"own","phone":1}`).want(400)
	if !strings.Contains(a.text, `"/phone","code":"type"`) {
		t.Errorf("%s", a.text)
	}
	a = r.call("POST", "/v1/desk/customers", `{"permission":"own"}`).want(400)
	if !strings.Contains(a.text, `"/permission","code":"permission_needs_company"`) {
		t.Errorf("%s", a.text)
	}
	r.call("POST", "/v1/desk/customers", `{"permission":"own","company":{"id":5}}`).want(201)
	r.call("PATCH", "/v1/desk/customers/1", `{"permission":"own","company":null}`).want(400)
	r.call("PATCH", "/v1/desk/customers/1", `{"state":"deleted"}`).want(202)
	if r.store.callers[0].KeyID == 0 {
		t.Error("nobody deleted the record")
	}
}

// TestAFieldIsAskedForOnce: a list of fields that repeated itself made answers
// of hundreds of megabytes, with names given twice.
func TestAFieldIsAskedForOnce(t *testing.T) {
	r := newRig(t)
	for _, fields := range []string{"firstName,state,firstName", "id,%20id", "version,version"} {
		a := r.call("GET", "/v1/desk/customers?fields="+fields, "").want(400)
		if !strings.Contains(a.text, `"duplicate_field"`) {
			t.Errorf("%s: %s", fields, a.text)
		}
	}
	r.call("GET", "/v1/desk/customers?fields=id,version,firstName", "").want(200)
}
