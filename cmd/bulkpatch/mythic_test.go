package main

import (
	"net/http"
	"net/url"
	"testing"
)

// TestMythicSpeaksAsItsPageSays runs the calls of the vendor's page, with its
// placeholders replaced by values that are what they are called.
func TestMythicSpeaksAsItsPageSays(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bearer)
	s.run(t, []exchange{
		{name: "a client is made, and its keys with it", call: "POST /api/v1/clients",
			body: `{"id": "acme", "name": "Acme Retail"}`, status: 201,
			want: `{"success": true, "data": {"id": "acme", "name": "Acme Retail", "status": true, "publishable_key": "*", "secret_key": "*",
				"domain": null, "created_at": "*", "updated_at": "*"}}`},
		{name: "the page's example", call: "PATCH /api/v1/clients/acme",
			body: `{"name": "John Doe", "status": true, "domain": "example.com", "email": "user@example.com", "phone": "+1-555-0123",
				"website": "example_string", "timezone": "Europe/Berlin", "global_name": "johnDoe", "company_id": "example_string",
				"agency_id": "example_string", "api_metadata": {}, "ghl_location_id": "example_string", "proxy_api_key": "example_string"}`,
			status: 200,
			want: `{"success": true, "data": {"id": "acme", "name": "John Doe", "status": true, "domain": "example.com", "email": "user@example.com",
				"phone": "+1-555-0123", "website": "example_string", "timezone": "Europe/Berlin", "global_name": "johnDoe",
				"company_id": "example_string", "agency_id": "example_string", "api_metadata": {}, "ghl_location_id": "example_string",
				"proxy_api_key": "example_string"}}`},
		{name: "metadata merges", call: "PATCH /api/v1/clients/acme/", body: `{"api_metadata": {"plan": "pro", "region": "us"}}`, status: 200,
			want: `{"data": {"api_metadata": {"plan": "pro", "region": "us"}}}`},
		{name: "metadata merges further", call: "PATCH /compat/mythic/clients/acme", body: `{"api_metadata": {"plan": null, "n": 1}}`, status: 200,
			want: `{"data": {"api_metadata": {"region": "us", "n": 1}}}`},
		{name: "null clears", call: "PATCH /compat/mythic/api/v1/clients/acme", body: `{"domain": null, "agency_id": null}`, status: 200,
			want: `{"data": {"domain": null, "agency_id": null}}`},
		{name: "unknown fields beside known ones are ignored", call: "PATCH /api/v1/clients/acme", body: `{"colour": "red", "phone": "1"}`, status: 200,
			want: `{"data": {"phone": "1"}}`},
		{name: "a dry run changes nothing", call: "PATCH /api/v1/clients/acme?dryRun=true", body: `{"phone": "9"}`, status: 200,
			want: `{"matched": 1, "wouldChange": 1, "sample": [{"id": "acme", "changed": {"phone": {"from": "1", "to": "9"}}}]}`},
		{name: "a client is read", call: "GET /api/v1/clients/acme", status: 200, want: `{"success": true, "data": {"id": "acme", "phone": "1"}}`},
		{name: "a second client", call: "POST /api/v1/clients", body: `{"id": "b_2", "name": "Bee", "domain": "bee.example", "global_name": "bee"}`, status: 201,
			want: `{"data": {"id": "b_2"}}`},
		{name: "clients are listed", call: "GET /api/v1/clients", status: 200,
			want: `{"success": true, "data": [{"id": "acme"}, {"id": "b_2"}], "count": 2}`},
		{name: "a page of them", call: "GET /api/v1/clients?limit=1&offset=1&unknown=x", status: 200, want: `{"data": [{"id": "b_2"}], "count": 2}`},
		{name: "respond-async", call: "PATCH /api/v1/clients/b_2", header: http.Header{"Prefer": {"respond-async"}}, body: `{"phone": "2"}`, status: 202,
			want: `{"jobId": "*"}`},
		{name: "the job is a job like any other", call: "GET /v1/jobs/{job}", status: 200, want: `{"jobId": "{job}", "kind": "single", "model": "mythic"}`},
		{name: "a client is deleted", call: "DELETE /api/v1/clients/b_2", status: 200, want: `{"success": true, "data": null}`},
		{name: "and is gone", call: "GET /api/v1/clients/b_2", status: 404, want: `{"success": false, "data": null, "error": "Client not found", "count": 0}`},
	})
}

