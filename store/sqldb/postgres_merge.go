package sqldb

import (
	"encoding/json"
	"maps"
	"slices"
)

// postgresMerge compiles a merge patch into one expression, because PostgreSQL has
// no deep merge. On each level that is the existing object, or an empty one,
// without the members that the patch removes, with those that it sets, and with
// the nested objects merged in the same way.
func postgresMerge(column string, patch []byte) (string, []any) {
	m := merger{column: column}
	return m.level(nil, patch), m.args
}

// A merger gathers the arguments of an expression in the order of its
// placeholders.
type merger struct {
	column string
	args   []any
}

// level merges an object of the patch into the value at a path.
func (m *merger) level(path []string, patch []byte) string {
	cleared, set, nested := partsOf(patch)
	expr := m.object(path)
	if len(cleared) > 0 {
		expr = "(" + expr + " - " + m.bind(cleared, "text[]") + ")"
	}
	if len(set) > 0 {
		text, _ := json.Marshal(set) // cannot fail: it was JSON before
		expr += " || " + m.bind(string(text), "jsonb")
	}
	for _, name := range slices.Sorted(maps.Keys(nested)) {
		below := append(path[:len(path):len(path)], name)
		expr += " || jsonb_build_object(" + m.bind(name, "text") + ", " + m.level(below, nested[name]) + ")"
	}
	return "(" + expr + ")"
}

// partsOf splits the members of an object of a patch: those that it removes, sets
// and merges.
func partsOf(patch []byte) (cleared []string, set, nested map[string]json.RawMessage) {
	var members map[string]json.RawMessage
	if json.Unmarshal(patch, &members) != nil {
		members = nil // does not happen: a checked patch is an object
	}
	set, nested = map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		switch v := members[name]; v[0] {
		case 'n':
			cleared = append(cleared, name)
		case '{':
			nested[name] = v
		default:
			set[name] = v
		}
	}
	return cleared, set, nested
}

// object is the value at a path if it is an object, and an empty object otherwise.
func (m *merger) object(path []string) string {
	return "CASE WHEN jsonb_typeof(" + m.at(path) + ") = 'object' THEN " + m.at(path) + " ELSE '{}' END"
}

func (m *merger) at(path []string) string {
	expr := m.column
	for _, name := range path {
		expr += " -> " + m.bind(name, "text")
	}
	return expr
}

// bind adds an argument and returns its placeholder.
func (m *merger) bind(v any, sqlType string) string {
	m.args = append(m.args, v)
	return "CAST(? AS " + sqlType + ")"
}
