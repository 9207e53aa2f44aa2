package main

import (
	"net/http"
	"testing"
)

// The calls of the table below. {acme} is the customer that it begins with.
const (
	planeCustomers = "/api/v1/workspaces/main/customers/"
	planeOne       = planeCustomers + "{acme}/"
)

func TestPlaneRefusesBadInput(t *testing.T) {
	t.Parallel()
	s := startVendor(t, planeKey)
	s.run(t, []exchange{
		{name: "a customer", call: "POST " + planeCustomers, body: `{"name": "Acme", "external_source": "crm", "external_id": "1"}`, status: 201, want: `{}`,
			save: map[string]string{"acme": "id", "changed": "updated_at"}},
		{name: "another", call: "POST " + planeCustomers, body: `{"name": "Bee", "external_source": "crm", "external_id": "2"}`, status: 201, want: `{}`, save: map[string]string{"bee": "id"}},
	})
	s.run(t, planeBadFields)
	s.run(t, planeBadPaths)
	s.run(t, planeBadPages)
	s.run(t, planeBadCallers)
	s.run(t, []exchange{
		{name: "nothing has changed", call: "GET " + planeCustomers, status: 200,
			want: `{"total_count": 2, "results": [{"id": "{bee}", "name": "Bee"}, {"id": "{acme}", "name": "Acme", "updated_at": "{changed}", "stage": null}]}`},
	})
}

// planeBadFields are bodies with a fault.
var planeBadFields = []exchange{
	{name: "no name", call: "POST " + planeCustomers, body: `{}`, status: 400, want: `{"name": ["This field is required."]}`},
	{name: "no name and more", call: "POST " + planeCustomers, body: `{"email": "x", "colour": 1}`, status: 400,
		want: `{"name": ["This field is required."], "email": ["*"], "colour": ["*"]}`},
	{name: "read-only at creation", call: "POST " + planeCustomers, body: `{"name": "C", "workspace": "550e8400-e29b-41d4-a716-446655440000"}`, status: 400, want: `{"workspace": ["*"]}`},
	{name: "all faults at once", call: "PATCH " + planeOne, body: `{"email": "x", "employees": "1", "created_by": "me", "archived_at": "x"}`, status: 400,
		want: `{"email": ["*"], "employees": ["*"], "created_by": ["*"], "archived_at": ["*"]}`},
	{name: "an unknown field", call: "PATCH " + planeOne, body: `{"colour": "red"}`, status: 400, want: `{"colour": ["There is no such field."]}`},
	{name: "our own version", call: "PATCH " + planeOne, body: `{"version": 1}`, status: 400, want: `{"version": ["*"]}`},
	{name: "read-only, another value", call: "PATCH " + planeOne, body: `{"customer_request_count": 5}`, status: 400, want: `{"customer_request_count": ["*"]}`},
	{name: "a name twice", call: "PATCH " + planeOne, body: `{"stage": "a", "stage": "b"}`, status: 400, want: `{"stage": ["*"]}`},
	{name: "no JSON", call: "PATCH " + planeOne, body: `{"stage": `, status: 400, want: `{"detail": "*"}`},
	{name: "no object", call: "PATCH " + planeOne, body: `["stage"]`, status: 400, want: `{"non_field_errors": ["*"]}`},
	{name: "no body", call: "POST " + planeCustomers, status: 400, want: `{"detail": "*"}`},
	{name: "another media type", call: "PATCH " + planeOne, header: http.Header{"Content-Type": {"text/plain"}}, body: `{}`, status: 415, want: `{"detail": "*"}`},
	{name: "a reference that is taken", call: "PATCH " + planeOne, body: `{"external_id": "2"}`, status: 409, want: `{"error": "*", "id": "{bee}"}`},
	{name: "its own reference", call: "PATCH " + planeOne, body: `{"external_source": "crm", "external_id": "1"}`, status: 200, want: `{"updated_at": "{changed}"}`},
}

