package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// bare sends the key as ClientSuccess' callers do: without a scheme.
func bare(key string) http.Header { return http.Header{"Authorization": {key}} }

// clientSuccessPage is every field of the vendor's page, each with a value.
const clientSuccessPage = `{
	"custom": {"industry__cs": "Retail", "seats__cs": 40, "vip__cs": true, "renewal__cs": "2027-01-31T00:00:00Z", "gone__cs": null},
	"name": "Acme Retail", "siteUrl": "acme.example", "logoUrl": "https://acme.example/logo.png", "status": "TRIAL", "active": false,
	"inceptionDate": "2024-02-29", "terminatedDate": "2027-12-31", "street": "1 Main St", "city": "Utrecht", "state": "UT", "zip": "3511",
	"country": "Netherlands", "region": {"id": 7, "name": "EMEA"}, "timezone": "Europe/Amsterdam", "externalId": "ext-1",
	"salesforceAccountId": "001A000001abcdEFGH", "zendeskId": "z1", "freshdeskId": "f1", "usageId": "u1", "stripeId": "cus_1",
	"externalStatusId": "s1", "npsScore": -100, "note": "<p>Call</p>", "createdByEmployeeId": 0, "modifiedByEmployeeId": 2,
	"managedByEmployeeId": 9007199254740993, "assignedSalesRepId": 4, "assignedSalesRep": "Ann Lee", "clientTypeId": 5,
	"successCycleId": 6, "primaryContactId": 7, "parentClientId": 8, "accTeamingRoles": [{"role": "CSM", "employee": {"id": 1}}]}`

// clientSuccessShown is the page as it comes back.
var clientSuccessShown = strings.Replace(clientSuccessPage, `, "gone__cs": null`, "", 1)

// clientSuccessBounds is the length of each text of the page; none is shorter
// than 0.
var clientSuccessBounds = map[string]int{
	"name": 255, "siteUrl": 1024, "logoUrl": 1024, "street": 1024, "city": 100, "state": 100, "zip": 20, "country": 100,
	"externalId": 100, "salesforceAccountId": 18, "zendeskId": 200, "freshdeskId": 200, "usageId": 200, "stripeId": 200,
	"externalStatusId": 200, "assignedSalesRep": 45,
}

// clientSuccessIDs are the numbers of the page that name something else.
var clientSuccessIDs = []string{
	"createdByEmployeeId", "modifiedByEmployeeId", "managedByEmployeeId", "assignedSalesRepId", "clientTypeId", "successCycleId",
	"primaryContactId", "parentClientId",
}

// newClient makes a client and keeps its uuid under a name.
func newClient(as, body string) exchange {
	return exchange{name: "a client, " + as, call: "POST /v2/client", body: body, status: 201, want: `{"uuid": "*", "id": "*"}`,
		save: map[string]string{as: "uuid", as + "Number": "id"}}
}

const smallClient = `{"name": "Acme", "status": "ACTIVE", "active": true}`

