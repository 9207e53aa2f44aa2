package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
)

// The calls of the tables below.
const (
	deskOne  = "PATCH /desk/api/v2/customers/1.json"
	deskList = "GET /desk/api/v2/customers.json"
	deskBulk = "PATCH /desk/api/v2/customers/update.json"
)

// TestDeskRefusesBadInput asks for what cannot be done, in every way that has
// an answer of its own.
func TestDeskRefusesBadInput(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bearer)
	_, reading, err := s.native(t).CreateKey(t.Context(), "reader", "main", []string{"customers:read"})
	if err != nil {
		t.Fatal(err)
	}
	s.run(t, []exchange{
		{name: "a customer", call: "POST /desk/api/v2/customers.json", body: `{"firstName": "Al"}`, status: 201, want: `{"customer": {"id": 1}}`},
		{name: "another", call: "POST /desk/api/v2/customers.json", body: `{"firstName": "Bo", "company": {"id": 2}}`, status: 201, want: `{"customer": {"id": 2}}`},
	})
	s.run(t, deskBadBodies)
	s.run(t, deskBadBulks)
	s.run(t, deskBadFilters)
	s.run(t, deskBadLists)
	s.run(t, deskBadRequests)
	s.run(t, deskKeys(s.key, reading))
}

// deskFault is an answer that names one field, with its messages.
func deskFault(field string, messages ...string) string {
	said, _ := json.Marshal(messages)
	return fmt.Sprintf(`{"errors": {%q: %s}}`, field, said)
}

// deskError is an answer of one error that has no field.
func deskError(code string) string {
	return `{"errors": [{"code": "` + code + `", "detail": "*", "id": "*", "title": "*"}]}`
}

// deskBadFilter is a bulk update with a filter that is refused.
func deskBadFilter(filter, message string) exchange {
	return exchange{name: "the filter " + filter, call: deskBulk + "?" + asks(filter), body: `{"notes": "n"}`, status: 400, want: deskFault("filter", message)}
}

// deskBadBodies are bodies with a fault, and one that is right for another customer.
var deskBadBodies = []exchange{
	{name: "no JSON", call: deskOne, body: `{`, status: 400, want: deskFault("customer", "*")},
	{name: "no object", call: deskOne, body: `[]`, status: 400, want: deskFault("customer", "*")},
	{name: "no body", call: deskOne, status: 400, want: deskFault("customer", "*")},
	{name: "a name twice", call: deskOne, body: `{"customer": {"notes": "a", "notes": "b"}}`, status: 400, want: deskFault("customer.notes", "*")},
	{name: "an envelope that is none", call: deskOne, body: `{"customer": 5}`, status: 400, want: deskFault("customer", "*")},
	{name: "more beside the envelope", call: deskOne, body: `{"customer": {}, "firstName": "x"}`, status: 400, want: deskFault("firstName", "*")},
	{name: "an unknown field", call: deskOne, body: `{"customer": {"colour": "red"}}`, status: 400, want: deskFault("colour", "*")},
	{name: "a field of ours", call: deskOne, body: `{"version": 1, "lastJobId": null}`, status: 400, want: `{"errors": {"version": ["*"], "lastJobId": ["*"]}}`},
	{name: "two faults", call: deskOne, body: `{"email": "no", "trusted": "yes"}`, status: 400, want: `{"errors": {"email": ["must be a valid email address"], "trusted": ["must be a boolean"]}}`},
	{name: "how the customer was added", call: deskOne, body: `{"addMethod": "auto"}`, status: 400, want: deskFault("addMethod", "*")},
	{name: "a filter for one", call: deskOne, body: `{"notes": "n", "filter_args": {}}`, status: 400, want: deskFault("filter_args", "*")},
	{name: "a type in a PATCH", call: deskOne, body: `{"type": null}`, status: 400, want: deskFault("type", "*")},
	{name: "a company without a number", call: deskOne, body: `{"company": {"id": 0}}`, status: 400, want: deskFault("company.id", "must be 1 or higher")},
	{name: "a company of another type", call: deskOne, body: `{"company": {"id": "x"}}`, status: 400, want: deskFault("company.id", "must be a whole number")},
	{name: "numbers that nothing has", call: deskOne, body: `{"company": {"id": -1}, "pmperson": {"id": 9223372036854775808}, "contacts": [{"id": 0, "value": "a"}, {"id": 1e99, "value": "b"}]}`, status: 400,
		want: `{"errors": {"company.id": ["must be 1 or higher"], "pmperson.id": ["*"], "contacts[1].id": ["*"]}}`},
	{name: "a contact of another type", call: deskOne, body: `{"contacts": [{"value": "x"}, {"value": 5, "isMain": "y"}]}`, status: 400, want: `{"errors": {"contacts[1].value": ["*"], "contacts[1].isMain": ["must be a boolean"]}}`},
	{name: "contacts that are none", call: deskOne, body: `{"contacts": ["x"]}`, status: 400, want: deskFault("contacts[0]", "*")},
	{name: "included that is none", call: deskOne, body: `{"included": []}`, status: 400, want: deskFault("included", "*")},
	{name: "included of an unknown kind", call: deskOne, body: `{"included": {"contact": []}}`, status: 400, want: deskFault("included.contact", "*")},
	{name: "included contacts that are none", call: deskOne, body: `{"included": {"contacts": {}}}`, status: 400, want: deskFault("included.contacts", "*")},
	{name: "two companies", call: deskOne, body: `{"included": {"companies": [{"id": 1}, {"id": 2}]}}`, status: 400, want: deskFault("included.companies", "*")},
	{name: "a company without an id", call: deskOne, body: `{"included": {"companies": [{"name": "x"}]}}`, status: 400, want: deskFault("included.companies", "*")},
	{name: "a permission without a company", call: deskOne, body: `{"permission": "own"}`, status: 400, want: deskFault("permission", "*")},
	{name: "a new one, too", call: "POST /desk/api/v2/customers.json", body: `{"permission": "own"}`, status: 400, want: deskFault("permission", "*")},
	{name: "a permission with one", call: "PATCH /desk/api/v2/customers/2.json", body: `{"permission": "own"}`, status: 200, want: `{"customer": {"permission": "own"}}`},
	{name: "a bad new one", call: "POST /desk/api/v2/customers.json", body: `{"customer": {"email": "x", "state": "y", "numTickets": 4}}`, status: 400,
		want: `{"errors": {"email": ["*"], "state": ["must be one of ‘active, deleted’"], "numTickets": ["*"]}}`},
}

