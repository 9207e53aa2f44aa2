package openapi

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api"
	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/model"
)

type rawValue = jsontext.Value

// placeholder stands for a customer in an answer that is asked for to see its form.
var placeholder = rawValue(`{}`)

// shape returns the schema of an answer of the vendor's code: of the Go value, since
// much of it is in interfaces.
func (v *vendorSchemas) shape(answer any) object { return v.shapeOf(reflect.ValueOf(answer)) }

func (v *vendorSchemas) shapeOf(at reflect.Value) object {
	if !at.IsValid() {
		return object{}
	}
	if raw, ok := at.Interface().(jsontext.Value); ok {
		if string(raw) == string(placeholder) {
			return refTo(v.name + "Customer")
		}
		return object{}
	}
	switch at.Kind() {
	case reflect.Interface, reflect.Pointer:
		if at.IsNil() {
			return object{}
		}
		return v.shapeOf(at.Elem())
	case reflect.Slice:
		item := reflect.New(at.Type().Elem()).Elem()
		if at.Len() > 0 {
			item = at.Index(0)
		}
		return obj("type", "array", "items", v.shapeOf(item))
	case reflect.Map:
		return v.mapShape(at)
	case reflect.Struct:
		return v.structShape(at)
	}
	return v.of(at.Type())
}

// mapShape returns the schema of a map: of an object with any names, if its values are
// not interfaces.
func (v *vendorSchemas) mapShape(at reflect.Value) object {
	elem := at.Type().Elem()
	if elem.Kind() != reflect.Interface {
		inner := reflect.New(elem).Elem()
		for _, key := range at.MapKeys() {
			inner = at.MapIndex(key)
		}
		return obj("type", "object", "additionalProperties", v.shapeOf(inner))
	}
	properties, required := object{}, []string{}
	for _, key := range slices.Sorted(maps.Keys(at.Interface().(map[string]any))) {
		properties.set(key, v.told(key, v.shapeOf(at.MapIndex(reflect.ValueOf(key)))))
		required = append(required, key)
	}
	return obj("type", "object", "properties", properties, "required", required)
}

// structShape returns the schema of a struct by its values.
func (v *vendorSchemas) structShape(at reflect.Value) object {
	properties, required := object{}, []string{}
	for i := range at.NumField() {
		name, options, _ := strings.Cut(at.Type().Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		properties.set(name, v.told(name, v.shapeOf(at.Field(i))))
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	out := obj("type", "object", "properties", properties)
	if len(required) > 0 {
		out.set("required", required)
	}
	return out
}

// told adds the description of a member.
func (v *vendorSchemas) told(name string, schema object) object {
	if text := vendors().at("members").text(name); text != "" {
		schema = append(obj("description", text), schema...)
	}
	return schema
}

// vendorCodes are codes of problems that a vendor's call can have beside those that
// follow from it.
var vendorCodes = map[api.Effect][]string{
	api.Reads: {"invalid_id", "not_found", "record_not_found"},
	api.Changes: {"invalid_id", "not_found", "record_not_found", "unique", "record_failed", "job_cancelled", "id_taken", "empty_patch", "too_many_names",
		"too_many_options", "too_many_jobs", "missing_filter", "allow_all_required", "too_many_conditions", "too_many_values", "precondition_failed", "model_gone"},
}

// failures adds the vendor's errors: for each problem, in the forms that its code gives
// it.
func (v *vendorSchemas) failures(c api.Call, out *object) {
	further := vendorCodes[c.Effect]
	if c.Keyless {
		further = []string{"invalid_key", "invalid_request", "unavailable"}
	}
	codes, bodies := map[int][]string{}, map[int][]object{}
	for _, code := range codesOf(c, further) {
		for status, list := range v.forms(code) {
			if !slices.Contains(codes[status], code) {
				codes[status] = append(codes[status], code)
			}
			bodies[status] = append(bodies[status], list...)
		}
	}
	for _, status := range slices.Sorted(maps.Keys(codes)) {
		key, failure := statusKey(status), failureAnswer(status, codes[status], bodies[status])
		if success, ok := out.get(key).(object); ok { // its vendor tells them apart by the body alone
			for _, m := range failure {
				success.set(m.name, m.value)
			}
			out.set(key, success)
		} else {
			out.set(key, v.answerRef(v.name+key, failure))
		}
	}
}

// failureAnswer is the answer with one of some problems of a status, in the vendor's
// forms.
func failureAnswer(status int, codes []string, bodies []object) object {
	out := obj("description", explained(codes))
	if list := problemHeaders[status]; list != nil {
		out.set("headers", headersOf(list))
	}
	out.set("content", obj(web.TypeJSON, obj("schema", anyOf(distinct(bodies)))))
	out.set("x-codes", codes)
	return out
}

// forms asks the vendor's code for the answers to a problem: without a fault, and with
// one of the body, of a parameter and of JSON.
func (v *vendorSchemas) forms(code string) map[int][]object {
	t, _ := web.ProblemTypeOf(code)
	found := map[int][]object{}
	faults := [][]web.Fault{nil}
	if t.Status == http.StatusBadRequest || code == "unique" || code == "record_failed" || code == "precondition_failed" {
		faults = append(faults, []web.Fault{web.BodyFault("/x", "type", "x")}, []web.Fault{web.ParamFault("x", "type", "x")},
			[]web.Fault{web.ParamFault("x", model.CodeRequired, "x")}, []web.Fault{web.BodyFault("", "invalid_json", "x")})
	}
	for _, list := range faults {
		status, body := v.surface.Fail(compat.Problem{
			Status: t.Status, Code: code, Title: t.Title, Detail: "x", Holder: "x", Faults: list, Model: v.surface.Model, ID: "x",
		})
		found[status] = append(found[status], v.shape(body))
	}
	return found
}

// distinct leaves out schemas that are there already.
func distinct(list []object) []object {
	seen := map[string]bool{}
	var out []object
	for _, s := range list {
		text, _ := json.Marshal(s, json.Deterministic(true))
		if !seen[string(text)] {
			seen[string(text)] = true
			out = append(out, s)
		}
	}
	return out
}
