package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bulkpatch/client"
	"bulkpatch/model"
)

// asks writes a filter as a query parameter.
func asks(filter string) string { return "filter=" + url.QueryEscape(filter) }

// deskEverything is every field of the vendor's page that a caller may set.
const deskEverything = `"id": 0, "firstName": "Ann", "lastName": "Archer", "email": "ann@example.com", "organization": "Acme",
	"company": {"delete": false, "id": 16, "type": "companies", "meta": {"name": "Acme"}},
	"contacts": [{"id": 5, "value": "ann@work.example", "type": "email", "isMain": true, "delete": false}, {"value": "@ann", "type": "twitter"}],
	"permission": "own", "linkedinURL": "https://www.linkedin.com/in/ann", "facebookURL": "https://www.facebook.com/ann",
	"twitterHandle": "@ann", "jobTitle": "Lead", "phone": "+1-555-0123", "mobile": "+1-555-0124", "address": "1 Main Street",
	"externalId": "x-1", "avatarURL": "https://example.com/ann.png", "extraData": "extra", "notes": "notes", "password": "correct horse",
	"trusted": true, "welcomeEmailSent": true, "state": "active", "pmperson": {"id": 9, "type": "people"}`

// deskEverythingShown is how the customer then looks.
var deskEverythingShown = strings.NewReplacer(`"id": 0, `, "", `"delete": false, `, "", `, "delete": false`, "", `"password": "correct horse",`, "").Replace(deskEverything)

// TestDeskRunsTheBulkUpdateOfItsPage runs the page's call with every field
// that may be set, to the end of its job and back.
func TestDeskRunsTheBulkUpdateOfItsPage(t *testing.T) {
	s := startVendor(t, bearer)
	bulk := "PATCH /desk/api/v2/customers/update.json"
	s.run(t, []exchange{
		{name: "a customer", call: "POST /desk/api/v2/customers.json", body: `{"customer": {"firstName": "Al", "jobTitle": "Clerk"}}`, status: 201, want: `{"customer": {"id": 1}, "included": {}}`},
		{name: "another", call: "POST /desk/api/v2/customers.json", body: `{"firstName": "Bo", "jobTitle": "Clerk"}`, status: 201, want: `{"customer": {"id": 2}}`},
		{name: "one of another title", call: "POST /compat/desk/customers.json/", body: `{"firstName": "Cy", "jobTitle": "Cook"}`, status: 201, want: `{"customer": {"id": 3}}`},
		{name: "one that is deleted", call: "POST /desk/api/v2/customers.json", body: `{"firstName": "Di", "jobTitle": "Clerk", "state": "deleted"}`, status: 201,
			want: `{"customer": {"id": 4, "state": "deleted", "deletedAt": "*", "deletedBy": {"id": "*", "type": "users"}}}`},
		{name: "a preview", call: bulk + "?dryRun=true&" + asks(`{"jobTitle": "Clerk"}`), body: `{"customer": {"firstName": "Ann"}}`, status: 200,
			want: `{"matched": 2, "wouldChange": 2, "confirmToken": "*"}`},
		{name: "a preview of every field", call: bulk + "?dryRun=true&" + asks(`{"jobTitle": "Clerk"}`), body: "{" + deskEverything + "}", status: 200,
			want: `{"matched": 2, "wouldChange": 2}`, save: map[string]string{"token": "confirmToken"}},
		{name: "another patch than the one previewed", call: bulk + "?confirmToken={token}&" + asks(`{"jobTitle": "Clerk"}`), body: `{"notes": "n"}`, status: 412,
			want: `{"errors": [{"code": "confirm_token_invalid"}]}`},
		{name: "every field", call: bulk + "?confirmToken={token}&expectedCount=2&" + asks(`{"jobTitle": "Clerk"}`), body: "{" + deskEverything + "}", status: 200, want: `{"jobId": "*"}`},
	})
	c := s.native(t)
	j := wait(t, c, s.saved["job"])
	checkSum(t, j, client.StateSucceeded, 2)
	s.run(t, []exchange{
		{name: "the first", call: "GET /desk/api/v2/customers/1.json", status: 200, want: `{"customer": {"id": 1, "deletedAt": "absent", "password": "absent", ` + deskEverythingShown + `}}`},
		{name: "the second", call: "GET /desk/api/v2/customers/2.json", status: 200, want: `{"customer": {"id": 2, ` + deskEverythingShown + `}}`},
		{name: "the third is as it was", call: "GET /desk/api/v2/customers/3.json", status: 200, want: `{"customer": {"firstName": "Cy", "lastName": null, "company": null}}`},
		{name: "the deleted one, too", call: "GET /desk/api/v2/customers/4.json", status: 200, want: `{"customer": {"firstName": "Di", "lastName": null}}`},
		{name: "nothing kept shows the password", call: "GET /v1/jobs/{job}", status: 200, want: `{"request": {"patch": {"password": "***"}}}`},
		{name: "the filter in the body", call: bulk + "/", header: http.Header{"Prefer": {"respond-async"}},
			body: `{"customer": {"notes": "n"}, "filter_args": {"filter": {"id": {"$in": [2, 3]}}}}`, status: 202, want: `{"jobId": "*"}`},
	})
	checkSum(t, wait(t, c, s.saved["job"]), client.StateSucceeded, 2)
	s.run(t, []exchange{
		{name: "the filter in a flat body, as text", call: "PATCH /compat/desk/customers/update.json", body: `{"notes": "m", "filter_args": {"filter": "{\"id\": 3}"}}`, status: 200, want: `{"jobId": "*"}`},
	})
	checkSum(t, wait(t, c, s.saved["job"]), client.StateSucceeded, 1)
	s.run(t, []exchange{
		{name: "as the vendor's sample sends it", call: bulk, body: `{"filter_args": {"filter": {"id": {"$in": ["1, 2", "3"]}}, "bulkDryExecute": false, "page": 1, "pageSize": 50, "orderBy": "id", "orderMode": "asc"}, "mobile": "3"}`,
			status: 200, want: `{"jobId": "*"}`},
		{name: "whose job has numbers", call: "GET /v1/jobs/{job}", status: 200, want: `{"request": {"filter": {"$and": [{"id": {"$in": [1, 2, 3]}}, {"state": "active"}]}}}`},
	})
	checkSum(t, wait(t, c, s.saved["job"]), client.StateSucceeded, 3)
	s.run(t, []exchange{
		{name: "executed dry", call: bulk + "?dryRun=false", body: `{"filter_args": {"filter": {"id": {"$in": ["3"]}}, "bulkDryExecute": true}, "notes": "dry"}`, status: 200, want: `{"matched": 1, "wouldChange": 1, "jobId": "absent"}`},
		{name: "no preview is a change", call: "GET /desk/api/v2/customers/3.json", status: 200, want: `{"customer": {"notes": "m", "mobile": "3"}}`},
		{name: "of an empty slice", call: bulk + "?dryRun=true&" + asks(`{"id": {"$in": null}}`), body: `{"notes": "dry"}`, status: 200, want: `{"matched": 0}`},
		{name: "of all but an empty slice", call: bulk + "?dryRun=true&allowAll=true&" + asks(`{"firstName": {"$nin": null}}`), body: `{"notes": "dry"}`, status: 200, want: `{"matched": 3}`},
	})
	s.run(t, []exchange{
		{name: "everybody", call: "PATCH /compat/desk/desk/api/v2/customers/update.json?allowAll=true&" + asks(`{}`), body: `{"extraData": "all"}`, status: 200, want: `{"jobId": "*"}`},
	})
	checkSum(t, wait(t, c, s.saved["job"]), client.StateSucceeded, 3)
	s.run(t, []exchange{
		{name: "the deleted, too", call: bulk + "?includeArchived=true&allowAll=true&" + asks(`{}`), body: `{"mobile": "1"}`, status: 200, want: `{"jobId": "*"}`},
	})
	checkSum(t, wait(t, c, s.saved["job"]), client.StateSucceeded, 4)
	s.run(t, []exchange{
		{name: "only the deleted", call: bulk + "?" + asks(`{"state": "deleted"}`), body: `{"mobile": "2"}`, status: 200, want: `{"jobId": "*"}`},
	})
	checkSum(t, wait(t, c, s.saved["job"]), client.StateSucceeded, 1)
	s.run(t, []exchange{
		{name: "a permission that not all may have", call: bulk + "?" + asks(`{"id": {"$gt": 0}}`), header: http.Header{"Prefer": {"wait=20"}}, body: `{"permission": "all"}`, status: 200, want: `{"jobId": "*", "counts": "absent"}`},
		{name: "is given to those who may", call: "GET /v1/jobs/{job}", status: 200,
			want: `{"state": "partially_succeeded", "counts": {"matched": 3, "updated": 2, "failed": 1}, "errorSummary": [{"code": "permission_needs_company", "sampleIds": [3]}]}`},
		{name: "one before it is deleted", call: "GET /desk/api/v2/customers/1.json", status: 200, want: `{"customer": {"state": "active"}}`, save: map[string]string{"updated": "customer.updatedAt"}},
		{name: "a deletion", call: bulk + "?" + asks(`{"id": 1}`), header: http.Header{"Prefer": {"wait=20"}}, body: `{"state": "deleted"}`, status: 200, want: `{"jobId": "*"}`},
		{name: "leaves a date and who it was", call: "GET /desk/api/v2/customers/1.json", status: 200,
			want: `{"customer": {"state": "deleted", "deletedAt": "*", "deletedBy": {"id": "*", "type": "users"}, "updatedAt": "{updated}"}}`},
	})
}

