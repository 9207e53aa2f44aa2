package model

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Rules across fields are keywords of a field in the model file. The rules whose
// outcome depends on the patch or draft alone are applied here when it is
// checked. The store applies those that depend on the record: it finds them in
// the fields of the model and in the sets of the patch.

// A Stamp says when its field is stamped: when Field changes to Value.
type Stamp struct {
	Field *Field
	Value any // stored form
}

// relate reads the rules across fields, once all fields are known.
func (b *builder) relate() {
	properties, _ := b.root["properties"].(map[string]any)
	for _, f := range slices.Clone(b.model.Fields) {
		s, ok := properties[f.Name].(map[string]any)
		if !ok {
			continue
		}
		at := f.rule.filePointer()
		b.setOverrides(f, s, PointerTo(at, "x-overrides"))
		b.setTextOf(f, s, PointerTo(at, "x-text-of"))
		b.setStamp(f, s, PointerTo(at, "x-stamped-by"))
		b.setKeepsUpdated(f, s, PointerTo(at, "x-keeps-updated"))
		b.setNeeds(f, s, PointerTo(at, "x-needs"))
	}
	for _, f := range b.model.Fields {
		b.checkRelations(f)
	}
}

// other returns the field that a keyword names, nil if it names none that it
// may.
func (b *builder) other(f *Field, name, at string) *Field {
	o := b.model.byName[name]
	switch {
	case o == nil:
		b.problem(at, "there is no field %q", name)
	case o == f:
		b.problem(at, "%q is this field itself", name)
		return nil
	case o.Role != RoleNone:
		b.problem(at, "%q is kept by the store", name)
		return nil
	}
	return o
}

func (b *builder) setOverrides(f *Field, s map[string]any, at string) {
	list, _ := s["x-overrides"].([]any)
	for i, v := range list {
		if name, ok := v.(string); ok {
			if o := b.other(f, name, PointerTo(at, itoa(i))); o != nil {
				f.Overrides = append(f.Overrides, o)
			}
		}
	}
	if len(f.Overrides) > 0 {
		b.model.overriding = append(b.model.overriding, f)
	}
}

func (b *builder) setTextOf(f *Field, s map[string]any, at string) {
	name, ok := s["x-text-of"].(string)
	if !ok {
		return
	}
	source := b.other(f, name, at)
	switch {
	case source == nil:
		return
	case f.Type != String || source.Type != String:
		b.problem(at, "x-text-of: only text is the text of text")
	case f.Secret != Public || source.Secret != Public || source.WriteOnly && !f.WriteOnly:
		b.problem(at, "x-text-of: a secret would show")
	case !f.Nullable:
		b.problem(at, "x-text-of: the field must be one that may be null, as the other may hold nothing")
	default:
		f.TextOf = source
		b.model.derived = append(b.model.derived, f)
	}
}

func (b *builder) setStamp(f *Field, s map[string]any, at string) {
	o, ok := s["x-stamped-by"].(map[string]any)
	if !ok {
		return
	}
	name, named := o["field"].(string)
	v, valued := o["value"]
	if !named || !valued || len(o) != 2 {
		b.problem(at, "x-stamped-by: must be {field: NAME, value: VALUE}")
		return
	}
	on := b.other(f, name, PointerTo(at, "field"))
	if on == nil {
		return
	}
	if f.Type != DateTime && f.Type != Object || !f.Nullable {
		b.problem(at, "x-stamped-by: the field must be a date-time or an object that may be null")
		return
	}
	if f.Type == Object {
		var c checker
		if c.value(f, []byte(actorValue(1)), nil); c.Found() > 0 {
			b.problem(at, "x-stamped-by: the field's rules refuse what would be written, %s", actorValue(1))
		}
	}
	if value, ok := b.valueOf(on, v, PointerTo(at, "value")); ok {
		f.Stamp = &Stamp{on, value}
		b.model.stamped = append(b.model.stamped, f)
	}
}

// valueOf reads a value of the field f that stands in a keyword.
func (b *builder) valueOf(f *Field, v any, at string) (any, bool) {
	if !isScalar(f.Type) || f.Concealed() {
		b.problem(at, "%q must be a plain value for this, no list, object, secret or write-only value", f.Name)
		return nil, false
	}
	stored, fault := f.encode(appendTree(nil, v), &checker{rounds: true})
	if fault == nil && stored == nil {
		fault = &Fault{Detail: detailNotNull}
	}
	if fault != nil {
		b.problem(at, "the field %q refuses this value: %s", f.Name, strings.ToLower(fault.Detail))
	}
	return stored, fault == nil
}

func (b *builder) setKeepsUpdated(f *Field, s map[string]any, at string) {
	list, _ := s["x-keeps-updated"].([]any)
	for i, v := range list {
		if value, ok := b.valueOf(f, v, PointerTo(at, itoa(i))); ok {
			f.KeepsUpdated = append(f.KeepsUpdated, value)
		}
	}
}

