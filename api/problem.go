package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"bulkpatch/job"
	"bulkpatch/model"
)

// A kind is one kind of error: its status and its title, which are the same
// in every answer with that code.
type kind struct {
	status int
	title  string
}

// kinds is the list of all error codes. A code is a promise: it may be added
// to, never renamed.
var kinds = map[string]kind{
	"invalid_request":    {400, "The request is not valid"},
	"invalid_json":       {400, "The body is not valid JSON"},
	"duplicate_key":      {400, "A JSON name is given twice"},
	"unknown_parameter":  {400, "A query parameter is unknown"},
	"unknown_model":      {400, "There is no such model"},
	"missing_filter":     {400, "A filter is required"},
	"allow_all_required": {400, "An empty filter needs allowAll"},
	"empty_patch":        {400, "The patch changes nothing"},
	"incomplete_body":    {400, "The body is incomplete"},
	"conflicting_keys":   {400, "Two different API keys were given"},
	"too_many_options":   {400, "A drop-down has too many options"},

	"missing_key": {401, "An API key is required"},
	"invalid_key": {401, "The API key is not valid"},

	"missing_scope":       {403, "The API key lacks a scope"},
	"forbidden_workspace": {403, "The workspace is not yours to manage"},
	"cross_origin":        {403, "The request came from another site"},

	"unknown_path":     {404, "There is nothing at this path"},
	"not_found":        {404, "Not found"},
	"invalid_id":       {404, "No record can have this id"},
	"model_not_found":  {404, "There is no such model"},
	"record_not_found": {404, "There is no such record"},
	"job_not_found":    {404, "There is no such job"},
	"key_not_found":    {404, "There is no such key"},

	"method_not_allowed": {405, "The method is not allowed here"},
	"not_acceptable":     {406, "No offered media type is accepted"},
	"request_timeout":    {408, "The body did not arrive in time"},

	"action_not_allowed": {409, "The job's state does not allow this"},
	"exists":             {409, "It already exists"},
	"id_taken":           {409, "The id is taken"},
	"name_taken":         {409, "The name is taken"},
	"unique":             {409, "A unique value is already taken"},
	"job_cancelled":      {409, "The job was cancelled"},
	"model_gone":         {409, "The job's model is not loaded"},

	"job_gone": {410, "The job has left after its retention"},

	"precondition_failed":   {412, "The record has another version"},
	"confirm_token_invalid": {412, "The confirm token does not hold"},

	"too_large":              {413, "The body is too large"},
	"url_too_long":           {414, "The URL is too long"},
	"unsupported_media_type": {415, "The media type is not supported"},

	"idempotency_key_reused": {422, "The idempotency key was used for another request"},
	"record_failed":          {422, "A rule refused the change"},

	"too_many_streams": {429, "Too many event streams and waiting calls are open"},
	"too_many_jobs":    {429, "Too many jobs are open"},

	"headers_too_large": {431, "The headers are too large"},

	"internal": {500, "Something went wrong on our side"},

	"unavailable":   {503, "The service cannot answer right now"},
	"query_timeout": {503, "The query takes too long"},
	"not_ready":     {503, "The service is not ready"},

	"storage_full": {507, "The database is out of space"},
}

// Where a fault was found.
const (
	inBody   = "body"
	inFilter = "filter"
	inQuery  = "query"
	inHeader = "header"
)

// A fault is one thing wrong with a request. The pointer is RFC 6901 into the
// body, or into the filter wherever that came from; of a query parameter it
// is "?" and its name, of a header its name.
type fault struct {
	Pointer string `json:"pointer"`
	Code    string `json:"code"`
	Detail  string `json:"detail"`
	In      string `json:"in"`
}

// A problem is an error on its way to the caller, as RFC 9457 has it. It is
// an error, so that handlers can return it.
type problem struct {
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Code   string  `json:"code"`
	Errors []fault `json:"errors,omitempty"`

	JobID          string       `json:"jobId,omitempty"`
	State          job.State    `json:"state,omitempty"`
	AllowedActions []job.Action `json:"allowedActions,omitzero"`
	Counts         *countsJSON  `json:"counts,omitempty"`

	header http.Header
	holder string // the id of the record that has a unique value; for vendors' answers
}

func (p *problem) Error() string { return p.Code + ": " + p.Detail }

// set adds a header to the answer.
func (p *problem) set(name, value string) *problem {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set(name, value)
	return p
}

// newProblem makes an error of the kind that code names.
func newProblem(code, detail string) *problem {
	k, ok := kinds[code]
	if !ok {
		k = kinds["internal"]
	}
	return &problem{
		Type:   "urn:bulkpatch:problem:" + code,
		Title:  k.title,
		Status: k.status,
		Detail: detail,
		Code:   code,
	}
}

