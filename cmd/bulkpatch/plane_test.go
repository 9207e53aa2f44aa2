package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// planeKey sends the key as Plane's callers do.
func planeKey(key string) http.Header { return http.Header{"X-Api-Key": {key}} }

// planePage is the example of the vendor's page; its e-mail address, which is
// none, is replaced.
const planePage = `{
  "name": "Example Name",
  "description": "example-value",
  "description_html": "<p>Example content</p>",
  "description_stripped": "Example description",
  "email": "user@example.com",
  "website_url": "https://example.com/resource",
  "logo_props": "example-value",
  "domain": "Example Name",
  "employees": 1,
  "stage": "Example Name",
  "contract_status": "Example Name",
  "revenue": "Example Name",
  "archived_at": "2024-01-01T00:00:00Z",
  "created_by": "550e8400-e29b-41d4-a716-446655440000",
  "updated_by": "550e8400-e29b-41d4-a716-446655440000",
  "logo_asset": "550e8400-e29b-41d4-a716-446655440000"
}`

// planeKeys are the members of every customer.
const planeKeys = `archived_at contract_status created_at created_by customer_request_count deleted_at description
	description_binary description_html description_stripped domain email employees external_id external_source id logo_asset
	logo_props logo_url name revenue stage updated_at updated_by website_url workspace`

const (
	planeGone    = `{"error": "The requested resource does not exist."}`
	planeUnknown = "/api/v1/workspaces/main/customers/00000000-0000-4000-8000-000000000000/"
)

// TestPlaneSpeaksAsItsPageSays runs the call of the vendor's page, and what
// its callers do beside it.
func TestPlaneSpeaksAsItsPageSays(t *testing.T) {
	t.Parallel()
	s := startVendor(t, planeKey)
	s.run(t, []exchange{
		{name: "a customer is made", call: "POST /api/v1/workspaces/main/customers/", body: `{"name": "Acme"}`, status: 201,
			want: `{"id": "*", "name": "Acme", "customer_request_count": 0, "created_at": "*", "updated_at": "*", "deleted_at": null,
				"workspace": null, "logo_url": null, "description_binary": null, "email": null}`,
			save: map[string]string{"acme": "id", "made": "created_at"}},
		{name: "the page's example", call: "PATCH /api/v1/workspaces/main/customers/{acme}/", body: planePage, status: 200, want: planePage},
		{name: "it is read back", call: "GET /api/v1/workspaces/main/customers/{acme}/", status: 200, want: planePage,
			save: map[string]string{"changed": "updated_at"}},
		{name: "an empty patch changes nothing", call: "PATCH /api/v1/workspaces/main/customers/{acme}/", body: `{}`, status: 200,
			want: `{"id": "{acme}", "name": "Example Name", "updated_at": "{changed}", "created_at": "{made}"}`},
		{name: "what is kept here is ignored", call: "PATCH /api/v1/workspaces/main/customers/{acme}/",
			body:   `{"id": "x", "created_at": null, "updated_at": "x", "deleted_at": 1, "workspace": null, "customer_request_count": 0, "logo_url": null}`,
			status: 200, want: `{"id": "{acme}", "updated_at": "{changed}", "deleted_at": null}`},
		{name: "without the last slash", call: "PATCH /api/v1/workspaces/main/customers/{acme}", body: `{"stage": "1"}`, status: 200, want: `{"stage": "1"}`},
		{name: "below compat", call: "PATCH /compat/plane/api/v1/workspaces/main/customers/{acme}/", body: `{"stage": "2"}`, status: 200, want: `{"stage": "2"}`},
		{name: "below compat without the base", call: "PATCH /compat/plane/workspaces/main/customers/{acme}", body: `{"stage": "3"}`, status: 200, want: `{"stage": "3"}`},
		{name: "a bearer token", call: "PATCH /api/v1/workspaces/main/customers/{acme}/", header: bearer(s.key), body: `{"stage": "4"}`, status: 200, want: `{"stage": "4"}`},
		{name: "an unknown parameter is ignored", call: "GET /api/v1/workspaces/main/customers/{acme}/?expand=owner", status: 200, want: `{"stage": "4"}`},
		{name: "respond-async", call: "PATCH /api/v1/workspaces/main/customers/{acme}/", header: http.Header{"Prefer": {"respond-async"}},
			body: `{"stage": "5"}`, status: 202, want: `{"jobId": "*"}`},
		{name: "the job is a job like any other", call: "GET /v1/jobs/{job}?wait=20", status: 200, want: `{"jobId": "{job}", "kind": "single", "model": "plane"}`},
		{name: "a customer is deleted", call: "DELETE /api/v1/workspaces/main/customers/{acme}/", status: 204},
		{name: "and is gone", call: "GET /api/v1/workspaces/main/customers/{acme}/", status: 404, want: planeGone},
		{name: "and cannot be deleted again", call: "DELETE /api/v1/workspaces/main/customers/{acme}/", status: 404, want: planeGone},
	})
}

