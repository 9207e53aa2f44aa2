package model

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// cellValues are values, as JSON, for columns of a type, beside those of drawn.
var cellValues = map[Type][]string{
	String: {
		`"basic"`, `"gold"`, `"added"`, `"iron"`, `"on"`, `"off"`, `"mail"`, `"house"`, `"tent"`, `"a@b.de"`, `"<p>Hi &amp; <b>you</b></p>"`,
		`"AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE"`, `"` + strings.Repeat("é", 256) + `"`, `"a\u0000"`,
	},
	Object: {
		`{}`, `{ "b": 1.0, "a": null }`, `{"kind":"x","age":null}`, `{"deep":{"b":2,"a":null}}`, `{"channel":"mail"}`, `{"channel":"fax","home":{"kind":"tent"}}`,
		`{"ref":"AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE"}`, `{"text":"Σ😀","in":{"text":"longer than 5"}}`, `{"a":1,"a":2}`, `[]`, `null`,
	},
	Array: {`[ 1.0 , "a" ]`, `["abcd"]`, `["AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE",null]`, `{}`},
	Any:   {`{"a":{"b":null,"c":1}}`, `{"a":null}`, `"text"`, `1.50`, `[null]`, ` null `, `true`},
}

// drawCell draws a value for a column, as JSON: "" to leave the field, null to clear
// it.
func drawCell(t *rapid.T, kind Type, choices []string) string {
	switch rapid.IntRange(0, 7).Draw(t, "what") {
	case 0:
		return ""
	case 1:
		return "null"
	case 2, 3, 4:
		if len(choices) > 0 {
			return string(appendString(nil, rapid.SampledFrom(choices).Draw(t, "choice")))
		}
	}
	return rapid.SampledFrom(slices.Concat(drawn[string(kind)], cellValues[kind])).Draw(t, "cell")
}

// rowItem is the item of a row for a cell.
func rowItem(t failer, f *Field, raw string) any {
	t.Helper()
	switch {
	case raw == "":
		return Leave{}
	case raw == "null" && f.Type != Any: // in an Any both forms of null are drawn
		return nil
	case !isScalar(f.Type):
		return raw
	}
	v, ok := (&Field{Type: f.Type}).decode([]byte(raw))
	if !ok {
		t.Fatalf("%s is no %s", raw, f.Type)
	}
	return v
}

// fillable lists the columns that a model can have.
func fillable(m *Model) []string {
	var names []string
	for _, f := range m.Fields {
		for path := range f.Paths {
			if f.Type == Object {
				names = append(names, f.Name+"."+path)
			}
		}
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return slices.DeleteFunc(names, func(name string) bool {
		_, faults := m.CheckFilling([]string{name})
		return len(faults) > 0
	})
}

// A rowTest is a row for a record and what a patch says of the same values.
type rowTest struct {
	model   *Model
	columns []string
	cells   []string
	record  string
	grows   bool // allows new choices
}

func TestARowHasTheOutcomeOfAPatch(t *testing.T) {
	models := append(Shipped().All(), mustModel(t, everyKind), mustModel(t, computeModel))
	names := make([][]string, len(models))
	for i, m := range models {
		names[i] = fillable(m)
	}
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, len(models)-1).Draw(rt, "model")
		r := rowTest{model: models[n], grows: rapid.Bool().Draw(rt, "grows")}
		r.columns = withoutParts(rapid.SliceOfNDistinct(rapid.SampledFrom(names[n]), 1, min(6, len(names[n])), rapid.ID).Draw(rt, "columns"))
		for range 10 {
			r.draw(rt)
			r.compare(rt)
		}
	})
}

