package main

import (
	"net/http"
	"strings"
	"testing"
)

// xAPIKey sends the key as Coperniq's callers do.
func xAPIKey(key string) http.Header { return http.Header{"X-Api-Key": {key}} }

// accountsPage is every field of the vendor's page that is not made here, and
// the two that its prose alone names, each with a value.
const accountsPage = `{
	"title": "Acme Solar", "description": "Roof", "address": ["1 Main St, Austin"], "isActive": false, "primaryEmail": "ann@acme.example",
	"primaryPhone": "+1 555 0123", "custom": {"preferredContactMethod": "Email", "gate_code": 42, "tags": ["a"], "open": true, "deep": {"x": null, "y": 1}},
	"accountType": "RESIDENTIAL", "contacts": [{"id": 3, "emails": ["ann@acme.example"], "phones": []}], "value": 1200.5, "size": 7}`

// accountsShown is the page as it comes back.
var accountsShown = strings.Replace(accountsPage, `"x": null, `, "", 1)

const smallAccount = `{"title": "Acme", "address": ["1 Main St"]}`

// newAccount makes an account and keeps its id under a name.
func newAccount(as, body string) exchange {
	return exchange{name: "an account, " + as, call: "POST /v1/accounts", body: body, status: 201, want: `{"id": "*"}`, save: map[string]string{as: "id"}}
}

// TestAccountsSpeakAsTheirPageSays sets every field of the page, reads it back
// and clears it, under each of the paths.
func TestAccountsSpeakAsTheirPageSays(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	s.run(t, []exchange{
		{name: "an account is made", call: "POST /v1/accounts", body: smallAccount, status: 201, save: map[string]string{"made": "createdAt"},
			want: `{"id": 1, "number": 1, "title": "Acme", "address": ["1 Main St"], "isActive": true, "description": null, "primaryEmail": null,
				"primaryPhone": null, "custom": null, "accountType": null, "contacts": null, "createdBy": null, "updatedBy": null, "createdAt": "*", "updatedAt": "*"}`},
		{name: "every field of the page", call: "PATCH /v1/accounts/1", body: accountsPage, status: 200, want: accountsShown},
		{name: "and read back", call: "GET /v1/accounts/1", status: 200, want: accountsShown},
		{name: "the page's other fields are ignored", call: "PATCH /accounts/1", status: 200,
			body: `{"id": 7, "createdAt": "1999-01-01T00:00:00Z", "updatedAt": "1999-01-01T00:00:00Z", "number": 1, "createdBy": null, "title": "Acme 2"}`,
			want: `{"id": 1, "createdAt": "{made}", "number": 1, "title": "Acme 2"}`},
		{name: "nothing", call: "PATCH /clients/1", body: `{}`, status: 200, want: `{"title": "Acme 2"}`},
		{name: "the older names", call: "PATCH /v1/clients/1", body: `{"type": "commercial", "address": "2 Oak Ave"}`, status: 200, want: `{"accountType": "COMMERCIAL", "address": ["2 Oak Ave"]}`},
		{name: "both names with one value", call: "PATCH /v1/clients/1/", body: `{"type": "Residential", "accountType": "residential"}`, status: 200, want: `{"accountType": "RESIDENTIAL"}`},
		{name: "the names of the page of clients", call: "PATCH /v1/clients/1", body: `{"clientType": "Commercial", "companyId": 12, "address": "3 Elm St", "contacts": null, "custom": {}}`, status: 200,
			want: `{"accountType": "COMMERCIAL", "companyId": "absent", "clientType": "absent", "address": ["3 Elm St"], "contacts": null}`},
		{name: "every name of the type", call: "PATCH /clients/1", body: `{"type": "residential", "clientType": "RESIDENTIAL", "accountType": "Residential", "companyId": null}`, status: 200, want: `{"accountType": "RESIDENTIAL"}`},
		{name: "custom merges", call: "PATCH /compat/accounts/accounts/1", body: `{"custom": {"gate_code": null, "deep": {"z": 2}, "roof": "flat"}}`, status: 200,
			want: `{"custom": {"preferredContactMethod": "Email", "tags": ["a"], "open": true, "deep": {"y": 1, "z": 2}, "roof": "flat"}}`},
		{name: "contacts by number", call: "PATCH /compat/accounts/v1/clients/1/", body: `{"contacts": [5, {"id": 6}]}`, status: 200,
			want: `{"contacts": [{"id": 5, "emails": [], "phones": []}, {"id": 6}]}`},
		{name: "null clears", call: "PATCH /v1/accounts/1", status: 200,
			body: `{"description": null, "primaryEmail": null, "primaryPhone": null, "custom": null, "type": null, "contacts": null, "value": null, "size": null}`,
			want: `{"description": null, "primaryEmail": null, "primaryPhone": null, "custom": null, "accountType": null, "contacts": null, "value": null, "size": null}`},
		{name: "respond-async", call: "PATCH /v1/accounts/1", header: http.Header{"Prefer": {"respond-async"}}, body: `{"size": 3}`, status: 202, want: `{"jobId": "*"}`},
		{name: "the job is a job like any other", call: "GET /v1/jobs/{job}", status: 200, want: `{"kind": "single", "model": "accounts"}`},
		{name: "an account with every field", call: "POST /clients", body: accountsPage, status: 201, want: accountsShown},
		{name: "the native paths beside the vendor's", call: "GET /v1/accounts/customers", status: 200, want: `{"items": [{"id": 1, "version": "*"}, {"id": 2}]}`},
		{name: "an account is deleted", call: "DELETE /v1/accounts/2", status: 200, want: `{}`},
		{name: "and is gone", call: "GET /clients/2", status: 404, want: `{"message": "*", "code": "NOT_FOUND"}`},
	})
}

