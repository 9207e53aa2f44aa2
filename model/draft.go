package model

// A Purpose says what a draft is for.
type Purpose int

// The purposes.
const (
	Create Purpose = iota // a new record; the id is the only read-only field that may be given
	Import                // an imported record; all read-only fields may be given
)

// A Draft is a checked record. It is new, or is merged into the record with its
// id.
type Draft struct {
	ID      any   // stored form, nil when not given
	Version int64 // 0 when not given
	Patch   Patch // Sets are the given fields, roles included
	Actor   int64 // number of the API key that gives it, 0 for nobody; see [Patch.Stamped]

	purpose Purpose
}

// CheckDraft checks a record given as a JSON object and returns every fault of
// it. Invalid JSON ends the search, and missing fields are for
// [Model.MissingFor] to find. Null in a generated field or one with a role
// counts as not given; so does the mask of a secret.
func (m *Model) CheckDraft(raw []byte, p Purpose, o ...PatchOptions) (Draft, Faults) {
	options := optionsOf(o)
	r := newReader(m, raw, options)
	defer r.free()
	r.columns = options.Columns
	d := drafting{check: &r.check, purpose: p}
	d.gathered = r.sets[:0]
	defer func() { r.sets = d.gathered }()
	for r.next() {
		f := r.field
		if f == nil || isMask(f, r.value) || string(r.value) == "null" && f.absentWhenNull() {
			continue
		}
		if at := placeOf(f, r.name); d.allowed(f, at) {
			stored, merge := r.check.value(f, r.value, at)
			d.add(f, stored, merge, at)
		}
	}
	return d.finish(m)
}

// optionsOf returns the options that a call was given, or the zero ones.
func optionsOf(o []PatchOptions) PatchOptions {
	if len(o) == 0 {
		return PatchOptions{}
	}
	return o[0]
}

// absentWhenNull reports whether null means "not given", because the field always
// has a value that is generated or set by the store.
func (f *Field) absentWhenNull() bool {
	return !f.Nullable && (f.Role != RoleNone || f.Generate != "")
}

// drafting gathers the fields of one draft.
type drafting struct {
	draft    Draft
	gathered []Set // in the order of the input
	check    *checker
	purpose  Purpose
}

func (d *drafting) allowed(f *Field, at *Place) bool {
	if d.purpose == Create && f.ReadOnly && f.Role != RoleID {
		d.check.Add(at, CodeReadOnly, detailReadOnly)
		return false
	}
	return true
}

func (d *drafting) add(f *Field, stored any, merge []byte, at *Place) {
	switch f.Role {
	case RoleID:
		if d.draft.ID != nil {
			d.sameAgain(f, stored, at)
			return
		}
		d.draft.ID = stored
	case RoleVersion:
		version, _ := stored.(int64)
		if d.draft.Version != 0 {
			d.sameAgain(f, stored, at)
			return
		}
		if version < 1 && d.check.Found() == 0 {
			d.check.Add(at, CodeOutOfRange, "This must be at least 1.")
		}
		d.draft.Version = version
	}
	d.gathered = append(d.gathered, Set{Field: f, Value: stored, Merge: merge, Pointer: at.Pointer()})
}

// sameAgain checks the value of a second name for the id or the version.
func (d *drafting) sameAgain(f *Field, stored any, at *Place) {
	before := any(d.draft.Version)
	if f.Role == RoleID {
		before = d.draft.ID
	}
	if stored != before {
		d.check.Add(at, CodeDuplicateKey, "This and "+f.Name+" are one thing, and their values differ.")
	}
}

// finish applies the rules across fields. An import may restore a record with a
// combination of values that no single call can set, so it only derives texts
// of HTML, and no value is ignored or refused because of another one.
func (d *drafting) finish(m *Model) (Draft, Faults) {
	if d.check.Found() == 0 {
		if d.purpose == Import {
			d.gathered = m.derive(d.check, d.gathered)
		} else {
			d.gathered = m.applyRules(d.check, d.gathered)
		}
	}
	if d.check.Found() > 0 {
		return Draft{}, d.check.Faults()
	}
	d.draft.Patch.Sets, d.draft.purpose = ordered(d.gathered), d.purpose
	return d.draft, nil
}

// Insert returns the values of a new record by Field.Index: those given, the
// defaults and the generated ones. The values that the store sets are nil:
// sequences, times of stamps, and the roles unless given.
func (d Draft) Insert(m *Model) []any {
	values := make([]any, len(m.Fields))
	sets := d.Patch.Sets
	for i, f := range m.Fields {
		if len(sets) > 0 && sets[0].Field == f {
			values[i], sets = sets[0].Value, sets[1:]
			continue
		}
		switch f.Generate {
		case "":
			values[i] = f.Default
		case "sequence":
		default:
			values[i] = f.generate()
		}
	}
	return values
}

// MissingFor returns the faults of d as a new record: required fields that it
// lacks, required properties of its objects, and fields that others need.
func (m *Model) MissingFor(d Draft) Faults {
	var c Collector
	if d.purpose != Import {
		c.needsOfNew(d.Patch.Sets)
	}
	sets := d.Patch.Sets
	for _, f := range m.required {
		for len(sets) > 0 && sets[0].Field.Index < f.Index {
			sets = sets[1:]
		}
		if len(sets) == 0 || sets[0].Field != f {
			c.Add(f.rule.at, CodeRequired, detailRequired)
		}
	}
	for _, f := range m.nested {
		for _, s := range d.Patch.Sets {
			if stored, ok := s.Value.(string); ok && s.Field == f {
				c.missingWithin(f, stored, f.rule.at)
			}
		}
	}
	return c.Faults()
}