// TestADeskBulkIsUndone takes a vendor's bulk job back like any other.
func TestADeskBulkIsUndone(t *testing.T) {
	s := startVendor(t, bearer)
	s.run(t, []exchange{
		{name: "a customer", call: "POST /desk/api/v2/customers.json", body: `{"customer": {"jobTitle": "Clerk", "company": {"id": 16}, "contacts": [{"value": "a@b.example", "type": "email"}]}}`, status: 201, want: `{"customer": {"id": 1}}`},
		{name: "a bulk", call: "PATCH /desk/api/v2/customers/update.json?" + asks(`{"jobTitle": "Clerk"}`),
			body: `{"jobTitle": "Lead", "company": {"id": 16, "delete": true}, "contacts": [{"value": "@a", "type": "twitter"}], "trusted": true}`, status: 200, want: `{"jobId": "*"}`},
	})
	c := s.native(t)
	checkSum(t, wait(t, c, s.saved["job"]), client.StateSucceeded, 1)
	s.run(t, []exchange{
		{name: "done", call: "GET /desk/api/v2/customers/1.json?includes=all", status: 200,
			want: `{"customer": {"jobTitle": "Lead", "company": null, "contacts": [{"value": "@a"}], "trusted": true}, "included": {"companies": [], "contacts": [{"value": "@a"}], "users": []}}`},
	})
	s.run(t, []exchange{
		{name: "relations of many at once", call: "PATCH /desk/api/v2/customers/update.json?dryRun=true&" + asks(`{"jobTitle": "Lead"}`), status: 200,
			body: `{"customer": {"contacts": [{"id": 1, "delete": true}, {"id": 2, "type": "contacts"}]}, "included": {"companies": [{"id": 17}], "contacts": [{"id": 2, "value": "b", "type": "email"}]}}`,
			want: `{"sample": [{"changed": {"company": {"to": {"id": 17, "type": "companies"}}, "contacts": {"to": [{"id": 2, "value": "b", "type": "email"}]}}}]}`},
		{name: "all of many at once", call: "PATCH /desk/api/v2/customers/update.json?dryRun=true&" + asks(`{"jobTitle": "Lead"}`), status: 200,
			body: `{"contacts": [{"delete": true, "id": 0, "meta": {"a": "b"}, "type": 0}]}`, want: `{"sample": [{"changed": {"contacts": {"to": null}}}]}`},
	})
	undo, err := c.Undo(t.Context(), s.saved["job"])
	if err != nil {
		t.Fatal(err)
	}
	checkSum(t, wait(t, c, undo.ID), client.StateSucceeded, 1)
	s.run(t, []exchange{
		{name: "undone", call: "GET /desk/api/v2/customers/1.json", status: 200,
			want: `{"customer": {"jobTitle": "Clerk", "company": {"id": 16}, "contacts": [{"value": "a@b.example", "type": "email"}], "trusted": false}}`},
	})
}