// accountsFault is how bad input is told.
func accountsFault(field string) string {
	return `{"message": "*", "code": "VALIDATION_ERROR", "field": "` + field + `"}`
}

func TestAccountsRefuseBadInput(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	exchanges := []exchange{newAccount("id", smallAccount)}
	for body, field := range map[string]string{
		`{"title": null}`: "title", `{"title": 1}`: "title", `{"description": 1}`: "description",
		`{"address": null}`: "address", `{"address": []}`: "address", `{"address": ["a", "b"]}`: "address", `{"address": [1]}`: "address[0]", `{"address": 1}`: "address",
		`{"isActive": null}`: "isActive", `{"isActive": "true"}`: "isActive",
		`{"primaryEmail": "ann"}`: "primaryEmail", `{"primaryEmail": 1}`: "primaryEmail", `{"primaryPhone": 1}`: "primaryPhone",
		`{"custom": []}`: "custom", `{"custom": {"preferredContactMethod": 1}}`: "preferredContactMethod",
		`{"accountType": "INDUSTRIAL"}`: "accountType", `{"type": "industrial"}`: "type", `{"type": 1}`: "type", `{"accountType": 1}`: "accountType",
		`{"type": "residential", "accountType": "commercial"}`: "type", `{"type": null, "accountType": "commercial"}`: "type",
		`{"contacts": {}}`: "contacts", `{"contacts": [{"emails": []}]}`: "contacts[0]", `{"contacts": ["1"]}`: "contacts[0]", `{"contacts": [{"id": 1, "emails": "a"}]}`: "contacts[0]",
		`{"value": "1"}`: "value", `{"size": true}`: "size", `{"number": 9}`: "number", `{"createdBy": {"id": 1}}`: "createdBy",
		`{"clientType": "industrial"}`: "clientType", `{"clientType": "residential", "type": "commercial"}`: "clientType", `{"companyId": 1}`: "companyId",
		`{"colour": "red"}`: "colour", `{"custom": {"a": {"b": 1, "c": "\u0000"}}}`: "a.c",
	} {
		exchanges = append(exchanges, exchange{name: body, call: "PATCH /v1/accounts/{id}", body: body, status: 400, want: accountsFault(field)})
	}
	notJSON := `{"message": "*", "code": "INVALID_JSON"}`
	s.run(t, append(exchanges, []exchange{
		{name: "every fault in the message, nothing changed", call: "PATCH /v1/accounts/{id}", body: `{"title": "New", "size": "x", "primaryEmail": "no"}`, status: 400,
			want: `{"message": "primaryEmail: This must be an email address. size: This must be a number.", "code": "VALIDATION_ERROR", "field": "primaryEmail"}`},
		{name: "no JSON", call: "PATCH /v1/accounts/{id}", body: `{"title"`, status: 400, want: notJSON},
		{name: "a name twice", call: "PATCH /v1/accounts/{id}", body: `{"title": "a", "title": "b"}`, status: 400, want: notJSON},
		{name: "no UTF-8", call: "PATCH /v1/accounts/{id}", body: "{\"title\": \"\xff\"}", status: 400, want: notJSON},
		{name: "no object", call: "PATCH /v1/accounts/{id}", body: `[]`, status: 400, want: `{"message": "*", "code": "VALIDATION_ERROR"}`},
		{name: "another media type", call: "PATCH /v1/accounts/{id}", header: http.Header{"Content-Type": {"text/plain"}}, body: `{}`, status: 415, want: `{"code": "UNSUPPORTED_MEDIA_TYPE"}`},
		{name: "a company that is none", call: "PATCH /v1/clients/{id}", body: `{"companyId": "12"}`, status: 400, want: accountsFault("companyId")},
		{name: "a flag that is none", call: "PATCH /v1/accounts/{id}?allow_new_options=perhaps", body: `{"size": 1}`, status: 400, want: accountsFault("allow_new_options")},
		{name: "an account without an address", call: "POST /v1/accounts", body: `{"title": "A"}`, status: 400, want: accountsFault("address")},
		{name: "an account with nothing", call: "POST /v1/accounts", body: `{}`, status: 400,
			want: `{"message": "title: This is required. address: This is required.", "code": "VALIDATION_ERROR", "field": "title"}`},
		{name: "an unknown account", call: "PATCH /v1/accounts/99", body: `{"size": 1}`, status: 404, want: `{"message": "*", "code": "NOT_FOUND"}`},
		{name: "no number", call: "GET /v1/accounts/abc", status: 404, want: `{"message": "*", "code": "NOT_FOUND"}`},
		{name: "an unknown account is not deleted", call: "DELETE /v1/clients/99", status: 404, want: `{"code": "NOT_FOUND"}`},
		{name: "no key", call: "GET /v1/accounts/{id}", header: http.Header{"No-Key": {"1"}}, status: 401, want: `{"message": "*", "code": "UNAUTHORIZED"}`},
		{name: "a wrong key", call: "GET /v1/accounts/{id}", header: xAPIKey("no"), status: 401, want: `{"message": "*", "code": "UNAUTHORIZED"}`},
		{name: "a path that is not there", call: "GET /v1/accounts/{id}/projects", status: 404, want: `{"code": "NOT_FOUND"}`},
		{name: "a method that is not there", call: "PUT /v1/accounts/{id}", body: `{}`, status: 405, want: `{"code": "METHOD_NOT_ALLOWED"}`},
		{name: "nothing has changed", call: "GET /v1/accounts", status: 200, want: `[{"title": "Acme", "size": null, "custom": null}]`},
	}...))
}

