package openapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"bulkpatch/api"
	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/model"
)

// A vendorSchemas makes what the document says of one vendor's surface. What its answers
// look like is read off the vendor's own code, by asking it for answers.
type vendorSchemas struct {
	*schemas
	surface *compat.Surface
	title   string
	name    string // begins the names of the components
	words   object // its entry in the file of vendors
}

// addVendors adds the calls of the surfaces at the vendors' own paths. Below /compat
// they are the same, which the servers of a path say.
func (b *builder) addVendors(all []api.Call) {
	for _, s := range b.source.Surfaces {
		v := b.newVendor(s)
		for _, c := range all {
			if c.Vendor != s.Model.Name || strings.HasPrefix(c.Path, "/compat/") || strings.HasSuffix(c.Path, "/{$}") {
				continue
			}
			i := slices.IndexFunc(s.Routes, func(r compat.Route) bool { return r.Path == c.Path && r.Method == c.Method })
			b.add(c.Path, c.Method, v.operation(c, s.Routes[i]))
			item := b.paths.get(c.Path).(object)
			item.set("servers", []object{obj("url", "/"), obj("url", "/compat/"+s.Model.Name)})
			b.paths.set(c.Path, item)
		}
	}
}

// newVendor adds the components of a surface.
func (b *builder) newVendor(s *compat.Surface) *vendorSchemas {
	speaks, _ := s.Model.Vendor["speaks"].(string)
	v := &vendorSchemas{schemas: b.schemas, surface: s, name: b.modelOf(s.Model).name + "Api", words: vendors().at(speaks)}
	v.title = v.words.text("title")
	if speaks == "" {
		v.title = s.Model.Name
	}
	b.tags = append(b.tags, obj("name", v.title+" API", "description",
		"The API of "+v.title+", at its own paths, with its field names, answers and errors. Below `/compat/"+s.Model.Name+
			"` each path works, too, with and without the vendor's version prefix. Paths may end with a slash. Unknown query parameters are ignored."))
	b.named.set(v.name+"Customer", v.customer())
	b.named.set(v.name+"Body", v.body())
	return v
}

// customer returns the schema of a customer as the vendor shows it. Values that the
// vendor's code rewrites have no more than a type.
func (v *vendorSchemas) customer() object {
	properties := object{}
	for _, f := range v.surface.Model.Fields {
		if seen, ok := v.surface.Field(f.VendorName); !ok || seen != f || f.WriteOnly || f.Secret == model.Hashed {
			continue
		}
		p := obj("description", describe(f))
		if t := vendorType(f); t != "" {
			p.set("type", []string{t, "null"})
		}
		properties.set(f.VendorName, p)
	}
	return obj("description", "A customer as "+v.title+" shows it.", "type", "object", "properties", properties, "additionalProperties", false)
}

// vendorType returns the JSON type of the values of a field, "" for any.
func vendorType(f *model.Field) string {
	switch f.Type {
	case model.Date, model.DateTime:
		return "string"
	case model.Any:
		return ""
	}
	return string(f.Type)
}

// body returns the schema of a body. It names the fields only: which forms of values a
// vendor takes, its own code decides.
func (v *vendorSchemas) body() object {
	properties := object{}
	for _, f := range v.surface.Model.Fields {
		if seen, ok := v.surface.Field(f.VendorName); ok && seen == f {
			properties.set(f.VendorName, obj("description", describe(f)))
		}
	}
	return obj("description", "What "+v.title+" takes: its fields, in its envelope if it has one. The forms of values are the vendor's, so the schema names the fields only.",
		"type", "object", "properties", properties)
}

// operation returns one call.
func (v *vendorSchemas) operation(c api.Call, r compat.Route) object {
	words := vendors().at("actions").get(string(r.Action)).(object)
	op := obj("operationId", operationID(c), "tags", []string{v.title + " API"}, "summary", words.text("is")+" ("+v.title+")",
		"description", words.text("about")+"\n\n"+scopeText(c))
	if list := v.parameters(c, r); len(list) > 0 {
		op.set("parameters", list)
	}
	if hasBody(c) {
		op.set("requestBody", v.requestBody(c, r.Action))
	}
	op.set("responses", v.responses(c, r))
	return append(op, accessOf(c, v.surface.BareKey)...)
}

