package openapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"bulkpatch/model"
)

// modelSchemas makes the components of one model.
type modelSchemas struct {
	*schemas
	model *model.Model
	name  string // of its customers as a component
}

// componentName is the name of a model as a component, such as ClientSuccess for
// client_success. Where another component has it, underscores follow.
func componentName(taken object, m *model.Model) string {
	var b strings.Builder
	for part := range strings.SplitSeq(m.Name, "_") {
		for i, r := range part {
			if i == 0 {
				r = unicode.ToUpper(r)
			}
			b.WriteRune(r)
		}
	}
	name := b.String()
	for taken.get(name) != nil {
		name += "_"
	}
	return name
}

// add adds the components of the model: a customer, what creates and changes one, pages,
// filters and requests for jobs.
func (m *modelSchemas) add() {
	called := "A customer of the model " + m.model.Name + "."
	if m.model.Description != "" {
		called = strings.TrimSuffix(m.model.Description, ".") + ". " + called
	}
	m.named.set(m.name, m.record(called))
	m.named.set(m.name+"Create", m.create())
	m.named.set(m.name+"Patch", m.patch("A merge patch (RFC 7396) of many customers: members that are present change, null clears.", false))
	m.named.set(m.name+"SinglePatch", m.patch("A merge patch (RFC 7396) of one customer. A read-only field is ignored if it has the customer's value.", true))
	m.named.set(m.name+"Import", m.line())
	m.named.set(m.name+"Page", obj("description", "A page of customers.", "type", "object", "properties", obj(
		"items", obj("type", "array", "items", refTo(m.name), "description", "The customers."),
		"nextCursor", obj("type", []string{"string", "null"}, "description", "The cursor of the next page; null on the last one."),
		"count", obj("type", "integer", "format", "int64", "minimum", 0, "description", "How many customers match, on all pages; only if it was asked for."),
	), "required", []string{"items", "nextCursor"}, "additionalProperties", false))
	m.named.set(m.name+"Filter", m.filter())
	m.named.set(m.name+"Compute", m.compute())
	m.named.set(m.name+"JobRequest", m.jobRequest())
}

// definition returns the name of the component of a definition ($defs) of the file, which
// it adds if it is not there.
func (m *modelSchemas) definition(name string) string {
	at := m.name + "." + strings.Map(func(r rune) rune {
		if r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r)) {
			return r
		}
		return '_'
	}, name)
	if m.named.get(at) == nil {
		m.named.set(at, object{}) // a definition may refer to itself
		schema, _ := m.local(decoded(m.model.Definition(name))).(keywordSet)
		if schema == nil {
			schema = keywordSet{}
		}
		if schema["description"] == nil {
			schema["description"] = "The definition " + name + " of the model " + m.model.Name + "."
		}
		m.named.set(at, fromSet(schema))
	}
	return at
}

// fromSet returns a schema as an object, with its keywords in the order of their names.
func fromSet(s keywordSet) object {
	o := object{}
	for _, k := range slices.Sorted(maps.Keys(s)) {
		o = append(o, member{k, s[k]})
	}
	return o
}

// secretOr returns the schema of a value that may also be the mask of a secret.
func secretOr(f *model.Field, s keywordSet) keywordSet {
	if !f.Concealed() {
		return s
	}
	return keywordSet{"anyOf": []any{s, keywordSet{"const": model.Mask}}}
}

// record returns the schema of a customer as it is shown.
func (m *modelSchemas) record(called string) object {
	properties := object{}
	for _, role := range []model.Role{model.RoleID, model.RoleVersion} {
		f := m.model.Role(role)
		properties.set(string(role), m.shown(f))
	}
	for _, f := range m.model.Fields {
		if !f.WriteOnly && f.Secret != model.Hashed && properties.get(f.Name) == nil {
			properties.set(f.Name, m.shown(f))
		}
	}
	return obj("description", called, "type", "object", "title", m.model.Title, "properties", properties,
		"required", []string{"id", "version"}, "additionalProperties", false)
}

// shown returns the schema of a field of a customer that is shown.
func (m *modelSchemas) shown(f *model.Field) keywordSet {
	s := m.fieldSchema(f)
	if f.Type == model.DateTime {
		s = keywordSet{"type": s["type"], "format": "date-time"}
		if s["type"] == nil {
			s["type"] = "string"
		}
	}
	// Also where a rule demands a value by now: a customer from before it may have none.
	if f.Nullable || f.Role == model.RoleNone {
		s = allowNull(s)
	}
	s = annotate(secretOr(f, s), f)
	if f.ReadOnly {
		s["readOnly"] = true
	}
	return s
}

