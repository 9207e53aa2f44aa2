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

// TestADeskBulkIsUndone takes a vendor's bulk job back like any other.
func TestADeskBulkIsUndone(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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
var deskWrong = map[model.Kind][2]string{
	model.String:  {`5`, "*"},
	model.Boolean: {`"yes"`, "must be a boolean"},
	model.Object:  {`"x"`, "*"},
	model.Array:   {`{}`, "*"},
}

// TestEveryFieldOfDesk sets each field, reads it back, clears it, has it
// refused, and finds the customer by it, as far as the model says that one
// may.
func TestEveryFieldOfDesk(t *testing.T) {
	t.Parallel()
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
	wrong := map[model.Kind]string{model.String: `"x"`, model.Boolean: `false`, model.Integer: `7`, model.DateTime: `"2001-01-01T00:00:00Z"`, model.Object: `{"id": 77}`, model.Array: `[{}]`}[f.Kind]
	s.exchange(t, exchange{call: bulk, body: fmt.Sprintf(`{%q: %s, "notes": "n"}`, f.Name, wrong), status: 400, want: fmt.Sprintf(`{"errors": {%q: ["*"]}}`, f.Name)})
	if f.Role == model.RoleID || f.Kind == model.DateTime { // always ignored, as in a new customer
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
	if f.Kind == model.Boolean {
		wrong = `true` // what a new one has is no fault
	}
	s.exchange(t, exchange{call: "POST /desk/api/v2/customers.json", body: fmt.Sprintf(`{%q: %s}`, f.Name, wrong), status: 400, want: fmt.Sprintf(`{"errors": {%q: ["*"]}}`, f.Name)})
}

func (s *vendorServer) deskWritable(t *testing.T, f *model.Field) {
	one := " /desk/api/v2/customers/1.json"
	samples, ok := deskSamples[f.Name]
	switch {
	case ok:
	case f.Kind == model.Boolean:
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
	bad := map[string]string{deskWrong[f.Kind][0]: deskWrong[f.Kind][1]}
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
	if f.Kind == model.Object && json.Unmarshal(read[f.Name], &relation) == nil && relation.ID != "" {
		value = relation.ID.String()
	} else if value == "" || f.Kind == model.Array {
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
