package main

import (
	"encoding/json"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/client"
)

// A typedChange is the value of --set, such as jobTitle=Lead, or of --clear.
type typedChange struct {
	flag  string // --set or --clear
	field string
	value string // null for --clear
}

// changes reads --set and --clear. A field may be named once.
func (r *reader) changes(sets, clears []string) (list []typedChange) {
	for _, typed := range sets {
		field, value, ok := strings.Cut(typed, "=")
		if field = strings.TrimSpace(field); !ok || field == "" {
			r.fault("--set", "%q is not a field and its value, such as jobTitle=Lead", typed)
			continue
		}
		list = append(list, typedChange{"--set", field, strings.TrimSpace(value)})
	}
	for _, field := range clears {
		list = append(list, typedChange{"--clear", strings.TrimSpace(field), "null"})
	}
	named := map[string]typedChange{}
	for _, c := range list {
		if before, twice := named[c.field]; twice {
			r.fault(c.flag, "%s: the field is changed by %s already", c.field, before.flag)
		}
		named[c.field] = c
	}
	return list
}

// patchOf returns the patch that makes all changes, and where each part of it came
// from. A dotted path leads into an object.
func patchOf(list []typedChange, types fieldTypes) (json.RawMessage, places, error) {
	patch := map[string]any{}
	var from places
	for _, c := range list {
		path := []string{c.field}
		if types[c.field] == "" || strings.Contains(c.field, ".") {
			path = strings.Split(c.field, ".")
		}
		pointer := "/patch"
		for _, name := range path {
			pointer += "/" + pointerEscape.Replace(name)
		}
		from = append(from, place{client.InBody, pointer, c.flag + " " + c.field})
		if !put(patch, path, types.value(c.field, c.value)) {
			return nil, nil, &usageError{faults: []string{c.flag + " " + c.field + " is inside another field that is changed as a whole"}, help: submitHelp}
		}
	}
	raw, err := web.JSON(patch)
	return raw, from, err
}

// put puts a value at a path of nested objects. It reports false if a value is in the
// way.
func put(object map[string]any, path []string, value json.RawMessage) bool {
	for _, name := range path[:len(path)-1] {
		if object[name] == nil {
			object[name] = map[string]any{}
		}
		inner, ok := object[name].(map[string]any)
		if !ok {
			return false
		}
		object = inner
	}
	last := path[len(path)-1]
	if object[last] != nil {
		return false
	}
	object[last] = value
	return true
}