// TestAccountsTakeKeysInEachHeader makes keys that may do less.
func TestAccountsTakeKeysInEachHeader(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	s.run(t, []exchange{
		newAccount("id", smallAccount),
		{name: "a key that reads", call: "POST /v1/keys", body: `{"name": "reader", "scopes": ["customers:read"]}`, status: 201, want: `{}`, save: map[string]string{"reader": "secret"}},
		{name: "a key of others", call: "POST /v1/keys", body: `{"name": "other", "workspace": "w2", "scopes": ["admin"]}`, status: 201, want: `{}`, save: map[string]string{"other": "secret"}},
		{name: "Bearer", call: "GET /v1/accounts/{id}", header: bearer(s.key), status: 200, want: `{"id": {id}}`},
		{name: "a key without a scheme is none here", call: "GET /v1/accounts/{id}", header: bare(s.key), status: 401, want: `{"code": "UNAUTHORIZED"}`},
		{name: "two keys", call: "GET /v1/accounts/{id}", header: http.Header{"X-Api-Key": {s.key}, "Authorization": {"Bearer no"}}, status: 400, want: `{"code": "BAD_REQUEST"}`},
	})
	forbidden := `{"message": "*", "code": "FORBIDDEN"}`
	s.run(t, []exchange{
		{name: "who reads reads", call: "GET /v1/accounts/{id}", header: xAPIKey(s.saved["reader"]), status: 200, want: `{"id": {id}}`},
		{name: "and sees the properties", call: "GET /v1/properties", header: xAPIKey(s.saved["reader"]), status: 200, want: `{"account": "*"}`},
		{name: "but does not write", call: "PATCH /v1/accounts/{id}", header: xAPIKey(s.saved["reader"]), body: `{"size": 1}`, status: 403, want: forbidden},
		{name: "nor make", call: "POST /v1/accounts", header: xAPIKey(s.saved["reader"]), body: smallAccount, status: 403, want: forbidden},
		{name: "nor delete", call: "DELETE /v1/accounts/{id}", header: xAPIKey(s.saved["reader"]), status: 403, want: forbidden},
		{name: "another workspace's account is unknown", call: "GET /v1/accounts/{id}", header: xAPIKey(s.saved["other"]), status: 404, want: `{"code": "NOT_FOUND"}`},
	})
}

