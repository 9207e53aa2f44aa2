package apitest

import (
	"net/http"
	"strings"

	"bulkpatch/api"
)

// An Example is one way to make a call, and the scopes that it takes.
type Example struct {
	Scopes string // by commas; "" for any key
	Query  string
	Body   string
	Header []string // names and values in turn
	Shows  bool     // a key that may see all is shown customers' values
}

const (
	readC, writeC   = "customers:read", "customers:write"
	readJ, writeJ   = "jobs:read", "jobs:write"
	bothC, redo     = writeC + "," + readC, writeC + "," + writeJ
	ofActive        = "filter=%7B%22state%22:%22active%22%7D"
	jobOfActive     = `{"model":"desk","filter":{"state":"active"},"patch":{"jobTitle":"Lead"},"options":{"dryRun":true}}`
	jobOfFile       = `{"model":"desk","file":"file1","match":"id","options":{"dryRun":true,"blank":"clear","clearWord":"NULL","unmatched":"skip"}}`
	onlyTheJobsSeen = "" // the call is for any key, and the job is not found by one that may not see it
)

// NativeExamples has each native call that asks for a key, those of each model as desk's.
var NativeExamples = map[string][]Example{
	"GET /v1/limits":        {{}},
	"GET /v1/models":        {{}},
	"GET /v1/models/{name}": {{}},

	"GET /v1/desk/customers":              {{Scopes: readC, Shows: true}},
	"POST /v1/desk/customers":             {{Scopes: writeC, Body: `{"firstName":"x","id":7}`}, {Scopes: writeC, Body: `{"firstName":"x"}`}},
	"PATCH /v1/desk/customers":            {{Scopes: writeC, Query: ofActive, Body: lead}, {Scopes: writeC, Query: ofActive + "&dryRun=true", Body: lead, Shows: true}},
	"GET /v1/desk/customers/{id}":         {{Scopes: readC, Shows: true}},
	"PATCH /v1/desk/customers/{id}":       {{Scopes: writeC, Body: lead}, {Scopes: writeC, Body: lead, Header: []string{"Prefer", "wait=5"}, Shows: true}, {Scopes: writeC, Query: "dryRun=true", Body: lead, Shows: true}},
	"DELETE /v1/desk/customers/{id}":      {{Scopes: writeC}},
	"GET /v1/desk/customers/{id}/history": {{Scopes: readC}},
	"POST /v1/desk/import":                {{Scopes: writeC, Body: `{"id":1,"numTickets":"x"}` + "\n", Header: []string{"Content-Type", "application/x-ndjson"}}},
	"GET /v1/desk/export":                 {{Scopes: readC, Shows: true}},

	"POST /v1/desk/files":          {{Scopes: writeC, Query: "name=list.csv", Body: "id,jobTitle\n1,Lead\n", Header: []string{"Content-Type", "text/csv"}}},
	"GET /v1/desk/files":           {{Scopes: readC}},
	"GET /v1/desk/files/{file}":    {{Scopes: readC, Shows: true}},
	"DELETE /v1/desk/files/{file}": {{Scopes: writeC}},

	"GET /v1/jobs":               {{}},
	"POST /v1/jobs":              {{Scopes: writeC, Body: jobOfActive, Shows: true}, {Scopes: writeC, Body: jobOfFile, Shows: true}},
	"GET /v1/jobs/{job}":         {{Scopes: onlyTheJobsSeen, Shows: true}},
	"GET /v1/jobs/{job}/results": {{Shows: true}, {Header: []string{"Accept", "text/csv"}, Shows: true}, {Header: []string{"Accept", "application/x-ndjson"}, Shows: true}},
	"GET /v1/jobs/{job}/rows":    {{Scopes: readC}},
	"GET /v1/jobs/{job}/events":  {{Shows: true}},
	"PATCH /v1/jobs/{job}":       {{Scopes: writeJ, Body: `{"recordsPerSecond":5}`, Shows: true}},
	"POST /v1/jobs/{job}/pause":  {{Scopes: writeJ}},
	"POST /v1/jobs/{job}/resume": {{Scopes: writeJ}},
	"POST /v1/jobs/{job}/cancel": {{Scopes: writeJ}},
	"POST /v1/jobs/{job}/retry":  {{Scopes: redo}, {Scopes: redo, Body: `{"dryRun":true}`}},
	"POST /v1/jobs/{job}/undo":   {{Scopes: redo}},

	"GET /v1/jobs/{job}/deliveries":  {{Scopes: onlyTheJobsSeen}},
	"POST /v1/jobs/{job}/deliveries": {{Scopes: writeJ}},
	"PUT /v1/webhook-secret":         {{Scopes: "admin"}, {Scopes: "admin", Body: `{"overlapSeconds":60}`}},

	"GET /v1/keys":          {{Scopes: "admin"}},
	"POST /v1/keys":         {{Scopes: "admin", Body: `{"name":"n","scopes":["admin"]}`}},
	"DELETE /v1/keys/{key}": {{Scopes: "admin"}},

	"POST /v1/keys/{key}/rotate": {{Scopes: "admin"}},

	"GET /v1/brake": {{Scopes: readJ}},
	"PUT /v1/brake": {{Scopes: "admin", Body: `{"on":false,"reason":"x"}`}, {Scopes: "admin", Query: "all=true", Body: `{"on":false}`}},
	"GET /v1/audit": {{Scopes: "admin"}},
}

// Examples returns ways to make a call that asks for a key; none where nobody
// has said how. The calls of each model but desk have those of desk.
func Examples(c api.Call) []Example {
	switch {
	case c.Vendor == "desk" && strings.HasSuffix(c.Path, "/update.json"):
		return []Example{{Scopes: writeC, Query: ofActive, Body: `{"customer":{"jobTitle":"Lead"}}`},
			{Scopes: writeC, Query: ofActive + "&dryRun=true", Body: `{"customer":{"jobTitle":"Lead"}}`, Shows: true}}
	case c.Vendor != "" && c.Method == http.MethodGet:
		return []Example{{Scopes: readC}}
	case c.Vendor != "" && c.Method == http.MethodDelete:
		return []Example{{Scopes: writeC, Query: "external_id=7"}}
	case c.Vendor != "":
		return []Example{{Scopes: bothC, Body: `{}`}}
	}
	return NativeExamples[c.Method+" "+perModel.ReplaceAllString(c.Path, "/v1/desk/$1")]
}
