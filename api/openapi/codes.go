package openapi

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/api"
	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
)

// causes say which problems the properties of a call bring with them.
var causes = []struct {
	when  func(api.Call) bool
	codes []string
}{
	{func(api.Call) bool { return true }, []string{"internal", "url_too_long", "headers_too_large"}},
	{func(c api.Call) bool { return !c.Keyless }, []string{"missing_key", "invalid_key", "conflicting_keys", "rate_limited", "unavailable", "invalid_request", "unknown_parameter"}},
	{func(c api.Call) bool { return len(c.Scopes) > 0 }, []string{"missing_scope"}},
	{hasBody, []string{"unsupported_media_type", "too_large", "invalid_json", "duplicate_key", "incomplete_body", "invalid_gzip", "request_timeout", "unavailable"}},
	{func(c api.Call) bool { return len(c.Answer.Types) > 1 }, []string{"not_acceptable"}},
	{func(c api.Call) bool { return c.Effect == api.Changes }, []string{"storage_full"}},
	{func(c api.Call) bool { return c.Cost == api.Expensive || c.Cost == api.Paged }, []string{"query_timeout"}},
	{has(api.InPath, "id"), []string{"record_not_found"}},
	{has(api.InPath, "job"), []string{"job_not_found", "job_gone"}},
	{has(api.InPath, "file"), []string{"file_not_found"}},
	{has(api.InPath, "key"), []string{"key_not_found"}},
	{has(api.InHeader, "Idempotency-Key"), []string{"idempotency_key_reused"}},
	{has(api.InHeader, "If-Match"), []string{"precondition_failed"}},
	{func(c api.Call) bool { return has(api.InQuery, "filter")(c) || submits(c) }, []string{"too_many_conditions", "too_many_values", "invalid_json", "duplicate_key"}},
	{func(c api.Call) bool { return has(api.InQuery, "webhook")(c) || submits(c) }, []string{"webhook_not_configured", "webhook_refused"}},
	{func(c api.Call) bool { return has(api.InQuery, "confirmToken")(c) || submits(c) }, []string{"confirm_token_invalid"}},
}

// submits reports whether a call submits an update with everything in the body.
func submits(c api.Call) bool { return c.Method == http.MethodPost && c.Path == "/v1/jobs" }

func hasBody(c api.Call) bool { return len(c.Request.Types) > 0 }

// has returns a function that reports whether a call takes a parameter.
func has(in, name string) func(api.Call) bool {
	return func(c api.Call) bool {
		return slices.ContainsFunc(c.Params, func(p api.Param) bool { return p.In == in && p.Name == name && p.Refused == "" })
	}
}

// codesOf returns the codes of the problems that a call can answer with, sorted.
// further are those that do not follow from the call; one with a minus sign cannot
// happen after all.
func codesOf(c api.Call, further []string) []string {
	found := map[string]bool{}
	for _, cause := range causes {
		if cause.when(c) {
			for _, code := range cause.codes {
				found[code] = true
			}
		}
	}
	for _, code := range further {
		if not, ok := strings.CutPrefix(code, "-"); ok {
			delete(found, not)
		} else {
			found[code] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// byStatus groups codes by the status of their problems.
func byStatus(codes []string) map[int][]string {
	groups := map[int][]string{}
	for _, code := range codes {
		t, _ := web.ProblemTypeOf(code)
		groups[t.Status] = append(groups[t.Status], code)
	}
	return groups
}

// problemHeaders are the headers of problems with a status. The first is always there, and
// the others where they have something to say.
var problemHeaders = map[int][]string{
	http.StatusUnauthorized: {"WWW-Authenticate"}, http.StatusUnsupportedMediaType: {"X-Request-Id", "Accept-Patch", "Accept-Post"},
	http.StatusTooManyRequests: {"Retry-After", "RateLimit-Policy", "RateLimit"}, http.StatusServiceUnavailable: {"Retry-After"},
}

// problemRef refers to the answer with one of some problems of a status.
func (s *schemas) problemRef(status int, codes []string) object {
	return s.answerRef("Problem"+statusKey(status), problemAnswer(status, codes))
}

// answerRef refers to an answer as a component: most calls share theirs with others.
// Where another answer has the name, a number follows.
func (s *schemas) answerRef(name string, answer object) object {
	for n, at := 2, name; ; n, at = n+1, name+"_"+strconv.Itoa(n) {
		known := s.problems.get(at)
		if known == nil {
			s.problems.set(at, answer)
		} else if !reflect.DeepEqual(known, answer) {
			continue
		}
		return obj("$ref", "#/components/responses/"+at)
	}
}

// problemAnswer is the answer with one of some problems of a status.
func problemAnswer(status int, codes []string) object {
	schema := obj("allOf", []object{refTo("Problem"), obj("properties", obj("code", obj("enum", codes)))})
	out := obj("description", explained(codes))
	if list := problemHeaders[status]; list != nil {
		out.set("headers", headersOf(list, list[:1]...))
	}
	out.set("content", obj(web.TypeProblem, obj("schema", schema, "example", problemExample(codes[0]))))
	out.set("x-codes", codes)
	return out
}

// explained says what each code stands for and what to do about it.
func explained(codes []string) string {
	lines := make([]string, len(codes))
	for i, code := range codes {
		t, _ := web.ProblemTypeOf(code)
		lines[i] = fmt.Sprintf("- `%s`: %s. %s", code, t.Title, problems().entries.text(code))
	}
	return strings.Join(lines, "\n")
}

// problemExample is a problem as it may look.
func problemExample(code string) object {
	p := web.NewProblem(code, problems().entries.text(code))
	return obj("type", p.Type, "title", p.Title, "status", p.Status, "detail", p.Detail, "code", p.Code)
}

// problemCode is the component of the codes of problems, and faultCode that of the codes
// of single faults.
func problemCode() object {
	return obj("type", "string", "description", "The codes of problems. New ones may be added.\n\n"+explained(web.ProblemCodes()), "enum", web.ProblemCodes())
}

func faultCode() object {
	codes := words.FaultCodes()
	lines := make([]string, len(codes))
	for i, code := range codes {
		title, advice := words.Reason(code)
		lines[i] = "- `" + code + "`: " + title + ". " + advice
	}
	return obj("type", "string", "examples", codes,
		"description", "The codes of faults, beside those of problems. New ones may be added.\n\n"+strings.Join(lines, "\n"))
}

// statusKey is a status as a member of an object.
func statusKey(status int) string { return strconv.Itoa(status) }