// TestAccountsGrowDropDowns adds options only where the call says so, and
// shows them among the properties of that workspace.
func TestAccountsGrowDropDowns(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	by := func(method string) string { return `{"custom": {"preferredContactMethod": "` + method + `"}}` }
	s.run(t, []exchange{
		newAccount("id", smallAccount),
		{name: "an option", call: "PATCH /v1/accounts/{id}", body: by("Text"), status: 200, want: by("Text")},
		{name: "none", call: "PATCH /v1/accounts/{id}", body: by("Fax"), status: 400, want: accountsFault("preferredContactMethod")},
		{name: "none, in so many words", call: "PATCH /v1/accounts/{id}?allow_new_options=false", body: by("Fax"), status: 400, want: accountsFault("preferredContactMethod")},
		{name: "none beside what is right: nothing changes", call: "PATCH /v1/accounts/{id}", body: `{"title": "B", "custom": {"preferredContactMethod": "Fax"}}`, status: 400, want: accountsFault("preferredContactMethod")},
		{name: "a new option", call: "PATCH /v1/accounts/{id}?allow_new_options=true", body: by("Fax"), status: 200, want: `{"title": "Acme", "custom": {"preferredContactMethod": "Fax"}}`},
		{name: "which is known from now on", call: "POST /v1/clients", body: `{"title": "B", "address": "2", "custom": {"preferredContactMethod": "Fax"}}`, status: 201, want: by("Fax")},
		{name: "an account with a new option", call: "POST /v1/accounts?allow_new_options=true", body: `{"title": "C", "address": "3", "custom": {"preferredContactMethod": "Telex"}}`, status: 201, want: by("Telex")},
		{name: "an account that is there brings none", call: "POST /v1/accounts?allow_new_options=true", body: `{"title": "C", "address": "3", "custom": {"preferredContactMethod": "Pager"}}`, status: 200, want: by("Telex")},
		{name: "one that is replaced does", call: "POST /v1/accounts?allow_new_options=true&match_found_strategy=replace", body: `{"title": "C", "address": "3", "custom": {"preferredContactMethod": "Drum"}}`, status: 200, want: by("Drum")},
		{name: "the account type stays as it is", call: "PATCH /v1/accounts/{id}?allow_new_options=true", body: `{"type": "industrial"}`, status: 400, want: accountsFault("type")},
		{name: "a key of others", call: "POST /v1/keys", body: `{"name": "other", "workspace": "w2", "scopes": ["admin"]}`, status: 201, want: `{}`, save: map[string]string{"other": "secret"}},
	})
	s.shows(t, xAPIKey(s.key), "Phone Email Text Fax Telex Drum")
	s.shows(t, xAPIKey(s.saved["other"]), "Phone Email Text")
}

