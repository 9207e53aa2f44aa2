package main

import (
	"net/http"
	"strings"
	"testing"

	"bulkpatch/client"
)

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

// TestDeskRunsTheBulkUpdateOfItsPage makes the call of the vendor's page with
// every field that callers may set, and further bulk updates.
func TestDeskRunsTheBulkUpdateOfItsPage(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bearer)
	c := s.native(t)
	for _, step := range deskBulkSteps {
		s.run(t, step.exchanges)
		if step.updated > 0 {
			checkSum(t, wait(t, c, s.saved["job"]), client.StateSucceeded, step.updated)
		}
	}
}

// deskBulkSteps are calls that are made in this order. After a step with a number
// of updated customers, its last job must succeed and have updated that many.
var deskBulkSteps = []struct {
	exchanges []exchange
	updated   int64
}{
	{exchanges: []exchange{
		{name: "a customer", call: "POST /desk/api/v2/customers.json", body: `{"customer": {"firstName": "Al", "jobTitle": "Clerk"}}`, status: 201, want: `{"customer": {"id": 1}, "included": {}}`},
		{name: "another", call: "POST /desk/api/v2/customers.json", body: `{"firstName": "Bo", "jobTitle": "Clerk"}`, status: 201, want: `{"customer": {"id": 2}}`},
		{name: "one of another title", call: "POST /compat/desk/customers.json/", body: `{"firstName": "Cy", "jobTitle": "Cook"}`, status: 201, want: `{"customer": {"id": 3}}`},
		{name: "one that is deleted", call: "POST /desk/api/v2/customers.json", body: `{"firstName": "Di", "jobTitle": "Clerk", "state": "deleted"}`, status: 201,
			want: `{"customer": {"id": 4, "state": "deleted", "deletedAt": "*", "deletedBy": {"id": "*", "type": "users"}}}`},
		{name: "a preview", call: deskBulk + "?dryRun=true&" + asks(`{"jobTitle": "Clerk"}`), body: `{"customer": {"firstName": "Ann"}}`, status: 200,
			want: `{"matched": 2, "wouldChange": 2, "confirmToken": "*"}`},
		{name: "a preview of every field", call: deskBulk + "?dryRun=true&" + asks(`{"jobTitle": "Clerk"}`), body: "{" + deskEverything + "}", status: 200,
			want: `{"matched": 2, "wouldChange": 2}`, save: map[string]string{"token": "confirmToken"}},
		{name: "another patch than the one previewed", call: deskBulk + "?confirmToken={token}&" + asks(`{"jobTitle": "Clerk"}`), body: `{"notes": "n"}`, status: 412,
			want: `{"errors": [{"code": "confirm_token_invalid"}]}`},
		{name: "every field", call: deskBulk + "?confirmToken={token}&expectedCount=2&" + asks(`{"jobTitle": "Clerk"}`), body: "{" + deskEverything + "}", status: 200, want: `{"jobId": "*"}`},
	}, updated: 2},
	{exchanges: []exchange{
		{name: "the first", call: "GET /desk/api/v2/customers/1.json", status: 200, want: `{"customer": {"id": 1, "deletedAt": "absent", "password": "absent", ` + deskEverythingShown + `}}`},
		{name: "the second", call: "GET /desk/api/v2/customers/2.json", status: 200, want: `{"customer": {"id": 2, ` + deskEverythingShown + `}}`},
		{name: "the third is as it was", call: "GET /desk/api/v2/customers/3.json", status: 200, want: `{"customer": {"firstName": "Cy", "lastName": null, "company": null}}`},
		{name: "the deleted one, too", call: "GET /desk/api/v2/customers/4.json", status: 200, want: `{"customer": {"firstName": "Di", "lastName": null}}`},
		{name: "nothing kept shows the password", call: "GET /v1/jobs/{job}", status: 200, want: `{"request": {"patch": {"password": "***"}}}`},
		{name: "the filter in the body", call: deskBulk + "/", header: http.Header{"Prefer": {"respond-async"}},
			body: `{"customer": {"notes": "n"}, "filter_args": {"filter": {"id": {"$in": [2, 3]}}}}`, status: 202, want: `{"jobId": "*"}`},
	}, updated: 2},
	{exchanges: []exchange{
		{name: "the filter in a flat body, as text", call: "PATCH /compat/desk/customers/update.json", body: `{"notes": "m", "filter_args": {"filter": "{\"id\": 3}"}}`, status: 200, want: `{"jobId": "*"}`},
	}, updated: 1},
	{exchanges: []exchange{
		{name: "as the vendor's sample sends it", call: deskBulk, body: `{"filter_args": {"filter": {"id": {"$in": ["1, 2", "3"]}}, "bulkDryExecute": false, "page": 1, "pageSize": 50, "orderBy": "id", "orderMode": "asc"}, "mobile": "3"}`,
			status: 200, want: `{"jobId": "*"}`},
		{name: "whose job has numbers", call: "GET /v1/jobs/{job}", status: 200, want: `{"request": {"filter": {"$and": [{"id": {"$in": [1, 2, 3]}}, {"state": "active"}]}}}`},
	}, updated: 3},
	{exchanges: []exchange{
		{name: "executed dry", call: deskBulk + "?dryRun=false", body: `{"filter_args": {"filter": {"id": {"$in": ["3"]}}, "bulkDryExecute": true}, "notes": "dry"}`, status: 200, want: `{"matched": 1, "wouldChange": 1, "jobId": "absent"}`},
		{name: "no preview is a change", call: "GET /desk/api/v2/customers/3.json", status: 200, want: `{"customer": {"notes": "m", "mobile": "3"}}`},
		{name: "of an empty slice", call: deskBulk + "?dryRun=true&" + asks(`{"id": {"$in": null}}`), body: `{"notes": "dry"}`, status: 200, want: `{"matched": 0}`},
		{name: "of all but an empty slice", call: deskBulk + "?dryRun=true&allowAll=true&" + asks(`{"firstName": {"$nin": null}}`), body: `{"notes": "dry"}`, status: 200, want: `{"matched": 3}`},
		{name: "everybody", call: "PATCH /compat/desk/desk/api/v2/customers/update.json?allowAll=true&" + asks(`{}`), body: `{"extraData": "all"}`, status: 200, want: `{"jobId": "*"}`},
	}, updated: 3},
	{exchanges: []exchange{
		{name: "the deleted, too", call: deskBulk + "?includeArchived=true&allowAll=true&" + asks(`{}`), body: `{"mobile": "1"}`, status: 200, want: `{"jobId": "*"}`},
	}, updated: 4},
	{exchanges: []exchange{
		{name: "only the deleted", call: deskBulk + "?" + asks(`{"state": "deleted"}`), body: `{"mobile": "2"}`, status: 200, want: `{"jobId": "*"}`},
	}, updated: 1},
	{exchanges: []exchange{
		{name: "a permission that not all may have", call: deskBulk + "?" + asks(`{"id": {"$gt": 0}}`), header: http.Header{"Prefer": {"wait=20"}}, body: `{"permission": "all"}`, status: 200, want: `{"jobId": "*", "counts": "absent"}`},
		{name: "is given to those who may", call: "GET /v1/jobs/{job}", status: 200,
			want: `{"state": "partially_succeeded", "counts": {"matched": 3, "updated": 2, "failed": 1}, "errorSummary": [{"code": "permission_needs_company", "sampleIds": [3]}]}`},
		{name: "one before it is deleted", call: "GET /desk/api/v2/customers/1.json", status: 200, want: `{"customer": {"state": "active"}}`, save: map[string]string{"updated": "customer.updatedAt"}},
		{name: "a deletion", call: deskBulk + "?" + asks(`{"id": 1}`), header: http.Header{"Prefer": {"wait=20"}}, body: `{"state": "deleted"}`, status: 200, want: `{"jobId": "*"}`},
		{name: "leaves a date and who it was", call: "GET /desk/api/v2/customers/1.json", status: 200,
			want: `{"customer": {"state": "deleted", "deletedAt": "*", "deletedBy": {"id": "*", "type": "users"}, "updatedAt": "{updated}"}}`},
	}},
}
