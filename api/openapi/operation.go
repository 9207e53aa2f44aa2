package openapi

import (
	"reflect"
	"slices"
	"strings"

	"bulkpatch/api"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/model"
)

// A call is one call of the native API, with what the document says of it.
type call struct {
	api.Call
	*schemas
	model *modelSchemas // nil for a call that no model has of its own
	words object        // its entry in the file of calls
	entry string        // the name of that entry
}

// newCall prepares a call. Those of a model have the words of the row that all models
// share.
func (b *builder) newCall(c api.Call) *call {
	out := &call{Call: c, schemas: b.schemas}
	path := c.Path
	for _, m := range b.models {
		if rest, ok := strings.CutPrefix(path, "/v1/"+m.model.Name+"/"); ok {
			out.model, path = m, "/v1/{model}/"+rest
		}
	}
	out.entry = c.Method + " " + path
	out.words = calls().at(out.entry)
	return out
}

// fill puts the name of the model into a text.
func (c *call) fill(text string) string {
	if c.model == nil {
		return text
	}
	return strings.ReplaceAll(text, "{Model}", c.model.name)
}

// operation returns the call as the document describes it.
func (c *call) operation() object {
	tag, title := c.words.text("tag"), c.words.text("is")
	if c.model != nil {
		tag, title = c.model.model.Name, title+" ("+c.model.model.Name+")"
	}
	op := obj("operationId", c.fill(c.words.text("id")), "tags", []string{tag}, "summary", title,
		"description", c.words.text("about")+"\n\n"+scopeText(c.Call))
	if parameters := c.parameters(); len(parameters) > 0 {
		op.set("parameters", parameters)
	}
	if hasBody(c.Call) {
		op.set("requestBody", c.requestBody())
	}
	op.set("responses", c.responses())
	return append(op, accessOf(c.Call, false)...)
}

// accessOf returns what a call asks of its key, and what it costs. Roles in the
// requirements are the scopes of the key, all of which it must have.
func accessOf(c api.Call, bare bool) object {
	scopes := append([]auth.Scope{}, c.Scopes...)
	security := []object{}
	if !c.Keyless {
		security = append(security, obj("bearer", scopes), obj("apiKey", scopes))
		if bare {
			security = append(security, obj("bareKey", scopes))
		}
	}
	return obj("security", security, "x-scopes", scopes, "x-cost", c.Cost, "x-effect", c.Effect)
}

// scopeText says who may make a call.
func scopeText(c api.Call) string {
	switch {
	case c.Keyless:
		return "No key is needed."
	case len(c.Scopes) == 0:
		return "Any key will do."
	}
	names := make([]string, len(c.Scopes))
	for i, s := range c.Scopes {
		names[i] = "`" + string(s) + "`"
	}
	if len(names) == 1 {
		return "Needs the scope " + names[0] + "."
	}
	return "Needs the scopes " + strings.Join(names, " and ") + "."
}

// parameters returns the parameters that the call takes.
func (c *call) parameters() []object {
	var list []object
	for _, p := range c.Params {
		if p.Refused == "" {
			list = append(list, c.parameter(p))
		}
	}
	return list
}

// parameter returns one parameter.
func (c *call) parameter(p api.Param) object {
	out := obj("name", p.Name, "in", p.In, "description", p.Description)
	if p.In == api.InPath || p.Name == "filter" && slices.Contains(c.words.texts("codes"), "missing_filter") {
		out.set("required", true)
	}
	words := c.parameterWords(p)
	example := words.get("example")
	switch list := words.text("list"); {
	case p.Type == web.TypeJSON:
		out.set("content", obj(web.TypeJSON, c.jsonParameter(p, words.without("example"), example)))
		return out
	case list == "text":
		out.set("schema", obj("type", "array", "items", obj("type", "string")))
	case list != "":
		out.set("schema", obj("type", "array", "items", refTo(list)))
	case p.In == api.InPath && p.Name == "id" && c.model != nil:
		out.set("schema", fromSet(c.model.idSchema()))
	default:
		out.set("schema", annotated(plainSchema(p.Type), words.without("example")))
	}
	if words.text("list") != "" {
		out.set("style", "form")
		out.set("explode", false)
	}
	if example != nil {
		out.set("example", example)
	}
	return out
}

// parameterWords returns what the document says of a parameter beside its route.
func (c *call) parameterWords(p api.Param) object {
	if own := parameters().entries.get(c.entry + " " + p.Name); own != nil {
		return own.(object)
	}
	return parameters().at(p.Name)
}