// shows checks the options of the drop-down in the properties.
func (s *vendorServer) shows(t *testing.T, key http.Header, options string) {
	t.Helper()
	prop := `{"name": "Preferred Contact Method", "type": "DROPDOWN", "keyName": "preferredContactMethod", "isMultiple": false, "options": ["` +
		strings.ReplaceAll(options, " ", `", "`) + `"], "defaultValue": [], "isCustom": true}`
	for _, kind := range []string{"account", "client"} {
		s.run(t, []exchange{{name: "the options of " + kind, call: "GET /v1/properties?record_type=" + kind, header: key, status: 200,
			want: strings.ReplaceAll(`{"account": [ALL], "client": [ALL]}`, "ALL", accountsProperties+prop)}})
	}
}

// accountsProperties are the standard ones.
const accountsProperties = `
	{"keyName": "id", "name": "Id", "type": "NUMBER", "isMultiple": false, "options": [], "defaultValue": [], "isCustom": false},
	{"keyName": "number"}, {"keyName": "title", "type": "TEXT"}, {"keyName": "description"}, {"keyName": "address", "type": "LIST", "isMultiple": true},
	{"keyName": "isActive", "name": "Is Active", "type": "BOOLEAN", "defaultValue": [true]}, {"keyName": "primaryEmail"}, {"keyName": "primaryPhone"},
	{"keyName": "accountType", "type": "DROPDOWN", "options": ["RESIDENTIAL", "COMMERCIAL"]}, {"keyName": "contacts"},
	{"keyName": "value"}, {"keyName": "size"}, {"keyName": "createdBy", "type": "OBJECT"}, {"keyName": "updatedBy"},
	{"keyName": "createdAt", "type": "DATETIME"}, {"keyName": "updatedAt"}, `

// TestAccountsDescribeWhatIsAskedFor names kinds of records in each way.
func TestAccountsDescribeWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	s.run(t, []exchange{
		{name: "without a kind", call: "GET /properties/", status: 200, want: `{"account": "*", "client": "*"}`},
		{name: "kinds that are not kept here", call: "GET /compat/accounts/properties?record_type=project,vendor&record_type=account", status: 200,
			want: `{"project": [], "vendor": [], "account": "*", "client": "*"}`},
		{name: "a kind that nobody knows", call: "GET /compat/accounts/v1/properties?record_type=cat", status: 400, want: accountsFault("record_type")},
	})
}

// TestAccountsFieldsAreFiltered selects an account by each field of the page
// through the native API.
func TestAccountsFieldsAreFiltered(t *testing.T) {
	t.Parallel()
	s := startVendor(t, xAPIKey)
	s.run(t, []exchange{newAccount("other", smallAccount), newAccount("id", accountsPage)})
	for name, v := range members(t, accountsShown) {
		switch name {
		case "address": // the other account has one, too
		case "contacts":
			s.selects(t, "accounts", `{"contacts": {"$exists": true}}`, s.saved["id"])
		case "custom":
			for key, v := range members(t, string(v)) {
				switch v[0] {
				case '[', '{':
					s.selects(t, "accounts", `{"custom.`+key+`": {"$exists": true}}`, s.saved["id"])
				default:
					s.selects(t, "accounts", `{"custom.`+key+`": `+string(v)+`}`, s.saved["id"])
				}
			}
		default:
			s.selects(t, "accounts", `{"`+name+`": `+string(v)+`}`, s.saved["id"])
		}
	}
	s.selects(t, "accounts", `{"custom.deep.y": 1, "number": {"$gt": 1}, "createdAt": {"$gt": "2000-01-01"}, "createdBy": null}`, s.saved["id"])
}
