package openapi

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// schemas are the components of the document that several calls share, by their names.
type schemas struct {
	words    wordbook
	named    object
	problems object // the components of answers with problems
}

// refTo refers to a component.
func refTo(name string) object { return obj("$ref", "#/components/schemas/"+name) }

// orNull returns the schema of a value that may also be null.
func orNull(schema object) object {
	switch t := schema.get("type").(type) {
	case string:
		if schema.get("enum") == nil {
			schema.set("type", []string{t, "null"})
			return schema
		}
	case []string:
		return schema
	}
	if len(schema) == 0 {
		return schema // any value
	}
	out := obj("anyOf", []object{schema.without("description"), obj("type", "null")})
	if text := schema.text("description"); text != "" {
		out.set("description", text)
	}
	return out
}

// words of Go types that are enumerations, under the names of their components.
var enumerations = map[reflect.Type]struct {
	name   string
	values any
}{
	reflect.TypeFor[job.State]():      {"JobState", job.States},
	reflect.TypeFor[job.Kind]():       {"JobKind", job.Kinds},
	reflect.TypeFor[job.Outcome]():    {"Outcome", job.Outcomes},
	reflect.TypeFor[job.Action]():     {"JobAction", []job.Action{job.Pause, job.Resume, job.Cancel, job.RetryIt, job.UndoIt}},
	reflect.TypeFor[job.OnMismatch](): {"OnMismatch", []job.OnMismatch{job.Skip, job.Force}},
	reflect.TypeFor[job.DeliveryState](): {"DeliveryState", []job.DeliveryState{job.DeliveryWaiting, job.DeliveryPending,
		job.Delivered, job.DeliveryGaveUp, job.DeliveryFailed}},
	reflect.TypeFor[auth.Scope]():  {"Scope", auth.Scopes},
	reflect.TypeFor[auth.Action](): {"AuditAction", auth.Actions},
	reflect.TypeFor[model.Type](): {"FieldType", []model.Type{model.String, model.Integer, model.Number, model.Boolean,
		model.Date, model.DateTime, model.Object, model.Array, model.Any}},
	reflect.TypeFor[model.Role](): {"FieldRole", []model.Role{model.RoleID, model.RoleVersion, model.RoleCreatedAt,
		model.RoleUpdatedAt, model.RoleLastJob}},
	reflect.TypeFor[model.Secret](): {"Secrecy", []model.Secret{model.Masked, model.Hashed}},
}

// of returns the schema of the JSON of a Go type. Structs and enumerations with a name
// become components.
func (s *schemas) of(t reflect.Type) object {
	if e, ok := enumerations[t]; ok {
		return s.enumeration(e.name, e.values)
	}
	switch t {
	case reflect.TypeFor[model.ID]():
		return s.component("RecordID", func() object { return obj("type", []string{"integer", "string"}) })
	case reflect.TypeFor[json.RawMessage](), reflect.TypeFor[jsontext.Value]():
		return object{}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return orNull(s.of(t.Elem()))
	case reflect.Slice, reflect.Array:
		return obj("type", "array", "items", s.of(t.Elem()))
	case reflect.Map:
		return obj("type", "object", "additionalProperties", s.of(t.Elem()))
	case reflect.Struct:
		return s.structure(t)
	case reflect.String:
		return obj("type", "string")
	case reflect.Bool:
		return obj("type", "boolean")
	case reflect.Float32, reflect.Float64:
		return obj("type", "number", "format", "double")
	case reflect.Int64, reflect.Int:
		return obj("type", "integer", "format", "int64")
	default:
		return object{} // an interface: any value
	}
}

// component adds a schema under a name, unless it is there, and refers to it.
func (s *schemas) component(name string, make func() object) object {
	if s.named.get(name) == nil {
		s.named.set(name, object{}) // what refers to itself ends here
		s.named.set(name, s.words.describe(name, make()))
	}
	return refTo(name)
}

// enumeration adds the component of a set of words, and says what each of them means.
func (s *schemas) enumeration(name string, values any) object {
	return s.component(name, func() object { return obj("type", "string", "enum", values) })
}

// structure returns the schema of a struct.
func (s *schemas) structure(t reflect.Type) object {
	if t.Name() == "" {
		return s.members(t)
	}
	return s.component(typeName(t), func() object { return s.members(t) })
}

// typeName is the name of a struct as a component: without JSON at the end, which all
// shapes of answers have; a list is called after its items.
func typeName(t reflect.Type) string {
	name, _, generic := strings.Cut(t.Name(), "[")
	name = strings.TrimSuffix(name, "JSON")
	if items, ok := t.FieldByName("Items"); ok && generic {
		return typeName(items.Type.Elem()) + "List"
	}
	first := []rune(name)
	first[0] = unicode.ToUpper(first[0])
	return string(first)
}

// members returns the schema of an object with the members of a struct.
func (s *schemas) members(t reflect.Type) object {
	properties, required := object{}, []string{}
	s.addMembers(t, &properties, &required, false)
	out := obj("type", "object", "properties", properties)
	if len(required) > 0 {
		out.set("required", required)
	}
	return out
}

// addMembers adds the members of a struct, and those of the structs embedded in it.
func (s *schemas) addMembers(t reflect.Type, properties *object, required *[]string, optional bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case tag == "-" || !f.IsExported() && !f.Anonymous:
		case f.Anonymous && tag == "":
			inner, pointer := f.Type, f.Type.Kind() == reflect.Pointer
			if pointer {
				inner = inner.Elem()
			}
			s.addMembers(inner, properties, required, optional || pointer)
		case tag != "":
			properties.set(tag, s.of(f.Type))
			if omitted := strings.Contains(options, "omit"); !omitted && !optional && !slices.Contains(*required, tag) {
				*required = append(*required, tag)
			}
		}
	}
}
