package dashboard

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"

	"bulkpatch/client"
)

// A composeExample is what a computation makes of a value of a customer.
type composeExample struct {
	Field    string
	Customer string // "" if the field changes in none of the customers of the preview
	From, To value
}

// examplesOf finds an example of each field that is computed among the customers of a
// preview, which the program has worked out as it will work out the update.
func examplesOf(fields []string, sample []client.PreviewRecord) []composeExample {
	list := make([]composeExample, len(fields))
	for i, name := range fields {
		list[i].Field = name
	}
	for _, item := range sample {
		opened := map[string]openedChange{}
		for i, e := range list {
			if e.Customer != "" {
				continue
			}
			if c, changed := changeIn(item.Changed, e.Field, opened); changed {
				list[i] = composeExample{e.Field, item.ID.String(), shownValueOf(c.From), shownValueOf(c.To)}
			}
		}
	}
	return list
}

// An openedChange is the change of an object, decoded with the texts of its numbers.
type openedChange struct{ from, to any }

// changeIn returns how a field, or a value inside one, changes. opened keeps the objects
// that it has decoded, so that each is decoded once.
func changeIn(changed map[string]client.Change, field string, opened map[string]openedChange) (c client.Change, ok bool) {
	if c, ok := changed[field]; ok {
		return c, true
	}
	outer, path, _ := strings.Cut(field, ".")
	whole, ok := changed[outer]
	if !ok || path == "" {
		return c, false
	}
	object, ok := opened[outer]
	if !ok {
		object = openedChange{numbersKept(whole.From), numbersKept(whole.To)}
		opened[outer] = object
	}
	from, to := inside(object.from, path), inside(object.to, path)
	if reflect.DeepEqual(from, to) {
		return c, false
	}
	return client.Change{From: compactJSON(from), To: compactJSON(to)}, true
}

// numbersKept decodes JSON, nil where there is none.
func numbersKept(raw json.RawMessage) (v any) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// inside returns the value at a dotted path, nil where there is none.
func inside(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

// example returns that of a field, nil if there is none.
func (p *composePreview) example(field string) *composeExample {
	for i := range p.Examples {
		if p.Examples[i].Field == field {
			return &p.Examples[i]
		}
	}
	return nil
}
