package model

import (
	"fmt"
	"slices"
	"strings"
)

// PatchOptions say how a merge patch or a draft is checked.
type PatchOptions struct {
	// Single: the patch is for one record. Its read-only fields are not
	// refused, but kept for [Patch.CheckReadOnly].
	Single bool
	// Choices lists the choices that a workspace added to an Extensible field,
	// or to a drop-down inside an Object field. It may be nil.
	Choices func(*Field) []string
	// AllowNewChoices accepts values that are not yet a choice of an
	// Extensible field; see [Patch.NewChoices]. It is the option
	// allowNewOptions of the API.
	AllowNewChoices bool
	// Columns are other names for fields in a draft. It may be nil.
	Columns Columns
}

// Columns map names in an input to names of fields, and names to be ignored to
// the empty string.
type Columns map[string]string

// A Set gives one field a new value.
type Set struct {
	Field *Field
	// Value is the new value in stored form, nil to clear the field. If Merge
	// is set, Value is the result of merging it into an empty object: the new
	// value of a record that has none.
	Value any
	// Merge is the RFC 7396 patch of an object, as canonical JSON: of an
	// Object field always, of an Any field if the value is an object. It is
	// nil where Value replaces what is there.
	Merge []byte
	// Pointer is the JSON pointer to the value in the request.
	Pointer string

	// When, if not nil, makes this set a stamp: it is written only to records in
	// which the patch changes the field When. It does not count as a change.
	When *Field
	// Now: the value of the stamp is the time of the change instead of Value.
	Now bool

	// Computed: [Computation.Record] works out the value for each record. Value and
	// Merge are nil, unless the patch merges into an object in which paths are
	// computed: the computation carries out that merge.
	Computed bool
}

// Merges reports whether the set changes parts of an object, and leaves others as
// they are.
func (s Set) Merges() bool {
	return s.Merge != nil || s.Computed && s.When == nil && s.Field.Type == Object
}

// A Patch is a checked merge patch, and what is computed beside it. It may be empty:
// a patch that holds nothing but masks of secrets is valid and changes nothing.
type Patch struct {
	Sets     []Set // by Field.Index, each field at most once
	ReadOnly []Set // of a patch for one record: values that must equal the stored ones

	// Compute is nil unless values are computed. Their fields are among Sets once the
	// patch is stamped; see [Patch.Stamped].
	Compute *Computation
	Actor   int64 // of a stamped patch with a computation; see [Occasion]
}

// MaxNames is how many names a patch may merge into objects, at all depths: the
// work for each record grows with them.
const MaxNames = 1000

// CheckPatch checks an RFC 7396 merge patch of a record and returns every fault
// of it. Invalid JSON ends the search. Rules that need the record (read-only
// values) or the database (unique values) are not checked here. raw is not
// kept.
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
		p.Sets = m.applyRules(&r.check, p.Sets)
		r.check.needsOfPatch(p.Sets)
	}
	if r.check.Found() > 0 {
		return Patch{ReadOnly: ordered(p.ReadOnly)}, r.check.Faults()
	}
	return Patch{Sets: ordered(p.Sets), ReadOnly: ordered(p.ReadOnly)}, nil
}

// ordered returns a copy of sets in the order of their fields. It sorts their
// indexes, because moving the sets themselves takes much longer.
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

// noValue is the value of a read-only set that equals no stored value.
type noValue struct{}

// readOnlySet returns the set of a value to be compared with the stored one. A
// value that breaks the field's rules equals none.
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

// CheckReadOnly returns a fault for each read-only field of a patch for one
// record whose value is not that of r.
func (p Patch) CheckReadOnly(r Record) Faults {
	var c Collector
	for _, s := range p.ReadOnly {
		if !s.Field.Same(s.Value, r.Values[s.Field.Index]) {
			c.Add(At(s.Pointer), CodeReadOnly, "This field is read-only, and this is not its value.")
		}
	}
	return c.Faults()
}

// Same reports whether two stored values of the field are the same. Like
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

// Display returns the patch as canonical JSON, with the mask in place of every
// secret and write-only value. It leaves out stamps, which were not requested.
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