// draw draws a row and the record that it is for.
func (r *rowTest) draw(t *rapid.T) {
	r.cells = nil
	record := map[string]json.RawMessage{}
	for _, f := range r.model.Fields {
		if raw := drawFormer(t, f); raw != "" {
			record[f.Name] = json.RawMessage(raw)
		}
	}
	for _, name := range r.columns {
		ref, _ := r.model.find(name)
		raw := drawCell(t, ref.kind, ref.field.Choices)
		r.cells = append(r.cells, raw)
		former, err := Canonical([]byte(raw))
		if ref.path == nil && err == nil && holdsJSON(ref.field, former) && rapid.IntRange(0, 2).Draw(t, "same") == 0 {
			record[name] = former
		}
	}
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatalf("%v", err)
	}
	r.record = string(text)
}

// withoutParts leaves out the paths of objects that are columns themselves.
func withoutParts(columns []string) []string {
	return slices.DeleteFunc(slices.Clone(columns), func(name string) bool {
		outer, _, isPath := strings.Cut(name, ".")
		return isPath && slices.Contains(columns, outer)
	})
}

// holdsJSON reports whether a field can have had a value in canonical JSON.
func holdsJSON(f *Field, raw []byte) bool {
	_, ok := f.decode(raw)
	return ok && (f.Type != Object || raw[0] == '{') && (f.Type != Array || raw[0] == '[')
}

// drawFormer draws a value that a field had before, "" for none.
func drawFormer(t *rapid.T, f *Field) string {
	if f.Role != RoleNone || rapid.Bool().Draw(t, "none") {
		return ""
	}
	raw := rapid.SampledFrom(slices.Concat(drawn[string(f.Type)], cellValues[f.Type])).Draw(t, "former")
	canonical, err := Canonical([]byte(raw))
	if err != nil || !holdsJSON(f, canonical) {
		return ""
	}
	return raw
}

// compare works out the row and the patch.
func (r rowTest) compare(t failer) {
	t.Helper()
	c, faults := r.model.CheckFilling(r.columns)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", r.columns, faults)
	}
	o := occasion
	o.AllowNewChoices = r.grows
	for i, name := range r.columns {
		ref, _ := r.model.find(name)
		o.Row = append(o.Row, rowItem(t, &Field{Type: ref.kind}, r.cells[i]))
	}
	former := formerOf(t, c.Reads(), r.record)
	for i, f := range c.Reads() {
		former[i] = f.Normal(former[i])
	}
	before := slices.Clone(former)
	got, fault := c.Record(former, o)
	want := r.patched(t)
	at := fmt.Sprintf("%s: %q of %s", r.columns, r.cells, r.record)
	switch {
	case !slices.Equal(former, before):
		t.Fatalf("%s: the former values are changed", at)
	case fault == nil && len(want.faults) > 0:
		t.Fatalf("%s: no fault, want %v", at, codes(want.faults))
	case fault != nil:
		if !slices.Contains(codes(want.faults), strings.TrimSpace(fault.Pointer+" "+fault.Code)) {
			t.Fatalf("%s: got %+v, want one of %v", at, fault, codes(want.faults))
		}
		return
	case (got.Values != nil) != want.differs:
		t.Fatalf("%s: changed to %v, want a change: %v", at, got.Values, want.differs)
	}
	if got.Values == nil {
		return
	}
	for i, f := range c.Writes() {
		after, given := want.values[f]
		if !given {
			after = former[i]
		}
		if got.Values[i] != after {
			t.Fatalf("%s: %s becomes %v, want %v", at, f.Name, got.Values[i], after)
		}
	}
	if got.KeepsUpdated != want.keeps || choiceTexts(got.NewChoices) != choiceTexts(want.added) {
		t.Fatalf("%s: keeps the time %v, adds %s, want %v, %s", at, got.KeepsUpdated, choiceTexts(got.NewChoices), want.keeps, choiceTexts(want.added))
	}
}

func choiceTexts(sets []Set) string {
	var all []string
	for _, s := range sets {
		all = append(all, fmt.Sprint(s.Pointer, s.Field.Name, s.Value))
	}
	slices.Sort(all)
	return fmt.Sprint(all)
}

// A patchOutcome is what becomes of a record by a patch.
type patchOutcome struct {
	faults  Faults
	values  map[*Field]any
	differs bool
	keeps   bool
	added   []Set
}