// deskBadBulks are bulk updates with a fault outside of the filter's conditions.
var deskBadBulks = []exchange{
	{name: "a bulk of nothing", call: deskBulk + "?" + asks(`{"id": 1}`), body: `{}`, status: 400, want: deskFault("customer", "*")},
	{name: "a bulk of nothing in an envelope", call: deskBulk + "?" + asks(`{"id": 1}`), body: `{"customer": {"id": 0}}`, status: 400, want: deskFault("customer", "*")},
	{name: "no filter", call: deskBulk, body: `{"notes": "n"}`, status: 400, want: deskFault("filter", "*")},
	{name: "no filter in the arguments", call: deskBulk, body: `{"notes": "n", "filter_args": {"filter": null}}`, status: 400, want: deskFault("filter", "*")},
	{name: "an empty filter", call: deskBulk + "?" + asks(`{}`), body: `{"notes": "n"}`, status: 400, want: deskFault("allowAll", "*")},
	{name: "two filters", call: deskBulk + "?" + asks(`{"id": 1}`), body: `{"notes": "n", "filter_args": {"filter": {"id": 1}}}`, status: 400, want: deskFault("filter_args.filter", "*")},
	{name: "other arguments", call: deskBulk, body: `{"notes": "n", "filter_args": {"filter": {"id": 1}, "limit": 1, "dryRun": true, "bulkDryExecute": "yes", "page": {}}}`, status: 400,
		want: `{"errors": {"filter_args.limit": ["*"], "filter_args.dryRun": ["*"], "filter_args.bulkDryExecute": ["must be a boolean"], "filter_args.page": ["*"]}}`},
	{name: "a filter that is given twice", call: deskBulk + "?" + asks(`{"id": 1}`) + "&" + asks(`{"id": 2}`), body: `{"notes": "n"}`, status: 400, want: deskFault("filter", "*")},
	{name: "in a list, too", call: deskList + "?" + asks(`{"id": 1}`) + "&" + asks(`{"id": 2}`), status: 400, want: deskFault("filter", "*")},
	{name: "names that lists alone know", call: deskBulk + "?" + asks(`{"companies.id": 1, "companies.name": "a", "contacts.value": "b"}`), body: `{"notes": "n"}`, status: 400, want: `{"errors": {"filter": "*"}}`},
	{name: "arguments that are none", call: deskBulk, body: `{"notes": "n", "filter_args": 5}`, status: 400, want: `{"errors": {"filter_args": ["*"], "filter": ["*"]}}`},
	{name: "an id in a bulk", call: deskBulk + "?" + asks(`{"id": 1}`), body: `{"id": 1, "notes": "n"}`, status: 400, want: deskFault("id", "*")},
	{name: "one contact of many customers", call: deskBulk + "?" + asks(`{"id": 1}`), body: `{"contacts": [{"id": 5, "delete": true}]}`, status: 400, want: deskFault("contacts", "*")},
	{name: "more contacts of many customers", call: deskBulk + "?" + asks(`{"id": 1}`), body: `{"notes": "n", "included": {"contacts": [{"value": "@a", "type": "twitter"}]}}`, status: 400, want: deskFault("contacts", "*")},
	{name: "one company of many customers", call: deskBulk + "?" + asks(`{"id": 1}`), body: `{"notes": "n", "included": {"companies": [{"id": 2, "delete": true}]}}`, status: 400, want: deskFault("included.companies", "*")},
	{name: "bad options", call: deskBulk + "?maxAffected=-1&dryRun=si&onMismatch=no&includeArchived=x&recordsPerSecond=0&" + asks(`{"id": 1}`), body: `{"notes": "n"}`, status: 400,
		want: `{"errors": {"maxAffected": ["must be 0 or higher"], "dryRun": ["must be a boolean"], "onMismatch": ["must be one of ‘skip, force’"], "includeArchived": ["must be a boolean"], "recordsPerSecond": ["*"]}}`},
	{name: "a version in a bulk", call: deskBulk + "?" + asks(`{"id": 1}`), header: http.Header{"If-Match": {`"1"`}}, body: `{"notes": "n"}`, status: 400, want: deskFault("If-Match", "*")},
}

