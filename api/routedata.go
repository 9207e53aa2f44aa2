package api

import (
	"slices"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/model"
)

// An access is what a route asks of its caller: nothing, or a key that has all
// of some scopes.
type access struct {
	keyless bool
	page    bool // it is a page of the dashboard: a session does, too, and forms must be our own
	main    bool // the key must be of the workspace main
	scopes  []auth.Scope
}

func needs(scopes ...auth.Scope) access { return access{scopes: scopes} }

var (
	open           = access{keyless: true}
	anyKey         = needs() // visible.go decides what the key sees
	readCustomers  = needs(auth.CustomersRead)
	writeCustomers = needs(auth.CustomersWrite)
	bothCustomers  = needs(auth.CustomersWrite, auth.CustomersRead) // a change that is answered with the record
	readJobs       = needs(auth.JobsRead)
	writeJobs      = needs(auth.JobsWrite)
	redoJobs       = needs(auth.CustomersWrite, auth.JobsWrite) // a job that changes customers as another one did
	adminOnly      = needs(auth.Admin)
)

// An Effect says whether a call may change what is stored.
type Effect string

// The effects of calls.
const (
	Reads   Effect = "reads"
	Changes Effect = "changes"
)

// A Cost is the class of what a call costs the server.
type Cost string

// The classes of cost.
const (
	Cheap     Cost = "cheap"     // a few rows, found by their keys
	Paged     Cost = "paged"     // one page of a list
	Expensive Cost = "expensive" // evaluates a filter, or accepts work on many records
	Streamed  Cost = "streamed"  // lasts as long as its caller sends or reads
)

// Where a parameter is sent.
const (
	InPath   = "path"
	InQuery  = web.InQuery
	InHeader = web.InHeader
)

// A Param is a parameter of a call.
type Param struct {
	Name string
	In   string // InPath, InQuery or InHeader
	Type string // string, integer, number, boolean, date-time, or a media type for a text in that format
	// Description is a sentence.
	Description string
	// Refused says why this call refuses the parameter, although similar calls
	// take it; "" for a parameter that the call takes.
	Refused string
}

// A Content is the body of a request or of an answer.
type Content struct {
	// Types are the media types. The first applies where the caller names none.
	Types []string
	// JSON is the zero value of the Go type that encodes the body as JSON; nil
	// where the body has no JSON form.
	JSON any
}

// A Route is one call of the API, stated as data.
type Route struct {
	Method string
	// Path is the pattern of its path, in which {id} and the like stand for a
	// segment.
	Path string
	// Keyless: the call needs no key, and ignores the query.
	Keyless bool
	Scopes  []auth.Scope // that the key must have, all of them
	Page    bool         // it is a page: a session of the dashboard does, too, and what the query has beside Params is ignored
	Main    bool         // the key must be of the workspace main
	Effect  Effect
	Cost    Cost
	Params  []Param // those of the path first
	Request Content // without types: the call takes no body
	Answer  Content // of success; without types: it has no body
}

// A route is a [Route] with the function that serves it. Its path may begin
// with /v1/{model}, which stands for one path for each loaded model, under the
// model's literal name.
type route struct {
	method, path string
	access       access
	effect       Effect
	cost         Cost
	params       []Param // without those of the path
	request      Content
	answer       Content
	serve        func(*call) error
}

// label is the pattern of the path in metrics. A path with a slash at its end is the
// same.
func (r *route) label() string { return strings.TrimSuffix(r.path, "/{$}") }

// takesParam reports whether a query parameter may be sent to the route.
func (r *route) takesParam(name string) bool {
	return slices.ContainsFunc(r.params, func(p Param) bool { return p.In == InQuery && p.Name == name })
}

// A segment is a part of a path that names something.
type segment struct {
	name        string
	description string
	// none returns the answer to a text that cannot name anything.
	none func(*call) error
}

// segments lists the segments that paths may have.
var segments = []segment{
	{"id", "The id of a customer.", func(c *call) error { return c.format.noSuchID() }},
	{"job", "The id of a job.", func(*call) error { return errNoJob }},
	{"file", "The id of a file.", func(*call) error { return errNoFile }},
	{"key", "The id of an API key.", func(*call) error { return errNoKey }},
	{"version", "The version of the files that pages refer to.", func(*call) error { return errNoAsset }},
	{"asset", "The name of a file that pages refer to.", func(*call) error { return errNoAsset }},
	{"page", "The name of a page of the documentation.", func(*call) error { return errNoDocs }},
	{"name", "The name of a model.", func(*call) error { return errNoModel }},
	{"workspace", "The name of the key's workspace.", func(*call) error { return errNoWorkspace }},
}

// query returns a query parameter.
func query(name, typ, description string) Param {
	return Param{Name: name, In: InQuery, Type: typ, Description: description}
}

