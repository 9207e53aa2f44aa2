package dashboard

import (
	"encoding/json"
	"slices"
	"strings"
)

// A customerCondition is one condition of a filter. All of them must hold.
type customerCondition struct {
	Name string // a field, or an operator such as $or
	Raw  json.RawMessage
}

// JSON writes the condition as a filter.
func (c customerCondition) JSON() json.RawMessage {
	return slices.Concat([]byte("{"), jsonText(c.Name), []byte(": "), c.Raw, []byte("}"))
}

// conditionsOf splits a filter into conditions that must all hold. ok is false for a
// text that cannot be split; then there may be one condition or none.
func conditionsOf(filter string) (list []customerCondition, ok bool) {
	return conditionsWithin(filter, deepestFilter)
}

// deepestFilter is how deep the lists of a filter may nest; the API takes no deeper one.
// Each level is read again, so without a bound a short text could cost seconds.
const deepestFilter = 20

func conditionsWithin(filter string, levels int) (list []customerCondition, ok bool) {
	t, err := patchTreeOf(filter)
	if err != nil || levels == 0 {
		return nil, false
	}
	for _, name := range t.names {
		var all []json.RawMessage
		if name != "$and" || json.Unmarshal(t.raw[name], &all) != nil || all == nil {
			list = append(list, splitOperators(name, t.raw[name])...)
			continue
		}
		for _, one := range all {
			inner, ok := conditionsWithin(string(one), levels-1)
			if !ok || strings.TrimSpace(string(one)) == "" {
				return nil, false
			}
			list = append(list, inner...)
		}
	}
	return list, true
}

// splitOperators makes a condition of each operator on a field.
func splitOperators(name string, raw json.RawMessage) []customerCondition {
	whole := []customerCondition{{name, raw}}
	if strings.HasPrefix(name, "$") || !strings.HasPrefix(strings.TrimSpace(string(raw)), "{") {
		return whole
	}
	t, err := patchTreeOf(string(raw))
	if err != nil || len(t.names) < 2 {
		return whole
	}
	var list []customerCondition
	for _, op := range t.names {
		list = append(list, customerCondition{name, customerCondition{op, t.raw[op]}.JSON()})
	}
	return list
}

// filterOf is the opposite of conditionsOf: a filter with all of the conditions, "" for
// none.
func filterOf(list []customerCondition) string {
	if len(list) == 0 {
		return ""
	}
	t := newPatchTree()
	for _, c := range list {
		if !t.set([]string{c.Name}, c.Raw) {
			return filterOfAll(list)
		}
	}
	return string(t.JSON())
}

// filterOfAll writes the conditions as a list, because two of them have one name.
func filterOfAll(list []customerCondition) string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = string(c.JSON())
	}
	return `{"$and": [` + strings.Join(texts, ", ") + "]}"
}

// A customerOperator is what the quick form can ask of a field.
type customerOperator struct {
	Name, Words string
}

// customerOperators are in the order of the form. The last two take no value.
var customerOperators = []customerOperator{
	{"$eq", "is"}, {"$ne", "is not"}, {"$contains", "contains"}, {"$startsWith", "starts with"},
	{"$gt", "is more than, after"}, {"$gte", "is at least, from"}, {"$lt", "is less than, before"}, {"$lte", "is at most, until"},
	{opHas, "has a value"}, {opHasNot, "has no value"},
}

const (
	opHas    = "has"
	opHasNot = "has-not"
)

// A quickCondition is what somebody typed into the quick form.
type quickCondition struct {
	Field, Operator, Value string
	Wrong                  string // why it is no condition, a sentence; "" for none
}

// condition makes the condition of what was typed.
func (m *customerModel) condition(q quickCondition) (c customerCondition, wrong string) {
	at := slices.IndexFunc(m.filters, func(f *composeField) bool { return f.Name == q.Field })
	switch {
	case at < 0:
		return c, "Choose a field that can be filtered."
	case q.Operator == opHas:
		return customerCondition{q.Field, json.RawMessage(`{"$exists": true}`)}, ""
	case q.Operator == opHasNot:
		return customerCondition{q.Field, json.RawMessage(`{"$exists": false}`)}, ""
	case !slices.ContainsFunc(customerOperators, func(o customerOperator) bool { return o.Name == q.Operator }):
		return c, "Choose how the field is compared."
	}
	if q.Value == "" {
		return c, "Type a value, or choose “has no value”."
	}
	value, err := m.filters[at].compared(q.Value)
	if err != nil {
		return c, err.Error()
	}
	if q.Operator == "$eq" {
		return customerCondition{q.Field, value}, ""
	}
	return customerCondition{q.Field, customerCondition{q.Operator, value}.JSON()}, ""
}

// Suggested lists values that the field may be compared with, nil where there are too
// many or any will do.
func (f *composeField) Suggested() []string {
	if f.Kind() == "boolean" {
		return []string{"true", "false"}
	}
	if len(f.Choices) > mostSuggested {
		return nil
	}
	return f.Choices
}

// mostSuggested is how many values are suggested for a field.
const mostSuggested = 200

// compared makes the JSON of a value that a field is compared with.
func (f *composeField) compared(text string) (json.RawMessage, error) {
	trimmed := strings.TrimSpace(text)
	switch f.Kind() {
	case "number":
		return numberValue(trimmed)
	case "boolean":
		return booleanValue(trimmed)
	case "date", "moment":
		return jsonText(trimmed), nil
	case "json", "list":
		if json.Valid([]byte(trimmed)) {
			return json.RawMessage(trimmed), nil
		}
	}
	return jsonText(text), nil
}