// TestPlaneShowsEveryField looks at the members of a customer, of which there
// must be neither fewer nor more.
func TestPlaneShowsEveryField(t *testing.T) {
	t.Parallel()
	s := startVendor(t, planeKey)
	want := strings.Fields(planeKeys)
	made := s.planeObject(t, "POST /api/v1/workspaces/main/customers/", `{"name": "Acme"}`)
	id := fmt.Sprint(made["id"])
	got := map[string]map[string]any{
		"made":    made,
		"read":    s.planeObject(t, "GET /api/v1/workspaces/main/customers/"+id+"/", ""),
		"updated": s.planeObject(t, "PATCH /api/v1/workspaces/main/customers/"+id+"/", `{"stage": "lead"}`),
		"listed":  s.planeList(t, "").Results[0],
	}
	for how, record := range got {
		if keys := slices.Sorted(maps.Keys(record)); !slices.Equal(keys, want) {
			t.Errorf("%s, a customer has %v, not %v", how, keys, want)
		}
	}
}

// planeObject makes a call that must succeed, and returns the object that it
// answers with.
func (s *vendorServer) planeObject(t *testing.T, call, body string) map[string]any {
	t.Helper()
	resp, answer := s.send(t, call, nil, body)
	var object map[string]any
	if err := json.Unmarshal(answer, &object); err != nil || resp.StatusCode > 299 {
		t.Fatalf("%s: %d %s", call, resp.StatusCode, answer)
	}
	return object
}

// planeListing is what a list answers.
type planeListing struct {
	Count   int              `json:"count"`
	Next    string           `json:"next_cursor"`
	Prev    string           `json:"prev_cursor"`
	Follows bool             `json:"next_page_results"`
	Results []map[string]any `json:"results"`
}

func (s *vendorServer) planeList(t *testing.T, query string) planeListing {
	t.Helper()
	resp, answer := s.send(t, "GET /api/v1/workspaces/main/customers/?"+query, nil, "")
	var page planeListing
	if err := json.Unmarshal(answer, &page); err != nil || resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, answer)
	}
	return page
}

// A planeField is what one field takes and refuses.
type planeField struct {
	name   string
	value  string // JSON that it takes
	shown  string // how it is shown, "" as it came
	filter string // a condition of the native API that finds the value, "" for equality
	bad    []string
	kept   bool // may not be cleared
}

// planeAnything is how fields of any JSON are filtered: by whether they have a
// value.
const planeAnything = `{"$exists": true}`