// TestClientSuccessSpeaksAsItsPageSays sets every field of the page, reads it
// back and clears it, at each of the paths.
func TestClientSuccessSpeaksAsItsPageSays(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bare)
	cleared := map[string]any{}
	for name := range members(t, clientSuccessPage) {
		if name != "name" && name != "status" && name != "active" {
			cleared[name] = nil
		}
	}
	empty, _ := json.Marshal(cleared)
	s.run(t, []exchange{
		{name: "a client is made", call: "POST /v2/client", body: smallClient, status: 201, save: map[string]string{"uuid": "uuid", "id": "id", "made": "createdTime"},
			want: `{"id": 1, "uuid": "*", "name": "Acme", "status": "ACTIVE", "active": true, "custom": null, "clientType": null, "createdTime": "*", "modifiedTime": "*"}`},
		{name: "every field of the page", call: "PATCH /v2/client/{uuid}", body: clientSuccessPage, status: 200, want: clientSuccessShown},
		{name: "and read back", call: "GET /v2/client/{uuid}", status: 200, want: clientSuccessShown},
		{name: "and put, which is a patch here", call: "PUT /v2/client/{uuid}?whatever=true", body: `{"city": "Delft"}`, status: 200, want: `{"city": "Delft", "zip": "3511"}`},
		{name: "nothing", call: "PATCH /v2/client/{uuid}", body: `{}`, status: 200, want: `{"city": "Delft"}`},
		{name: "custom merges", call: "PATCH /client/{uuid}", body: `{"custom": {"seats__cs": null, "new__cs": 1.5}}`, status: 200,
			want: `{"custom": {"industry__cs": "Retail", "vip__cs": true, "new__cs": 1.5}}`},
		{name: "with a slash", call: "PATCH /client/{uuid}/", body: `{"zip": ""}`, status: 200, want: `{"zip": ""}`},
		{name: "below compat", call: "PATCH /compat/clientsuccess/client/{uuid}", body: `{"zip": "1"}`, status: 200, want: `{"zip": "1"}`},
		{name: "below compat with the version", call: "PUT /compat/clientsuccess/v2/client/{uuid}/", body: `{"zip": "2"}`, status: 200, want: `{"zip": "2"}`},
		{name: "the name of a type is dropped beside its number", call: "PATCH /v2/client/{uuid}", body: `{"clientTypeTitle": "Gold", "clientTypeId": 9}`, status: 200,
			want: `{"clientTypeId": 9, "clientTypeTitle": null}`},
		{name: "and holds alone", call: "PATCH /v2/client/{uuid}", body: `{"clientTypeTitle": "Gold"}`, status: 200, want: `{"clientTypeTitle": "Gold"}`},
		{name: "what is read-only may come back as it is", call: "PATCH /v2/client/{uuid}", status: 200,
			body: `{"id": 77, "uuid": "{uuid}", "createdTime": "1999-01-01T00:00:00Z", "modifiedTime": "1999-01-01T00:00:00Z", "clientType": null, "currency": null, "city": "Gouda"}`,
			want: `{"id": {id}, "uuid": "{uuid}", "createdTime": "{made}", "city": "Gouda"}`},
		{name: "null clears", call: "PATCH /v2/client/{uuid}", body: string(empty), status: 200, want: string(empty)},
		{name: "respond-async", call: "PATCH /v2/client/{uuid}", header: http.Header{"Prefer": {"respond-async"}}, body: `{"zip": "3"}`, status: 202, want: `{"jobId": "*"}`},
		{name: "the job is a job like any other", call: "GET /v1/jobs/{job}", header: bearer(s.key), status: 200, want: `{"kind": "single", "model": "clientsuccess"}`},
		{name: "a client with every field", call: "POST /client/", body: clientSuccessPage, status: 201, want: clientSuccessShown},
		{name: "a client whose unset fields come along", call: "POST /client", status: 201, want: `{"id": 3}`,
			body: `{"id": 99, "uuid": null, "createdTime": "1999-01-01T00:00:00Z", "clientType": null, "name": "", "status": "INACTIVE", "active": false}`},
	})
}

// TestClientSuccessKeepsTheBoundsOfItsPage tries each bound from both sides.
func TestClientSuccessKeepsTheBoundsOfItsPage(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bare)
	exchanges := []exchange{newClient("uuid", smallClient)}
	try := func(name, value string, status int) {
		e := exchange{name: fmt.Sprintf("%s %.20s", name, value), call: "PATCH /v2/client/{uuid}", body: `{"` + name + `": ` + value + `}`, status: status}
		e.want = e.body
		if status == 400 {
			e.want = `{"userMessage": "*", "errors": [{"field": "` + name + `", "message": "*"}]}`
		}
		exchanges = append(exchanges, e)
	}
	for name, most := range clientSuccessBounds {
		try(name, `""`, 200)
		try(name, `"`+strings.Repeat("é", most)+`"`, 200)
		try(name, `"`+strings.Repeat("x", most+1)+`"`, 400)
		try(name, `1`, 400)
	}
	for _, name := range clientSuccessIDs {
		try(name, `0`, 200)
		try(name, `-1`, 400)
		try(name, `1.5`, 400)
		try(name, `9223372036854775808`, 400)
		try(name, `"1"`, 400)
	}
	for _, status := range []string{"ACTIVE", "INACTIVE", "TRIAL", "TERMINATED"} {
		try("status", `"`+status+`"`, 200)
	}
	for name, values := range map[string][]string{
		"name": {`null`}, "status": {`null`, `"active"`, `"OTHER"`, `1`}, "active": {`null`, `"true"`, `1`},
		"npsScore":      {`-101`, `101`, `1.5`, `"1"`},
		"inceptionDate": {`"2023-02-29"`, `"29-02-2024"`, `"2024-02-29T00:00:00Z"`, `20240229`}, "terminatedDate": {`"tomorrow"`},
		"timezone": {`"Mars/Base"`, `""`, `"` + strings.Repeat("x", 60) + `"`}, "note": {`1`}, "clientTypeTitle": {`1`},
		"custom": {`[]`, `"x"`}, "region": {`"EMEA"`, `[]`}, "accTeamingRoles": {`{}`, `"x"`},
		"uuid": {`"3f1b6a0e-0000-4000-8000-000000000000"`}, "clientType": {`{"id": 1}`}, "successScore": {`1`}, "colour": {`"red"`},
	} {
		for _, v := range values {
			try(name, v, 400)
		}
	}
	for _, v := range []string{"-100", "0", "100"} {
		try("npsScore", v, 200)
	}
	s.run(t, exchanges)
}

