package filter

import (
	"strings"

	"bulkpatch/model"
)

// ParseSort reads the keys of an order, such as "-createdAt,id": names of
// fields, most significant first, with a hyphen for descending. No text means
// no keys. Lists, objects and secret fields cannot be sorted by, nor one
// field twice. The pointer of a fault holds the number of the key.
func ParseSort(text string, m *model.Model) ([]Sort, model.Faults) {
	return Names(nil).ParseSort(text, m)
}

// ParseSort is the package's ParseSort for an order that may use the names.
func (n Names) ParseSort(text string, m *model.Model) ([]Sort, model.Faults) {
	if text == "" {
		return nil, nil
	}
	var keys []Sort
	var faults model.Collector
	seen := map[string]bool{}
	// No model has so many fields that more keys than these could be right.
	for i, key := range strings.SplitN(text, ",", maxSortKeys) {
		name, descending := strings.CutPrefix(key, "-")
		f, ok := m.Field(name)
		of := n.sortTargets(name, m)
		if of != nil {
			f, ok = of[0].field, true
		}
		code, detail := "", ""
		switch {
		case !ok:
			code, detail = CodeUnknownField, "The model has no such field to sort by."
		case of == nil && !sortable(f):
			code, detail = CodeNotSortable, "The records cannot be sorted by this field."
		case seen[name]:
			code, detail = CodeDuplicateField, "The field occurs twice in the order."
		default:
			seen[name] = true
			keys = append(keys, Sort{Field: f, Descending: descending, of: of})
			continue
		}
		var whole *model.Place
		faults.Add(whole.Item(i), code, detail)
	}
	if faults.Found() > 0 {
		return nil, faults.Faults()
	}
	return keys, nil
}

// maxSortKeys bounds the keys that are looked at one by one.
const maxSortKeys = 1000

func sortable(f *model.Field) bool {
	switch f.Type {
	case model.Object, model.Array, model.Any:
		return false
	}
	return f.Secret == model.Public && !f.WriteOnly
}

// sortTargets are the values that an order by a name goes by, of lists those of
// their first items; nil where it is no name.
func (n Names) sortTargets(name string, m *model.Model) []target {
	of := n.targets(name, m)
	for i := range of {
		if of[i].items {
			of[i].items, of[i].path = false, append([]string{"0"}, of[i].path...)
		}
	}
	return of
}