// invalid makes the answer that names all faults. Its own code is that of the
// faults where they agree on one that the list of kinds has, so that a caller
// with one mistake need not look further.
func invalid(faults []fault) *problem {
	code := faults[0].Code
	for _, f := range faults {
		if f.Code != code {
			code = "invalid_request"
		}
	}
	if kinds[code].status != http.StatusBadRequest {
		code = "invalid_request"
	}
	detail := faults[0].Detail
	if n := len(faults); n > 1 {
		detail = strconv.Itoa(n) + " things are wrong with the request; errors lists them."
	}
	p := newProblem(code, detail)
	p.Errors = faults
	return p
}

// problemOf is the one place where an error becomes an answer. known is false
// for an error that nobody foresaw.
func problemOf(err error) (p *problem, known bool) {
	var state *job.StateError
	var unique *job.UniqueError
	var faults model.Faults
	switch {
	case errors.As(err, &p):
		return p, true
	case errors.As(err, &state):
		return stateProblem(state), true
	case errors.As(err, &unique):
		return uniqueProblem(unique.Field), true
	case errors.As(err, &faults) && len(faults) > 0:
		return invalid(faultsIn(inBody, "", faults)), true
	}
	for _, c := range causes {
		if errors.Is(err, c.err) {
			return c.make(), true
		}
	}
	return newProblem("internal", "The request could not be completed. The request id helps us to find out why."), false
}

// causes are the answers to the sentinels of package job.
var causes = []struct {
	err  error
	make func() *problem
}{
	{job.ErrNotFound, func() *problem { return newProblem("not_found", "There is nothing with this id.") }},
	{job.ErrGone, func() *problem { return newProblem("job_gone", "The job was kept for its time and has been removed.") }},
	{job.ErrExists, func() *problem { return newProblem("exists", "Something with this name exists already.") }},
	{job.ErrKeyReused, func() *problem {
		return newProblem("idempotency_key_reused", "This Idempotency-Key has been used for another request.")
	}},
	{job.ErrUnavailable, func() *problem {
		return newProblem("unavailable", "The database cannot answer at the moment. Please try again.").set("Retry-After", "1")
	}},
	{job.ErrQueryTimeout, func() *problem {
		return newProblem("query_timeout", "The query took longer than it may. Narrow the filter, leave out count, or try again later.").
			set("Retry-After", "5")
	}},
	{job.ErrTooManyJobs, func() *problem {
		return newProblem("too_many_jobs", "The workspace has as many open jobs as it may have. Wait for some to end, or cancel some.").
			set("Retry-After", "5")
	}},
	{job.ErrTooManyOptions, func() *problem {
		return newProblem("too_many_options", "A drop-down of the workspace may have at most 1,000 added options, each of at most 200 characters.")
	}},
	{job.ErrStorageFull, func() *problem {
		return newProblem("storage_full", "The database is out of disk space, so nothing can be stored.")
	}},
	{job.ErrOtherModel, func() *problem {
		return newProblem("model_gone", "The job's model is not loaded here any more, so its records cannot be read.")
	}},
	{job.ErrBadCursor, func() *problem {
		return invalid([]fault{{"?cursor", "invalid_cursor", "The cursor is not one that this list gave.", inQuery}})
	}},
}

// stateProblem answers an action that a job's state does not allow.
func stateProblem(e *job.StateError) *problem {
	allowed := "no action"
	if len(e.Allowed) > 0 {
		names := make([]string, len(e.Allowed))
		for i, a := range e.Allowed {
			names[i] = string(a)
		}
		allowed = strings.Join(names, ", ")
	}
	p := newProblem("action_not_allowed", strings.TrimSpace(e.Reason+" The job is "+string(e.State)+", which allows: "+allowed+"."))
	p.State = e.State
	p.AllowedActions = append([]job.Action{}, e.Allowed...)
	return p
}

// uniqueProblem answers a value that another record holds.
func uniqueProblem(field string) *problem {
	p := newProblem("unique", "Another record has this value of "+field+" already.")
	p.Errors = []fault{{"/" + escapePointer(field), "unique", "The value is already taken.", inBody}}
	return p
}

// faultsIn brings faults of an input under its place in the request.
func faultsIn(where, prefix string, fs model.Faults) []fault {
	out := make([]fault, len(fs))
	for i, f := range fs {
		out[i] = fault{prefix + f.Pointer, f.Code, f.Detail, where}
	}
	return out
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// escapePointer makes a name one token of a JSON pointer.
func escapePointer(name string) string { return pointerEscapes.Replace(name) }

// write sends the problem.
func (p *problem) write(w http.ResponseWriter) {
	line, _ := jsonLine(p) // it holds texts and numbers only
	p.send(w, "application/problem+json", p.Status, line)
}

// send sends the problem in some form.
func (p *problem) send(w http.ResponseWriter, contentType string, status int, body []byte) {
	h := w.Header()
	for _, name := range []string{"ETag", "Content-Disposition", "Last-Modified"} {
		h.Del(name) // they spoke of the answer that is not sent
	}
	for name, values := range p.header {
		h[name] = values
	}
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // who left needs no answer
}
