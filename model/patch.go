package model

// PatchOptions say how a merge patch is checked.
type PatchOptions struct {
	// Single: the patch is for one record, so that a read-only field is kept
	// aside for [Patch.CheckReadOnly] instead of refused.
	Single bool
	// Options lists the options that a workspace added to an Extensible
	// field. It may be nil.
	Options func(*Field) []string
	// AllowNewOptions accepts values that an Extensible field does not know
	// yet; see [Patch.NewOptions].
	AllowNewOptions bool
}

// A Set gives one field a new value.
type Set struct {
	Field *Field
	// Value is the new value in stored form, nil to clear the field. Where
	// Merge is given, it is the patch applied to an empty object: the value
	// of a record that has none yet.
	Value any
	// Merge is the RFC 7396 patch of an object, as canonical JSON. It is nil
	// where Value replaces what is there.
	Merge []byte
	// Pointer leads to the value in the request.
	Pointer string
}

// A Patch is a checked merge patch.
type Patch struct {
	Sets     []Set // by Field.Index, each field at most once
	ReadOnly []Set // of a single's patch: values that must equal the stored ones
}

// CheckPatch checks an RFC 7396 merge patch of a record and finds every
// fault of it.
func (m *Model) CheckPatch(raw []byte, o PatchOptions) (Patch, Faults) { return Patch{}, nil }

// CheckReadOnly refuses the read-only fields of a single's patch whose value
// is not the one that r holds.
func (p Patch) CheckReadOnly(r Record) Faults { return nil }

// NewOptions lists the values of Extensible fields that neither the model nor
// options (which may be nil) know.
func (p Patch) NewOptions(options func(*Field) []string) []Set { return nil }

// Seal returns the patch with the values of Hashed fields hashed. Call it
// once, after all checks: it is slow on purpose.
func (p Patch) Seal() (Patch, error) { return p, nil }

// Display is the patch as canonical JSON, with every secret and write-only
// value as the mask.
func (p Patch) Display() []byte { return []byte("{}") }

// MarshalStored writes a sealed patch for [Model.UnmarshalStored].
func (p Patch) MarshalStored() []byte { return nil }

// UnmarshalStored reads what [Patch.MarshalStored] wrote.
func (m *Model) UnmarshalStored(b []byte) (Patch, error) { return Patch{}, nil }