var planeFields = []planeField{
	{name: "name", value: `"Ümläut & <Söhne>"`, bad: []string{`""`, `1`, `null`, `"` + strings.Repeat("x", 256) + `"`}, kept: true},
	{name: "description", value: `"free text"`, filter: planeAnything},
	{name: "description", value: `{"type": "doc", "content": [{"text": "a"}, 1.50]}`, filter: planeAnything},
	{name: "description", value: `[1, null, {"a": null}]`, filter: planeAnything},
	{name: "description", value: `17`, filter: planeAnything},
	{name: "description", value: `false`, filter: planeAnything},
	{name: "description_html", value: `"<p>Hi</p>"`, bad: []string{`1`, `{}`}},
	{name: "description_stripped", value: `"Hi"`, bad: []string{`["Hi"]`}},
	{name: "email", value: `"info@acme.example"`, bad: []string{`""`, `"Example Name"`, `"a@"`, `1`}},
	{name: "website_url", value: `"https://acme.example/a?b=c#d"`, bad: []string{`""`, `"acme"`, `"ftp://acme.example"`, `true`}},
	{name: "logo_props", value: `{"in_use": "emoji", "emoji": {"value": "1"}}`, filter: planeAnything},
	{name: "logo_props", value: `"text"`, filter: planeAnything},
	{name: "domain", value: `"not a domain"`, bad: []string{`1`}},
	{name: "employees", value: `120`, bad: []string{`"120"`, `1.5`, `true`, `1e30`}},
	{name: "stage", value: `"lead"`, bad: []string{`1`}},
	{name: "contract_status", value: `"active"`, bad: []string{`[]`}},
	{name: "revenue", value: `"1000000"`, bad: []string{`1000000`}},
	{name: "archived_at", value: `"2024-02-29T12:00:00.25+02:00"`, shown: `"2024-02-29T10:00:00.25Z"`, bad: []string{`"yesterday"`, `"2024-02-30"`, `1709200800`}},
	{name: "archived_at", value: `"2024-02-29"`, shown: `"2024-02-29T00:00:00Z"`, filter: `"2024-02-29T00:00:00Z"`},
	{name: "created_by", value: `"550e8400-e29b-41d4-a716-446655440001"`, bad: []string{`""`, `"me"`, `1`}},
	{name: "updated_by", value: `"550e8400-e29b-41d4-a716-446655440002"`, bad: []string{`"550e8400"`, `1`}},
	{name: "logo_asset", value: `"550e8400-e29b-41d4-a716-446655440003"`, bad: []string{`"logo.png"`, `{}`}},
	{name: "external_source", value: `"crm"`, bad: []string{`1`}},
	{name: "external_id", value: `"a-1"`, bad: []string{`1`, `"` + strings.Repeat("x", 601) + `"`}},
}

// TestPlaneFields sets every field, reads it back, finds the customer by it,
// clears it, and sends what it must refuse.
func TestPlaneFields(t *testing.T) {
	t.Parallel()
	s := startVendor(t, planeKey)
	id := fmt.Sprint(s.planeObject(t, "POST /api/v1/workspaces/main/customers/", `{"name": "Acme"}`)["id"])
	s.planeObject(t, "POST /api/v1/workspaces/main/customers/", `{"name": "Another"}`)
	path := "/api/v1/workspaces/main/customers/" + id + "/"
	for _, f := range planeFields {
		shown, condition := f.value, f.value
		if f.shown != "" {
			shown = f.shown
		}
		if f.filter != "" {
			condition = f.filter
		}
		body := func(v string) string { return fmt.Sprintf(`{"%s": %s}`, f.name, v) }
		exchanges := []exchange{
			{name: "set", call: "PATCH " + path, body: body(f.value), status: 200, want: body(shown)},
			{name: "read", call: "GET " + path, status: 200, want: body(shown)},
			{name: "found", call: "GET /v1/plane/customers?fields=id&filter=" + url.QueryEscape(body(condition)), status: 200,
				want: `{"items": [{"id": "` + id + `"}]}`},
		}
		for _, bad := range f.bad {
			exchanges = append(exchanges, exchange{name: "refused " + bad[:min(len(bad), 20)], call: "PATCH " + path, body: body(bad), status: 400,
				want: `{"` + f.name + `": ["*"]}`})
		}
		exchanges = append(exchanges, exchange{name: "as it was", call: "GET " + path, status: 200, want: body(shown)})
		if !f.kept {
			exchanges = append(exchanges, exchange{name: "cleared", call: "PATCH " + path, body: body("null"), status: 200, want: body("null")})
		}
		t.Run(f.name, func(t *testing.T) { s.run(t, exchanges) })
	}
}