// unset is what the vendor's Go SDK sends of everything that its caller did
// not set: https://github.com/Teamwork/desksdkgo, models/customer.go.
const (
	unset         = `"id": 0, "type": null, "jobTitle": null, "contacts": null, "customerwelcomeemails": null`
	unsetIncluded = `"included": {"companies": null, "contacts": null, "customers": null, "domains": null, "inboxes": null, "messages": null,
		"slacustomers": null, "slacompanies": null, "slainboxes": null, "slanotifications": null, "slaticketpriorities": null, "slatags": null,
		"tags": null, "ticketactivities": null, "ticketsources": null, "ticketstatuses": null, "tickettypes": null, "timelogs": null, "users": null}`
)

// TestDeskTakesWhatItsSDKSends sends what the vendor's Go SDK makes of a
// caller's wishes, and looks at what it reads of the answers.
func TestDeskTakesWhatItsSDKSends(t *testing.T) {
	s := startVendor(t, bearer)
	one := "/desk/api/v2/customers/1.json"
	s.run(t, []exchange{
		{name: "create", call: "POST /desk/api/v2/customers.json", status: 201,
			body: `{"customer": {"id": 0, "type": null, "firstName": "Joe", "numTickets": 0, "verifiedEmail": false, "jobTitle": "Lead", "customerwelcomeemails": null, "contacts": null},
				"included": {"companies": [{"id": 16, "type": null}], "contacts": [{"id": 0, "type": "email", "value": "joe@example.com", "isMain": true}, {"id": 7, "type": "twitter", "value": "@joe"}], "users": null}}`,
			want: `{"customer": {"id": 1, "firstName": "Joe", "numTickets": 0, "createdAt": "*", "updatedAt": "*", "createdBy": null, "company": {"id": 16, "type": "companies"},
					"contacts": [{"type": "email", "value": "joe@example.com", "isMain": true}, {"id": 7, "type": "twitter", "value": "@joe"}]},
				"included": {"companies": [{"id": 16}], "contacts": [{"value": "joe@example.com"}, {"id": 7, "value": "@joe"}], "users": []}}`},
		{name: "a PUT clears nothing that was not set", call: "PUT " + one, status: 200,
			body: `{"customer": {"lastName": "Soap", ` + unset + `}, ` + unsetIncluded + `}`,
			want: `{"customer": {"firstName": "Joe", "lastName": "Soap", "jobTitle": "Lead", "contacts": [{"value": "joe@example.com"}, {"id": 7}], "company": {"id": 16}}}`},
		{name: "what was read may be sent back", call: "PUT " + one, status: 200,
			body: `{"customer": {"id": 1, "type": null, "createdAt": "2001-01-01T00:00:00Z", "updatedAt": "2001-01-01T00:00:00Z", "state": "active", "firstName": "Joseph",
					"verifiedEmail": false, "numTickets": 0, "jobTitle": "Lead", "contacts": [{"id": 0, "type": "email", "meta": null}, {"id": 7, "type": "twitter", "meta": null}], "customerwelcomeemails": null},
				"included": {"companies": [{"id": 16, "type": "companies"}], "contacts": [{"id": 0, "type": "email", "value": "joe@example.com", "isMain": true}, {"id": 7, "type": "twitter", "value": "@joe"}], "users": []}}`,
			want: `{"customer": {"firstName": "Joseph", "lastName": "Soap", "createdAt": "*", "contacts": [{"type": "email", "value": "joe@example.com", "isMain": true}, {"id": 7, "type": "twitter", "value": "@joe"}]}}`},
		{name: "references alone keep what is known of them", call: "PUT " + one, status: 200,
			body: `{"customer": {"contacts": [{"id": 7, "type": "contacts", "meta": null}, {"id": 0, "type": "", "value": "joe@example.com"}]}}`,
			want: `{"customer": {"contacts": [{"id": 7, "type": "twitter", "value": "@joe"}, {"type": "email", "value": "joe@example.com"}]}}`},
		{name: "contacts have ids by which they can be joined", call: "GET /desk/api/v2/customers.json?includes=contacts", status: 200,
			want: `{"customers": [{"id": 1, "contacts": [{"id": 7}, {"id": 1001, "value": "joe@example.com"}]}], "included": {"contacts": [{"id": 7, "value": "@joe"}, {"id": 1001, "value": "joe@example.com"}]}}`},
		{name: "and by which they are changed, also as text", call: "PATCH " + one, body: `{"customer": {}, "included": {"companies": [{"id": "16"}], "contacts": [{"id": "1001", "value": "joe@example.com", "type": "email", "isMain": true}]}}`, status: 200,
			want: `{"customer": {"company": {"id": 16}, "contacts": [{"id": 7}, {"id": 1001, "type": "email", "value": "joe@example.com", "isMain": true}]}}`},
		{name: "a PATCH clears what is null", call: "PATCH " + one, body: `{"customer": {"id": 0, "jobTitle": null}}`, status: 200, want: `{"customer": {"jobTitle": null, "firstName": "Joseph"}}`},
		{name: "an included contact changes the one of its id", call: "PATCH " + one, body: `{"included": {"contacts": [{"id": 7, "value": "@joseph", "delete": false}]}}`, status: 200,
			want: `{"customer": {"contacts": [{"id": 7, "type": "twitter", "value": "@joseph"}, {"value": "joe@example.com"}]}}`},
		{name: "one without an id is added once", call: "PATCH " + one, body: `{"customer": {}, "included": {"contacts": [{"value": "j@work.example", "type": "email"}, {"value": "j@work.example", "type": "email"}]}}`, status: 200,
			want: `{"customer": {"contacts": [{"id": 7}, {"value": "joe@example.com"}, {"value": "j@work.example"}]}}`},
		{name: "one is removed", call: "PATCH " + one, body: `{"contacts": [{"id": 7, "delete": true}]}`, status: 200,
			want: `{"customer": {"contacts": [{"value": "joe@example.com"}, {"value": "j@work.example"}]}}`},
		{name: "an included one is removed", call: "PATCH " + one, body: `{"included": {"contacts": [{"value": "j@work.example", "type": "email", "delete": true}]}}`, status: 200,
			want: `{"customer": {"contacts": [{"value": "joe@example.com"}]}}`},
		{name: "the last one is removed", call: "PATCH " + one, body: `{"contacts": [{"value": "joe@example.com", "type": "email", "delete": true}]}`, status: 200, want: `{"customer": {"contacts": null}}`},
		{name: "a list stands for the whole", call: "PATCH " + one, body: `{"contacts": [{"value": "1", "type": 0}, {"value": "2", "type": "facebook"}]}`, status: 200,
			want: `{"customer": {"contacts": [{"value": "1", "type": "contacts"}, {"value": "2", "type": "facebook"}]}}`},
		{name: "an empty one, too", call: "PATCH " + one, body: `{"contacts": []}`, status: 200, want: `{"customer": {"contacts": []}}`},
		{name: "what was read of nobody", call: "PUT " + one, body: `{"customer": {"contacts": null}, "included": {"contacts": [], "companies": []}}`, status: 200, want: `{"customer": {"contacts": []}}`},
		{name: "another company is not the customer's to leave", call: "PATCH " + one, body: `{"included": {"companies": [{"id": 17, "delete": true}]}}`, status: 200, want: `{"customer": {"company": {"id": 16}}}`},
		{name: "a company is left for another", call: "PATCH " + one, body: `{"included": {"companies": [{"id": 16, "delete": true}, {"id": 17}]}}`, status: 200, want: `{"customer": {"company": {"id": 17, "type": "companies"}}}`},
		{name: "a company has a name", call: "PATCH " + one, body: `{"included": {"companies": [{"id": 17, "name": "Acme"}]}}`, status: 200, want: `{"included": {"companies": [{"id": 17, "name": "Acme"}]}}`},
		{name: "which another has not", call: "PATCH " + one, body: `{"company": {"id": "18"}}`, status: 200, want: `{"customer": {"company": {"id": 18}}, "included": {"companies": [{"id": 18, "name": "absent"}]}}`},
		{name: "nor the first again", call: "PATCH " + one, body: `{"included": {"companies": [{"id": 17}]}}`, status: 200, want: `{"customer": {"company": {"id": 17}}, "included": {"companies": [{"name": "absent"}]}}`},
		{name: "a company is left", call: "PATCH " + one, body: `{"included": {"companies": [{"id": 17, "delete": true}]}}`, status: 200, want: `{"customer": {"company": null}, "included": {"companies": []}}`},
		{name: "a relation that ends", call: "PATCH " + one, body: `{"pmperson": {"id": 4}, "company": {"delete": true, "id": 0, "meta": {"x": 1}, "type": 0}}`, status: 200, want: `{"customer": {"company": null, "pmperson": {"id": 4}}}`},
		{name: "empty text where the vendor takes it for unset", call: "PATCH " + one, body: `{"email": "", "permission": "", "avatarURL": ""}`, status: 200, want: `{"customer": {"email": null, "permission": null, "avatarURL": ""}}`},
		{name: "nothing", call: "PATCH " + one, body: `{}`, status: 200, want: `{"customer": {"id": 1}}`},
		{name: "nothing in an envelope", call: "PUT " + one, body: `{"customer": {}, "included": null}`, status: 200, want: `{"customer": {"id": 1}}`},
		{name: "respond-async", call: "PUT " + one, header: http.Header{"Prefer": {"respond-async"}}, body: `{"notes": "n"}`, status: 202, want: `{"jobId": "*"}`},
		{name: "an earlier version", call: "PATCH " + one, header: http.Header{"If-Match": {`"1"`}}, body: `{"notes": "m"}`, status: 412, want: `{"errors": [{"code": "precondition_failed", "title": "*", "detail": "*"}]}`},
	})
}

