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
func (c *checker) nested(f *Field, raw []byte, pointer string) (stored any, merge []byte) {
	tree, faults := readTree(raw, pointer, 2)
	if len(faults) > 0 {
		c.faults = append(c.faults, faults...)
		return nil, nil
	}
	patch, isObject := tree.(map[string]any)
	_, isList := tree.([]any)
	if f.Kind == Object && !isObject || f.Kind == Array && !isList {
		c.fault(pointer, CodeType, typeDetail(f))
		return nil, nil
	}
	schema := f.rule.full
	if isObject {
		if f.Kind == Object {
			schema = f.rule.patch
			c.faults = append(c.faults, removalFaults(f.rule.shape, patch, pointer)...)
		}
		merge = appendTree(nil, patch)
		tree = mergeTree(nil, tree)
	}
	c.faults = append(c.faults, schemaFaults(schema, tree, pointer)...)
	c.dropDowns(f, tree)
	return string(appendTree(nil, tree)), merge
}

// removalFaults refuses to remove what the schema requires, and to remove
// names that it does not allow, which can only be slips.
func removalFaults(shape, patch map[string]any, pointer string) Faults {
	var faults Faults
	properties, _ := shape["properties"].(map[string]any)
	required, _ := shape["required"].([]any)
	closed := shape["additionalProperties"] == false && shape["patternProperties"] == nil
	for _, name := range slices.Sorted(maps.Keys(patch)) {
		at := pointerTo(pointer, name)
		switch v := patch[name].(type) {
		case nil:
			_, declared := properties[name]
			if slices.Contains(required, any(name)) {
				faults = append(faults, Fault{at, CodeNotNull, "This may not be null."})
			} else if closed && !declared {
				faults = append(faults, Fault{at, CodeUnknownField, "There is no such field."})
			}
		case map[string]any:
			if child, ok := properties[name].(map[string]any); ok {
				faults = append(faults, removalFaults(child, v, at)...)
			}
		}
	}
	return faults
}

// missingWithin finds what the schema of an Object requires and a new record's
// value of it lacks.
func (f *Field) missingWithin(stored, pointer string) Faults {
	tree, faults := readTree([]byte(stored), pointer, 2)
	if len(faults) > 0 {
		return faults
	}
	return schemaFaults(f.rule.full, tree, pointer)
}

// schemaFaults checks a tree by a schema; a nil schema allows all.
func schemaFaults(schema *jsonschema.Schema, tree any, pointer string) Faults {
	if schema == nil {
		return nil
	}
	err := schema.Validate(tree)
	if err == nil {
		return nil
	}
	top, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return Faults{{pointer, CodeSchema, "This does not follow the schema of the model."}}
	}
	var faults Faults
	collectFaults(&faults, top, pointer)
	slices.SortStableFunc(faults, func(a, b Fault) int { return strings.Compare(a.Pointer, b.Pointer) })
	return slices.Compact(faults)
}

// collectFaults turns the leaves of a validation error into faults. Where
// alternatives failed there is one fault for all, since the reasons of each
// would read as contradictions.
func collectFaults(faults *Faults, e *jsonschema.ValidationError, base string) {
	at := base
	for _, segment := range e.InstanceLocation {
		at = pointerTo(at, segment)
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			*faults = append(*faults, Fault{pointerTo(at, name), CodeRequired, "This is required."})
		}
		return
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			*faults = append(*faults, Fault{pointerTo(at, name), CodeUnknownField, "There is no such field."})
		}
		return
	case *kind.AnyOf, *kind.OneOf, *kind.Not, *kind.Contains, *kind.MinContains, *kind.MaxContains:
		*faults = append(*faults, Fault{at, CodeSchema, "This has none of the allowed forms."})
		return
	}
	if len(e.Causes) > 0 {
		for _, cause := range e.Causes {
			collectFaults(faults, cause, base)
		}
		return
	}
	code, detail := leafFault(e.ErrorKind)
	*faults = append(*faults, Fault{at, code, detail})
}

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
		return CodeSchema, "This does not follow the schema of the model."
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
