package dashboard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// What is done with a field.
const (
	keepField    = "keep"
	setField     = "set"
	clearField   = "clear"
	computeField = "compute"
)

// A composeEntry is what somebody chose for one field.
type composeEntry struct {
	Do   string // one of the constants above
	Text string // what stands in the input for a value
	By   string // what stands in the input for a computation
}

// A patchTree is a merge patch, whose names stay in order.
type patchTree struct {
	names []string
	raw   map[string]json.RawMessage
	sub   map[string]*patchTree // instead of raw
}

func newPatchTree() *patchTree {
	return &patchTree{raw: map[string]json.RawMessage{}, sub: map[string]*patchTree{}}
}

const noObject = badValue("This must be a JSON object of fields and values, as in {\"phone\": null}.")

// patchTreeOf reads an object. Blank text is an empty one.
func patchTreeOf(text string) (*patchTree, error) {
	t := newPatchTree()
	if strings.TrimSpace(text) == "" {
		return t, nil
	}
	if !json.Valid([]byte(text)) || !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return nil, noObject
	}
	d := json.NewDecoder(strings.NewReader(text))
	_, _ = d.Token() // the text is valid
	for d.More() {
		name, _ := d.Token()
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, noObject
		}
		if !t.set([]string{name.(string)}, value) {
			return nil, badValue(fmt.Sprintf("The name %q is there twice.", name))
		}
	}
	return t, nil
}

// set adds a value at a path, and reports whether there was none.
func (t *patchTree) set(path []string, value json.RawMessage) bool {
	name := path[0]
	raw, leaf := t.raw[name]
	sub := t.sub[name]
	if len(path) == 1 {
		if leaf || sub != nil {
			return false
		}
		t.names = append(t.names, name)
		t.raw[name] = value
		return true
	}
	if leaf {
		opened, err := patchTreeOf(string(raw))
		if err != nil {
			return false // such as null
		}
		delete(t.raw, name)
		t.sub[name], sub = opened, opened
	}
	if sub == nil {
		sub = newPatchTree()
		t.names = append(t.names, name)
		t.sub[name] = sub
	}
	return sub.set(path[1:], value)
}

// JSON writes the patch.
func (t *patchTree) JSON() json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range t.names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.Write(jsonText(name))
		b.WriteString(": ")
		if sub := t.sub[name]; sub != nil {
			b.Write(sub.JSON())
		} else {
			b.Write(t.raw[name])
		}
	}
	b.WriteByte('}')
	return b.Bytes()
}

// patchOf makes the merge patch of what was chosen for the fields and of further changes
// as JSON. faults has what is wrong, by the name of the field, "" for the JSON.
func (m *composeModel) patchOf(entries map[string]composeEntry, further string) (patch json.RawMessage, faults map[string]string) {
	faults = map[string]string{}
	rest, err := patchTreeOf(further)
	if err != nil {
		faults[""] = err.Error()
		rest = newPatchTree()
	}
	all := newPatchTree()
	for _, name := range rest.names {
		if m.secret(name, rest.raw[name]) {
			faults[""] = name + " is a secret. Set it by its own input: what stands here is shown."
		}
		all.set([]string{name}, rest.raw[name])
	}
	for _, f := range m.Fields {
		value, err := f.chosen(entries[f.Name])
		if err != nil {
			faults[f.Name] = err.Error()
		} else if value != nil && !all.set(f.path(), value) {
			faults[f.Name] = "This is changed twice: it is also part of another change below or of the JSON."
		}
	}
	return all.JSON(), faults
}

// maskedSecret stands in place of a secret, as JSON. The API ignores it in a patch.
const maskedSecret = `"***"`

// secret reports whether a value is that of a secret field.
func (m *composeModel) secret(name string, value json.RawMessage) bool {
	f := m.byName[name]
	return f != nil && f.Secret && string(value) != "null"
}

// masked returns changes as JSON without the secrets in them.
func (m *composeModel) masked(further string) string {
	t, err := patchTreeOf(further)
	if err != nil {
		return further
	}
	secrets := false
	for _, name := range t.names {
		if m.secret(name, t.raw[name]) {
			t.raw[name], secrets = json.RawMessage(maskedSecret), true
		}
	}
	if !secrets {
		return further // as it was typed
	}
	return string(t.JSON())
}

// chosen returns the value that an entry gives a field, nil to keep what is there.
func (f *composeField) chosen(e composeEntry) (json.RawMessage, error) {
	switch e.Do {
	case setField:
		return f.valueOf(e.Text)
	case clearField:
		return json.RawMessage("null"), nil
	}
	return nil, nil
}

// entriesOf is the opposite of patchOf: it finds the fields whose inputs can show what a
// patch does, and returns the rest as JSON. Secrets are left out: what a job shows of
// them is only a mask.
func (m *composeModel) entriesOf(patch string) (entries map[string]composeEntry, further string, err error) {
	t, err := patchTreeOf(patch)
	if err != nil {
		return nil, patch, err
	}
	entries, rest := map[string]composeEntry{}, newPatchTree()
	m.spread(t, nil, entries, rest)
	if len(rest.names) > 0 {
		further = string(rest.JSON())
	}
	return entries, further, nil
}

// spread sorts the members of an object of a patch.
func (m *composeModel) spread(t *patchTree, above []string, entries map[string]composeEntry, rest *patchTree) {
	for _, name := range t.names {
		path := append(slices.Clip(above), name)
		value, f := t.raw[name], m.byName[strings.Join(path, ".")]
		switch {
		case f != nil && f.Secret:
		case f != nil && string(value) == "null":
			entries[f.Name] = composeEntry{Do: clearField}
		case f != nil && f.Type == "object":
			if inner, err := patchTreeOf(string(value)); err == nil && len(inner.names) > 0 {
				m.spread(inner, path, entries, rest)
				continue
			}
			rest.set(path, value)
		case f != nil:
			if text, ok := f.textOf(value); ok {
				entries[f.Name] = composeEntry{Do: setField, Text: text}
				continue
			}
			rest.set(path, value)
		default:
			rest.set(path, value)
		}
	}
}