// deskSamples are two values of each field that may be set.
var deskSamples = map[string][2]string{
	"email":   {`"a@example.com"`, `"ä.b@sub.example.org"`},
	"company": {`{"id": 3, "type": "companies"}`, `{"id": 4, "type": "companies"}`},
	"contacts": {`[{"value": "a@example.com", "type": "email", "isMain": true}]`,
		`[{"id": 9, "value": "x", "type": "linkedin"}, {"id": 10, "value": "y", "type": "facebook"}]`},
	"pmperson":   {`{"id": 1, "type": "people"}`, `{"id": 2, "type": "people"}`},
	"permission": {`"own"`, `"all"`},
	"state":      {`"deleted"`, `"active"`},
}

// deskRefused are values that a field must not take, beside those of another
// type, and what is said of them.
var deskRefused = map[string]map[string]string{
	"email":        {`"nobody"`: "must be a valid email address", `"a b@example.com"`: "must be a valid email address"},
	"permission":   {`"none"`: "must be one of ‘own, all’"},
	"state":        {`"asleep"`: "must be one of ‘active, deleted’", `null`: "must be set"},
	"organization": {`"` + strings.Repeat("x", 601) + `"`: "must be shorter than 600 characters"},
	"externalId":   {`"` + strings.Repeat("x", 601) + `"`: "must be shorter than 600 characters"},
	"password":     {`"` + strings.Repeat("x", 73) + `"`: "must be shorter than 72 bytes", `{"plain": "x"}`: "*"},
}

// deskWrong is a value of no type that the kind of a field takes, and what is
// said of it.
var deskWrong = map[model.Type][2]string{
	model.String:  {`5`, "*"},
	model.Boolean: {`"yes"`, "must be a boolean"},
	model.Object:  {`"x"`, "*"},
	model.Array:   {`{}`, "*"},
}

