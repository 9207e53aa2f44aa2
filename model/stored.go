package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

func validText(s string) bool { return utf8.ValidString(s) }

// storedPatch is the form of a patch in a job's row. It names the fields, so that
// their order in the file can change while a job waits.
//
// With a computation it is the only item of a list, which earlier versions cannot
// read: they would write null to the computed fields.
type storedPatch struct {
	Sets     []storedSet     `json:"sets"`
	ReadOnly []storedSet     `json:"readOnly,omitempty"`
	Compute  json.RawMessage `json:"compute,omitempty"` // see Computation.JSON
	Actor    int64           `json:"actor,omitempty"`
}

type storedSet struct {
	Field   string          `json:"field"`
	Value   json.RawMessage `json:"value"`
	Merge   json.RawMessage `json:"merge,omitempty"`
	Pointer string          `json:"pointer"`
	Never   bool            `json:"never,omitempty"` // the value is noValue
	When    string          `json:"when,omitempty"`  // of a stamp
	Now     bool            `json:"now,omitempty"`   // of a stamp

	Computed bool `json:"computed,omitempty"`
}

// MarshalStored writes a sealed patch for [Model.UnmarshalStored]. Masked secrets
// are not hidden, so it must go to the database only.
func (p Patch) MarshalStored() []byte {
	s := storedPatch{Sets: storeSets(p.Sets), ReadOnly: storeSets(p.ReadOnly), Actor: p.Actor}
	var form any = s
	if p.Compute != nil {
		s.Compute = p.Compute.JSON()
		form = []storedPatch{s}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // canonical JSON must come back as it went in
	if err := enc.Encode(form); err != nil {
		// Values of a checked patch are valid JSON, so this is a bug.
		panic(fmt.Sprintf("marshal patch: %v", err))
	}
	return bytes.TrimSpace(b.Bytes())
}

func storeSets(sets []Set) []storedSet {
	out := make([]storedSet, len(sets))
	for i, s := range sets {
		_, never := s.Value.(noValue)
		out[i] = storedSet{
			Field: s.Field.Name, Value: s.Field.AppendJSON(nil, s.Value), Merge: s.Merge,
			Pointer: s.Pointer, Never: never, Now: s.Now, Computed: s.Computed,
		}
		if s.When != nil {
			out[i].When = s.When.Name
		}
	}
	return out
}

// UnmarshalStored reads what [Patch.MarshalStored] wrote, with values in the form in
// which this version stores them. It does not check the rules again, which a hash
// would break. It returns an error if the model no longer has one of the fields,
// or has it with another type, or for the reasons of [Model.RestoreCompute].
func (m *Model) UnmarshalStored(b []byte) (Patch, error) {
	s, err := readStored(b)
	if err != nil {
		return Patch{}, err
	}
	p, err := m.patchOf(s)
	if err != nil || s.Compute == nil {
		return p, err
	}
	p.Compute, err = m.RestoreCompute(s.Compute, Patch{Sets: unmarked(p.Sets)})
	return p, err
}

// UnmarshalWritten is UnmarshalStored for restoring what the patch has changed: it
// reads which fields were computed, and not how.
func (m *Model) UnmarshalWritten(b []byte) (Patch, error) {
	s, err := readStored(b)
	if err != nil {
		return Patch{}, err
	}
	return m.patchOf(s)
}

// RecallStored is UnmarshalStored for showing a former job: it ignores fields that
// the model no longer has.
func (m *Model) RecallStored(b []byte) (Patch, error) {
	s, err := readStored(b)
	if err != nil {
		return Patch{}, err
	}
	unknown := func(set storedSet) bool {
		return m.byName[set.Field] == nil || set.When != "" && m.byName[set.When] == nil
	}
	s.Sets, s.ReadOnly = slices.DeleteFunc(s.Sets, unknown), slices.DeleteFunc(s.ReadOnly, unknown)
	return m.patchOf(s)
}

func readStored(b []byte) (s storedPatch, err error) {
	if bytes.HasPrefix(b, []byte{'['}) {
		var one [1]storedPatch
		err = json.Unmarshal(b, &one)
		s = one[0]
	} else {
		err = json.Unmarshal(b, &s)
	}
	if err != nil {
		err = fmt.Errorf("read stored patch: %w", err)
	}
	return s, err
}

func (m *Model) patchOf(s storedPatch) (p Patch, err error) {
	p.Actor = s.Actor
	if p.Sets, err = m.readSets(s.Sets); err != nil {
		return Patch{}, err
	}
	p.ReadOnly, err = m.readSets(s.ReadOnly)
	return p, err
}

func (m *Model) readSets(stored []storedSet) ([]Set, error) {
	var sets []Set
	for _, s := range stored {
		f, err := m.storedField(s.Field)
		if err != nil {
			return nil, err
		}
		set := Set{Field: f, Pointer: s.Pointer, Now: s.Now, Computed: s.Computed}
		if s.When != "" {
			if set.When, err = m.storedField(s.When); err != nil {
				return nil, err
			}
		}
		if s.Merge != nil {
			set.Merge = f.normalJSON(s.Merge)
		}
		var ok bool
		if set.Value, ok = f.decode(s.Value); !ok {
			return nil, fmt.Errorf("read stored patch: field %s of model %s has another type", f.Name, m.Name)
		}
		if s.Never {
			set.Value = noValue{}
		}
		sets = append(sets, set)
	}
	return ordered(sets), nil
}

func (m *Model) storedField(name string) (*Field, error) {
	f, ok := m.byName[name]
	if !ok {
		return nil, fmt.Errorf("read stored patch: model %s has no field %s", m.Name, name)
	}
	return f, nil
}

// decode reads what AppendJSON wrote, without checking rules.
func (f *Field) decode(raw []byte) (any, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, true
	}
	switch f.Type {
	case Object, Array, Any:
		return f.Normal(string(raw)), true
	case Integer:
		v, err := parseInteger(raw)
		return v, err == nil
	case Number:
		v, err := parseFloat(raw)
		return v, err == nil
	case Boolean:
		return string(raw) == "true", string(raw) == "true" || string(raw) == "false"
	}
	s, err := unquote(raw)
	if err != nil || raw[0] != '"' {
		return nil, false
	}
	if f.Type == DateTime {
		return ParseTime(s)
	}
	return f.Normal(s), true
}
