package apitest

import (
	"net/http"
	"net/url"
	"strings"
)

// A badInput is one request that must be refused.
type badInput struct {
	name   string
	method string
	path   string
	body   string
	header map[string]string // replaces the key and the media type; "" removes

	status  int
	code    string
	errors  []wrong
	answers map[string]string // headers of the answer
}

// headers are what the row sends: the admin's key and JSON unless it says
// otherwise.
func (b badInput) headers(g Target) http.Header {
	h := http.Header{"X-Api-Key": {g.Admin}}
	if b.body != "" {
		h.Set("Content-Type", "application/json")
	}
	for name, value := range b.header {
		if value == "" {
			h.Del(name)
			continue
		}
		h.Set(name, value)
	}
	return h
}

// bulk is the address of an update by filter, with more parameters.
func bulk(filter string, more ...string) string {
	return "/v1/desk/customers?" + strings.Join(append(more, "filter="+url.QueryEscape(filter)), "&")
}

const (
	active = `{"state":"active"}`
	lead   = `{"jobTitle":"Lead"}`
)

// inBody, inFilter, inQuery and inHeader make expected faults.
func inBody(pointer, code string) wrong   { return wrong{Pointer: pointer, Code: code, In: "body"} }
func inFilter(pointer, code string) wrong { return wrong{Pointer: pointer, Code: code, In: "filter"} }
func inQuery(name, code string) wrong     { return wrong{Pointer: "?" + name, Code: code, In: "query"} }
func inHeader(name, code string) wrong    { return wrong{Pointer: name, Code: code, In: "header"} }

// badInputs lists them, by what is wrong.
func badInputs(g Target) []badInput {
	var rows []badInput
	rows = append(rows, badBodies(g)...)
	rows = append(rows, badFilters()...)
	rows = append(rows, badParameters(g)...)
	rows = append(rows, badJobs()...)
	rows = append(rows, badCallers(g)...)
	rows = append(rows, badCalls(g)...)
	return rows
}

// invalid is a row whose faults are in the list and whose code is the common
// one.
func invalid(name, method, path, body string, errors ...wrong) badInput {
	return badInput{name: name, method: method, path: path, body: body, status: 400, code: "invalid_request", errors: errors}
}

// as gives a row another code than the common one.
func (b badInput) as(code string) badInput {
	b.code = code
	return b
}

// with gives a row headers.
func (b badInput) with(header map[string]string) badInput {
	b.header = header
	return b
}

func badBodies(g Target) []badInput {
	record := "/v1/desk/customers/" + g.Record
	return []badInput{
		invalid("malformed JSON", "PATCH", bulk(active), `{"jobTitle":`, inBody("*", "invalid_json")).as("invalid_json"),
		invalid("empty body", "PATCH", bulk(active), ``, inBody("*", "invalid_json")).as("invalid_json"),
		invalid("something after the JSON", "PATCH", bulk(active), lead+` {}`, inBody("*", "invalid_json")).as("invalid_json"),
		invalid("a list for a patch", "PATCH", bulk(active), `[]`, inBody("", "type")),
		invalid("wrong type", "PATCH", bulk(active), `{"jobTitle":7}`, inBody("/jobTitle", "type")),
		invalid("unknown field", "PATCH", bulk(active), `{"nope":1}`, inBody("/nope", "unknown_field")),
		invalid("read-only field in a bulk", "PATCH", bulk(active), `{"numTickets":77}`, inBody("/numTickets", "read_only")),
		invalid("read-only field with another value in a single", "PATCH", record, `{"numTickets":77}`, inBody("/numTickets", "read_only")),
		invalid("not an option", "PATCH", bulk(active), `{"state":"asleep"}`, inBody("/state", "enum")),
		invalid("too long", "PATCH", "/v1/clientsuccess/customers?filter=%7B%22city%22:%22Oslo%22%7D",
			`{"city":"`+strings.Repeat("x", 101)+`"}`, inBody("/city", "too_long")),
		invalid("empty patch", "PATCH", bulk(active), `{}`, inBody("", "empty_patch")).as("empty_patch"),
		invalid("empty patch of a single", "PATCH", record, `{}`, inBody("", "empty_patch")).as("empty_patch"),
		invalid("duplicate JSON key", "PATCH", bulk(active), `{"jobTitle":"a","jobTitle":"b"}`,
			inBody("/jobTitle", "duplicate_key")).as("duplicate_key"),
		invalid("number beyond int64", "POST", "/v1/desk/customers", `{"id":9223372036854775808}`, inBody("/id", "out_of_range")),
		invalid("a number that would be kept as another", "PATCH", "/v1/accounts/customers?filter=%7B%22title%22:%22x%22%7D", `{"value":9007199254740993}`,
			inBody("/value", "too_precise")),
		invalid("a new option that is empty", "PATCH", "/v1/accounts/customers?filter=%7B%22title%22:%22x%22%7D&allowNewOptions=true",
			`{"custom":{"preferredContactMethod":""}}`, inBody("/custom/preferredContactMethod", "too_short")),
		invalid("unknown field of a new record", "POST", "/v1/desk/customers", `{"nope":1}`, inBody("/nope", "unknown_field")),
		invalid("file that is none", "POST", "/v1/desk/files", "PK\x03\x04 but no archive", inBody("", "invalid_file")).with(map[string]string{"Content-Type": "text/csv"}),
		invalid("import with an unknown column", "POST", "/v1/desk/import", "id,nope\n1,2\n",
			inBody("/nope", "unknown_field")).with(map[string]string{"Content-Type": "text/csv"}),
		{
			name: "body over the limit", method: "PATCH", path: bulk(active),
			body:   `{"notes":"` + strings.Repeat("x", g.MaxBody) + `"}`,
			status: 413, code: "too_large",
		},
		invalid("all faults at once", "PATCH", bulk(`{"nope":1}`, "maxFailures=0", "what=1"), `{"jobTitle":7,"numTickets":1}`,
			inQuery("maxFailures", "out_of_range"),
			inFilter("/nope", "unknown_field"),
			inBody("/jobTitle", "type"),
			inBody("/numTickets", "read_only"),
			inQuery("what", "unknown_parameter"),
		),
	}
}

