package model

import (
	"maps"
	"slices"
)

// nested checks a list, an object or a value of any type. An object is a merge
// patch: stored is the result of merging it into an empty object.
func (c *checker) nested(f *Field, raw []byte, at *Place) (stored any, merge []byte) {
	tree, ok := c.readTree(raw, at, 2)
	if !ok {
		return nil, nil
	}
	tree = f.lowerUUIDs(tree)
	patch, isObject := tree.(map[string]any)
	_, isList := tree.([]any)
	if f.Type == Object && !isObject || f.Type == Array && !isList {
		c.Add(at, CodeType, typeDetail(f))
		return nil, nil
	}
	schema := f.rule.full
	if isObject {
		if f.Type == Object {
			schema = f.rule.patch
			c.removals(f.rule.shape, patch, at)
		}
		merge = appendTree(nil, patch)
		c.merged += names(patch)
		tree = mergeTree(nil, tree)
	}
	schema.check(&c.Collector, tree, at)
	c.dropDowns(f, tree)
	return string(appendTree(nil, tree)), merge
}

// names counts the names of an object and of the objects inside it, but not those
// inside lists, which do not merge.
func names(patch map[string]any) int {
	n := len(patch)
	for _, v := range patch {
		if inner, ok := v.(map[string]any); ok {
			n += names(inner)
		}
	}
	return n
}

// removals refuses to remove a required property, and to remove a name that the
// schema does not allow, which must be a typing error.
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
				c.Add(here, CodeNotNull, detailNotNull)
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

// missingWithin notes the required properties that a new record's value of an
// Object lacks.
func (c *Collector) missingWithin(f *Field, stored string, at *Place) {
	if tree, ok := c.readTree([]byte(stored), at, 2); ok {
		f.rule.full.check(c, tree, at)
	}
}