// TestEveryFieldOfDesk sets each field, reads it back, clears it, has it
// refused, and finds the customer by it, as far as the model says that one
// may.
func TestEveryFieldOfDesk(t *testing.T) {
	s := startVendor(t, bearer)
	// Only an import gives what callers may read alone.
	kept := `{"id": 1, "company": {"id": 1}, "addMethod": "manual", "verifiedEmail": true, "numTickets": 4, "createdAt": "2024-01-01T10:00:00Z",
		"createdBy": {"id": 2, "meta": {"a": 1}}, "updatedBy": {"id": 3}, "customerwelcomeemails": [{"id": 5}, {"id": 6}]}`
	if _, err := s.native(t).Import(t.Context(), "desk", client.NDJSON, strings.NewReader(strings.ReplaceAll(kept, "\n", " "))); err != nil {
		t.Fatal(err)
	}
	m, _ := model.Shipped().Model("desk")
	filtered := map[string]bool{}
	for _, f := range m.Fields {
		if f.Role == model.RoleVersion || f.Role == model.RoleLastJob {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			if f.ReadOnly {
				s.deskReadOnly(t, f)
			} else {
				s.deskWritable(t, f)
			}
			s.deskFiltered(t, f)
		})
		if f.Filterable {
			filtered[f.Name] = true
		}
	}
	for _, name := range deskFilters {
		if !filtered[name] {
			t.Errorf("%s may not be filtered, though the vendor lists it", name)
		}
		delete(filtered, name)
	}
	if len(filtered) > 0 {
		t.Errorf("%v may be filtered, though the vendor does not list them", filtered)
	}
}

// deskFilters are the fields of which the vendor's page says that they may be
// filtered.
var deskFilters = []string{
	"id", "firstName", "lastName", "organization", "verifiedEmail", "permission", "addMethod", "linkedinURL", "facebookURL",
	"twitterHandle", "jobTitle", "phone", "mobile", "address", "externalId", "avatarURL", "trusted", "welcomeEmailSent",
	"password", "createdAt", "updatedAt", "deletedAt", "createdBy", "updatedBy", "state",
}

func (s *vendorServer) deskReadOnly(t *testing.T, f *model.Field) {
	bulk := "PATCH /desk/api/v2/customers/update.json?" + asks(`{"id": 1}`)
	wrong := map[model.Type]string{model.String: `"x"`, model.Boolean: `false`, model.Integer: `7`, model.DateTime: `"2001-01-01T00:00:00Z"`, model.Object: `{"id": 77}`, model.Array: `[{}]`}[f.Type]
	s.exchange(t, exchange{call: bulk, body: fmt.Sprintf(`{%q: %s, "notes": "n"}`, f.Name, wrong), status: 400, want: fmt.Sprintf(`{"errors": {%q: ["*"]}}`, f.Name)})
	if f.Role == model.RoleID || f.Type == model.DateTime { // always passed over, as in a new customer
		s.exchange(t, exchange{call: "PATCH /desk/api/v2/customers/1.json", body: fmt.Sprintf(`{%q: %s}`, f.Name, wrong), status: 200, want: `{"customer": {"id": 1}}`})
		s.exchange(t, exchange{call: "POST /desk/api/v2/customers.json", body: fmt.Sprintf(`{"customer": {%q: %s}}`, f.Name, wrong), status: 201, want: `{"customer": {"id": "*"}}`})
		return
	}
	_, one := s.send(t, "GET /desk/api/v2/customers/1.json", nil, "")
	var read struct{ Customer map[string]json.RawMessage }
	if err := json.Unmarshal(one, &read); err != nil {
		t.Fatal(err)
	}
	stored := read.Customer[f.Name]
	if stored == nil {
		stored = json.RawMessage("null") // it shows only where it has a value
	}
	for _, call := range []string{"PATCH", "PUT"} {
		s.exchange(t, exchange{call: call + " /desk/api/v2/customers/1.json", body: fmt.Sprintf(`{%q: %s}`, f.Name, stored), status: 200, want: `{"customer": {"id": 1}}`})
		s.exchange(t, exchange{call: call + " /desk/api/v2/customers/1.json", body: fmt.Sprintf(`{%q: %s}`, f.Name, wrong), status: 400, want: fmt.Sprintf(`{"errors": {%q: ["*"]}}`, f.Name)})
	}
	if f.Type == model.Boolean {
		wrong = `true` // what a new one has is no fault
	}
	s.exchange(t, exchange{call: "POST /desk/api/v2/customers.json", body: fmt.Sprintf(`{%q: %s}`, f.Name, wrong), status: 400, want: fmt.Sprintf(`{"errors": {%q: ["*"]}}`, f.Name)})
}

func (s *vendorServer) deskWritable(t *testing.T, f *model.Field) {
	one := " /desk/api/v2/customers/1.json"
	samples, ok := deskSamples[f.Name]
	switch {
	case ok:
	case f.Type == model.Boolean:
		samples = [2]string{`true`, `false`}
	default:
		samples = [2]string{`"first"`, `"Zweiter ünd <letzter> & \"mehr\""`}
	}
	for i, v := range samples {
		shown := v
		if f.WriteOnly {
			shown = `"absent"`
		}
		want := fmt.Sprintf(`{"customer": {%q: %s}}`, f.Name, shown)
		s.exchange(t, exchange{call: []string{"PATCH", "PUT"}[i] + one, body: fmt.Sprintf(`{"customer": {%q: %s}}`, f.Name, v), status: 200, want: want})
		s.exchange(t, exchange{call: "GET" + one, status: 200, want: want})
	}
	bad := map[string]string{deskWrong[f.Type][0]: deskWrong[f.Type][1]}
	for v, message := range deskRefused[f.Name] {
		bad[v] = message
	}
	for v, message := range bad {
		said := fmt.Sprintf(`{"errors": {%q: [%q]}}`, f.Name, message)
		s.exchange(t, exchange{call: "PATCH" + one, body: fmt.Sprintf(`{%q: %s}`, f.Name, v), status: 400, want: said})
		s.exchange(t, exchange{call: "POST /desk/api/v2/customers.json", body: fmt.Sprintf(`{"customer": {%q: %s}}`, f.Name, v), status: 400, want: said})
		s.exchange(t, exchange{call: "PATCH /desk/api/v2/customers/update.json?" + asks(`{"id": 1}`), body: fmt.Sprintf(`{%q: %s}`, f.Name, v), status: 400, want: said})
	}
	if f.Nullable && f.Name != "company" { // which others need
		shown := `null`
		if f.WriteOnly {
			shown = `"absent"`
		}
		s.exchange(t, exchange{call: "PATCH" + one, body: fmt.Sprintf(`{%q: null}`, f.Name), status: 200, want: fmt.Sprintf(`{"customer": {%q: %s}}`, f.Name, shown)})
		s.exchange(t, exchange{call: "PATCH" + one, body: fmt.Sprintf(`{%q: %s}`, f.Name, samples[1]), status: 200, want: `{"customer": {"id": 1}}`})
	}
}