// TestPlaneReplacesJSON sends objects for the fields of any JSON: the vendor
// keeps what was sent and nothing of what was there.
func TestPlaneReplacesJSON(t *testing.T) {
	t.Parallel()
	s := startVendor(t, planeKey)
	record := s.planeObject(t, "POST /api/v1/workspaces/main/customers/", `{"name": "Acme", "logo_props": {"a": {"b": 1, "c": {"d": 2}}, "e": 3}}`)
	path := "/api/v1/workspaces/main/customers/" + fmt.Sprint(record["id"]) + "/"
	for _, sent := range []string{
		`{"a": {"c": {"f": 1.0}}, "g": 12345678901234567890}`,
		`{"a": [1]}`,
		`{"a": {"b": "<&>"}}`,
		`{}`,
		`"text"`,
		`{"h": true}`,
	} {
		var got struct {
			LogoProps json.RawMessage `json:"logo_props"`
		}
		_, answer := s.send(t, "PATCH "+path, nil, `{"logo_props": `+sent+`}`)
		if err := json.Unmarshal(answer, &got); err != nil {
			t.Fatalf("%v: %s", err, answer)
		}
		if have, want := planeJSON(t, got.LogoProps), planeJSON(t, []byte(sent)); have != want {
			t.Errorf("%s became %s", want, have)
		}
	}
	again := s.planeObject(t, "POST /api/v1/workspaces/main/customers/", `{"name": "Acme", "logo_props": {"i": 1}}`)
	if got := fmt.Sprint(again["logo_props"]); got != "map[i:1]" {
		t.Errorf("sent once more, they are %s", got)
	}
}

// TestPlaneRepeatsSafely sends one update twice with an idempotency key. What
// it replaces has changed in between, by the update itself.
func TestPlaneRepeatsSafely(t *testing.T) {
	t.Parallel()
	s := startVendor(t, planeKey)
	record := s.planeObject(t, "POST /api/v1/workspaces/main/customers/", `{"name": "Acme", "logo_props": {"a": 1}}`)
	call := "PATCH /api/v1/workspaces/main/customers/" + fmt.Sprint(record["id"]) + "/"
	once := http.Header{"Idempotency-Key": {"once"}}
	first, _ := s.send(t, call, once, `{"logo_props": {"b": 2}}`)
	again, answer := s.send(t, call, once, `{"logo_props": {"b": 2}}`)
	if first.StatusCode != 200 || again.StatusCode != 200 || again.Header.Get("Idempotency-Replayed") != "true" || again.Header.Get("Job-Id") != first.Header.Get("Job-Id") {
		t.Errorf("%d and then %d, %v: %s", first.StatusCode, again.StatusCode, again.Header, answer)
	}
	if other, answer := s.send(t, call, once, `{"logo_props": {"b": 3}}`); other.StatusCode != 422 {
		t.Errorf("another request with this key: %d %s", other.StatusCode, answer)
	}
}

