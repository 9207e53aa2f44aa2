package openapi

import (
	"cmp"
	encodingjson "encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"bulkpatch/api"
	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/model"
)

// A Source is what a document describes.
type Source struct {
	Models   *model.Registry
	Surfaces []*compat.Surface // the vendors' own APIs that are served; see [api.Surfaces]
	Version  string            // of the program
}

// A builder makes a document.
type builder struct {
	*schemas
	source Source
	models []*modelSchemas
	paths  object
	tags   []object
}

// Build returns the document, as JSON. The same source gives the same bytes.
func Build(source Source) ([]byte, error) {
	b := &builder{schemas: &schemas{words: types()}, source: source}
	b.fill()
	return json.Marshal(b.document(), json.Deterministic(true), json.WithMarshalers(json.MarshalFunc(asWritten)))
}

// asWritten keeps how a number of a model is written.
func asWritten(n encodingjson.Number) ([]byte, error) { return []byte(n), nil }

// fill adds everything that the source has.
func (b *builder) fill() {
	b.natives()
	b.addModels()
	b.callTags()
	all := api.Calls(b.source.Models, b.source.Surfaces)
	for _, c := range all {
		if c.Vendor == "" && !isPage(c) {
			b.add(c.Path, c.Method, b.newCall(c).operation())
		}
	}
	b.addVendors(all)
}

// isPage reports whether a call is one of a browser: a page, what pages refer to, or a
// form.
func isPage(c api.Call) bool { return c.Page || slices.Contains(c.Answer.Types, "text/html") }

// natives adds the components that are the same for all models.
func (b *builder) natives() {
	for _, t := range api.Bodies() {
		b.of(reflect.TypeOf(t))
	}
	b.problem()
	b.named.set("RecordReference", closed("A customer without its values, for a key that may not read them.", obj(
		"id", obj("$ref", "#/components/schemas/RecordID", "description", "The id of the customer."),
		"version", obj("type", "integer", "format", "int64", "minimum", 1, "description", "Its version."),
	), []string{"id", "version"}))
}

// problem adds the component of problems: what all have, and what some say of a job.
func (b *builder) problem() {
	b.component("Problem", func() object {
		properties, required := object{}, []string{}
		b.addMembers(reflect.TypeFor[web.Problem](), &properties, &required, false)
		b.addMembers(reflect.TypeOf(api.About()), &properties, &required, true)
		properties.set("code", refTo("ProblemCode"))
		return obj("type", "object", "properties", properties, "required", required, "additionalProperties", false)
	})
	b.named.set("ProblemCode", problemCode())
	b.named.set("FaultCode", faultCode())
}

// addModels adds the components of the models, and those that stand for all of them.
func (b *builder) addModels() {
	for _, m := range b.source.Models.All() {
		b.models = append(b.models, &modelSchemas{b.schemas, m, componentName(b.named, m)})
	}
	var customers, requests []object
	mapping := object{}
	for _, m := range b.models {
		m.add()
		customers = append(customers, refTo(m.name))
		requests = append(requests, refTo(m.name+"JobRequest"))
		mapping.set(m.model.Name, "#/components/schemas/"+m.name+"JobRequest")
	}
	b.named.set("AnyCustomer", obj("description", "A customer of one of the models.", "anyOf", customers))
	b.named.set("JobRequest", obj("description", "An update, as a resource.", "oneOf", requests,
		"discriminator", obj("propertyName", "model", "mapping", mapping)))
	b.named.set("JobOptions", b.jobOptions())
}

// jobOptions returns the schema of the options of a request. One that is null counts as
// not given.
func (b *builder) jobOptions() object {
	schema := types().describe("Options", b.members(reflect.TypeOf(api.OptionsOf())))
	properties, _ := schema.get("properties").(object)
	for i, p := range properties {
		given := p.value.(object)
		properties[i].value = orNull(slices.Clone(given.without("default")))
	}
	return append(schema, member{"additionalProperties", false})
}

// callTags adds the tags of the calls: by subject, and one for each model.
func (b *builder) callTags() {
	for _, t := range calls().at("tags") {
		b.tags = append(b.tags, obj("name", t.name, "description", t.value))
	}
	for _, m := range b.models {
		text := "Customers of the model " + m.model.Name
		if m.model.Title != "" {
			text += ": " + m.model.Title
		}
		b.tags = append(b.tags, obj("name", m.model.Name, "description", text+"."))
	}
}

// add adds an operation at a path.
func (b *builder) add(path, method string, operation object) {
	item, _ := b.paths.get(path).(object)
	item.set(strings.ToLower(method), operation)
	b.paths.set(path, item)
}

// document puts the parts together.
func (b *builder) document() object {
	key := "An API key. Scopes are listed as roles: the key must have all of them, or `admin`."
	return obj(
		"openapi", "3.1.0",
		"info", obj("title", "bulkpatch", "summary", "Bulk updates of customers, as jobs", "description", about,
			"version", cmp.Or(b.source.Version, "dev"), "license", obj("name", "Apache 2.0", "identifier", "Apache-2.0")),
		"servers", []object{obj("url", "/", "description", "The service that gave this document.")},
		"tags", b.tags,
		"paths", b.paths,
		"webhooks", b.webhooks(),
		"components", obj(
			"schemas", b.named,
			"responses", b.problems,
			"headers", headerComponents(),
			"securitySchemes", obj(
				"bearer", obj("type", "http", "scheme", "bearer", "description", key),
				"apiKey", obj("type", "apiKey", "in", "header", "name", "X-API-Key", "description", key),
				"bareKey", obj("type", "apiKey", "in", "header", "name", "Authorization", "description", "The key alone, without a scheme."),
			),
		),
	)
}

// about is the description of the whole API.
const about = `An update is a job: it is accepted at once, selects the customers of its filter once, changes each of them completely or not at all, and says what became of each. It survives crashes, and can be followed, paused, cancelled, retried and undone.

**Keys.** Send ` + "`Authorization: Bearer KEY` or `X-API-Key: KEY`" + `. What belongs to another workspace answers 404.

**Errors** are problem documents (RFC 9457) with a stable ` + "`code`" + `. Bad input lists every fault at once, before a job exists. An unknown path answers 404 and a wrong method 405 with ` + "`Allow`" + `. Unknown query parameters, unknown fields and duplicate JSON names are errors.

**Lists** have pages: send ` + "`nextCursor` as `cursor`" + ` for the next one.

**Compression.** Answers above 1 KiB are gzipped for clients that accept it; bodies may be gzipped.

**HEAD** is answered wherever GET is. The pages of the dashboard are not part of the API and are left out here.`