// patched carries out the patch with the values of the row, in the way that the
// documentation of [Set] describes.
func (r rowTest) patched(t failer) (out patchOutcome) {
	t.Helper()
	options := PatchOptions{Choices: occasion.Choices, AllowNewChoices: r.grows}
	patch := r.patch(t, options)
	if patch == "{}" {
		return out
	}
	p, faults := r.model.CheckPatch([]byte(patch), options)
	if len(faults) > 0 {
		for i, name := range r.columns { // a fault may have kept others from being found
			if r.cells[i] != "" {
				_, more := r.model.CheckPatch(appendAround(strings.Split(name, "."), r.cells[i]), options)
				faults = append(faults, more...)
			}
		}
		return patchOutcome{faults: faults}
	}
	sets := p.Stamped(r.model, occasion.Actor).Sets
	before := func(f *Field) any { return f.Normal(formerOf(t, []*Field{f}, r.record)[0]) }
	out.values = map[*Field]any{}
	for _, s := range sets {
		former := before(s.Field)
		after := s.Value
		if text, ok := former.(string); ok && s.Merge != nil {
			after = string(MergeJSON([]byte(text), s.Merge))
		}
		if s.When != nil {
			brings, _ := find(sets, s.When)
			if before(s.When) == brings.Value {
				continue
			}
			if s.Now {
				after = occasion.Now
			}
			out.values[s.Field] = after
			continue
		}
		if n := s.Field.Needs; n != nil && s.Value != nil {
			if _, given := find(sets, n); !given && before(n) == nil {
				out.faults = append(out.faults, Fault{Pointer: s.Pointer, Code: s.Field.NeedsCode()})
			}
		}
		out.values[s.Field] = after
		out.differs = out.differs || after != former
		out.keeps = out.keeps || slices.Contains(s.Field.KeepsUpdated, s.Value)
	}
	for _, s := range p.NewChoices(occasion.Choices) {
		name, _, _ := strings.Cut(s.Field.Name, ".")
		if f := r.model.byName[name]; out.values[f] != before(f) {
			out.added = append(out.added, s)
		}
	}
	return out
}

// patch writes the row as a patch. It leaves out the paths that the row clears where
// the record has none, unless that is a fault.
func (r rowTest) patch(t failer, o PatchOptions) string {
	t.Helper()
	var record any
	if err := json.Unmarshal([]byte(r.record), &record); err != nil {
		t.Fatalf("%v", err)
	}
	var members []string
	at := map[string]int{}
	for i, name := range r.columns {
		raw := r.cells[i]
		path := strings.Split(name, ".")
		if raw == "" {
			continue
		}
		if raw == "null" && len(path) > 1 {
			_, faults := r.model.CheckPatch(appendAround(path, raw), o)
			if object, _ := record.(map[string]any); len(faults) == 0 && leafOf(object, name) == nil {
				continue
			}
		}
		member := string(appendAround(path, raw))
		first, merged := at[path[0]]
		if !merged {
			at[path[0]] = len(members)
			members = append(members, member)
			continue
		}
		members[first] = mergeTexts(t, members[first], member)
	}
	for i, member := range members {
		members[i] = member[1 : len(member)-1]
	}
	return "{" + strings.Join(members, ",") + "}"
}

// appendAround writes a value inside objects.
func appendAround(path []string, raw string) []byte {
	return []byte(`{"` + strings.Join(path, `":{"`) + `":` + raw + strings.Repeat("}", len(path)))
}

// mergeTexts joins two patches of different paths.
func mergeTexts(t failer, a, b string) string {
	t.Helper()
	joined := joinTrees(plainJSON(a).(map[string]any), plainJSON(b).(map[string]any))
	text, err := json.Marshal(joined)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(text)
}

func joinTrees(a, b map[string]any) map[string]any {
	for name, v := range b {
		inner, both := a[name].(map[string]any)
		if more, ok := v.(map[string]any); both && ok {
			v = joinTrees(inner, more)
		}
		a[name] = v
	}
	return a
}
