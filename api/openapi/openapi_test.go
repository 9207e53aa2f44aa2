package openapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi-validator/schema_validation"

	"bulkpatch/api"
	"bulkpatch/api/openapi"
	"bulkpatch/api/openapitest"
	"bulkpatch/model"
)

// documentOf builds the document of some models.
func documentOf(t testing.TB, models *model.Registry) []byte {
	t.Helper()
	surfaces, err := api.Surfaces(models, nil)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi.Build(openapi.Source{Models: models, Surfaces: surfaces, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// shipped is the document of the models that come with the program.
var shipped = sync.OnceValue(func() []byte {
	surfaces, err := api.Surfaces(model.Shipped(), nil)
	if err != nil {
		panic(err)
	}
	doc, err := openapi.Build(openapi.Source{Models: model.Shipped(), Surfaces: surfaces, Version: "test"})
	if err != nil {
		panic(err)
	}
	return doc
})

// valid fails the test unless both validators accept a document.
func valid(t *testing.T, doc []byte) {
	t.Helper()
	loader := openapi3.NewLoader()
	kin, err := loader.LoadFromData(doc)
	if err != nil {
		t.Fatal("kin-openapi: ", err)
	}
	if err := kin.Validate(loader.Context, openapi3.EnableExamplesValidation()); err != nil {
		t.Error("kin-openapi: ", err)
	}
	pb, err := libopenapi.NewDocument(doc)
	if err != nil {
		t.Fatal("libopenapi: ", err)
	}
	if ok, faults := schema_validation.ValidateOpenAPIDocument(pb); !ok {
		for _, f := range faults {
			t.Errorf("libopenapi: %s: %s %v", f.Message, f.Reason, f.SchemaValidationErrors)
		}
	}
	if _, err := pb.BuildV3Model(); err != nil {
		t.Error("libopenapi: ", err)
	}
}

func TestTwoValidatorsAcceptTheDocument(t *testing.T) { valid(t, shipped()) }

// TestEveryPartIsDescribed looks for operations, parameters, answers and schemas without
// a description.
func TestEveryPartIsDescribed(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(shipped(), &doc); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	all := maps.Clone(doc["paths"].(map[string]any))
	maps.Copy(all, doc["webhooks"].(map[string]any))
	for path, item := range all {
		for method, v := range item.(map[string]any) {
			op, ok := v.(map[string]any)
			if !ok {
				continue // servers
			}
			name := method + " " + path
			id, _ := op["operationId"].(string)
			if id == "" || ids[id] {
				t.Errorf("%s: operationId %q", name, id)
			}
			ids[id] = true
			if tags, _ := op["tags"].([]any); len(tags) != 1 || tags[0] == "" {
				t.Errorf("%s has the tags %v", name, tags)
			}
			for _, k := range []string{"summary", "description"} {
				if text, _ := op[k].(string); len(text) < 8 || strings.HasPrefix(text, "\n") {
					t.Errorf("%s has no %s", name, k)
				}
			}
			parameters, _ := op["parameters"].([]any)
			for _, p := range parameters {
				needsText(t, name, p)
			}
			succeeds := false
			for status, r := range op["responses"].(map[string]any) {
				if shared, _ := r.(map[string]any)["$ref"].(string); shared == "" {
					needsText(t, name+" "+status, r)
				} // those of components come below
				succeeds = succeeds || status < "400"
			}
			if !succeeds {
				t.Errorf("%s never succeeds", name)
			}
		}
	}
	components := doc["components"].(map[string]any)
	for name, s := range components["schemas"].(map[string]any) {
		needsText(t, name, s)
		properties, _ := s.(map[string]any)["properties"].(map[string]any)
		for p, inner := range properties {
			needsText(t, name+"."+p, inner)
		}
	}
	for _, kind := range []string{"headers", "responses"} {
		for name, part := range components[kind].(map[string]any) {
			needsText(t, name, part)
		}
	}
}

// TestFailuresAreSaidOnce looks for failures in place, and for those that two components
// have.
func TestFailuresAreSaidOnce(t *testing.T) {
	var doc struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Responses map[string]json.RawMessage }
	}
	if err := json.Unmarshal(shipped(), &doc); err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths {
		for method, raw := range item {
			var op struct{ Responses map[string]map[string]any }
			_ = json.Unmarshal(raw, &op) // what is not an operation has none
			for status, r := range op.Responses {
				if status >= "4" && r["$ref"] == nil {
					t.Errorf("%s %s has its own %s", method, path, status)
				}
			}
		}
	}
	names := map[string]string{}
	for name, r := range doc.Components.Responses {
		if other := names[string(r)]; other != "" {
			t.Errorf("%s and %s say the same", other, name)
		}
		names[string(r)] = name
	}
}

// TestExamplesOfJobsFitTheirAnswers: a job that has ended is not shown as one that runs,
// nor a retry or an undo as a bulk update, and no reason is of a field that the model lacks.
func TestExamplesOfJobsFitTheirAnswers(t *testing.T) {
	type operation struct {
		Responses map[string]struct {
			Content map[string]struct {
				Example struct {
					JobID, Kind, Model, State string
					Done                      bool
					ErrorSummary              []any
				}
			}
		}
	}
	type told struct {
		Post struct {
			RequestBody struct {
				Content map[string]struct {
					Example struct {
						Type string
						Data struct{ State string }
					}
				}
			}
		}
	}
	var doc struct {
		Paths    map[string]map[string]json.RawMessage
		Webhooks map[string]told
	}
	if err := json.Unmarshal(shipped(), &doc); err != nil {
		t.Fatal(err)
	}
	for name, w := range doc.Webhooks {
		e := w.Post.RequestBody.Content["application/json"].Example
		if e.Type != name || name != "job."+e.Data.State {
			t.Errorf("the example of the webhook %s is %+v", name, e)
		}
	}
	for at, want := range map[string]string{
		"patch /v1/desk/customers 202": "bulk desk queued false", "patch /v1/desk/customers 200": "bulk desk succeeded true",
		"patch /v1/plane/customers 202": "bulk plane queued false", "patch /v1/mythic/customers/{id} 202": "single mythic queued false",
		"post /v1/jobs 200": "bulk desk succeeded true", "get /v1/jobs/{job} 200": "bulk desk running false",
		"post /v1/jobs/{job}/pause 200": "bulk desk pausing false", "post /v1/jobs/{job}/retry 202": "retry desk queued false",
		"post /v1/jobs/{job}/undo 200": "undo desk succeeded true",
	} {
		part := strings.Fields(at)
		var op operation
		if err := json.Unmarshal(doc.Paths[part[1]][part[0]], &op); err != nil {
			t.Fatal(at, err)
		}
		e := op.Responses[part[2]].Content["application/json"].Example
		got := fmt.Sprint(e.Kind, " ", e.Model, " ", e.State, " ", e.Done)
		if got != want || (len(e.ErrorSummary) > 0) != (e.State == "running" || e.State == "pausing") {
			t.Errorf("the example of %s is %s, %v; it should be %s", at, got, e.ErrorSummary, want)
		}
	}
}

func needsText(t *testing.T, at string, v any) {
	t.Helper()
	if text, _ := v.(map[string]any)["description"].(string); len(text) < 4 {
		t.Errorf("%s has no description: %.100v", at, v)
	}
}

// TestTheDocumentIsTheSameEachTime: it has an entity tag.
func TestTheDocumentIsTheSameEachTime(t *testing.T) {
	if !bytes.Equal(shipped(), documentOf(t, model.Shipped())) {
		t.Error("it is not")
	}
}

// own is a model as a user may write one.
const own = `
x-model: shop
x-filterable: true
title: Customer of the shop
type: object
required: [name]
properties:
  name:   {type: string, minLength: 1, maxLength: 200}
  email:  {type: [string, "null"], format: email, x-unique: true}
  tier:   {type: string, enum: [basic, gold], default: basic, x-extensible: true, x-indexed: true}
  born:   {type: [string, "null"], format: date}
  custom: {type: [object, "null"], x-open-paths: true}
`

// hostile is a model that is allowed, and as awkward as it may be. %s are the choices of
// a drop-down.
const hostile = `
x-model: problem
x-filterable: true
title: '"</script><b>` + "`" + `*_{id}~1 $ref'
description: "# {model}\n{Model} <img src=x> é 😀"
type: object
required: [constructor]
$defs:
  node: {type: object, properties: {next: {$ref: "#/$defs/node"}, "a/b~c": {type: string}}}
  "odd name": {type: [integer, "null"], minimum: 9007199254740993}
properties:
  id: {type: string, pattern: "(?i)^[a-z0-9]+$", x-role: id}
  constructor: {type: string, enum: [%s]}
  __proto__: {type: [string, "null"], enum: ["", " ", "null", null]}
  "-": {type: [number, "null"], exclusiveMinimum: -1.5e300, maximum: 1.7e308}
  items: {type: array, items: {$ref: "#/$defs/node"}}
  deep: {type: [object, "null"], properties: {a: {type: object, properties: {b: {type: string, enum: [x], x-extensible: true}}}}, additionalProperties: {type: string}}
  odd: {type: array, maxItems: 1, items: {type: integer}, x-filter-by: "0"}
  numbers: {type: array, items: {$ref: "#/$defs/odd name"}}
  anything: {}
  login: {type: string, x-secret: hashed}
  token: {type: [string, "null"], x-secret: masked, format: url}
  when: {type: [string, "null"], format: date-time, x-takes-date: true}
  "const": {type: [string, "null"], const: "only"}
x-vendor:
  base: /odd
  paths:
    /things: {GET: list, POST: create, PUT: bulk}
    /things/{id}.xml: {GET: get, PATCH: update, DELETE: delete}
    /things/about: {GET: describe}
`

// withModels returns the shipped models and some more.
func withModels(t *testing.T, sources ...string) *model.Registry {
	t.Helper()
	models := model.Shipped()
	for _, src := range sources {
		m, problems := model.Check("model.yaml", []byte(src))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		models = models.With(m)
	}
	return models
}

func TestUsersModelsAreDescribed(t *testing.T) {
	choices := make([]string, 3000)
	for i := range choices {
		choices[i] = fmt.Sprintf("%q", fmt.Sprintf("choice %d \u2028 \" \\ '", i))
	}
	doc := documentOf(t, withModels(t, own, fmt.Sprintf(hostile, strings.Join(choices, ","))))
	valid(t, doc)
	for _, path := range []string{"/v1/shop/customers", "/v1/problem/customers/{id}", "/odd/things/{id}.xml"} {
		if !bytes.Contains(doc, []byte(`"`+path+`":`)) {
			t.Errorf("%s is missing", path)
		}
	}
	// The hostile model has the name of a component, which keeps its own.
	if !bytes.Contains(doc, []byte(`"Problem_":`)) || !bytes.Contains(doc, []byte(`"Problem":{"description":"A problem document`)) {
		t.Error("a model took the place of a component")
	}
	if _, err := openapitest.Read(doc); err != nil {
		t.Error(err)
	}
}