// given returns the schema of a field in a new customer or a patch.
func (m *modelSchemas) given(f *model.Field, patch bool) keywordSet {
	s := m.fieldSchema(f)
	if patch {
		s = mergeable(s)
	}
	if f.Nullable || !patch && (f.Role != model.RoleNone || f.Generate != "") {
		s = allowNull(s)
	}
	s = annotate(secretOr(f, s), f)
	if f.WriteOnly {
		s["writeOnly"] = true
	}
	if f.Default != nil && !patch {
		s["description"] = fmt.Sprintf("%s Without it: %s.", s["description"], f.AppendJSON(nil, f.Default))
	}
	return s
}

// create returns the schema of a new customer.
func (m *modelSchemas) create() object {
	properties, required := object{}, []string{}
	for _, f := range m.model.Fields {
		if !f.ReadOnly || f.Role == model.RoleID {
			properties.set(f.Name, m.given(f, false))
		}
		if f.Required {
			required = append(required, f.Name)
		}
	}
	properties.set("id", m.given(m.model.Role(model.RoleID), false))
	return closed("A new customer of the model "+m.model.Name+".", properties, required)
}

// patch returns the schema of a merge patch.
func (m *modelSchemas) patch(called string, single bool) object {
	properties := object{}
	for _, f := range m.model.Fields {
		switch {
		case !f.ReadOnly:
			properties.set(f.Name, m.given(f, true))
		case single && !f.Concealed():
			properties.set(f.Name, obj("description", describe(f)+" It cannot be changed."))
		case f.Concealed():
			properties.set(f.Name, obj("const", model.Mask, "description", describe(f)+" It cannot be changed, and its mask is ignored."))
		}
	}
	if single {
		for _, role := range []model.Role{model.RoleID, model.RoleVersion} {
			properties.set(string(role), obj("description", describe(m.model.Role(role))+" It cannot be changed."))
		}
	}
	return append(closed(called, properties, nil), member{"minProperties", 1})
}

// line returns the schema of a line of an import. Its values are checked when it comes,
// and one that is refused does not keep the others back, so that only its names bind.
func (m *modelSchemas) line() object {
	properties := object{}
	for _, f := range m.model.Fields {
		properties.set(f.Name, annotate(keywordSet{}, f))
	}
	for _, role := range []model.Role{model.RoleID, model.RoleVersion} {
		if properties.get(string(role)) == nil {
			properties.set(string(role), annotate(keywordSet{}, m.model.Role(role)))
		}
	}
	return obj("description", "A line of an import. Read-only values may be given. Each line is checked by itself, by the rules of "+m.name+".",
		"properties", properties)
}

// closed returns the schema of an object with these properties and no others.
func closed(called string, properties object, required []string) object {
	out := obj("description", called, "type", "object", "properties", properties)
	if len(required) > 0 {
		slices.Sort(required)
		out.set("required", required)
	}
	return append(out, member{"additionalProperties", false})
}

// idSchema returns the schema of an id of the model.
func (m *modelSchemas) idSchema() keywordSet {
	s := m.fieldSchema(m.model.Role(model.RoleID))
	delete(s, "description")
	return s
}

// jobRequest returns the schema of a request for a job, by filter, by id or with a file.
func (m *modelSchemas) jobRequest() object {
	id := allowNull(with(m.idSchema(), "description", "The customer to update; this, the filter or a file."))
	if m.model.Role(model.RoleID).Type == model.Integer {
		id = allowNull(keywordSet{"type": []any{"integer", "string"}, "description": id["description"]})
	}
	properties := obj(
		"model", obj("const", m.model.Name, "type", "string", "description", "The name of the model."),
		"filter", obj("anyOf", []object{refTo(m.name + "Filter"), obj("type", "null")}, "description", "The customers to update; this, the id or a file."),
		"id", id,
		"patch", obj("anyOf", []object{refTo(m.name + "SinglePatch"), obj("type", "null")}, "description", "What to change; this, compute or both. Read-only fields may be given for a single customer only."),
		"compute", obj("anyOf", []object{refTo(m.name + "Compute"), obj("type", "null")}, "description", "The fields whose values are computed for each customer from those that it had before the job, with operators. A field may not also be in the patch."),
		"file", obj("type", []string{"string", "null"}, "description", "The fileId of an uploaded file, each of whose rows updates a customer; with match, and instead of filter, id, patch and compute."),
		"match", obj("anyOf", []object{
			obj("type", "string"), obj("type", "array", "items", obj("type", "string"), "minItems", 1, "maxItems", 5), obj("type", "null"),
		}, "description", "Of a file job: the field, or the fields, that a row must have in common with its customer. They are never written."),
		"columns", obj("type", []string{"object", "null"}, "additionalProperties", obj("type", []string{"string", "null"}),
			"description", "Of a file job: the field that a column stands for, by the column's header; null leaves the column out. A column that is not named here stands for the field of exactly its name. One for `version` says which version the customer of the row must have."),
		"options", obj("anyOf", []object{refTo("JobOptions"), obj("type", "null")}, "description", "How to do it."),
	)
	return closed("An update of customers of the model "+m.model.Name+".", properties, []string{"model"})
}
