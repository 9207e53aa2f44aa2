package dashboard

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/api/dashboard/words"
)

// computedBy returns the id of the input for the computation of a field.
func computedBy(field string) string { return "by-" + field }

// keeps reports whether the field stays as it is.
func (e composeEntry) keeps() bool {
	return e.Do != setField && e.Do != clearField && e.Do != computeField
}

// operatorsJSON are the operators that a script offers, with their words.
var operatorsJSON = string(compactJSON(words.Operators()))

// computeOf makes the computation of a request of what was chosen for the fields and of
// further JSON, nil if nothing is computed. faults has what is wrong, by the name of the
// field, "" for the JSON. Which operators there are is for the API to say.
func (m *composeModel) computeOf(entries map[string]composeEntry, further string) (compute json.RawMessage, faults map[string]string) {
	faults = map[string]string{}
	all, err := patchTreeOf(further)
	if err != nil {
		faults[""] = err.Error()
		all = newPatchTree()
	}
	for _, name := range all.names {
		if m.secret(name, all.raw[name]) {
			faults[""] = name + " is a secret, which can be neither computed nor read."
		}
	}
	for _, f := range m.Fields {
		e := entries[f.Name]
		text := strings.TrimSpace(e.By)
		switch {
		case e.Do != computeField:
		case text == "":
			faults[f.Name] = "Say how the value is computed."
		case !json.Valid([]byte(text)):
			faults[f.Name] = notJSON(text)
		case !all.set([]string{f.Name}, json.RawMessage(text)):
			faults[f.Name] = "This is computed twice: it is also in the JSON below."
		}
	}
	if len(all.names) == 0 {
		return nil, faults
	}
	return all.JSON(), faults
}

// computed lists the fields that a form computes.
func (m *composeModel) computed(f *composeForm) (names []string) {
	for _, field := range m.Fields {
		if f.Entries[field.Name].Do == computeField {
			names = append(names, field.Name)
		}
	}
	return names
}

// computeEntries is the opposite of computeOf: it adds what is computed to the entries,
// and returns as JSON what no field can show, or what the patch changes, too.
func (m *composeModel) computeEntries(compute string, entries map[string]composeEntry) (further string) {
	t, err := patchTreeOf(compute)
	if err != nil {
		return compute
	}
	rest := newPatchTree()
	for _, name := range t.names {
		f := m.byName[name]
		if _, changed := entries[name]; changed || f == nil || f.Operators == nil {
			rest.set([]string{name}, t.raw[name])
			continue
		}
		entries[name] = composeEntry{Do: computeField, By: string(t.raw[name])}
	}
	if len(rest.names) == 0 {
		return ""
	}
	return string(rest.JSON())
}

// computedAt finds the input for a pointer into what is computed, and the step of the
// field that it is about, 0 for none.
func (m *composeModel) computedAt(pointer string, f *composeForm) (input, label string, step int) {
	token, rest, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	switch {
	case m.byName[name] != nil && f.Entries[name].Do == computeField:
		index, _, _ := strings.Cut(rest, "/")
		if n, err := strconv.Atoi(index); err == nil {
			step = n + 1
		} else if index != "" { // one operator without a list
			step = 1
		}
		return computedBy(name), name, step
	case strings.TrimSpace(f.Computed) == "":
		return "what", "Computations", 0
	case name != "":
		return "computed", "Further computations, " + name, 0
	}
	return "computed", "Further computations", 0
}

// computeExamples show how the first operator of a type is written.
var computeExamples = map[string]string{
	"$inc": `{"$inc": 5}`, "$trim": `{"$trim": true}`, "$append": `{"$append": ["new"]}`, "$shift": `{"$shift": {"days": 1}}`,
	"$copy": `{"$copy": "otherField"}`,
}

// ComputeHint says how a computation is written as JSON, and which operators suit.
func (f *composeField) ComputeHint() string {
	var suit []string
	hint := ""
	for _, o := range words.Operators() {
		if !slices.Contains(f.Operators, o.Name) {
			continue
		}
		if len(suit) == 0 {
			hint = "As in " + computeExamples[o.Name] + "; several stand in a list, in the order in which they work. "
		}
		suit = append(suit, o.Name+" ("+o.Label+")")
	}
	return hint + strings.Join(suit, ", ") + "."
}