// planeJSON is JSON in one spelling.
func planeJSON(t *testing.T, raw []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestPlaneMakesPlainText follows the text that is made of the HTML.
func TestPlaneMakesPlainText(t *testing.T) {
	t.Parallel()
	s := startVendor(t, planeKey)
	path := "/api/v1/workspaces/main/customers/{acme}/"
	s.run(t, []exchange{
		{name: "made with HTML", call: "POST /api/v1/workspaces/main/customers/", body: `{"name": "Acme", "description_html": "<p>Fish &amp; <b>chips</b></p>"}`, status: 201,
			want: `{"description_html": "<p>Fish &amp; <b>chips</b></p>", "description_stripped": "Fish & chips"}`, save: map[string]string{"acme": "id"}},
		{name: "other HTML", call: "PATCH " + path, body: `{"description_html": "<i>Peas</i>"}`, status: 200, want: `{"description_stripped": "Peas"}`},
		{name: "both", call: "PATCH " + path, body: `{"description_html": "<i>Beans</i>", "description_stripped": "my own"}`, status: 200,
			want: `{"description_html": "<i>Beans</i>", "description_stripped": "my own"}`},
		{name: "the text alone", call: "PATCH " + path, body: `{"description_stripped": "mine"}`, status: 200,
			want: `{"description_html": "<i>Beans</i>", "description_stripped": "mine"}`},
		{name: "no HTML", call: "PATCH " + path, body: `{"description_html": null}`, status: 200, want: `{"description_html": null, "description_stripped": null}`},
	})
}

// TestPlaneScopes asks for what a key may not do, and for what it may.
func TestPlaneScopes(t *testing.T) {
	t.Parallel()
	s := startVendor(t, planeKey)
	s.run(t, []exchange{
		{name: "a key that may read", call: "POST /v1/keys", body: `{"name": "reader", "scopes": ["customers:read"]}`, status: 201, want: `{}`, save: map[string]string{"reader": "secret"}},
		{name: "a key that may write", call: "POST /v1/keys", body: `{"name": "writer", "scopes": ["customers:write"]}`, status: 201, want: `{}`, save: map[string]string{"writer": "secret"}},
		{name: "a key that may both", call: "POST /v1/keys", body: `{"name": "editor", "scopes": ["customers:write", "customers:read"]}`, status: 201, want: `{}`, save: map[string]string{"editor": "secret"}},
		{name: "a key of another workspace", call: "POST /v1/keys", body: `{"name": "w", "workspace": "other", "scopes": ["admin"]}`, status: 201, want: `{}`, save: map[string]string{"other": "secret"}},
		{name: "a customer", call: "POST /api/v1/workspaces/main/customers/", body: `{"name": "Acme"}`, status: 201, want: `{}`, save: map[string]string{"acme": "id"}},
	})
	reader, writer, editor, other := planeKey(s.saved["reader"]), planeKey(s.saved["writer"]), planeKey(s.saved["editor"]), planeKey(s.saved["other"])
	const one = "/api/v1/workspaces/main/customers/{acme}/"
	s.run(t, []exchange{
		{name: "a reader reads", call: "GET " + one, header: reader, status: 200, want: `{"name": "Acme"}`},
		{name: "a reader does not write", call: "PATCH " + one, header: reader, body: `{"stage": "a"}`, status: 403, want: `{"detail": "*"}`},
		{name: "nor make", call: "POST /api/v1/workspaces/main/customers/", header: reader, body: `{"name": "B"}`, status: 403, want: `{"detail": "*"}`},
		{name: "nor delete", call: "DELETE " + one, header: reader, status: 403, want: `{"detail": "*"}`},
		{name: "a writer would be answered with the customer", call: "PATCH " + one, header: writer, body: `{"stage": "b"}`, status: 403, want: `{"detail": "*"}`},
		{name: "an editor writes", call: "PATCH " + one, header: editor, body: `{"stage": "a"}`, status: 200, want: `{"stage": "a"}`},
		{name: "a writer does not read", call: "GET " + one, header: writer, status: 403, want: `{"detail": "*"}`},
		{name: "another workspace does not see this one", call: "GET " + one, header: other, status: 404, want: planeGone},
		{name: "nor this customer as its own", call: "GET /api/v1/workspaces/other/customers/{acme}/", header: other, status: 404, want: planeGone},
		{name: "it has customers of its own", call: "POST /api/v1/workspaces/other/customers/", header: other, body: `{"name": "Acme"}`, status: 201, want: `{"name": "Acme"}`},
		{name: "and lists them alone", call: "GET /api/v1/workspaces/other/customers/", header: other, status: 200, want: `{"total_count": 1, "results": [{"stage": null}]}`},
	})
}