func TestMythicRefusesBadInput(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bearer)
	failed := func(text string) string {
		return `{"success": false, "data": null, "error": "` + text + `", "count": 0}`
	}
	s.run(t, []exchange{
		{name: "a client", call: "POST /api/v1/clients", body: `{"id": "acme", "name": "A", "domain": "a.example", "global_name": "acme"}`, status: 201, want: `{"success": true}`},
		{name: "another", call: "POST /api/v1/clients", body: `{"id": "bee", "name": "B"}`, status: 201, want: `{"success": true}`},

		{name: "nothing", call: "PATCH /api/v1/clients/acme", body: `{}`, status: 400, want: failed("No valid fields provided.")},
		{name: "nothing known", call: "PATCH /api/v1/clients/acme", body: `{"colour": "red"}`, status: 400, want: failed("No valid fields provided.")},
		{name: "no JSON", call: "PATCH /api/v1/clients/acme", body: `{`, status: 400, want: failed("*")},
		{name: "no object", call: "PATCH /api/v1/clients/acme", body: `[]`, status: 400, want: failed("*")},
		{name: "an empty name", call: "PATCH /api/v1/clients/acme", body: `{"name": ""}`, status: 400, want: failed("name: This must have at least 1 characters.")},
		{name: "a null name", call: "PATCH /api/v1/clients/acme", body: `{"name": null}`, status: 400, want: failed("*")},
		{name: "two faults", call: "PATCH /api/v1/clients/acme", body: `{"email": "no", "timezone": "Mars/Base"}`, status: 400,
			want: failed("email: This must be an email address. timezone: This must be the name of a time zone of the tz database.")},
		{name: "no domain", call: "PATCH /api/v1/clients/acme", body: `{"domain": "example_string"}`, status: 400, want: failed("*")},
		{name: "no identifier", call: "PATCH /api/v1/clients/acme", body: `{"global_name": "John Doe"}`, status: 400, want: failed("*")},
		{name: "a status that is text", call: "PATCH /api/v1/clients/acme", body: `{"status": "on"}`, status: 400, want: failed("*")},
		{name: "a key that is made here", call: "PATCH /api/v1/clients/acme", body: `{"secret_key": "sk_1"}`, status: 400, want: failed("*")},
		{name: "a domain that is taken", call: "PATCH /api/v1/clients/bee", body: `{"domain": "a.example"}`, status: 409, want: failed("*")},
		{name: "a domain that is taken in another case", call: "PATCH /api/v1/clients/bee", body: `{"domain": "A.Example"}`, status: 409, want: failed("*")},
		{name: "a new client's domain in another case", call: "POST /api/v1/clients", body: `{"id": "c", "name": "C", "domain": "A.EXAMPLE"}`, status: 409, want: failed("*")},
		{name: "a global name that is taken", call: "POST /api/v1/clients", body: `{"id": "c", "name": "C", "global_name": "acme"}`, status: 409, want: failed("*")},
		{name: "an id that is taken", call: "POST /api/v1/clients", body: `{"id": "acme", "name": "A"}`, status: 409, want: failed("*")},
		{name: "no id", call: "POST /api/v1/clients", body: `{"name": "A"}`, status: 400, want: failed("*")},
		{name: "an id with a space", call: "POST /api/v1/clients", body: `{"id": "a b", "name": "A"}`, status: 400, want: failed("*")},
		{name: "an unknown client", call: "PATCH /api/v1/clients/none", body: `{"phone": "1"}`, status: 404, want: failed("Client not found")},
		{name: "a bad limit", call: "GET /api/v1/clients?limit=x", status: 400, want: failed("*")},
		{name: "no key", call: "PATCH /api/v1/clients/acme", header: http.Header{"No-Key": {"1"}}, body: `{"phone": "1"}`, status: 401, want: failed("Unauthorized")},
		{name: "a wrong key", call: "PATCH /api/v1/clients/acme", header: http.Header{"Authorization": {"Bearer no"}}, body: `{"phone": "1"}`, status: 401, want: failed("Unauthorized")},
		{name: "a path that is not there", call: "GET /api/v1/clients/acme/tags", status: 404, want: failed("*")},
		{name: "a method that is not there", call: "PUT /api/v1/clients/acme", body: `{"phone": "1"}`, status: 405, want: failed("*")},
		{name: "nothing has changed", call: "GET /api/v1/clients", status: 200, want: `{"data": [{"id": "acme", "name": "A", "phone": null}, {"id": "bee", "domain": null}], "count": 2}`},
	})
}