// deskFiltered finds the customer by what the field holds, or is told that
// nobody is found by it.
func (s *vendorServer) deskFiltered(t *testing.T, f *model.Field) {
	list := "GET /desk/api/v2/customers.json?includeArchived=true&"
	_, one := s.send(t, "GET /v1/desk/customers/1", nil, "")
	var read map[string]json.RawMessage
	if err := json.Unmarshal(one, &read); err != nil {
		t.Fatal(err)
	}
	value := string(read[f.Name])
	var relation struct{ ID json.Number }
	if f.Type == model.Object && json.Unmarshal(read[f.Name], &relation) == nil && relation.ID != "" {
		value = relation.ID.String()
	} else if value == "" || f.Type == model.Array {
		value = "null"
	}
	condition := fmt.Sprintf(`{%q: %s, "id": 1}`, f.Name, value)
	if f.Secret != model.Public {
		condition = fmt.Sprintf(`{%q: {"$ne": null}, "id": 1}`, f.Name)
	}
	if f.Role == model.RoleID {
		condition = `{"id": {"$in": [1], "$gte": 1, "$ne": 2}}`
	}
	if !f.Filterable {
		s.exchange(t, exchange{call: list + asks(condition), status: 400, want: `{"errors": {"filter": ["*"]}}`})
		s.exchange(t, exchange{call: "PATCH /desk/api/v2/customers/update.json?" + asks(condition), body: `{"notes": "n"}`, status: 400, want: `{"errors": {"filter": ["*"]}}`})
		return
	}
	s.exchange(t, exchange{call: list + asks(condition), status: 200, want: `{"customers": [{"id": 1}]}`})
	s.exchange(t, exchange{call: "PATCH /desk/api/v2/customers/update.json?dryRun=true&includeArchived=true&" + asks(condition), body: `{"notes": "n"}`, status: 200, want: `{"matched": 1}`})
}

