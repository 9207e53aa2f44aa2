package dashboard

import (
	"encoding/json"
	"slices"
	"strings"
)

// A narrowed filter is one that leaves out single customers. It is written as
// {"$and": [filter, {"id": {"$nin": […]}}]}, and stays so flat when more are left out.
type narrowed struct {
	base string   // the filter without the part that leaves out
	ids  []string // of those left out, as JSON
}

// narrowedOf reads which customers a filter leaves out. id is the name of the field with
// the ids. Any other filter, also one that is not valid, leaves out none.
func narrowedOf(filter, id string) narrowed {
	if ids, ok := leftOut(filter, id); ok {
		return narrowed{"{}", ids}
	}
	var both struct {
		And []json.RawMessage `json:"$and"`
	}
	t, err := patchTreeOf(filter)
	if err != nil || len(t.names) != 1 || t.names[0] != "$and" || json.Unmarshal([]byte(filter), &both) != nil || len(both.And) != 2 {
		return narrowed{base: filter}
	}
	if ids, ok := leftOut(string(both.And[1]), id); ok {
		return narrowed{string(both.And[0]), ids}
	}
	return narrowed{base: filter}
}

// mostLeftOut is how many customers can be left out; the API takes no filter with more
// values.
const mostLeftOut = 10_000

// leftOut reads {"id": {"$nin": […]}}.
func leftOut(filter, id string) (ids []string, ok bool) {
	t, err := patchTreeOf(filter)
	if err != nil || len(t.names) != 1 || t.names[0] != id {
		return nil, false
	}
	op, err := patchTreeOf(string(t.raw[id]))
	if err != nil || len(op.names) != 1 || op.names[0] != "$nin" {
		return nil, false
	}
	var list []json.RawMessage
	if json.Unmarshal(op.raw["$nin"], &list) != nil || list == nil || len(list) > mostLeftOut {
		return nil, false
	}
	for _, v := range list {
		ids = append(ids, string(v))
	}
	return ids, true
}

// choose leaves out those of the shown customers that are not kept, and takes back those
// that are kept again. Who was left out and is not kept stays as the filter says: it may
// have changed since.
func (n narrowed) choose(shown, without, kept []string) narrowed {
	offered, checked := setOf(shown, without), setOf(kept)
	n.ids = slices.DeleteFunc(slices.Clone(n.ids), func(id string) bool { return checked[id] && offered[id] })
	out := setOf(n.ids)
	for _, id := range shown {
		if !checked[id] && !out[id] && isScalar(id) {
			n.ids, out[id] = append(n.ids, id), true
		}
	}
	return n
}

// setOf returns what some lists have. A form has as many ids as its sender likes.
func setOf(lists ...[]string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for _, text := range list {
			set[text] = true
		}
	}
	return set
}

// isScalar reports whether a text is the JSON of a number or a string.
func isScalar(id string) bool {
	return json.Valid([]byte(id)) && (jsonNumber.MatchString(id) || strings.HasPrefix(id, `"`))
}

// filter writes the filter; id is the name of the field with the ids.
func (n narrowed) filter(id string) string {
	if len(n.ids) == 0 {
		return n.base
	}
	out := "{" + string(jsonText(id)) + `: {"$nin": [` + strings.Join(n.ids, ", ") + "]}}"
	if t, err := patchTreeOf(n.base); err == nil && len(t.names) == 0 {
		return out
	}
	return `{"$and": [` + strings.TrimSpace(n.base) + ", " + out + "]}"
}