func TestClientSuccessRefusesBadInput(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bare)
	none := `{"userMessage": "*", "errors": []}`
	s.run(t, []exchange{
		newClient("uuid", smallClient),
		{name: "several faults at once", call: "PATCH /v2/client/{uuid}", body: `{"zip": "123456789012345678901", "npsScore": 500, "custom": {"a": []}, "region": {"id": "x"}, "accTeamingRoles": [1]}`, status: 400,
			want: `{"userMessage": "5 values of the request are not valid.", "errors": [{"field": "accTeamingRoles[0]"}, {"field": "custom.a"}, {"field": "npsScore"}, {"field": "region.id"}, {"field": "zip"}]}`},
		{name: "one fault", call: "PATCH /v2/client/{uuid}", body: `{"status": "GONE"}`, status: 400,
			want: `{"userMessage": "This must be one of: ACTIVE, INACTIVE, TRIAL, TERMINATED.", "errors": [{"field": "status", "message": "This must be one of: ACTIVE, INACTIVE, TRIAL, TERMINATED."}]}`},
		{name: "no JSON", call: "PATCH /v2/client/{uuid}", body: `{"zip":`, status: 400, want: `{"userMessage": "*", "errors": "*"}`},
		{name: "no object", call: "PUT /v2/client/{uuid}", body: `[]`, status: 400, want: `{"userMessage": "*", "errors": "*"}`},
		{name: "a name twice", call: "PATCH /v2/client/{uuid}", body: `{"zip": "1", "zip": "2"}`, status: 400, want: `{"errors": [{"field": "zip"}]}`},
		{name: "another media type", call: "PATCH /v2/client/{uuid}", header: http.Header{"Content-Type": {"text/plain"}}, body: `{}`, status: 415, want: none},
		{name: "a new client without what it needs", call: "POST /v2/client", body: `{"zip": 1}`, status: 400,
			want: `{"errors": [{"field": "zip"}, {"field": "name"}, {"field": "status"}, {"field": "active"}]}`},
		{name: "a new client with what is made here", call: "POST /v2/client", body: `{"name": "n", "status": "TRIAL", "active": true, "uuid": "3f1b6a0e-0000-4000-8000-000000000000"}`, status: 400,
			want: `{"errors": [{"field": "uuid"}]}`},
		{name: "an unknown client", call: "PATCH /v2/client/3f1b6a0e-0000-4000-8000-000000000000", body: `{"zip": "1"}`, status: 404, want: none},
		{name: "no uuid", call: "GET /v2/client/1", status: 404, want: none},
		{name: "no text at all", call: "GET /v2/client/%00", status: 404, want: none},
		{name: "no key", call: "GET /v2/client/{uuid}", header: http.Header{"No-Key": {"1"}}, status: 401, want: none},
		{name: "a wrong key", call: "GET /v2/client/{uuid}", header: bare("no"), status: 401, want: none},
		{name: "a path that is not there", call: "GET /v2/client/{uuid}/contacts", status: 404, want: none},
		{name: "a method that is not there", call: "DELETE /v2/client/{uuid}", status: 405, want: none},
		{name: "the first version is not served", call: "GET /compat/clientsuccess/v1/clients", status: 404, want: none},
		{name: "nothing has changed", call: "GET /v2/client/search", status: 200, want: `{"data": [{"uuid": "{uuid}", "zip": null, "status": "ACTIVE"}], "totalElements": 1}`},
	})
}

