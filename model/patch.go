package model

import (
	"fmt"
	"slices"
	"strings"
)

// PatchOptions say how a merge patch or a draft is checked.
type PatchOptions struct {
	// Single: the patch is for one record, so that a read-only field is kept
	// aside for [Patch.CheckReadOnly] instead of refused.
	Single bool
	// Options lists the options that a workspace added to an Extensible
	// field, or to a drop-down below an Object field. It may be nil.
	Choices func(*Field) []string
	// AllowNewOptions accepts values that an Extensible field does not know
	// yet; see [Patch.NewOptions].
	AllowNewChoices bool
	// Columns are other names by which a draft calls fields. It may be nil.
	Columns Columns
}

// Columns give names that an input has for fields the names that the model
// has, and names to be left out the empty one.
type Columns map[string]string

// A Set gives one field a new value.
type Set struct {
	Field *Field
	// Value is the new value in stored form, nil to clear the field. Where
	// Merge is given, it is the patch applied to an empty object: the value
	// of a record that has none yet.
	Value any
	// Merge is the RFC 7396 patch of an object, as canonical JSON: of an
	// Object field always, of an Any field if the value is an object. It is
	// nil where Value replaces what is there.
	Merge []byte
	// Pointer leads to the value in the request.
	Pointer string

	// When, if given, makes this a stamp: it is written to a record together
	// with a change of that field, which the patch sets too, and otherwise
	// left as it is. It never makes a record differ from the patch.
	When *Field
	// Now: the value of the stamp is the time of the change, and not Value.
	Now bool
}

// A Patch is a checked merge patch. It may be empty: a patch of nothing but
// masks of secrets changes nothing, and that is no fault.
type Patch struct {
	Sets     []Set // by Field.Index, each field at most once
	ReadOnly []Set // of a single's patch: values that must equal the stored ones
}

// MaxNames bounds the names of a patch in all objects that it merges, those
// within one another included: each is worked on for each record.
const MaxNames = 1000

// CheckPatch checks an RFC 7396 merge patch of a record and finds every
// fault of it, save that a fault of the JSON itself ends the search. Rules
// that need the record (read-only values of a single) or the database (unique
// values) are left to others. raw is not kept.
func (m *Model) CheckPatch(raw []byte, o PatchOptions) (Patch, Faults) {
	r := newReader(m, raw, o)
	defer r.free()
	var p Patch
	count := 0
	for r.next() {
		count++
		f, value := r.field, r.value
		switch {
		case f == nil || isMask(f, value):
		case !f.ReadOnly:
			stored, merge := r.check.value(f, value, f.rule.at)
			p.Sets = append(p.Sets, Set{Field: f, Value: stored, Merge: merge, Pointer: f.rule.pointer})
		case o.Single && !f.Concealed(): // else the answer would confirm a guess
			p.ReadOnly = append(p.ReadOnly, readOnlySet(f, r.name, value))
		default:
			r.check.Add(placeOf(f, r.name), CodeReadOnly, detailReadOnly)
		}
	}
	if count == 0 && r.check.Found() == 0 {
		r.check.Add(nil, CodeEmptyPatch, "The patch is empty: give at least one field to change.")
	}
	if n := r.check.merged; n > MaxNames {
		r.check.Add(nil, CodeTooManyNames, fmt.Sprintf("The patch merges %d names into objects; at most %d are allowed. Spread them over several patches.", n, MaxNames))
	}
	if r.check.Found() == 0 {
		p.Sets = m.settle(&r.check, p.Sets)
		r.check.needsOfPatch(p.Sets)
	}
	if r.check.Found() > 0 {
		return Patch{ReadOnly: ordered(p.ReadOnly)}, r.check.Faults()
	}
	return Patch{Sets: ordered(p.Sets), ReadOnly: ordered(p.ReadOnly)}, nil
}

// ordered copies sets by the order of their fields. Sorting their places
// first is much cheaper than moving the sets about.
func ordered(sets []Set) []Set {
	if len(sets) == 0 {
		return nil
	}
	var buf [64]uint64
	places := buf[:0]
	for i, s := range sets {
		places = append(places, uint64(s.Field.Index)<<32|uint64(i))
	}
	slices.Sort(places)
	out := make([]Set, len(sets))
	for i, p := range places {
		out[i] = sets[uint32(p)]
	}
	return out
}

// noValue is the value of a read-only set that no record can have.
type noValue struct{}

// readOnlySet keeps a value for comparison with the stored one. A value that
// breaks the field's rules equals none.
func readOnlySet(f *Field, name string, raw []byte) Set {
	s := Set{Field: f, Pointer: PointerTo("", name)}
	if string(raw) == "null" {
		return s
	}
	var c checker
	c.allowAnyChoice = true // what is stored may be older than a limit
	if s.Value, _ = c.value(f, raw, nil); c.Found() > 0 {
		s.Value = noValue{}
	}
	return s
}

// CheckReadOnly refuses the read-only fields of a single's patch whose value
// is not the one that r holds.
func (p Patch) CheckReadOnly(r Record) Faults {
	var c Collector
	for _, s := range p.ReadOnly {
		if !s.Field.Same(s.Value, r.Values[s.Field.Index]) {
			c.Add(At(s.Pointer), CodeReadOnly, "This field is read-only, and this is not its value.")
		}
	}
	return c.Faults()
}

// Same reports whether two stored values of the field are one value. Like
// [Field.AppendJSON] it also takes what SQL drivers make of stored values.
func (f *Field) Same(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if a == (noValue{}) || b == (noValue{}) {
		return false
	}
	if x, ok := a.(string); ok {
		if y, ok := b.(string); ok {
			return x == y
		}
	}
	return string(f.AppendJSON(nil, a)) == string(f.AppendJSON(nil, b))
}

// Display is the patch as canonical JSON, with every secret and write-only
// value as the mask. Stamps are no part of what was asked for.
func (p Patch) Display() []byte {
	sets := slices.DeleteFunc(slices.Clone(p.Sets), func(s Set) bool { return s.When != nil })
	slices.SortFunc(sets, func(a, b Set) int { return strings.Compare(a.Field.Name, b.Field.Name) })
	dst := []byte{'{'}
	for i, s := range sets {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, s.Field.Name), ':')
		if s.Merge != nil && !s.Field.Concealed() {
			dst = append(dst, s.Merge...)
			continue
		}
		dst = s.Field.AppendShown(dst, s.Value, HideSecrets)
	}
	return append(dst, '}')
}