// deskBadFilters are bulk updates with a bad filter.
var deskBadFilters = []exchange{
	deskBadFilter(`{"email": "a@example.com"}`, "email: The field cannot be filtered."),
	deskBadFilter(`{"colour": 1}`, "colour: The model has no such field."),
	deskBadFilter(`{"createdBy.id": 1}`, "createdBy.id: The field cannot be filtered."),
	deskBadFilter(`{"password": "x"}`, "*"),
	deskBadFilter(`{"password": {"$contains": "x"}}`, "*"),
	deskBadFilter(`{"id": "x1"}`, "id: must be a whole number"),
	deskBadFilter(`{"id": {"$in": [1, "2.5"]}}`, "id.$in[1]: must be a whole number"),
	deskBadFilter(`{"id": {"$eq": "1,2"}}`, "id.$eq: must be a whole number"),
	deskBadFilter(`{"firstName": {"$in": {}}}`, "*"),
	deskBadFilter(`{"trusted": 1}`, "trusted: must be a boolean"),
	deskBadFilter(`{"createdAt": {"$gt": "yesterday"}}`, "createdAt.$gt: must be a date as ‘2006-01-02T15:04:05Z07:00’"),
	deskBadFilter(`{"id": {"$exists": true}}`, "id.$exists: There is no such operator. This field takes $eq, $gt, $gte, $in, $lt, $lte, $ne and $nin."),
	deskBadFilter(`{"id": {"$not": {"$gt": 1}}}`, "*"),
	deskBadFilter(`{"firstName": {"$startsWith": "a"}}`, "*"),
	deskBadFilter(`{"$nor": []}`, "*"),
	deskBadFilter(`{"id": {"$gt": null}}`, "*"),
	deskBadFilter(`[]`, "*"),
	deskBadFilter(`{`, "*"),
}

