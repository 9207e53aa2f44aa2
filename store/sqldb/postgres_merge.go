package sqldb

import (
	"encoding/json"
	"maps"
	"slices"
)

// postgresMerge compiles a merge patch into one expression, since PostgreSQL
// has no deep merge of its own: level by level, what is there if it is an
// object, less what the patch clears, with what it sets, and with the objects
// that it merges in turn.
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

// level merges an object of the patch into what stands at a path.
func (m *merger) level(path []string, patch []byte) string {
	cleared, set, nested := partsOf(patch)
	expr := m.object(path)
	if len(cleared) > 0 {
		expr = "(" + expr + " - " + m.bind(cleared, "text[]") + ")"
	}
	if len(set) > 0 {
		text, _ := json.Marshal(set) // it was JSON before
		expr += " || " + m.bind(string(text), "jsonb")
	}
	for _, name := range slices.Sorted(maps.Keys(nested)) {
		below := append(path[:len(path):len(path)], name)
		expr += " || jsonb_build_object(" + m.bind(name, "text") + ", " + m.level(below, nested[name]) + ")"
	}
	return "(" + expr + ")"
}

// partsOf tells apart what an object of a patch does with its members.
func partsOf(patch []byte) (cleared []string, set, nested map[string]json.RawMessage) {
	var members map[string]json.RawMessage
	if json.Unmarshal(patch, &members) != nil {
		members = nil // a checked patch is always an object
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

// object is what stands at a path, or an empty object where that is none.
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
