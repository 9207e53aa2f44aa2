package main

import (
	"fmt"
	"strings"
	"testing"

	"bulkpatch/client"
)

// TestDeskLists pages through customers, in orders and by filters.
func TestDeskLists(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bearer)
	var lines strings.Builder
	for i := 1; i <= 120; i++ {
		fmt.Fprintf(&lines, `{"id": %d, "firstName": "n%03d", "email": "%03d@example.com", "createdBy": {"id": %d}, "company": {"id": %d, "type": 0}}`+"\n", i, i, 500-i, i%3+1, i%2+1)
	}
	fmt.Fprintln(&lines, `{"id": 121, "firstName": "gone", "state": "deleted", "deletedAt": "2024-05-01T00:00:00Z", "createdAt": "2024-01-01T10:00:00Z"}`)
	if _, err := s.native(t).Import(t.Context(), "desk", client.NDJSON, strings.NewReader(lines.String())); err != nil {
		t.Fatal(err)
	}
	list := "GET /desk/api/v2/customers.json"
	none := `"pagination": {"records": 0, "hasMorePages": false}`
	s.run(t, []exchange{
		{name: "the first page", call: list + "?pageSize=2", status: 200,
			want: `{"customers": [{"id": 1, "deletedAt": "absent", "deletedBy": "absent"}, {"id": 2, "createdBy": {"id": 3, "type": "users"}, "company": {"type": "companies"}}], "included": {"users": "absent"},
				"pagination": {"records": 120, "pageSize": 2, "pages": 60, "page": 1, "hasMorePages": true},
				"meta": {"page": {"count": 120, "pageSize": 2, "pageOffset": 0, "pages": 60, "hasMore": true}}}`},
		{name: "the last page", call: list + "/?pageSize=7&page=18&unknown=x", status: 200,
			want: `{"customers": [{"id": 120}], "pagination": {"pageSize": 7, "pages": 18, "page": 18, "hasMorePages": false}, "meta": {"page": {"pageOffset": 119, "hasMore": false}}}`},
		{name: "behind the last page", call: list + "?page=9", status: 200, want: `{"customers": [], "pagination": {"records": 120, "page": 9, "hasMorePages": false}}`},
		{name: "50 by default", call: list, status: 200, want: `{"pagination": {"pageSize": 50, "pages": 3}}`},
		{name: "100 at most", call: list + "?pageSize=50000000000000000000", status: 200, want: `{"pagination": {"pageSize": 100, "pages": 2}}`},
		{name: "an order", call: list + "?orderBy=email&pageSize=1", status: 200, want: `{"customers": [{"id": 120}]}`},
		{name: "a descending order", call: list + "?orderBy=email&orderMode=desc&pageSize=1", status: 200, want: `{"customers": [{"id": 1}]}`},
		{name: "descending by id", call: list + "?orderMode=desc&pageSize=1", status: 200, want: `{"customers": [{"id": 120}]}`},
		{name: "some fields", call: list + "?fields=firstName,email&pageSize=1", status: 200, want: `{"customers": [{"id": 1, "firstName": "n001", "email": "499@example.com", "state": "absent", "company": "absent"}]}`},
		{name: "what they are related to", call: list + "?includes=users,companies&fields=id&pageSize=4", status: 200,
			want: `{"customers": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}], "included": {"users": [{"id": 2}, {"id": 3}, {"id": 1}], "companies": [{"id": 2}, {"id": 1}], "contacts": "absent"}}`},
		{name: "some fields of one", call: "GET /desk/api/v2/customers/3.json?fields=firstName&includes=all", status: 200,
			want: `{"customer": {"id": 3, "firstName": "n003", "email": "absent"}, "included": {"users": [{"id": 1}], "customerwelcomeemails": []}}`},
		{name: "a filter", call: list + "?" + asks(`{"firstName": "n007"}`), status: 200, want: `{"customers": [{"id": 7}]}`},
		{name: "a filter of several", call: list + "?" + asks(`{"$or": [{"id": {"$in": [3, 5]}}, {"$and": [{"firstName": {"$contains": "N11"}}, {"id": {"$gte": 118, "$lt": 200}}]}], "state": {"$ne": "deleted"}}`), status: 200,
			want: `{"customers": [{"id": 3}, {"id": 5}, {"id": 118}, {"id": 119}]}`},
		{name: "by a user", call: list + "?pageSize=1&" + asks(`{"createdBy": 2, "updatedBy": null, "password": null}`), status: 200, want: `{"customers": [{"id": 1}], "pagination": {"records": 40}}`},
		{name: "nothing in a list", call: list + "?" + asks(`{"id": {"$in": []}}`), status: 200, want: `{"customers": [], ` + none + `}`},
		{name: "none of none", call: list + "?" + asks(`{"$or": []}`), status: 200, want: `{"customers": [], ` + none + `}`},
		{name: "by a day", call: list + "?includeArchived=true&" + asks(`{"createdAt": {"$lt": "2024-01-02"}}`), status: 200, want: `{"customers": [{"id": 121, "deletedAt": "2024-05-01T00:00:00Z"}]}`},
		{name: "by an instant", call: list + "?includeArchived=true&" + asks(`{"createdAt": {"$lte": "2024-01-01T11:00:00+01:00"}}`), status: 200, want: `{"customers": [{"id": 121}]}`},
		{name: "the deleted are hidden", call: list + "?" + asks(`{"firstName": "gone"}`), status: 200, want: `{"customers": [], ` + none + `}`},
		{name: "unless they are asked for", call: list + "?includeArchived=true&" + asks(`{"firstName": "gone"}`), status: 200, want: `{"customers": [{"id": 121, "state": "deleted"}]}`},
		{name: "by their state", call: list + "?" + asks(`{"state": "deleted"}`), status: 200, want: `{"customers": [{"id": 121}]}`},
		{name: "with all others", call: list + "?includeArchived=true&pageSize=1", status: 200, want: `{"pagination": {"records": 121}}`},
		{name: "the deleted one comes back", call: "PATCH /desk/api/v2/customers/121.json", body: `{"state": "active"}`, status: 200, want: `{"customer": {"state": "active", "deletedAt": "absent", "deletedBy": "absent"}}`},
		{name: "and leaves again", call: "PATCH /desk/api/v2/customers/121.json", body: `{"state": "deleted"}`, status: 200, want: `{"customer": {"state": "deleted", "deletedAt": "*", "deletedBy": {"type": "users"}}}`},
	})
	s.deskListsByRelations(t)
}

