package store

import (
	"encoding/json"
	"strconv"

	"bulkpatch/job"
	"bulkpatch/model"
)

// changedFields lists what was changed in one updated record, by field.
func changedFields(p model.Patch, f foundResult) map[string]job.Change {
	changed := make(map[string]job.Change, len(p.Sets))
	for _, s := range p.Sets {
		before, after, err := f.values(p, s)
		if err != nil {
			continue
		}
		if c, differs := change(s.Field, before, after); differs {
			changed[s.Field.Name] = c
		}
	}
	return changed
}

// values returns what an updated record had in a field before and after.
func (f foundResult) values(p model.Patch, s model.Set) (before, after any, err error) {
	if before, err = f.had(s.Field); err != nil {
		return nil, nil, err
	}
	if written, kept := f.written[s.Field.Name]; kept {
		after, err = storedValue(s.Field, written.at(f.place))
		return before, after, err
	}
	if s.When == nil {
		return before, patched(p, s, before, nil, f.at), nil
	}
	was, err := f.had(s.When)
	return before, patched(p, s, before, was, f.at), err
}

// had returns what an updated record had in a field before.
func (f foundResult) had(field *model.Field) (any, error) {
	return storedValue(field, f.former[field.Name].at(f.place))
}

// patched is the value that a patch gives to a field of a record at some time. For
// a stamp, was is what the record had in the field whose change sets the stamp.
func patched(p model.Patch, s model.Set, before, was any, at int64) any {
	if s.When != nil {
		if brings, _ := p.Set(s.When); s.When.Same(was, brings.Value) {
			return before
		}
		return stampOf(s, at)
	}
	if text, ok := before.(string); ok && s.Merge != nil {
		return string(model.MergeJSON([]byte(text), s.Merge))
	}
	return s.Value
}

// hiddenChange is how the change of a secret is shown. Its former value is not kept.
var hiddenChange = job.Change{From: json.RawMessage(`"` + model.Mask + `"`), To: json.RawMessage(`"` + model.Mask + `"`)}

// change returns the change of one field. A secret always counts as changed, so that
// nobody can confirm a guess by setting it.
func change(f *model.Field, before, after any) (c job.Change, differs bool) {
	if f.Concealed() {
		return hiddenChange, true
	}
	if f.Same(before, after) {
		return job.Change{}, false
	}
	return job.Change{From: shown(f, before), To: shown(f, after)}, true
}

// shown is a value as JSON. It allocates about as much as needed, because a value may
// be as large as a page.
func shown(f *model.Field, v any) json.RawMessage {
	text, _ := v.(string)
	return f.AppendJSON(make([]byte, 0, len(text)+16), v)
}

// storedValue reads a former value back into stored form, as the model has it now.
func storedValue(f *model.Field, raw json.RawMessage) (any, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	switch f.Type {
	case model.Integer, model.DateTime:
		return strconv.ParseInt(string(raw), 10, 64)
	case model.Number:
		return strconv.ParseFloat(string(raw), 64)
	case model.Boolean:
		return string(raw) == "1" || string(raw) == "true", nil
	}
	var text string
	err := json.Unmarshal(raw, &text)
	return f.Normal(f.Canonical(text)), err
}