// operationID names a call after its method and path.
func operationID(c api.Call) string {
	var id strings.Builder
	id.WriteString(strings.ToLower(c.Method))
	for part := range strings.FieldsFuncSeq(c.Path, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		id.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return id.String()
}

// parameters returns the parameters of the native API that the call takes, and the
// vendor's own.
func (v *vendorSchemas) parameters(c api.Call, r compat.Route) []object {
	native := &call{Call: c, schemas: v.schemas, entry: c.Method + " " + c.Path}
	list := native.parameters()
	for i, p := range list {
		if p.text("in") == api.InPath {
			list[i].set("schema", obj("type", "string"))
		}
		if id := v.surface.ID; p.text("name") == "id" && id.Role != model.RoleID {
			list[i].set("description", "The `"+id.VendorName+"` of a customer.")
		}
	}
	own, _ := v.words.get(string(r.Action)).(object)
	if search, ok := v.words.get("search").(object); ok && strings.HasSuffix(r.Path, "/search") {
		own = search
	}
	for _, p := range own {
		words := p.value.(object)
		out := obj("name", p.name, "in", api.InQuery, "description", words.text("about"))
		schema := words.without("about")
		for _, name := range []string{"required", "example"} { // of the parameter, not of its schema
			if value := words.get(name); value != nil {
				out.set(name, value)
			}
			schema = schema.without(name)
		}
		if v.takesEmpty(r, own, p.name) {
			out.set("allowEmptyValue", true)
		}
		list = append(list, append(out, member{"schema", schema}))
	}
	return list
}

// takesEmpty reports whether a list, or a call for the fields, takes one of its own
// parameters without a value. It asks the vendor's code, beside the examples of what
// must be given.
func (v *vendorSchemas) takesEmpty(r compat.Route, own object, name string) bool {
	request := v.request(r)
	for _, p := range own {
		if words := p.value.(object); words.get("required") == true {
			request.Query.Set(p.name, words.text("example"))
		}
	}
	request.Query.Set(name, "")
	switch r.Action {
	case compat.List:
		v.surface.List(request)
	case compat.Describe:
		v.surface.Describe(v.surface.Model, request, noChoices)
	default:
		return false
	}
	return len(request.Faults.Kept) == 0
}

// noChoices are the choices that a workspace has added to a drop-down, when there is none.
func noChoices(*model.Field) []string { return nil }

// requestBody returns the body of a call.
func (v *vendorSchemas) requestBody(c api.Call, action compat.Action) object {
	content := object{}
	for _, mediaType := range c.Request.Types {
		schema := refTo(v.name + "Body")
		if action == compat.Login {
			schema = obj("type", "object", "properties", obj("password", obj("type", "string", "description", "The API key.")), "required", []string{"password"})
		}
		media := obj("schema", schema)
		if example := vendors().at("bodies").get(string(action)); example != nil {
			media.set("example", example)
		}
		if own, _ := v.words.get("bodies").(object); own.get(string(action)) != nil {
			media.set("example", own.get(string(action)))
		}
		content.set(mediaType, media)
	}
	return obj("description", "The body, as the vendor has it.", "required", true, "content", content)
}

// request is a request as the vendor's code may see it.
func (v *vendorSchemas) request(r compat.Route) *compat.Request {
	return &compat.Request{Surface: v.surface, Action: r.Action, Method: r.Method, Path: r.Path, Query: url.Values{}}
}

// responses returns the answers of a call.
func (v *vendorSchemas) responses(c api.Call, r compat.Route) object {
	out := object{}
	for _, a := range v.successes(r) {
		out.set(statusKey(a.status), v.success(c, a))
	}
	v.failures(c, &out)
	return out
}

// A success is an answer of success: its status, what it is, and the forms that its body
// may have, none for no body.
type success struct {
	status  int
	is      string
	bodies  []object
	headers []string
}

// success returns an answer of success as the document has it.
func (v *vendorSchemas) success(c api.Call, a success) object {
	names := append(a.headers, "X-Request-Id")
	if !c.Keyless {
		names = append(names, "RateLimit-Policy", "RateLimit")
	}
	out := obj("description", a.is, "headers", headersOf(names))
	if len(a.bodies) > 0 {
		out.set("content", obj(web.TypeJSON, obj("schema", anyOf(a.bodies))))
	}
	return out
}

// anyOf returns the schema of a value with one of some schemas.
func anyOf(list []object) object {
	if len(list) == 1 {
		return list[0]
	}
	return obj("anyOf", list)
}

// successes returns the answers of success of a call.
func (v *vendorSchemas) successes(r compat.Route) []success {
	one := []object{v.shape(v.surface.One(v.request(r), placeholder))}
	jobID := obj("type", "object", "properties", obj("jobId", obj("type", "string", "format", "uuid", "description", "The id of the job.")), "required", []string{"jobId"})
	accepted := []string{"Job-Id", "Location", "Retry-After", "Idempotency-Replayed", "Preference-Applied"}
	waiting := success{http.StatusAccepted, "The job, which has not ended; its id alone with `Prefer: respond-async`.", []object{jobID, refTo("Job")}, accepted}
	done := success{http.StatusOK, "The customer after the change. With `dryRun`, the preview.", append(one, refTo("Preview")),
		[]string{"ETag", "Job-Id", "Location", "Idempotency-Replayed", "Preference-Applied"}}
	switch r.Action {
	case compat.List:
		page := compat.Page{Items: []rawValue{placeholder}, Listing: compat.Listing{Limit: 1}, Request: v.request(r)}
		return []success{{http.StatusOK, "A page of customers.", []object{v.shape(v.surface.Many(page))}, nil}}
	case compat.Get:
		return []success{{http.StatusOK, "The customer.", one, []string{"ETag"}}, {http.StatusNotModified, "The caller has this version.", nil, []string{"ETag"}}}
	case compat.Create:
		made := success{v.surface.Created(), "The new customer.", one, []string{"ETag"}}
		done.is = "The customer that is taken for the same."
		if made.status == done.status {
			return []success{done, waiting}
		}
		return []success{made, done, waiting}
	case compat.Update:
		return []success{done, waiting}
	case compat.Bulk:
		return []success{
			{http.StatusOK, "The id of the job. With `dryRun`, the preview.", []object{jobID, refTo("Preview")}, accepted},
			{http.StatusAccepted, "With `Prefer: respond-async`: the id of the job; with `dryRun`, the job of a preview.", []object{jobID, refTo("Job")}, accepted},
		}
	case compat.Describe:
		return []success{{http.StatusOK, "The fields.", []object{v.shape(v.surface.Describe(v.surface.Model, v.request(r), noChoices))}, nil}}
	case compat.Login:
		return []success{{http.StatusOK, "The token.", []object{v.shape(v.surface.Token(""))}, nil}}
	default:
		status, body := v.surface.Deleted()
		out := success{status, "It is deleted.", nil, nil}
		if body != nil {
			out.bodies = []object{v.shape(body)}
		}
		return []success{out}
	}
}