func TestMythicShowsSecretsToThoseWhoMaySeeThem(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bearer)
	s.run(t, []exchange{
		{name: "a client", call: "POST /api/v1/clients", body: `{"id": "acme", "name": "A", "proxy_api_key": "hidden"}`, status: 201,
			want: `{"data": {"proxy_api_key": "hidden"}}`, save: map[string]string{"secret": "data.secret_key"}},
		{name: "a key that writes", call: "POST /v1/keys", body: `{"name": "writer", "scopes": ["customers:read", "customers:write"]}`, status: 201,
			want: `{}`, save: map[string]string{"writer": "secret"}},
	})
	writer := bearer(s.saved["writer"])
	s.run(t, []exchange{
		{name: "masked", call: "GET /api/v1/clients/acme", header: writer, status: 200, want: `{"data": {"secret_key": "***", "proxy_api_key": "***"}}`},
		{name: "what was shown is sent back", call: "PATCH /api/v1/clients/acme", header: writer, body: `{"secret_key": "***", "proxy_api_key": "***", "phone": "1"}`, status: 200,
			want: `{"data": {"proxy_api_key": "***", "phone": "1"}}`},
		{name: "and is as it was", call: "GET /api/v1/clients/acme", status: 200, want: `{"data": {"secret_key": "{secret}", "proxy_api_key": "hidden"}}`},
		{name: "a new one", call: "PATCH /api/v1/clients/acme", header: writer, body: `{"proxy_api_key": "other"}`, status: 200, want: `{"data": {"proxy_api_key": "***"}}`},
		{name: "is kept", call: "GET /api/v1/clients/acme", status: 200, want: `{"data": {"proxy_api_key": "other"}}`},
		{name: "a right guess is refused", call: "PATCH /api/v1/clients/acme", header: writer, body: `{"secret_key": "{secret}", "phone": "2"}`, status: 400,
			want: `{"success": false, "error": "secret_key: This field is read-only."}`},
		{name: "like a wrong one", call: "PATCH /api/v1/clients/acme", header: writer, body: `{"secret_key": "sk_1", "phone": "2"}`, status: 400,
			want: `{"success": false, "error": "secret_key: This field is read-only."}`},
		{name: "a preview confirms no guess", call: "PATCH /v1/mythic/customers/acme?dryRun=true", header: writer, body: `{"proxy_api_key": "other"}`, status: 200,
			want: `{"wouldChange": 1, "unchanged": 0, "sample": [{"id": "acme", "changed": {"proxy_api_key": {"from": "***", "to": "***"}}}]}`},
		{name: "nor does a history, to whom secrets are shown", call: "GET /v1/mythic/customers/acme/history?limit=1", status: 200,
			want: `{"items": [{"changed": {"proxy_api_key": {"from": "***", "to": "***"}}}]}`},
		{name: "to read is not to write", call: "POST /v1/keys", body: `{"name": "reader", "scopes": ["customers:read"]}`, status: 201,
			want: `{}`, save: map[string]string{"reader": "secret"}},
	})
	s.run(t, []exchange{
		{name: "who reads does not write", call: "PATCH /api/v1/clients/acme", header: bearer(s.saved["reader"]), body: `{"phone": "2"}`, status: 403,
			want: `{"success": false, "error": "*"}`},
	})
}

// TestEachOfMythicsFieldsIsSetAndClearedAndFiltered takes the fields one by
// one: text of any kind, and what each refuses.
func TestEachOfMythicsFieldsIsSetAndClearedAndFiltered(t *testing.T) {
	t.Parallel()
	s := startVendor(t, bearer)
	s.run(t, []exchange{{name: "a client", call: "POST /api/v1/clients", body: `{"id": "acme", "name": "A"}`, status: 201, want: `{}`}})
	for name, field := range map[string]struct{ value, bad, cleared string }{
		"name":            {`"Bee"`, `""`, ""},
		"status":          {`false`, `1`, ""},
		"domain":          {`"bee.example"`, `"bee"`, "null"},
		"email":           {`"b@bee.example"`, `"b"`, "null"},
		"phone":           {`"+1"`, `1`, "null"},
		"website":         {`"bee"`, `{}`, "null"},
		"timezone":        {`"UTC"`, `"Nowhere"`, "null"},
		"global_name":     {`"_bee1"`, `"1bee"`, "null"},
		"company_id":      {`"c"`, `[]`, "null"},
		"agency_id":       {`"a"`, `true`, "null"},
		"ghl_location_id": {`"g"`, `2`, "null"},
		"proxy_api_key":   {`"p"`, `3`, "null"},
		"api_metadata":    {`{"plan": "pro"}`, `"pro"`, "null"},
	} {
		t.Run(name, func(t *testing.T) {
			patch := func(value string) string { return `{"` + name + `": ` + value + `}` }
			s.exchange(t, exchange{call: "PATCH /api/v1/clients/acme", body: patch(field.value), status: 200, want: `{"data": ` + patch(field.value) + `}`})
			s.exchange(t, exchange{call: "PATCH /api/v1/clients/acme", body: patch(field.bad), status: 400, want: `{"success": false}`})
			filter := patch(field.value)
			if name == "api_metadata" {
				filter = `{"api_metadata.plan": "pro"}`
			}
			if name != "proxy_api_key" { // a secret
				s.exchange(t, exchange{call: "GET /v1/mythic/customers?filter=" + url.QueryEscape(filter), status: 200, want: `{"items": [{"id": "acme"}]}`})
			}
			if field.cleared == "" {
				s.exchange(t, exchange{call: "PATCH /api/v1/clients/acme", body: patch("null"), status: 400, want: `{"success": false}`})
				return
			}
			s.exchange(t, exchange{call: "PATCH /api/v1/clients/acme", body: patch("null"), status: 200, want: `{"data": ` + patch("null") + `}`})
		})
	}
}