// TestClientSuccessSearchesInPages pages through clients, from 0.
func TestClientSuccessSearchesInPages(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bare)
	s.run(t, []exchange{
		{name: "nobody yet", call: "GET /v2/client/search", status: 200,
			want: `{"data": [], "first": true, "last": true, "page": 0, "size": 20, "totalPages": 0, "totalElements": 0}`},
		newClient("c", `{"name": "Cee", "status": "ACTIVE", "active": true}`),
		newClient("a", `{"name": "Aye", "status": "TRIAL", "active": true}`),
		newClient("b", `{"name": "Bee", "status": "ACTIVE", "active": true}`),
		{name: "all", call: "GET /client/search/", status: 200, want: `{"data": [{"name": "Cee"}, {"name": "Aye"}, {"name": "Bee"}], "last": true, "totalPages": 1}`},
		{name: "the first page", call: "GET /v2/client/search?page=0&size=2&sortBy=name", status: 200,
			want: `{"data": [{"name": "Aye"}, {"name": "Bee"}], "first": true, "last": false, "page": 0, "size": 2, "totalPages": 2, "totalElements": 3}`},
		{name: "the last page", call: "GET /compat/clientsuccess/client/search?page=1&size=2&sortBy=name", status: 200,
			want: `{"data": [{"name": "Cee"}], "first": false, "last": true, "page": 1}`},
		{name: "a page behind the last", call: "GET /v2/client/search?page=7&size=2", status: 200, want: `{"data": [], "first": false, "last": true, "page": 7, "totalElements": 3}`},
		{name: "more than a page holds", call: "GET /v2/client/search?size=100000", status: 200, want: `{"size": 1000}`},
		{name: "the order of change", call: "PATCH /v2/client/{c}", body: `{"zip": "1"}`, status: 200, want: `{"zip": "1"}`},
		{name: "by the time of change", call: "GET /v2/client/search?sortBy=modifiedTime&modifiedAfter=2000-01-01&unknown=x", status: 200,
			want: `{"data": [{"name": "Aye"}, {"name": "Bee"}, {"name": "Cee"}]}`},
		{name: "backwards", call: "GET /v2/client/search?sortBy=-status,name", status: 200, want: `{"data": [{"name": "Aye"}, {"name": "Bee"}, {"name": "Cee"}]}`},
		{name: "nothing has changed since", call: "GET /v2/client/search?modifiedAfter=2999-12-31", status: 200, want: `{"data": []}`},
		{name: "a time with an offset", call: "GET /v2/client/search?modifiedAfter=2999-12-31T00:00:00%2B01:00", status: 200, want: `{"data": []}`},
		{name: "a bad page", call: "GET /v2/client/search?page=-1", status: 400, want: `{"errors": [{"field": "page"}]}`},
		{name: "a bad size", call: "GET /v2/client/search?size=0", status: 400, want: `{"errors": [{"field": "size"}]}`},
		{name: "a bad day", call: "GET /v2/client/search?modifiedAfter=yesterday", status: 400, want: `{"errors": [{"field": "modifiedAfter"}]}`},
		{name: "a field that is not there", call: "GET /v2/client/search?sortBy=colour", status: 400, want: `{"errors": [{"field": "sortBy"}]}`},
		{name: "a field without an order", call: "GET /v2/client/search?sortBy=custom", status: 400, want: `{"errors": [{"field": "sortBy"}]}`},
	})
}