func badFilters() []badInput {
	deep := strings.Repeat(`{"$and":[`, 25) + active + strings.Repeat(`]}`, 25)
	return []badInput{
		invalid("missing filter", "PATCH", "/v1/desk/customers", lead, inQuery("filter", "missing_filter")).as("missing_filter"),
		invalid("empty filter without allowAll", "PATCH", bulk(`{}`), lead,
			inQuery("allowAll", "allow_all_required")).as("allow_all_required"),
		invalid("empty filter with allowAll=false", "PATCH", bulk(`{}`, "allowAll=false"), lead,
			inQuery("allowAll", "allow_all_required")).as("allow_all_required"),
		invalid("all by form: an id that exists", "PATCH", bulk(`{"id":{"$exists":true}}`), lead,
			inQuery("allowAll", "allow_all_required")).as("allow_all_required"),
		invalid("all by form: an id from the least on", "PATCH", bulk(`{"id":{"$gte":-9223372036854775808}}`), lead,
			inQuery("allowAll", "allow_all_required")).as("allow_all_required"),
		invalid("all by form: true, false or neither", "PATCH", bulk(`{"trusted":{"$in":[true,false,null]}}`), lead,
			inQuery("allowAll", "allow_all_required")).as("allow_all_required"),
		invalid("an empty text to contain", "PATCH", bulk(`{"firstName":{"$contains":""}}`), lead, inFilter("/firstName/$contains", "too_short")),
		invalid("an empty text to start with", "PATCH", bulk(`{"firstName":{"$startsWith":""}}`), lead, inFilter("/firstName/$startsWith", "too_short")),
		invalid("a number to compare that would be another", "GET", "/v1/accounts/customers?filter="+url.QueryEscape(`{"value":9007199254740993}`), "",
			inFilter("/value", "too_precise")),
		invalid("unknown operator", "PATCH", bulk(`{"state":{"$foo":1}}`), lead, inFilter("/state/$foo", "unknown_operator")),
		invalid("unknown field in the filter", "PATCH", bulk(`{"nope":1}`), lead, inFilter("/nope", "unknown_field")),
		invalid("wrong type in the filter", "PATCH", bulk(`{"trusted":"yes"}`), lead, inFilter("/trusted", "type")),
		invalid("a field that may not be filtered", "PATCH", bulk(`{"notes":"x"}`), lead, inFilter("/notes", "not_filterable")),
		invalid("too deep", "PATCH", bulk(deep), lead, inFilter("*", "too_deep")),
		invalid("filter that is no JSON", "PATCH", bulk(`{"state"`), lead, inFilter("*", "invalid_json")).as("invalid_json"),
		invalid("unknown operator in a list", "GET", bulk(`{"state":{"$foo":1}}`), "", inFilter("/state/$foo", "unknown_operator")),
		invalid("unknown operator in an export", "GET", "/v1/desk/export?filter="+url.QueryEscape(`{"state":{"$foo":1}}`), "",
			inFilter("/state/$foo", "unknown_operator")),
	}
}

