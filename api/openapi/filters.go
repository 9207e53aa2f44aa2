package openapi

import (
	"maps"
	"regexp"
	"slices"

	"bulkpatch/model"
)

// filter returns the schema of a filter: an object of conditions by field, all of which
// must hold.
func (m *modelSchemas) filter() object {
	own := refTo(m.name + "Filter")
	properties := obj(
		"$and", obj("type", "array", "items", own, "description", "All of these hold."),
		"$or", obj("type", "array", "items", own, "description", "At least one of these holds."),
	)
	open := object{}
	for _, f := range m.model.Fields {
		if !f.Filterable {
			continue
		}
		properties.set(f.Name, obj("$ref", m.condition(f)["$ref"], "description", describe(f)))
		for _, path := range slices.Sorted(maps.Keys(f.Paths)) {
			properties.set(f.Name+"."+path, obj("$ref", m.conditionOf(f.Paths[path])["$ref"], "description", "What is at "+path+" inside "+f.Name+"."))
		}
		if f.OpenPaths {
			open.set(`^`+regexp.QuoteMeta(f.Name)+`(\.[A-Za-z0-9_-]{1,64})+$`, m.conditionOf(model.Any))
		}
	}
	for _, name := range []string{"id", "version"} {
		if f, ok := m.model.Field(name); ok && properties.get(name) == nil && f.Filterable {
			properties.set(name, obj("$ref", m.condition(f)["$ref"], "description", describe(f)))
		}
	}
	out := closed("A filter of customers of the model "+m.model.Name+": conditions by field, all of which must hold.", properties, nil)
	if len(open) > 0 {
		out.set("patternProperties", open)
	}
	return out
}

// condition returns the schema of a condition on a field. Of secrets, and of objects and
// lists as a whole, a filter can only ask whether there is a value.
func (m *modelSchemas) condition(f *model.Field) keywordSet {
	t := f.Type
	if f.FilterBy != "" {
		t = model.Any
		if declared, ok := f.Paths[f.FilterBy]; ok {
			t = declared
		}
	} else if t == model.Any {
		t = model.Object
	}
	if f.Concealed() {
		t = model.Object
	}
	return m.conditionOf(t)
}

// A comparand says how values of a type are compared.
type comparand struct {
	name    string
	types   []string // of JSON
	ordered bool
	text    bool // has $contains and $startsWith
	about   string
}

// filtersTag is the tag of the components that the filters of all models share.
const filtersTag = "Filters"

// comparands lists them by the type of the field.
var comparands = map[model.Type]comparand{
	model.String:   {"String", []string{"string"}, true, true, "a text, by code point: case and accents count"},
	model.Integer:  {"Integer", []string{"integer"}, true, false, "a whole number"},
	model.Number:   {"Number", []string{"number"}, true, false, "a number"},
	model.Boolean:  {"Boolean", []string{"boolean"}, false, false, "true or false"},
	model.Date:     {"Date", []string{"string"}, true, false, "a day (YYYY-MM-DD), or an RFC 3339 date-time"},
	model.DateTime: {"DateTime", []string{"string"}, true, false, "an instant (RFC 3339, with any offset), or a day, which is its midnight in UTC"},
	model.Object:   {"Presence", nil, false, false, "no value, only whether there is one"},
	model.Array:    {"Presence", nil, false, false, "no value, only whether there is one"},
	model.Any:      {"Any", []string{"string", "number", "boolean"}, true, true, "a value of any type, which equals values of its own type only"},
}

// conditionOf refers to the component of conditions on a type: a value that must be
// equal, or operators.
func (m *modelSchemas) conditionOf(t model.Type) keywordSet {
	c := comparands[t]
	name := c.name + "Condition"
	if m.named.get(name) == nil {
		m.named.set(c.name+"Operators", append(c.operators(), member{"x-tag", filtersTag}))
		m.named.set(name, obj("x-tag", filtersTag, "description", "A condition on "+c.about+": the value, which must be equal, or operators, all of which must hold. null is the same as no value.",
			"anyOf", []object{c.value(true), refTo(c.name + "Operators")}))
	}
	return keywordSet{"$ref": "#/components/schemas/" + name}
}

// value returns the schema of a value to compare with.
func (c comparand) value(null bool) object {
	types := slices.Clone(c.types)
	if null {
		types = append(types, "null")
	}
	return obj("type", types)
}

// described returns a schema with a description in front.
func described(text string, schema object) object {
	return append(obj("description", text), schema...)
}

// operators returns the schema of the operators of a type.
func (c comparand) operators() object {
	value, some := c.value(true), c.value(false)
	p := obj(
		"$eq", described("Is equal to the value; null for no value.", value),
		"$ne", described("Differs from the value. Customers without a value match, too.", value),
		"$in", described("Is one of the values.", obj("type", "array", "items", value)),
		"$nin", described("Is none of the values. Customers without a value match, too.", obj("type", "array", "items", value)),
	)
	if c.ordered {
		p.set("$lt", described("Is less than the value, or before it.", some))
		p.set("$lte", described("Is at most the value.", some))
		p.set("$gt", described("Is greater than the value, or after it.", some))
		p.set("$gte", described("Is at least the value.", some))
		p.set("$between", described("Is at least the first and at most the second value.", obj("type", "array", "items", some, "minItems", 2, "maxItems", 2)))
	}
	if c.text {
		text := obj("type", "string", "minLength", 1)
		p.set("$contains", described("Contains the text. The case of A to Z does not count.", text))
		p.set("$startsWith", described("Begins with the text.", text))
	}
	p.set("$exists", obj("type", "boolean", "description", "Whether there is a value."))
	p.set("$not", described("The operators inside do not all hold. Customers without a value match, too.", refTo(c.name+"Operators")))
	return append(closed("Operators on "+c.about+", all of which must hold.", p, nil), member{"minProperties", 1})
}