// TestClientSuccessTakesKeysInEachHeader makes keys that may do less.
func TestClientSuccessTakesKeysInEachHeader(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bare)
	s.run(t, []exchange{
		newClient("uuid", smallClient),
		{name: "a key that reads", call: "POST /v1/keys", header: bearer(s.key), body: `{"name": "reader", "scopes": ["customers:read"]}`, status: 201, want: `{}`, save: map[string]string{"reader": "secret"}},
		{name: "a key of others", call: "POST /v1/keys", header: bearer(s.key), body: `{"name": "other", "workspace": "w2", "scopes": ["admin"]}`, status: 201, want: `{}`, save: map[string]string{"other": "secret"}},
		{name: "Bearer", call: "GET /v2/client/{uuid}", header: bearer(s.key), status: 200, want: `{"uuid": "{uuid}"}`},
		{name: "X-API-Key", call: "GET /v2/client/{uuid}", header: http.Header{"X-Api-Key": {s.key}}, status: 200, want: `{"uuid": "{uuid}"}`},
		{name: "two keys", call: "GET /v2/client/{uuid}", header: http.Header{"Authorization": {s.key}, "X-Api-Key": {"no"}}, status: 400, want: `{"userMessage": "*", "errors": []}`},
	})
	s.run(t, []exchange{
		{name: "who reads reads", call: "GET /v2/client/{uuid}", header: bare(s.saved["reader"]), status: 200, want: `{"uuid": "{uuid}"}`},
		{name: "but does not write", call: "PATCH /v2/client/{uuid}", header: bare(s.saved["reader"]), body: `{"zip": "1"}`, status: 403, want: `{"userMessage": "*", "errors": []}`},
		{name: "nor make", call: "POST /v2/client", header: bare(s.saved["reader"]), body: smallClient, status: 403, want: `{"userMessage": "*", "errors": []}`},
		{name: "another workspace's client is unknown", call: "GET /v2/client/{uuid}", header: bare(s.saved["other"]), status: 404, want: `{"userMessage": "*", "errors": []}`},
	})
	s.clientSuccessLogins(t)
	s.clientSuccessDescribesFields(t)
}

// clientSuccessLogins logs in as the vendor's public clients do, before they
// ask for anything.
func (s *vendorServer) clientSuccessLogins(t *testing.T) {
	form := http.Header{"No-Key": {"1"}, "Content-Type": {"application/x-www-form-urlencoded"}}
	anonymous := http.Header{"No-Key": {"1"}, "Content-Type": {"application/json; charset=utf-8"}}
	reader := s.saved["reader"]
	granted := `{"access_token": "` + reader + `", "token_type": "Bearer", "expires_in": 43200}`
	refused := `{"userMessage": "*", "errors": []}`
	faulty := `{"userMessage": "*", "errors": [{"field": "password", "message": "*"}]}`
	said := `{"username": "ann@example.com", "password": "` + reader + `"}`
	s.run(t, []exchange{
		{name: "login by JSON", call: "POST /v1/auth", header: anonymous, body: said, status: 200, want: granted},
		{name: "login by form", call: "POST /v1/auth/", header: form, body: "username=ann%40example.com&password=" + reader, status: 200, want: granted},
		{name: "login below compat", call: "POST /compat/clientsuccess/v1/auth", header: form, body: "password=" + reader, status: 200, want: granted},
		{name: "login without the version", call: "POST /compat/clientsuccess/auth", header: anonymous, body: said, status: 200, want: granted},
		{name: "login whatever key comes along", call: "POST /v1/auth", header: bare("no"), body: said, status: 200, want: granted},
		{name: "the token is the key", call: "GET /v2/client/{uuid}", header: bare(reader), status: 200, want: `{"uuid": "{uuid}"}`},
		{name: "a wrong password", call: "POST /v1/auth", header: anonymous, body: `{"username": "ann", "password": "bp_wrong"}`, status: 401, want: refused},
		{name: "an empty one", call: "POST /v1/auth", header: form, body: "username=ann&password=", status: 401, want: refused},
		{name: "an endless one", call: "POST /v1/auth", header: form, body: "password=" + strings.Repeat("x", 2000), status: 401, want: refused},
		{name: "none", call: "POST /v1/auth", header: anonymous, body: `{"username": "ann"}`, status: 400, want: faulty},
		{name: "none in a form", call: "POST /v1/auth", header: form, body: "user=ann", status: 400, want: faulty},
		{name: "one that is no text", call: "POST /v1/auth", header: anonymous, body: `{"password": 5}`, status: 400, want: faulty},
		{name: "one in the address", call: "POST /v1/auth?password=" + reader, header: form, body: "username=ann", status: 400, want: faulty},
		{name: "no JSON", call: "POST /v1/auth", header: anonymous, body: `{"password"`, status: 400, want: `{"userMessage": "*", "errors": "*"}`},
		{name: "no form", call: "POST /v1/auth", header: form, body: "password=%zz", status: 400, want: `{"userMessage": "*", "errors": "*"}`},
		{name: "more than a login", call: "POST /v1/auth", header: form, body: "password=" + strings.Repeat("x", 1<<16), status: 413, want: refused},
		{name: "another media type", call: "POST /v1/auth", header: http.Header{"No-Key": {"1"}, "Content-Type": {"text/plain"}}, body: said, status: 415, want: refused},
		{name: "another method", call: "GET /v1/auth", header: anonymous, status: 405, want: refused},
	})
	if log := s.logged.String(); strings.Contains(log, reader) || strings.Contains(log, "bp_wrong") {
		t.Error("a password is in the log")
	}
}