func badParameters(g Target) []badInput {
	option := func(name, query, code string) badInput {
		param, _, _ := strings.Cut(query, "=")
		return invalid(name, "PATCH", bulk(active, query), lead, inQuery(param, code))
	}
	return []badInput{
		option("maxFailures 0", "maxFailures=0", "out_of_range"),
		option("maxFailures no number", "maxFailures=few", "type"),
		option("recordsPerSecond 0", "recordsPerSecond=0", "out_of_range"),
		option("recordsPerSecond negative", "recordsPerSecond=-1", "out_of_range"),
		option("recordsPerSecond without end", "recordsPerSecond=1e999", "out_of_range"),
		option("onMismatch unknown", "onMismatch=maybe", "enum"),
		option("maxAffected negative", "maxAffected=-1", "out_of_range"),
		option("expectedCount a fraction", "expectedCount=1.5", "type"),
		option("expectedCount beyond int64", "expectedCount=9223372036854775808", "out_of_range"),
		option("allowAll no boolean", "allowAll=yes", "type"),
		option("dryRun empty", "dryRun=", "type"),
		option("unknown query parameter", "what=1", "unknown_parameter").as("unknown_parameter"),
		option("option given twice", "maxFailures=1&maxFailures=2", "repeated_parameter"),
		invalid("guard on a single", "PATCH", "/v1/desk/customers/"+g.Record+"?maxAffected=1", lead, inQuery("maxAffected", "bulk_only")),
		invalid("unknown parameter of a list", "GET", "/v1/jobs?page=2", "", inQuery("page", "unknown_parameter")).as("unknown_parameter"),
		invalid("bad cursor of jobs", "GET", "/v1/jobs?cursor=%21", "", inQuery("cursor", "invalid_cursor")),
		invalid("bad cursor of records", "GET", "/v1/desk/customers?cursor=%21", "", inQuery("cursor", "invalid_cursor")),
		invalid("limit 0", "GET", "/v1/jobs?limit=0", "", inQuery("limit", "out_of_range")),
		invalid("limit beyond the most", "GET", "/v1/desk/customers?limit=1001", "", inQuery("limit", "out_of_range")),
		invalid("limit no number", "GET", "/v1/desk/customers?limit=all", "", inQuery("limit", "type")),
		invalid("sort by an unknown field", "GET", "/v1/desk/customers?sort=-nope", "", inQuery("sort", "unknown_field")),
		invalid("unknown field to show", "GET", "/v1/desk/customers?fields=nope", "", inQuery("fields", "unknown_field")),
		invalid("unknown state of jobs", "GET", "/v1/jobs?state=asleep", "", inQuery("state", "enum")),
		invalid("unknown model of jobs", "GET", "/v1/jobs?model=nope", "", inQuery("model", "unknown_model")).as("unknown_model"),
		invalid("wait too long", "GET", "/v1/jobs/x?wait=31", "", inQuery("wait", "out_of_range")),
		invalid("If-Match on a bulk", "PATCH", bulk(active), lead, inHeader("If-Match", "if_match_on_bulk")).
			with(map[string]string{"If-Match": `"3"`}),
		invalid("weak If-Match", "PATCH", "/v1/desk/customers/"+g.Record, lead, inHeader("If-Match", "invalid_if_match")).
			with(map[string]string{"If-Match": `W/"3"`}),
		invalid("idempotency key with a space", "PATCH", bulk(active), lead, inHeader("Idempotency-Key", "invalid_idempotency_key")).
			with(map[string]string{"Idempotency-Key": "a b"}),
		invalid("idempotency key too long", "PATCH", bulk(active), lead, inHeader("Idempotency-Key", "invalid_idempotency_key")).
			with(map[string]string{"Idempotency-Key": strings.Repeat("k", 256)}),
		{
			name: "confirm token of another request", method: "PATCH", path: bulk(active, "confirmToken=abc"), body: lead,
			status: 412, code: "confirm_token_invalid",
		},
	}
}