// plainSchema returns the schema of a parameter's type.
func plainSchema(typ string) object {
	switch typ {
	case "date-time":
		return obj("type", "string", "format", "date-time")
	case "integer":
		return obj("type", "integer", "format", "int64")
	}
	return obj("type", typ)
}

// jsonParameter returns the content of a parameter that is JSON.
func (c *call) jsonParameter(p api.Param, words object, example any) object {
	schema := annotated(obj("type", "object"), words)
	if p.Name == "filter" && c.model != nil {
		schema = refTo(c.model.name + "Filter")
		example = c.model.sampleFilter()
	}
	out := obj("schema", schema)
	if example != nil {
		out.set("example", example)
	}
	return out
}

// requestBody returns the body that the call takes.
func (c *call) requestBody() object {
	content := object{}
	empty := reflect.TypeOf(c.Request.JSON) == reflect.TypeFor[struct{}]()
	optional := c.words.get("optional") == true || empty
	for _, mediaType := range c.Request.Types {
		content.set(mediaType, c.requestMedia(mediaType))
	}
	text := "The body."
	if empty {
		text = "Nothing, or an empty object."
	}
	return obj("description", text, "required", !optional, "content", content)
}

// requestMedia returns the body of one media type.
func (c *call) requestMedia(mediaType string) object {
	if c.Request.JSON == nil && c.model != nil {
		return obj("schema", obj("type", "string", "format", "binary", "description", "The file."))
	}
	if streamed(mediaType) {
		return streamOf(mediaType, refTo(c.model.name+"Import"))
	}
	out := obj("schema", c.bodySchema(c.Request.JSON))
	if example := c.requestExample(); example != nil {
		out.set("example", example)
	}
	return out
}

// requestExample returns an example of the body, nil for none.
func (c *call) requestExample() any {
	if example := c.words.get("example"); example != nil {
		return example
	}
	if c.model == nil {
		return nil
	}
	if c.Method == "POST" {
		return c.model.sampleCreate()
	}
	return c.model.samplePatch()
}

// streamed reports whether a media type is that of many values, one after the other.
func streamed(mediaType string) bool {
	return slices.Contains([]string{web.TypeNDJSON, "application/ndjson", web.TypeCSV, "text/event-stream"}, mediaType)
}

// streamOf returns the body of a stream: each of its lines, or the data of each of its
// events, is an item.
func streamOf(mediaType string, item object) object {
	text := map[string]string{
		web.TypeCSV:         "A table in UTF-8, with a header of names.",
		"text/event-stream": "Server-sent events. The data of each is one item as JSON.",
	}[mediaType]
	if text == "" {
		text = "One item on each line, as JSON."
	}
	return obj("schema", obj("type", "string", "description", text), "x-item-schema", item)
}

// bodySchema returns the schema of a body, by the Go type that the route names.
func (c *call) bodySchema(body any) object {
	t := reflect.TypeOf(body)
	if t == nil {
		return obj("type", "string")
	}
	switch {
	case t == reflect.TypeFor[struct{}]():
		return obj("type", "object", "additionalProperties", false)
	case t.Name() == "jobRequestJSON":
		return refTo("JobRequest")
	case c.model == nil:
		return c.of(t)
	}
	own := ""
	switch name := t.Name(); {
	case name == "recordPageJSON":
		own = "Page"
	case name == "patchJSON" && strings.HasSuffix(c.Path, "/{id}"):
		own = "SinglePatch"
	case name == "patchJSON":
		own = "Patch"
	case name == "recordJSON" && c.Method == "POST" && strings.HasSuffix(c.Path, "/customers"):
		own = "Create"
	case name != "recordJSON":
		return c.of(t)
	}
	return refTo(c.model.name + own)
}

// itemOf returns the schema of the items of a stream: those of a page, or the value
// itself.
func (c *call) itemOf(body any) object {
	if t := reflect.TypeOf(body); t.Kind() == reflect.Struct {
		if items, ok := t.FieldByName("Items"); ok {
			return c.of(items.Type.Elem())
		}
	}
	return c.bodySchema(body)
}

// modelOf returns the model of a name as it is in the document.
func (b *builder) modelOf(m *model.Model) *modelSchemas {
	i := slices.IndexFunc(b.models, func(s *modelSchemas) bool { return s.model == m })
	return b.models[i]
}
