package openapi

import (
	"maps"
	"slices"

	"bulkpatch/model"
)

// computeTag is the tag of the components that the computations of all models share.
const computeTag = "Computed values"

// compute returns the schema of what a request computes: operators by field.
func (m *modelSchemas) compute() object {
	properties := object{}
	for _, f := range m.model.Fields {
		m.addComputable(&properties, f.Name, f.Type, describe(f))
		for _, path := range slices.Sorted(maps.Keys(f.Paths)) {
			m.addComputable(&properties, f.Name+"."+path, f.Paths[path], "What is at "+path+" inside "+f.Name+".")
		}
	}
	out := closed("What is computed for customers of the model "+m.model.Name+": an operator by field, or a list of operators, "+
		"which work one after the other. Each begins with the value that the customer had before the job, and so do the fields that it reads.", properties, nil)
	return append(out, member{"minProperties", 1})
}

func (m *modelSchemas) addComputable(properties *object, name string, t model.Type, about string) {
	if operators := m.model.Operators(name); operators != nil {
		properties.set(name, append(m.pipelineOf(t, operators), member{"description", about}))
	}
}

// pipelineOf refers to the component of the operators of a type, or a list of them.
func (m *modelSchemas) pipelineOf(t model.Type, operators []string) object {
	name := typeNames[t] + "Pipeline"
	if m.named.get(name) != nil {
		return refTo(name)
	}
	properties := object{}
	for _, o := range operators {
		properties.set(o, computeOperators[o])
	}
	one := typeNames[t] + "Operator"
	m.named.set(one, append(closed("An operator on "+typeWords[t]+".", properties, nil),
		member{"minProperties", 1}, member{"maxProperties", 1}, member{"x-tag", computeTag}))
	m.named.set(name, obj("x-tag", computeTag, "description", "An operator on "+typeWords[t]+", or a list of them.",
		"anyOf", []object{refTo(one), obj("type", "array", "items", refTo(one), "minItems", 1, "maxItems", model.MaxPipeline)}))
	return refTo(name)
}

var (
	typeNames = map[model.Type]string{model.String: "Text", model.Integer: "Integer", model.Number: "Number", model.Boolean: "Boolean",
		model.Date: "Day", model.DateTime: "Instant", model.Object: "Object", model.Array: "List", model.Any: "AnyValue"}
	typeWords = map[model.Type]string{model.String: "a text", model.Integer: "a whole number", model.Number: "a number", model.Boolean: "true or false",
		model.Date: "a day", model.DateTime: "an instant", model.Object: "an object", model.Array: "a list", model.Any: "a value of any type"}
)

// computeOperators are the schemas of what each operator is given.
var computeOperators = map[string]object{
	"$inc": described("Adds the number.", obj("type", "number")),
	"$mul": described("Multiplies with the number. In a whole number the result is rounded half away from zero.", obj("type", "number")),
	"$min": described("Keeps the smaller of the value and the number.", obj("type", "number")),
	"$max": described("Keeps the larger of the value and the number.", obj("type", "number")),

	"$trim":    described("Removes white space from both ends.", obj("const", true)),
	"$lower":   described("Changes all letters to lower case.", obj("const", true)),
	"$upper":   described("Changes all letters to upper case.", obj("const", true)),
	"$prefix":  described("Puts the text before the value.", someText()),
	"$suffix":  described("Puts the text after the value.", someText()),
	"$replace": described("Replaces each occurrence of a text, or with regex each match of a regular expression (RE2).", replaceSchema()),
	"$map":     described("Replaces a value that is a name here by its text. Other values stay.", obj("type", "object", "additionalProperties", obj("type", "string"))),

	"$copy":    described("Takes the value of another field, or of a declared dotted path.", obj("type", "string")),
	"$format":  described("Fills a text with the values of fields, such as {firstName} {lastName}. A missing value is empty text; if all are missing, the field stays. {{ stands for a brace.", someText()),
	"$default": described("Takes the value where there is none.", obj("not", obj("type", "null"))),

	"$append": described("Adds the items at the end.", obj("type", "array")),
	"$add":    described("Adds those of the items that are not in the list yet.", obj("type", "array")),
	"$remove": described("Removes all items that are equal to one of these.", obj("type", "array")),

	"$shift": described("Moves the date, in UTC. A day that does not exist becomes the last one of its month.", shiftSchema()),
	"$now":   described("Takes the time at which the job was accepted, or its day.", obj("const", true)),
}

func someText() object {
	return obj("type", "string", "minLength", 1, "maxLength", model.MaxComputeText)
}

func replaceSchema() object {
	return closed("", obj(
		"find", described("What to replace.", someText()),
		"with", obj("type", "string", "maxLength", model.MaxComputeText, "description", "What stands there afterwards; of a regular expression, $1 and ${name} are its groups."),
		"regex", obj("type", "boolean", "default", false, "description", "Whether find is a regular expression."),
	), []string{"find", "with"}).without("description")
}

func shiftSchema() object {
	properties := object{}
	for _, unit := range []string{"years", "months", "days", "hours", "minutes"} {
		properties.set(unit, obj("type", "integer", "description", "How many "+unit+" later; fewer than 0 for earlier."))
	}
	return append(closed("", properties, nil).without("description"), member{"minProperties", 1})
}