func badJobs() []badInput {
	post := func(name, body string, errors ...wrong) badInput {
		return invalid(name, "POST", "/v1/jobs", body, errors...)
	}
	return []badInput{
		post("job: malformed JSON", `{"model":"desk"`, inBody("*", "invalid_json")).as("invalid_json"),
		post("job: duplicate JSON key", `{"model":"desk","model":"desk"}`, inBody("/model", "duplicate_key")).as("duplicate_key"),
		post("job: unknown model", `{"model":"nope","filter":{},"patch":{"a":1}}`, inBody("/model", "unknown_model")).as("unknown_model"),
		post("job: neither filter nor id", `{"model":"desk","patch":`+lead+`}`, inBody("/filter", "missing_filter")).as("missing_filter"),
		post("job: filter and id", `{"model":"desk","id":1,"filter":{},"patch":`+lead+`}`, inBody("/id", "filter_and_id")),
		post("job: empty filter", `{"model":"desk","filter":{},"patch":`+lead+`}`,
			inBody("/options/allowAll", "allow_all_required")).as("allow_all_required"),
		post("job: empty patch", `{"model":"desk","filter":`+active+`,"patch":{}}`, inBody("/patch", "empty_patch")).as("empty_patch"),
		post("job: no patch", `{"model":"desk","filter":`+active+`}`, inBody("/patch", "required")),
		post("job: computed values", `{"model":"desk","filter":`+active+`,"compute":{"jobTitle":{"$inc":1},"notes":[{"$trim":true},{"$suffix":1}],"numTickets":{"$inc":1},"nope":{"$trim":true},"password":{"$trim":true}}}`,
			inBody("/compute/jobTitle/$inc", "operator_not_allowed"), inBody("/compute/notes/1/$suffix", "type"), inBody("/compute/numTickets", "read_only"),
			inBody("/compute/nope", "unknown_field"), inBody("/compute/password", "secret_field")),
		post("job: nothing to compute", `{"model":"desk","filter":`+active+`,"compute":{}}`, inBody("/compute", "required")),
		post("job: computed beside a patch", `{"model":"desk","filter":`+active+`,"patch":{"jobTitle":7},"compute":{"jobTitle":{"$trim":1}}}`,
			inBody("/patch/jobTitle", "type"), inBody("/compute/jobTitle/$trim", "type")),
		post("job: set and computed", `{"model":"desk","filter":`+active+`,"patch":`+lead+`,"compute":{"jobTitle":{"$trim":true}}}`,
			inBody("/compute/jobTitle", "duplicate_field")),
		post("job: a file and more", `{"model":"desk","file":"x","match":["id","id","id","id","id","id"],"columns":7,"filter":`+active+`,"patch":`+lead+`,"options":{"allowAll":true,"blank":"maybe"}}`,
			inBody("/options/blank", "enum"), inBody("/match", "out_of_range"), inBody("/columns", "type"), inBody("/filter", "not_with_file"),
			inBody("/patch", "not_with_file"), inBody("/options/allowAll", "not_with_file")),
		post("job: a file without match", `{"model":"desk","file":7}`, inBody("/file", "type"), inBody("/match", "required")),
		post("job: options of files", `{"model":"desk","filter":`+active+`,"patch":`+lead+`,"match":"id","options":{"unmatched":"skip"}}`,
			inBody("/match", "file_only"), inBody("/options/unmatched", "file_only")),
		post("job: unknown member", `{"model":"desk","filter":`+active+`,"patch":`+lead+`,"what":1}`, inBody("/what", "unknown_field")),
		post("job: unknown option", `{"model":"desk","filter":`+active+`,"patch":`+lead+`,"options":{"what":1}}`,
			inBody("/options/what", "unknown_field")),
		post("job: bad options", `{"model":"desk","filter":`+active+`,"patch":`+lead+
			`,"options":{"maxFailures":0,"onMismatch":"maybe","recordsPerSecond":"fast"}}`,
			inBody("/options/maxFailures", "out_of_range"), inBody("/options/onMismatch", "enum"),
			inBody("/options/recordsPerSecond", "type")),
		post("job: faults of filter and patch", `{"model":"desk","filter":{"state":{"$foo":1}},"patch":{"jobTitle":7}}`,
			inFilter("/state/$foo", "unknown_operator"), inBody("/patch/jobTitle", "type")),
		{
			name: "job: unknown file", method: "POST", path: "/v1/jobs", body: `{"model":"desk","file":"x","match":"id"}`,
			status: 404, code: "file_not_found",
		},
		{
			name: "job: unknown record", method: "POST", path: "/v1/jobs", body: `{"model":"desk","id":987654321,"patch":` + lead + `}`,
			status: 404, code: "record_not_found",
		},
	}
}