func (b *builder) setNeeds(f *Field, s map[string]any, at string) {
	if name, ok := s["x-needs"].(string); ok {
		f.Needs = b.other(f, name, at)
	}
}

// checkRelations refuses rules whose outcome would depend on the order in which
// they are applied.
func (b *builder) checkRelations(f *Field) {
	at := f.rule.filePointer()
	for _, o := range f.Overrides {
		if len(o.Overrides) > 0 {
			b.problem(PointerTo(at, "x-overrides"), "x-overrides: %q overrides others itself", o.Name)
		}
	}
	if f.TextOf != nil && f.TextOf.TextOf != nil {
		b.problem(PointerTo(at, "x-text-of"), "x-text-of: %q is the text of another field itself", f.TextOf.Name)
	}
	if f.Stamp != nil && f.Stamp.Field.Stamp != nil {
		b.problem(PointerTo(at, "x-stamped-by"), "x-stamped-by: %q is stamped itself", f.Stamp.Field.Name)
	}
}

// applyRules applies the rules across fields that depend on the sets alone.
func (m *Model) applyRules(c *checker, sets []Set) []Set {
	for _, f := range m.overriding {
		if s, ok := find(sets, f); ok && s.Value != nil {
			sets = slices.DeleteFunc(sets, func(s Set) bool { return slices.Contains(f.Overrides, s.Field) })
		}
	}
	return m.derive(c, sets)
}

// derive sets the fields that hold the text of HTML to that text, unless they
// are given themselves.
func (m *Model) derive(c *checker, sets []Set) []Set {
	for _, f := range m.derived {
		source, ok := find(sets, f.TextOf)
		if _, given := find(sets, f); given || !ok {
			continue
		}
		s := Set{Field: f, Pointer: source.Pointer}
		if markup, _ := source.Value.(string); markup != "" {
			s.Value = c.string(f, textOf(markup), f.TextOf.rule.at)
		}
		sets = append(sets, s)
	}
	return sets
}

func find(sets []Set, f *Field) (Set, bool) {
	for _, s := range sets {
		if s.Field == f {
			return s, true
		}
	}
	return Set{}, false
}

// Set returns the set of a field, if the patch has one.
func (p Patch) Set(f *Field) (Set, bool) { return find(p.Sets, f) }

// textOf returns the text of HTML without tags, comments, scripts and styles,
// and with entities resolved.
func textOf(markup string) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(markup))
	hidden := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.String()
		case html.StartTagToken:
			name, _ := z.TagName()
			hidden = string(name) == "script" || string(name) == "style"
		case html.EndTagToken:
			hidden = false
		case html.TextToken:
			if !hidden {
				out.Write(z.Text())
			}
		}
	}
}

// NeedsCode is the error code of a record that gets a value in the field but has
// none in the field that it needs.
func (f *Field) NeedsCode() string { return f.Name + "_needs_" + f.Needs.Name }

// needsOfPatch refuses values of fields whose needed field the patch clears. If
// the patch does not set the needed field, the store checks each record.
func (c *Collector) needsOfPatch(sets []Set) {
	c.needs(sets, func(*Field) bool { return false })
}

// needsOfNew refuses values of fields whose needed field a new record lacks.
func (c *Collector) needsOfNew(sets []Set) {
	c.needs(sets, func(needed *Field) bool { return needed.Default == nil })
}

// needs refuses values of fields whose needed field is set to null. A needed
// field that the sets do not give counts as null if lacking says so.
func (c *Collector) needs(sets []Set, lacking func(needed *Field) bool) {
	for _, s := range sets {
		if s.Field.Needs == nil || s.Value == nil {
			continue
		}
		if o, given := find(sets, s.Field.Needs); (given || lacking(s.Field.Needs)) && o.Value == nil {
			c.Add(At(s.Pointer), s.Field.NeedsCode(), "This needs a value in "+s.Field.Needs.Name+".")
		}
	}
}

// Stamped returns the patch with the stamps that its values cause, and with sets for
// the fields that are computed. A field that the patch sets itself gets no stamp.
// actor is the number of the API key of the request, 0 for none. A second call adds
// nothing.
func (p Patch) Stamped(m *Model, actor int64) Patch {
	sets := p.Sets
	for _, f := range m.stamped {
		on, ok := find(sets, f.Stamp.Field)
		if _, given := find(sets, f); given || !ok {
			continue
		}
		s := Set{Field: f, When: on.Field, Pointer: on.Pointer}
		if on.Value == f.Stamp.Value {
			s.Now = f.Type == DateTime
			if f.Type == Object && actor != 0 {
				s.Value = actorValue(actor)
			}
		}
		sets = append(sets[:len(sets):len(sets)], s)
	}
	if p.Compute != nil {
		sets, p.Actor = p.Compute.mark(sets), actor
	}
	p.Sets = ordered(sets)
	return p
}

// actorValue is the value of an object field that is stamped by an API key.
func actorValue(key int64) string {
	return `{"id":` + strconv.FormatInt(key, 10) + `,"type":"users"}`
}