// deskListsByRelations finds customers by what they are related to, as the
// vendor's MCP server does, and by ids that are text, as its samples do.
func (s *vendorServer) deskListsByRelations(t *testing.T) {
	lines := strings.Join([]string{
		`{"id": 130, "company": {"id": 7, "meta": {"name": "Acme"}}, "organization": "Old", "email": null, "contacts": [{"value": "@acme", "type": "twitter"}, {"value": "boss@acme.example", "type": "email"}]}`,
		`{"id": 131, "organization": "Hooli", "email": "hooli@example.com"}`,
		`{"id": 132, "contacts": [{"value": "x"}, {"type": "email", "value": ""}]}`,
		`{"id": 133, "organization": "Acme", "contacts": []}`,
	}, "\n")
	if _, err := s.native(t).Import(t.Context(), "desk", client.NDJSON, strings.NewReader(lines)); err != nil {
		t.Fatal(err)
	}
	list := "GET /desk/api/v2/customers.json"
	s.run(t, []exchange{
		{name: "ids as text", call: list + "?" + asks(`{"id": {"$in": ["3", "5,7"]}, "createdBy": {"$ne": "3"}, "updatedBy": null}`), status: 200, want: `{"customers": [{"id": 3}, {"id": 7}]}`},
		{name: "of a company", call: list + "?pageSize=2&" + asks(`{"companies.id": {"$in": ["2", 9]}}`), status: 200, want: `{"customers": [{"id": 1}, {"id": 3}], "pagination": {"records": 60}}`},
		{name: "of a company by its name", call: list + "?" + asks(`{"companies.name": {"$in": ["Acme", "Hooli"]}}`), status: 200, want: `{"customers": [{"id": 130}, {"id": 131}, {"id": 133}]}`},
		{name: "of no company of this name", call: list + "?" + asks(`{"companies.name": {"$nin": ["Acme", null]}, "id": {"$gte": 120}}`), status: 200, want: `{"customers": [{"id": 131}]}`},
		{name: "of no company", call: list + "?" + asks(`{"companies.name": null, "companies.id": null, "contacts.value": {"$ne": null}}`), status: 200, want: `{"customers": [{"id": 132}]}`},
		{name: "by an address", call: list + "?" + asks(`{"contacts.value": {"$in": ["@acme", "hooli@example.com"]}}`), status: 200, want: `{"customers": [{"id": 130}, {"id": 131}]}`},
		{name: "by a part of one", call: list + "?" + asks(`{"contacts.value": {"$contains": "ACME"}, "$or": [{"contacts.value": "boss@acme.example"}, {"contacts.value": "nobody"}]}`), status: 200, want: `{"customers": [{"id": 130}]}`},
		{name: "by none", call: list + "?" + asks(`{"contacts.value": {"$in": [null, "boss@acme.example"]}}`), status: 200, want: `{"customers": [{"id": 130}, {"id": 133}]}`},
		{name: "by all but one", call: list + "?" + asks(`{"contacts.value": {"$ne": "@acme"}, "id": {"$gte": 130}}`), status: 200, want: `{"customers": [{"id": 131}, {"id": 132}, {"id": 133}]}`},
		{name: "ordered by companies", call: list + "?orderBy=companies.id&orderMode=desc&pageSize=2", status: 200, want: `{"customers": [{"id": 130}, {"id": 1}]}`},
		{name: "ordered by their names", call: list + "?orderBy=companies.name&orderMode=desc&pageSize=3", status: 200, want: `{"customers": [{"id": 131}, {"id": 130}, {"id": 133}]}`},
		{name: "ordered by addresses", call: list + "?orderBy=contacts.value&orderMode=desc&pageSize=3", status: 200, want: `{"customers": [{"id": 132}, {"id": 131}, {"id": 130}]}`},
		{name: "ordered by users", call: list + "?orderBy=createdBy&pageSize=2&" + asks(`{"createdBy": {"$in": [1, 2]}}`), status: 200, want: `{"customers": [{"id": 3}, {"id": 6}]}`},
		{name: "a slash too many", call: "GET /desk/api/v2//customers.json?pageSize=1", status: 200, want: `{"customers": [{"id": 1}]}`},
		{name: "behind our address", call: "GET /compat/desk//customers.json/?pageSize=1", status: 200, want: `{"customers": [{"id": 1}]}`},
		{name: "behind both", call: "GET /compat/desk/desk/api/v2///customers/1.json", status: 200, want: `{"customer": {"id": 1}}`},
		{name: "elsewhere", call: "GET /desk/api/v2/customers//1.json", status: 404, want: `{"errors": [{"code": "unknown_path"}]}`},
		{name: "and not on the way back", call: "GET /desk/api/v2/x/../customers.json", status: 404, want: `{"errors": [{"code": "unknown_path"}]}`},
	})
}