func badCallers(g Target) []badInput {
	refused := func(name string, header map[string]string, status int, code string) badInput {
		return badInput{
			name: name, method: "PATCH", path: bulk(active), body: lead, header: header, status: status, code: code,
		}
	}
	none := refused("no key", map[string]string{"X-Api-Key": ""}, 401, "missing_key")
	none.answers = map[string]string{"WWW-Authenticate": `Bearer realm="bulkpatch"`}
	return []badInput{
		none,
		refused("wrong key", map[string]string{"X-Api-Key": "bp_wrong"}, 401, "invalid_key"),
		refused("wrong bearer key", map[string]string{"X-Api-Key": "", "Authorization": "Bearer bp_wrong"}, 401, "invalid_key"),
		refused("two different keys", map[string]string{"Authorization": "Bearer " + g.Reader}, 400, "conflicting_keys"),
		refused("missing scope", map[string]string{"X-Api-Key": g.Reader}, 403, "missing_scope"),
		{
			name: "keys without admin", method: "GET", path: "/v1/keys",
			header: map[string]string{"X-Api-Key": g.Reader}, status: 403, code: "missing_scope",
		},
		{name: "another workspace's job", method: "GET", path: "/v1/jobs/" + g.ForeignJob, status: 404, code: "job_not_found"},
		{name: "results of another workspace's job", method: "GET", path: "/v1/jobs/" + g.ForeignJob + "/results", status: 404, code: "job_not_found"},
		{name: "events of another workspace's job", method: "GET", path: "/v1/jobs/" + g.ForeignJob + "/events", status: 404, code: "job_not_found"},
		{name: "pause another workspace's job", method: "POST", path: "/v1/jobs/" + g.ForeignJob + "/pause", status: 404, code: "job_not_found"},
		{name: "cancel another workspace's job", method: "POST", path: "/v1/jobs/" + g.ForeignJob + "/cancel", status: 404, code: "job_not_found"},
	}
}

func badCalls(g Target) []badInput {
	record := "/v1/desk/customers/" + g.Record
	return []badInput{
		{name: "unknown path", method: "GET", path: "/v1/nothing", status: 404, code: "unknown_path"},
		{name: "path with a slash at its end", method: "GET", path: "/v1/jobs/", status: 404, code: "unknown_path"},
		{name: "path with dots", method: "GET", path: "/v1/desk/../jobs", status: 404, code: "unknown_path"},
		{name: "unknown model", method: "PATCH", path: "/v1/nope/customers?filter=%7B%7D", body: lead, status: 404, code: "model_not_found"},
		{name: "unknown file", method: "GET", path: "/v1/desk/files/x", status: 404, code: "file_not_found"},
		{name: "files of an unknown model", method: "GET", path: "/v1/nope/files", status: 404, code: "model_not_found"},
		{name: "unknown record", method: "PATCH", path: "/v1/desk/customers/987654321", body: lead, status: 404, code: "record_not_found"},
		{name: "id that no record can have", method: "GET", path: "/v1/desk/customers/x", status: 404, code: "record_not_found"},
		{
			name: "wrong method", method: "PUT", path: record, body: lead, status: 405, code: "method_not_allowed",
			answers: map[string]string{"Allow": "DELETE, GET, HEAD, PATCH"},
		},
		{
			name: "wrong method on an action", method: "GET", path: "/v1/jobs/x/pause", status: 405, code: "method_not_allowed",
			answers: map[string]string{"Allow": "POST"},
		},
		{
			name: "wrong media type", method: "PATCH", path: record, body: "a=b", status: 415, code: "unsupported_media_type",
			header:  map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
			answers: map[string]string{"Accept-Patch": "application/merge-patch+json, application/json"},
		},
		{
			name: "JSON patch", method: "PATCH", path: record, body: "[]", status: 415, code: "unsupported_media_type",
			header: map[string]string{"Content-Type": "application/json-patch+json"},
		},
		{
			name: "import of another media type", method: "POST", path: "/v1/desk/import", body: "x", status: 415, code: "unsupported_media_type",
			header: map[string]string{"Content-Type": "application/xml"},
		},
		{
			name: "export in another media type", method: "GET", path: "/v1/desk/export", status: 406, code: "not_acceptable",
			header: map[string]string{"Accept": "application/xml"},
		},
	}
}