// TestDeskRefusesBadInput asks for what cannot be done, in every way that has
// an answer of its own.
func TestDeskRefusesBadInput(t *testing.T) {
	s := startVendor(t, bearer)
	_, reading, err := s.native(t).CreateKey(t.Context(), "reader", "main", []string{"customers:read"})
	if err != nil {
		t.Fatal(err)
	}
	one, list, bulk := "PATCH /desk/api/v2/customers/1.json", "GET /desk/api/v2/customers.json", "PATCH /desk/api/v2/customers/update.json"
	of := func(name string, messages ...string) string {
		said, _ := json.Marshal(messages)
		return fmt.Sprintf(`{"errors": {%q: %s}}`, name, said)
	}
	listed := func(code string) string {
		return `{"errors": [{"code": "` + code + `", "detail": "*", "id": "*", "title": "*"}]}`
	}
	filtered := func(filter, message string) exchange {
		return exchange{name: "the filter " + filter, call: bulk + "?" + asks(filter), body: `{"notes": "n"}`, status: 400, want: of("filter", message)}
	}
	s.run(t, []exchange{
		{name: "a customer", call: "POST /desk/api/v2/customers.json", body: `{"firstName": "Al"}`, status: 201, want: `{"customer": {"id": 1}}`},
		{name: "another", call: "POST /desk/api/v2/customers.json", body: `{"firstName": "Bo", "company": {"id": 2}}`, status: 201, want: `{"customer": {"id": 2}}`},

		{name: "no JSON", call: one, body: `{`, status: 400, want: of("customer", "*")},
		{name: "no object", call: one, body: `[]`, status: 400, want: of("customer", "*")},
		{name: "no body", call: one, status: 400, want: of("customer", "*")},
		{name: "a name twice", call: one, body: `{"customer": {"notes": "a", "notes": "b"}}`, status: 400, want: of("customer.notes", "*")},
		{name: "an envelope that is none", call: one, body: `{"customer": 5}`, status: 400, want: of("customer", "*")},
		{name: "more beside the envelope", call: one, body: `{"customer": {}, "firstName": "x"}`, status: 400, want: of("firstName", "*")},
		{name: "an unknown field", call: one, body: `{"customer": {"colour": "red"}}`, status: 400, want: of("colour", "*")},
		{name: "a field of ours", call: one, body: `{"version": 1, "lastJobId": null}`, status: 400, want: `{"errors": {"version": ["*"], "lastJobId": ["*"]}}`},
		{name: "two faults", call: one, body: `{"email": "no", "trusted": "yes"}`, status: 400, want: `{"errors": {"email": ["must be a valid email address"], "trusted": ["must be a boolean"]}}`},
		{name: "how the customer was added", call: one, body: `{"addMethod": "auto"}`, status: 400, want: of("addMethod", "*")},
		{name: "a filter for one", call: one, body: `{"notes": "n", "filter_args": {}}`, status: 400, want: of("filter_args", "*")},
		{name: "a type in a PATCH", call: one, body: `{"type": null}`, status: 400, want: of("type", "*")},
		{name: "a company without a number", call: one, body: `{"company": {"id": 0}}`, status: 400, want: of("company.id", "must be 1 or higher")},
		{name: "a company of another type", call: one, body: `{"company": {"id": "x"}}`, status: 400, want: of("company.id", "must be a whole number")},
		{name: "numbers that nothing has", call: one, body: `{"company": {"id": -1}, "pmperson": {"id": 9223372036854775808}, "contacts": [{"id": 0, "value": "a"}, {"id": 1e99, "value": "b"}]}`, status: 400,
			want: `{"errors": {"company.id": ["must be 1 or higher"], "pmperson.id": ["*"], "contacts[1].id": ["*"]}}`},
		{name: "a contact of another type", call: one, body: `{"contacts": [{"value": "x"}, {"value": 5, "isMain": "y"}]}`, status: 400, want: `{"errors": {"contacts[1].value": ["*"], "contacts[1].isMain": ["must be a boolean"]}}`},
		{name: "contacts that are none", call: one, body: `{"contacts": ["x"]}`, status: 400, want: of("contacts[0]", "*")},
		{name: "included that is none", call: one, body: `{"included": []}`, status: 400, want: of("included", "*")},
		{name: "included of an unknown kind", call: one, body: `{"included": {"contact": []}}`, status: 400, want: of("included.contact", "*")},
		{name: "included contacts that are none", call: one, body: `{"included": {"contacts": {}}}`, status: 400, want: of("included.contacts", "*")},
		{name: "two companies", call: one, body: `{"included": {"companies": [{"id": 1}, {"id": 2}]}}`, status: 400, want: of("included.companies", "*")},
		{name: "a company without an id", call: one, body: `{"included": {"companies": [{"name": "x"}]}}`, status: 400, want: of("included.companies", "*")},
		{name: "a permission without a company", call: one, body: `{"permission": "own"}`, status: 400, want: of("permission", "*")},
		{name: "a new one, too", call: "POST /desk/api/v2/customers.json", body: `{"permission": "own"}`, status: 400, want: of("permission", "*")},
		{name: "a permission with one", call: "PATCH /desk/api/v2/customers/2.json", body: `{"permission": "own"}`, status: 200, want: `{"customer": {"permission": "own"}}`},
		{name: "a bad new one", call: "POST /desk/api/v2/customers.json", body: `{"customer": {"email": "x", "state": "y", "numTickets": 4}}`, status: 400,
			want: `{"errors": {"email": ["*"], "state": ["must be one of ‘active, deleted’"], "numTickets": ["*"]}}`},

		{name: "a bulk of nothing", call: bulk + "?" + asks(`{"id": 1}`), body: `{}`, status: 400, want: of("customer", "*")},
		{name: "a bulk of nothing in an envelope", call: bulk + "?" + asks(`{"id": 1}`), body: `{"customer": {"id": 0}}`, status: 400, want: of("customer", "*")},
		{name: "no filter", call: bulk, body: `{"notes": "n"}`, status: 400, want: of("filter", "*")},
		{name: "no filter in the arguments", call: bulk, body: `{"notes": "n", "filter_args": {"filter": null}}`, status: 400, want: of("filter", "*")},
		{name: "an empty filter", call: bulk + "?" + asks(`{}`), body: `{"notes": "n"}`, status: 400, want: of("allowAll", "*")},
		{name: "two filters", call: bulk + "?" + asks(`{"id": 1}`), body: `{"notes": "n", "filter_args": {"filter": {"id": 1}}}`, status: 400, want: of("filter_args.filter", "*")},
		{name: "other arguments", call: bulk, body: `{"notes": "n", "filter_args": {"filter": {"id": 1}, "limit": 1, "dryRun": true, "bulkDryExecute": "yes", "page": {}}}`, status: 400,
			want: `{"errors": {"filter_args.limit": ["*"], "filter_args.dryRun": ["*"], "filter_args.bulkDryExecute": ["must be a boolean"], "filter_args.page": ["*"]}}`},
		{name: "a filter that is given twice", call: bulk + "?" + asks(`{"id": 1}`) + "&" + asks(`{"id": 2}`), body: `{"notes": "n"}`, status: 400, want: of("filter", "*")},
		{name: "in a list, too", call: list + "?" + asks(`{"id": 1}`) + "&" + asks(`{"id": 2}`), status: 400, want: of("filter", "*")},
		{name: "names that lists alone know", call: bulk + "?" + asks(`{"companies.id": 1, "companies.name": "a", "contacts.value": "b"}`), body: `{"notes": "n"}`, status: 400, want: `{"errors": {"filter": "*"}}`},
		{name: "arguments that are none", call: bulk, body: `{"notes": "n", "filter_args": 5}`, status: 400, want: `{"errors": {"filter_args": ["*"], "filter": ["*"]}}`},
		{name: "an id in a bulk", call: bulk + "?" + asks(`{"id": 1}`), body: `{"id": 1, "notes": "n"}`, status: 400, want: of("id", "*")},
		{name: "one contact of many customers", call: bulk + "?" + asks(`{"id": 1}`), body: `{"contacts": [{"id": 5, "delete": true}]}`, status: 400, want: of("contacts", "*")},
		{name: "more contacts of many customers", call: bulk + "?" + asks(`{"id": 1}`), body: `{"notes": "n", "included": {"contacts": [{"value": "@a", "type": "twitter"}]}}`, status: 400, want: of("contacts", "*")},
		{name: "one company of many customers", call: bulk + "?" + asks(`{"id": 1}`), body: `{"notes": "n", "included": {"companies": [{"id": 2, "delete": true}]}}`, status: 400, want: of("included.companies", "*")},
		{name: "bad options", call: bulk + "?maxAffected=-1&dryRun=si&onMismatch=no&includeArchived=x&recordsPerSecond=0&" + asks(`{"id": 1}`), body: `{"notes": "n"}`, status: 400,
			want: `{"errors": {"maxAffected": ["must be 0 or higher"], "dryRun": ["must be a boolean"], "onMismatch": ["must be one of ‘skip, force’"], "includeArchived": ["must be a boolean"], "recordsPerSecond": ["*"]}}`},
		{name: "a version in a bulk", call: bulk + "?" + asks(`{"id": 1}`), header: http.Header{"If-Match": {`"1"`}}, body: `{"notes": "n"}`, status: 400, want: of("If-Match", "*")},
		filtered(`{"email": "a@example.com"}`, "email: The field cannot be filtered."),
		filtered(`{"colour": 1}`, "colour: The model has no such field."),
		filtered(`{"createdBy.id": 1}`, "createdBy.id: The field cannot be filtered."),
		filtered(`{"password": "x"}`, "*"),
		filtered(`{"password": {"$contains": "x"}}`, "*"),
		filtered(`{"id": "x1"}`, "id: must be a whole number"),
		filtered(`{"id": {"$in": [1, "2.5"]}}`, "id.$in[1]: must be a whole number"),
		filtered(`{"id": {"$eq": "1,2"}}`, "id.$eq: must be a whole number"),
		filtered(`{"firstName": {"$in": {}}}`, "*"),
		filtered(`{"trusted": 1}`, "trusted: must be a boolean"),
		filtered(`{"createdAt": {"$gt": "yesterday"}}`, "createdAt.$gt: must be a date as ‘2006-01-02T15:04:05Z07:00’"),
		filtered(`{"id": {"$exists": true}}`, "id.$exists: There is no such operator. This field takes $eq, $gt, $gte, $in, $lt, $lte, $ne and $nin."),
		filtered(`{"id": {"$not": {"$gt": 1}}}`, "*"),
		filtered(`{"firstName": {"$startsWith": "a"}}`, "*"),
		filtered(`{"$nor": []}`, "*"),
		filtered(`{"id": {"$gt": null}}`, "*"),
		filtered(`[]`, "*"),
		filtered(`{`, "*"),

		{name: "a bad page", call: list + "?page=0", status: 400, want: of("page", "must be 1 or higher")},
		{name: "pages of no number", call: list + "?page=x&pageSize=y", status: 400, want: `{"errors": {"page": ["*"], "pageSize": ["*"]}}`},
		{name: "a broken query", call: list + "?filter=%zz", status: 400, want: of("request", "*")},
		{name: "an unknown order", call: list + "?orderBy=colour", status: 400, want: of("orderBy", "*")},
		{name: "an order that the vendor does not have", call: list + "?orderBy=notes", status: 400, want: of("orderBy", "*")},
		{name: "an order that is not had here", call: list + "?orderBy=password", status: 400, want: of("orderBy", "*")},
		{name: "an unknown mode", call: list + "?orderMode=up", status: 400, want: of("orderMode", "must be one of ‘asc, desc’")},
		{name: "unknown relations", call: list + "?includes=users,cats", status: 400, want: of("includes", "*")},
		{name: "unknown relations of one", call: "GET /desk/api/v2/customers/1.json?includes=cats&fields=firstName,colour", status: 400, want: `{"errors": {"includes": ["*"], "fields": ["*"]}}`},
		{name: "a filter of a list", call: list + "?" + asks(`{"notes": "x"}`), status: 400, want: of("filter", "*")},

		{name: "an unknown customer", call: "PATCH /desk/api/v2/customers/9.json", body: `{"notes": "n"}`, status: 404, want: listed("record_not_found")},
		{name: "what no customer is called", call: "GET /desk/api/v2/customers/x.json", status: 404, want: listed("invalid_id")},
		{name: "no ending", call: "GET /desk/api/v2/customers/1", status: 404, want: listed("unknown_path")},
		{name: "a bulk of companies", call: "PATCH /desk/api/v2/companies/update.json", body: `{}`, status: 404, want: listed("unknown_path")},
		{name: "a path that is not there", call: "GET /compat/desk/tickets.json", status: 404, want: listed("unknown_path")},
		{name: "a method that is not there", call: "DELETE /desk/api/v2/customers/1.json", status: 405, want: listed("method_not_allowed")},
		{name: "a bulk that is read", call: "GET /desk/api/v2/customers/update.json", status: 405, want: listed("method_not_allowed")},
		{name: "another media type", call: one, header: http.Header{"Content-Type": {"text/plain"}}, body: `{}`, status: 415, want: listed("unsupported_media_type")},
		{name: "no key", call: one, header: http.Header{"No-Key": {"1"}}, body: `{"notes": "n"}`, status: 401, want: listed("missing_key")},
		{name: "a wrong key", call: list, header: http.Header{"Authorization": {"Bearer no"}}, status: 401, want: listed("invalid_key")},
		{name: "two keys", call: list, header: http.Header{"Authorization": {"Bearer a"}, "X-Api-Key": {"b"}}, status: 400, want: of("request", "*")},
		{name: "the other header", call: list, header: http.Header{"X-Api-Key": {s.key}}, status: 200, want: `{"customers": [{"id": 1}, {"id": 2}]}`},
		{name: "a key that may read", call: list, header: bearer(reading), status: 200, want: `{"customers": [{"id": 1}, {"id": 2}]}`},
		{name: "and not write", call: one, header: bearer(reading), body: `{"notes": "n"}`, status: 403, want: listed("missing_scope")},
		{name: "nor in bulk", call: bulk + "?" + asks(`{"id": 1}`), header: bearer(reading), body: `{"notes": "n"}`, status: 403, want: listed("missing_scope")},
		{name: "a key of a request", call: one, header: http.Header{"Idempotency-Key": {"k"}}, body: `{"notes": "n"}`, status: 200, want: `{"customer": {"notes": "n"}}`},
		{name: "for another request", call: one, header: http.Header{"Idempotency-Key": {"k"}}, body: `{"notes": "m"}`, status: 422, want: listed("idempotency_key_reused")},
		{name: "nothing else has changed", call: list, status: 200, want: `{"customers": [{"id": 1, "firstName": "Al", "permission": null, "notes": "n"}, {"id": 2, "firstName": "Bo", "notes": null}]}`},
	})
}