// header returns a header that says something about the call.
func header(name, typ, description string) Param {
	return Param{Name: name, In: InHeader, Type: typ, Description: description}
}

// Parameters that several routes have.
var (
	paramLimit   = query("limit", "integer", "How many items a page has.")
	paramCursor  = query("cursor", "string", "The nextCursor of the page before; leave it out for the first page.")
	paramFilter  = query("filter", web.TypeJSON, "Which customers are meant, as a filter.")
	paramFields  = query("fields", "string", "Which fields are shown, separated by commas; all if not given. The id and the version are always shown.")
	paramChoices = query("allowNewOptions", "boolean", "Whether values that a drop-down does not have yet become choices of it.")

	headerKey       = header("Idempotency-Key", "string", "Visible ASCII characters of the caller's choice. A request that is sent again with the same key makes no second job.")
	headerPrefer    = header("Prefer", "string", "wait=SECONDS waits for the end of the job, respond-async does not.")
	headerIfMatch   = header("If-Match", "string", "The ETag that the customer must have, with its quotes.")
	headerNoneMatch = header("If-None-Match", "string", "The ETag that the caller knows, with its quotes. While it is the same, the answer is 304 without a body.")
	headerLastEvent = header("Last-Event-ID", "integer", "The last revision that the caller was told.")
)

// updateParams returns the query parameters of an update by filter.
func updateParams() []Param {
	params := []Param{paramFilter}
	for _, o := range optionList {
		if !o.file {
			params = append(params, query(o.name, o.typ, o.description))
		}
	}
	return params
}

// singleParams returns the query parameters of an update of one record. Those
// that concern many records are refused with a reason, so that nobody believes
// they had an effect.
func singleParams() []Param {
	params := updateParams()[1:]
	for i, p := range params {
		if slices.ContainsFunc(optionList, func(o option) bool { return o.name == p.Name && o.bulk }) {
			params[i].Refused = detailBulkOnly
		}
	}
	return params
}

// Bodies returns the zero value of each Go type that a body has beside those that
// routes name, and the job, which most have.
func Bodies() []any { return []any{jobJSON{}, previewJSON{}, undoPreviewJSON{}, webhookJSON{}} }

// About returns the zero value of the Go type of what problems say of a job.
func About() any { return about{} }

// OptionsOf returns the zero value of the Go type of the options in a body.
func OptionsOf() any { return jobOptionsJSON{} }

// Bodies that have no Go type of their own, since handlers read them member
// by member or write them record by record.
type (
	// A recordJSON is a customer, by the names of the model's fields.
	recordJSON map[string]any
	// A rowJSON is a row of a file, by the names of its columns, with what became of it.
	rowJSON map[string]any
	// A patchJSON is a merge patch (RFC 7396) of a customer.
	patchJSON map[string]any

	recordPageJSON struct {
		Items      []recordJSON `json:"items"`
		NextCursor *string      `json:"nextCursor"`
		Count      *int64       `json:"count,omitempty"`
	}
	jobRequestJSON struct {
		Model   string          `json:"model"`
		Filter  map[string]any  `json:"filter,omitempty"` // this or the id
		ID      *model.ID       `json:"id,omitempty"`
		File    string          `json:"file,omitempty"` // instead, with match and columns
		Match   []string        `json:"match,omitempty"`
		Columns model.Columns   `json:"columns,omitempty"`
		Patch   patchJSON       `json:"patch"`
		Options *jobOptionsJSON `json:"options,omitempty"`
	}
	jobOptionsJSON struct {
		optionsJSON
		DryRun       bool   `json:"dryRun,omitempty"`
		ConfirmToken string `json:"confirmToken,omitempty"`
	}
	retryRequestJSON struct {
		OnMismatch string   `json:"onMismatch,omitempty"`
		Codes      []string `json:"codes,omitempty"`
		Pointers   []string `json:"pointers,omitempty"` // as the job's errorSummary has them
		DryRun     bool     `json:"dryRun,omitempty"`
	}
	undoRequestJSON struct {
		IDs    []model.ID `json:"ids,omitempty"`
		DryRun bool       `json:"dryRun,omitempty"`
	}
	brakeRequestJSON struct {
		On     bool   `json:"on"`
		Reason string `json:"reason,omitempty"` // required to switch it on
	}
	keyRequestJSON struct {
		Name      string       `json:"name"`
		Workspace string       `json:"workspace,omitempty"`
		Scopes    []auth.Scope `json:"scopes,omitempty"` // these and the preset's
		Preset    string       `json:"preset,omitempty"`
		Person    string       `json:"person,omitempty"`
		ExpiresAt string       `json:"expiresAt,omitempty"`
	}
	rotationJSON struct {
		OverlapSeconds int64 `json:"overlapSeconds,omitempty"`
	}
)