// planeBadPaths ask for what is not there.
var planeBadPaths = []exchange{
	{name: "no uuid", call: "GET /api/v1/workspaces/main/customers/17/", status: 400, want: `{"error": "Please provide valid detail"}`},
	{name: "no uuid to change", call: "PATCH /api/v1/workspaces/main/customers/17/", body: `{"stage": "a"}`, status: 400, want: `{"error": "Please provide valid detail"}`},
	{name: "nobody to read", call: "GET " + planeUnknown, status: 404, want: planeGone},
	{name: "nobody to change", call: "PATCH " + planeUnknown, body: `{"stage": "a"}`, status: 404, want: planeGone},
	{name: "nobody to delete", call: "DELETE " + planeUnknown, status: 404, want: planeGone},
	{name: "a part that is missing here", call: "GET " + planeOne + "requests/", status: 404, want: `{"error": "*"}`},
	{name: "no such path", call: "GET /api/v1/workspaces/main", status: 404, want: `{"error": "*"}`},
	{name: "nor its beginning", call: "GET /api/v1/workspaces", status: 404, want: `{"error": "*"}`},
	{name: "no such method", call: "PUT " + planeOne, body: `{}`, status: 405, want: `{"detail": "*"}`},
}

// planeBadPages are lists with a bad page or cursor.
var planeBadPages = []exchange{
	{name: "a page of nothing", call: "GET " + planeCustomers + "?per_page=0", status: 400, want: `{"detail": "Invalid per_page parameter."}`},
	{name: "a page of words", call: "GET " + planeCustomers + "?per_page=ten", status: 400, want: `{"detail": "Invalid per_page parameter."}`},
	{name: "a page too large", call: "GET " + planeCustomers + "?per_page=101", status: 400, want: `{"detail": "Invalid per_page value. Cannot exceed 100."}`},
	{name: "half a cursor", call: "GET " + planeCustomers + "?cursor=20:1", status: 400, want: `{"detail": "Invalid cursor parameter."}`},
	{name: "a cursor of words", call: "GET " + planeCustomers + "?cursor=a:b:c", status: 400, want: `{"detail": "Invalid cursor parameter."}`},
	{name: "a cursor before the first page", call: "GET " + planeCustomers + "?cursor=20:-1:1", status: 400, want: `{"detail": "Invalid cursor parameter."}`},
	{name: "a cursor beyond numbers", call: "GET " + planeCustomers + "?cursor=100:1073741824:0", status: 400, want: `{"detail": "Invalid cursor parameter."}`},
}

// planeBadCallers have no right key, or not for this workspace, or delete too much.
var planeBadCallers = []exchange{
	{name: "no key", call: "GET " + planeCustomers, header: http.Header{"No-Key": {"1"}}, status: 401, want: `{"detail": "Authentication credentials were not provided."}`},
	{name: "a wrong key", call: "PATCH " + planeOne, header: planeKey("plane_api_no"), body: `{}`, status: 401, want: `{"detail": "Given API token is not valid"}`},
	{name: "a wrong token", call: "GET " + planeCustomers, header: bearer("no"), status: 401, want: `{"detail": "Given API token is not valid"}`},
	{name: "a wrong workspace", call: "GET /api/v1/workspaces/elsewhere/customers/", status: 404, want: planeGone},
	{name: "a customer of a wrong workspace", call: "PATCH /api/v1/workspaces/elsewhere/customers/{acme}/", body: `{"stage": "a"}`, status: 404, want: planeGone},
	{name: "a deletion in a wrong workspace", call: "DELETE /api/v1/workspaces/elsewhere/customers/?external_source=crm&external_id=1", status: 404, want: planeGone},
	{name: "a deletion of all", call: "DELETE " + planeCustomers, status: 400, want: `{"error": "*"}`},
	{name: "a deletion by half", call: "DELETE " + planeCustomers + "?external_source=crm", status: 400, want: `{"error": "*"}`},
	{name: "a deletion by nothing", call: "DELETE " + planeCustomers + "?external_source=&external_id=1", status: 400, want: `{"error": "*"}`},
}