// deskBadLists are lists with a bad parameter.
var deskBadLists = []exchange{
	{name: "a bad page", call: deskList + "?page=0", status: 400, want: deskFault("page", "must be 1 or higher")},
	{name: "pages of no number", call: deskList + "?page=x&pageSize=y", status: 400, want: `{"errors": {"page": ["*"], "pageSize": ["*"]}}`},
	{name: "a broken query", call: deskList + "?filter=%zz", status: 400, want: deskFault("request", "*")},
	{name: "an unknown order", call: deskList + "?orderBy=colour", status: 400, want: deskFault("orderBy", "*")},
	{name: "an order that the vendor does not have", call: deskList + "?orderBy=notes", status: 400, want: deskFault("orderBy", "*")},
	{name: "an order that is not had here", call: deskList + "?orderBy=password", status: 400, want: deskFault("orderBy", "*")},
	{name: "an unknown mode", call: deskList + "?orderMode=up", status: 400, want: deskFault("orderMode", "must be one of ‘asc, desc’")},
	{name: "unknown relations", call: deskList + "?includes=users,cats", status: 400, want: deskFault("includes", "*")},
	{name: "unknown relations of one", call: "GET /desk/api/v2/customers/1.json?includes=cats&fields=firstName,colour", status: 400, want: `{"errors": {"includes": ["*"], "fields": ["*"]}}`},
	{name: "a filter of a list", call: deskList + "?" + asks(`{"notes": "x"}`), status: 400, want: deskFault("filter", "*")},
}

// deskBadRequests name what is not there, or lack a right key.
var deskBadRequests = []exchange{
	{name: "an unknown customer", call: "PATCH /desk/api/v2/customers/9.json", body: `{"notes": "n"}`, status: 404, want: deskError("record_not_found")},
	{name: "what no customer is called", call: "GET /desk/api/v2/customers/x.json", status: 404, want: deskError("invalid_id")},
	{name: "no ending", call: "GET /desk/api/v2/customers/1", status: 404, want: deskError("unknown_path")},
	{name: "a bulk of companies", call: "PATCH /desk/api/v2/companies/update.json", body: `{}`, status: 404, want: deskError("unknown_path")},
	{name: "a path that is not there", call: "GET /compat/desk/tickets.json", status: 404, want: deskError("unknown_path")},
	{name: "a method that is not there", call: "DELETE /desk/api/v2/customers/1.json", status: 405, want: deskError("method_not_allowed")},
	{name: "a bulk that is read", call: "GET /desk/api/v2/customers/update.json", status: 405, want: deskError("method_not_allowed")},
	{name: "another media type", call: deskOne, header: http.Header{"Content-Type": {"text/plain"}}, body: `{}`, status: 415, want: deskError("unsupported_media_type")},
	{name: "no key", call: deskOne, header: http.Header{"No-Key": {"1"}}, body: `{"notes": "n"}`, status: 401, want: deskError("missing_key")},
	{name: "a wrong key", call: deskList, header: http.Header{"Authorization": {"Bearer no"}}, status: 401, want: deskError("invalid_key")},
	{name: "two keys", call: deskList, header: http.Header{"Authorization": {"Bearer a"}, "X-Api-Key": {"b"}}, status: 400, want: deskFault("request", "*")},
}

// deskKeys are calls with keys of each kind, and at the end what has changed.
func deskKeys(admin, reading string) []exchange {
	return []exchange{
		{name: "the other header", call: deskList, header: http.Header{"X-Api-Key": {admin}}, status: 200, want: `{"customers": [{"id": 1}, {"id": 2}]}`},
		{name: "a key that may read", call: deskList, header: bearer(reading), status: 200, want: `{"customers": [{"id": 1}, {"id": 2}]}`},
		{name: "and not write", call: deskOne, header: bearer(reading), body: `{"notes": "n"}`, status: 403, want: deskError("missing_scope")},
		{name: "nor in bulk", call: deskBulk + "?" + asks(`{"id": 1}`), header: bearer(reading), body: `{"notes": "n"}`, status: 403, want: deskError("missing_scope")},
		{name: "a key of a request", call: deskOne, header: http.Header{"Idempotency-Key": {"k"}}, body: `{"notes": "n"}`, status: 200, want: `{"customer": {"notes": "n"}}`},
		{name: "for another request", call: deskOne, header: http.Header{"Idempotency-Key": {"k"}}, body: `{"notes": "m"}`, status: 422, want: deskError("idempotency_key_reused")},
		{name: "nothing else has changed", call: deskList, status: 200, want: `{"customers": [{"id": 1, "firstName": "Al", "permission": null, "notes": "n"}, {"id": 2, "firstName": "Bo", "notes": null}]}`},
	}
}
