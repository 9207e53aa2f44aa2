package model

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// A validator checks values by a schema of the file. The general validator (package
// jsonschema) keeps all errors of a value, and a list of a megabyte can have half
// a million, so this one passes it the items of lists one by one. The nil
// validator allows every value.
type validator struct {
	schema  *jsonschema.Schema // without the schema of items
	items   *validator         // of a list; nil if schema checks them
	members []member           // of an object: those that contain lists
}

type member struct {
	name string
	*validator
}

func newValidator(s *jsonschema.Schema) *validator {
	own := *s
	v := &validator{schema: &own}
	if s.Items2020 != nil && s.PrefixItems == nil && s.UnevaluatedItems == nil {
		v.items, own.Items2020 = newValidator(s.Items2020), nil
	}
	own.Properties = maps.Clone(s.Properties)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if below := newValidator(s.Properties[name]); below.items != nil || below.members != nil {
			v.members = append(v.members, member{name, below})
			own.Properties[name] = below.schema
		}
	}
	return v
}

// allows reports whether a value has no fault.
func (v *validator) allows(tree any) bool {
	var c Collector
	v.check(&c, tree, nil)
	return c.Found() == 0
}

// check notes all faults of a value at a place.
func (v *validator) check(c *Collector, tree any, at *Place) {
	if v == nil {
		return
	}
	if err := v.schema.Validate(tree); err != nil {
		c.invalid(err, at)
	}
	switch tree := tree.(type) {
	case []any:
		if v.items == nil {
			return
		}
		here := at.Item(0)
		for _, item := range tree {
			v.items.check(c, item, here)
			here.Next()
		}
	case map[string]any:
		for _, m := range v.members {
			if value, given := tree[m.name]; given {
				m.check(c, value, at.Member(m.name))
			}
		}
	}
}

// invalid notes the faults that the general validator has found.
func (c *Collector) invalid(err error, at *Place) {
	top, ok := err.(*jsonschema.ValidationError)
	if !ok {
		c.Add(at, CodeSchema, detailSchema)
		return
	}
	var found Collector
	found.leaves(top, at)
	// The validator checks members in random order, and can report one fault twice.
	slices.SortStableFunc(found.kept, func(a, b Fault) int { return strings.Compare(a.Pointer, b.Pointer) })
	c.AddAll(slices.Compact(found.kept))
	c.further += found.further
}

// leaves notes the leaves of a validation error. Alternatives that failed are one
// fault, because the reasons of each would contradict one another.
func (c *Collector) leaves(e *jsonschema.ValidationError, base *Place) {
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		c.eachOf(k.Missing, e, base, CodeRequired, detailRequired)
		return
	case *kind.AdditionalProperties:
		c.eachOf(k.Properties, e, base, CodeUnknownField, detailUnknown)
		return
	case *kind.AnyOf, *kind.OneOf, *kind.Not, *kind.Contains, *kind.MinContains, *kind.MaxContains:
		c.leaf(e, base, CodeSchema, detailForms)
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

// leaf notes one fault of the value of an error.
func (c *Collector) leaf(e *jsonschema.ValidationError, base *Place, code, detail string) {
	var at *Place
	if !c.Full() {
		at = within(base, e.InstanceLocation)
	}
	c.Add(at, code, detail)
}

// eachOf notes a fault for each of some members of the object of an error.
func (c *Collector) eachOf(names []string, e *jsonschema.ValidationError, base *Place, code, detail string) {
	here := within(base, e.InstanceLocation).Member("")
	for _, name := range names {
		here.Go(name)
		c.Add(here, code, detail)
	}
}

// within returns the place of a path inside another place.
func within(base *Place, path []string) *Place {
	for _, name := range path {
		base = base.Member(name)
	}
	return base
}

func leafFault(k jsonschema.ErrorKind) (code, detail string) {
	switch k := k.(type) {
	case *kind.Type:
		return CodeType, "This must be " + typeNames(k.Want) + "."
	case *kind.Enum:
		return CodeEnum, treesDetail(k.Want...)
	case *kind.Const:
		return CodeEnum, treesDetail(k.Want)
	case *kind.Format:
		return CodeFormat, "This must be " + formatNames[k.Want] + "."
	case *kind.Pattern:
		return CodePattern, "This must match the pattern " + Shown(k.Want) + " ."
	case *kind.MaxLength:
		return CodeTooLong, "This may have at most " + strconv.Itoa(k.Want) + " characters."
	case *kind.MinLength:
		return CodeTooShort, "This must have at least " + strconv.Itoa(k.Want) + " characters."
	case *kind.MaxItems:
		return CodeTooLong, "This may have at most " + strconv.Itoa(k.Want) + " items."
	case *kind.MinItems:
		return CodeTooShort, "This must have at least " + strconv.Itoa(k.Want) + " items."
	case *kind.Minimum:
		return CodeOutOfRange, rangeDetail(bound{number: formatRat(k.Want)}, bound{})
	case *kind.Maximum:
		return CodeOutOfRange, rangeDetail(bound{}, bound{number: formatRat(k.Want)})
	case *kind.ExclusiveMinimum:
		return CodeOutOfRange, rangeDetail(bound{number: formatRat(k.Want), excluded: true}, bound{})
	case *kind.ExclusiveMaximum:
		return CodeOutOfRange, rangeDetail(bound{}, bound{number: formatRat(k.Want), excluded: true})
	case *kind.MultipleOf:
		return CodeOutOfRange, "This must be a multiple of " + formatRat(k.Want) + "."
	default:
		return CodeSchema, detailSchema
	}
}

// jsonTypes describes the types of JSON in details of faults.
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