// clientSuccessDescribesFields asks for the fields of clients as a public
// connector does.
func (s *vendorServer) clientSuccessDescribesFields(t *testing.T) {
	path := "GET /v2/customfield/all/CLIENT"
	s.run(t, []exchange{
		{name: "custom fields, of which the model declares none", call: path + "?system=false&required=false&placeholder=false&includeUsageCounts=false", header: bearer(s.key), status: 200, want: `[]`},
		{name: "what a client must have", call: "GET /compat/clientsuccess/customfield/all/CLIENT/?required=true", status: 200,
			want: `[{"id": "*", "uuid": "*", "name": "name", "label": "Name", "resourceType": "CLIENT", "fieldType": "TEXT", "fieldTypeId": 1, "system": true, "required": true, "active": true, "options": []},
				{"name": "status", "fieldType": "DROPDOWN", "options": ["ACTIVE", "INACTIVE", "TRIAL", "TERMINATED"]}, {"name": "active", "fieldType": "BOOLEAN"}]`},
		{name: "a flag that is none", call: path + "?system=some", status: 400, want: `{"errors": [{"field": "system"}]}`},
		{name: "of others", call: "GET /v2/customfield/all/CONTACT", status: 404, want: `{"userMessage": "*", "errors": []}`},
		{name: "a uuid in capital letters", call: "GET /v2/client/" + strings.ToUpper(s.saved["uuid"]), status: 200, want: `{"uuid": "{uuid}"}`},
		{name: "is the same one", call: "PATCH /client/" + strings.ToUpper(s.saved["uuid"]), body: `{"uuid": "` + strings.ToUpper(s.saved["uuid"]) + `", "zip": "9"}`, status: 200, want: `{"uuid": "{uuid}", "zip": "9"}`},
	})
}

// TestClientSuccessFieldsAreFiltered selects a client by each field of the
// page through the native API.
func TestClientSuccessFieldsAreFiltered(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bare)
	s.run(t, []exchange{
		newClient("other", `{"name": "Other", "status": "ACTIVE", "active": true}`),
		newClient("uuid", clientSuccessPage),
	})
	for name, v := range members(t, clientSuccessShown) {
		switch {
		case name == "custom", name == "region":
			for below, v := range members(t, string(v)) {
				s.selects(t, "clientsuccess", `{"`+name+"."+below+`": `+string(v)+`}`, s.saved["uuidNumber"])
			}
		case name == "accTeamingRoles":
			s.selects(t, "clientsuccess", `{"accTeamingRoles": {"$exists": true}}`, s.saved["uuidNumber"])
		default:
			s.selects(t, "clientsuccess", `{"`+name+`": `+string(v)+`}`, s.saved["uuidNumber"])
		}
	}
	s.selects(t, "clientsuccess", s.fill(`{"uuid": "{uuid}"}`), s.saved["uuidNumber"])
	s.selects(t, "clientsuccess", `{"clientTypeTitle": null, "createdTime": {"$gt": "2000-01-01"}, "npsScore": {"$lt": 0}}`, s.saved["uuidNumber"])
}

// selects checks that a native filter selects one record.
func (s *vendorServer) selects(t *testing.T, model, filter, id string) {
	t.Helper()
	s.exchange(t, exchange{call: "GET /v1/" + model + "/customers?filter=" + url.QueryEscape(filter), header: bearer(s.key), status: 200,
		want: `{"items": [{"id": ` + id + `}]}`})
	if t.Failed() {
		t.Fatalf("the filter was %s", filter)
	}
}

// members splits a JSON object.
func members(t *testing.T, object string) map[string]json.RawMessage {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &m); err != nil {
		t.Fatal(err)
	}
	return m
}
