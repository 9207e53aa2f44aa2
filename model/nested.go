package model

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// nested checks a list, an object or a value of any type. An object is a
// merge patch: the stored value is what it makes of an empty one.
func (c *checker) nested(f *Field, raw []byte, at *Place) (stored any, merge []byte) {
	tree, ok := c.readTree(raw, at, 2)
	if !ok {
		return nil, nil
	}
	patch, isObject := tree.(map[string]any)
	_, isList := tree.([]any)
	if f.Kind == Object && !isObject || f.Kind == Array && !isList {
		c.Add(at, CodeType, typeDetail(f))
		return nil, nil
	}
	schema := f.rule.full
	if isObject {
		if f.Kind == Object {
			schema = f.rule.patch
			c.removals(f.rule.shape, patch, at)
		}
		merge = appendTree(nil, patch)
		tree = mergeTree(nil, tree)
	}
	c.followSchema(schema, tree, at)
	c.dropDowns(f, tree)
	return string(appendTree(nil, tree)), merge
}

// removals refuses to remove what the schema requires, and to remove names
// that it does not allow, which can only be slips.
func (c *checker) removals(shape, patch map[string]any, at *Place) {
	properties, _ := shape["properties"].(map[string]any)
	required, _ := shape["required"].([]any)
	closed := shape["additionalProperties"] == false && shape["patternProperties"] == nil
	if len(properties) == 0 && len(required) == 0 && !closed {
		return
	}
	here := at.Member("")
	for _, name := range slices.Sorted(maps.Keys(patch)) {
		here.Go(name)
		switch v := patch[name].(type) {
		case nil:
			_, declared := properties[name]
			if slices.Contains(required, any(name)) {
				c.Add(here, CodeNotNull, "This may not be null.")
			} else if closed && !declared {
				c.Add(here, CodeUnknownField, detailUnknown)
			}
		case map[string]any:
			if child, ok := properties[name].(map[string]any); ok {
				c.removals(child, v, here)
			}
		}
	}
}

// missingWithin finds what the schema of an Object requires and a new record's
// value of it lacks.
func (c *Collector) missingWithin(f *Field, stored string, at *Place) {
	if tree, ok := c.readTree([]byte(stored), at, 2); ok {
		c.followSchema(f.rule.full, tree, at)
	}
}

// followSchema checks a tree by a schema; a nil schema allows all.
func (c *Collector) followSchema(schema *jsonschema.Schema, tree any, at *Place) {
	if schema == nil {
		return
	}
	err := schema.Validate(tree)
	if err == nil {
		return
	}
	top, ok := err.(*jsonschema.ValidationError)
	if !ok {
		c.Add(at, CodeSchema, detailSchema)
		return
	}
	var found Collector
	found.leaves(top, at)
	slices.SortStableFunc(found.kept, func(a, b Fault) int { return strings.Compare(a.Pointer, b.Pointer) })
	c.AddAll(slices.Compact(found.kept))
	c.further += found.further
}

// leaves notes the leaves of a validation error. Where alternatives failed
// there is one fault for all, since the reasons of each would read as
// contradictions.
func (c *Collector) leaves(e *jsonschema.ValidationError, base *Place) {
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		c.names(k.Missing, e, base, CodeRequired, detailRequired)
		return
	case *kind.AdditionalProperties:
		c.names(k.Properties, e, base, CodeUnknownField, detailUnknown)
		return
	case *kind.AnyOf, *kind.OneOf, *kind.Not, *kind.Contains, *kind.MinContains, *kind.MaxContains:
		c.leaf(e, base, CodeSchema, "This has none of the allowed forms.")
		return
	}
	if len(e.Causes) > 0 {
		for _, cause := range e.Causes {
			c.leaves(cause, base)
		}
		return
	}
	code, detail := "", ""
	if !c.Full() {
		code, detail = leafFault(e.ErrorKind)
	}
	c.leaf(e, base, code, detail)
}

// leaf notes one fault of the value that an error is about.
func (c *Collector) leaf(e *jsonschema.ValidationError, base *Place, code, detail string) {
	var at *Place
	if !c.Full() {
		at = within(base, e.InstanceLocation)
	}
	c.Add(at, code, detail)
}

// names notes a fault of each of some members of the object that an error is
// about.
func (c *Collector) names(names []string, e *jsonschema.ValidationError, base *Place, code, detail string) {
	here := within(base, e.InstanceLocation).Member("")
	for _, name := range names {
		here.Go(name)
		c.Add(here, code, detail)
	}
}

// within is the place of a path below another.
func within(base *Place, path []string) *Place {
	for _, name := range path {
		base = base.Member(name)
	}
	return base
}

const (
	detailRequired = "This is required."
	detailSchema   = "This does not follow the schema of the model."
)

func leafFault(k jsonschema.ErrorKind) (code, detail string) {
	switch k := k.(type) {
	case *kind.Type:
		return CodeType, "This must be " + typeNames(k.Want) + "."
	case *kind.Enum, *kind.Const:
		return CodeEnum, detailEnum
	case *kind.Format:
		return CodeFormat, "This must be " + formatNames[k.Want] + "."
	case *kind.Pattern:
		return CodePattern, "This must match the pattern " + k.Want + " ."
	case *kind.MaxLength:
		return CodeTooLong, "This may have at most " + strconv.Itoa(k.Want) + " characters."
	case *kind.MinLength:
		return CodeTooShort, "This must have at least " + strconv.Itoa(k.Want) + " characters."
	case *kind.MaxItems:
		return CodeTooLong, "This may have at most " + strconv.Itoa(k.Want) + " items."
	case *kind.MinItems:
		return CodeTooShort, "This must have at least " + strconv.Itoa(k.Want) + " items."
	case *kind.Minimum, *kind.Maximum, *kind.ExclusiveMinimum, *kind.ExclusiveMaximum, *kind.MultipleOf:
		return CodeOutOfRange, "This number is not in the allowed range."
	default:
		return CodeSchema, detailSchema
	}
}

// jsonTypes says the schema's types in words.
var jsonTypes = map[string]string{
	"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
	"object": "an object", "array": "a list", "null": "null",
}

func typeNames(types []string) string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = jsonTypes[t]
	}
	return strings.Join(words, " or ")
}
