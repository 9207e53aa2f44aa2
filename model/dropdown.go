package model

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A drop-down is a string with a list of choices that can grow. It is either a
// field or a string that is declared inside an Object field. The latter is
// represented by a Field too, so that code for choices can treat both alike.

// Extensible lists the drop-downs: the fields whose choices can grow, including
// those inside objects; see [Field.DropDowns].
func (m *Model) Extensible() []*Field {
	var all []*Field
	for _, f := range m.Fields {
		if f.Extensible {
			all = append(all, f)
		}
		all = append(all, f.DropDowns...)
	}
	return all
}

// prepareDropDowns finds the drop-downs that are declared below a field.
func (b *builder) prepareDropDowns(f *Field, s map[string]any, at string) {
	b.addDropDowns(f, below{schema: s, at: at, reached: f.Type == Object})
	slices.SortFunc(f.DropDowns, func(a, b *Field) int { return strings.Compare(a.Name, b.Name) })
}

// below is a schema that is declared below a field.
type below struct {
	schema  map[string]any
	at      string   // pointer into the file
	path    []string // names that lead to it from the field
	reached bool     // it and all around it are objects; else it may never be applied
}

func (b *builder) addDropDowns(f *Field, in below) {
	properties, _ := in.schema["properties"].(map[string]any)
	for name, v := range properties {
		schema, ok := v.(map[string]any)
		if !ok {
			continue
		}
		child := below{schema: schema, at: PointerTo(PointerTo(in.at, "properties"), name), path: append(in.path[:len(in.path):len(in.path)], name)}
		t, _ := b.typeOf(schema, child.at)
		child.reached = in.reached && t == Object
		if mark, given := schema["x-extensible"]; given && b.checkX(PointerTo(child.at, "x-extensible"), mark, xBoolean) && mark == true {
			if in.reached && t == String && choicesOf(schema) != nil {
				f.DropDowns = append(f.DropDowns, dropDown(f, child))
			} else {
				b.problem(PointerTo(child.at, "x-extensible"), "x-extensible: needs text with an enum to extend, declared below an object")
			}
		}
		b.addDropDowns(f, child)
	}
}

// dropDown returns the Field of a drop-down below f.
func dropDown(f *Field, at below) *Field {
	s := at.schema
	d := &Field{
		Index: -1, Name: f.Name + "." + strings.Join(at.path, "."), Type: String, Title: stringOf(s, "title"), Description: stringOf(s, "description"),
		Nullable: true, Choices: choicesOf(s), Extensible: true, path: at.path, source: withoutX(s),
	}
	d.VendorName = d.Name
	pointer := f.rule.pointer
	for _, name := range at.path {
		pointer = PointerTo(pointer, name)
	}
	d.rule.leadTo(pointer)
	return d
}

// choicesOf returns the strings of an enum, nil if there is none.
func choicesOf(s map[string]any) []string {
	list, ok := s["enum"].([]any)
	if !ok {
		return nil
	}
	choices := []string{}
	for _, v := range list {
		if choice, ok := v.(string); ok {
			choices = append(choices, choice)
		}
	}
	return choices
}

// withoutChoices copies a schema without the enums that can grow. A [checker]
// checks these, because it knows the choices that a workspace has added.
func withoutChoices(root map[string]any) map[string]any {
	out, _ := mapSchemas(root, func(s map[string]any) {
		if booleanOf(s, "x-extensible") {
			delete(s, "enum")
		}
	}).(map[string]any)
	return out
}

// chosen returns the value of a drop-down inside an object, out of the object's
// tree.
func (f *Field) chosen(tree any) (choice string, ok bool) {
	for _, name := range f.path {
		members, _ := tree.(map[string]any)
		tree = members[name]
	}
	choice, ok = tree.(string)
	return choice, ok
}

// dropDowns checks the drop-downs inside the tree of an object.
func (c *checker) dropDowns(f *Field, tree any) {
	for _, d := range f.DropDowns {
		if choice, ok := d.chosen(tree); ok {
			c.choice(d, choice, d.rule.at)
		}
	}
}

// Limits of the choices that a workspace can add to a drop-down.
const (
	MaxNewChoices = 1000
	MaxNewChoice  = 200 // characters of each
)

// TooManyChoices returns the fault of a new choice of a drop-down that already has
// [MaxNewChoices].
func TooManyChoices(pointer string) Fault {
	return Fault{Pointer: pointer, Code: CodeTooManyChoices,
		Detail: "This would be a new option, and a workspace may add at most " + strconv.Itoa(MaxNewChoices) + " to a field. Choose one that there is."}
}

// choice checks a value of a drop-down.
func (c *checker) choice(f *Field, choice string, at *Place) {
	switch {
	case c.allowAnyChoice || c.knows(f, choice):
	case !f.Extensible || !c.allowNewChoices:
		c.Add(at, CodeEnum, c.choicesDetail(f))
	case strings.TrimSpace(choice) == "":
		c.Add(at, CodeTooShort, "A new option must have at least one character that is no space.")
	case len(choice) > MaxNewChoice && utf8.RuneCountInString(choice) > MaxNewChoice:
		c.Add(at, CodeTooLong, "A new option may have at most "+strconv.Itoa(MaxNewChoice)+" characters.")
	case c.choices != nil && len(c.choices(f)) >= MaxNewChoices:
		full := TooManyChoices("")
		c.Add(at, full.Code, full.Detail)
	default:
		c.added = append(c.added, Set{Field: f, Value: choice, Pointer: f.rule.pointer})
	}
}

// knows reports whether the model or the workspace has a choice.
func (c *checker) knows(f *Field, choice string) bool {
	return slices.Contains(f.Choices, choice) || f.Extensible && c.choices != nil && slices.Contains(c.choices(f), choice)
}

// NewChoices lists the values of drop-downs, those inside Object fields included,
// that are neither in the model nor in what choices returns. choices may be nil.
func (p Patch) NewChoices(choices func(*Field) []string) []Set {
	c := checker{choices: choices}
	var sets []Set
	add := func(f *Field, choice, pointer string) {
		if !c.knows(f, choice) {
			sets = append(sets, Set{Field: f, Value: choice, Pointer: pointer})
		}
	}
	for _, s := range p.Sets {
		stored, ok := s.Value.(string)
		switch {
		case !ok:
		case s.Field.Extensible:
			add(s.Field, stored, s.Pointer)
		case len(s.Field.DropDowns) > 0:
			tree, _ := c.readTree([]byte(stored), nil, 2)
			for _, d := range s.Field.DropDowns {
				if choice, ok := d.chosen(tree); ok {
					add(d, choice, d.rule.pointer)
				}
			}
		}
	}
	return sets
}
