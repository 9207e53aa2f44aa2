package model

import "strings"

// SuggestColumns suggests which field each column of a file is for, by its name, and
// by which field the file's rows find their records. A column of no field is left
// out. Names are compared without case, spaces, - and _: with those of the fields,
// then with their titles, with the vendor's names and with the dotted paths of what
// is declared inside objects. A name that could mean two fields means none.
//
// match has the name of one field of a column: the id, a unique field or an indexed
// string, in this order; it is nil if there is none. Read-only fields are suggested
// for match alone, secret and write-only ones never.
func (m *Model) SuggestColumns(header []string) (match []string, columns map[string]string) {
	columns = map[string]string{}
	fields := map[string]*Field{} // those with a column
	for _, names := range m.namings() {
		for _, text := range header {
			f := names[compared(text)]
			if f == nil || columns[text] != "" || fields[f.Name] != nil {
				continue
			}
			columns[text], fields[f.Name] = f.Name, f
		}
	}
	key := keyOf(header, columns, fields)
	if key != nil {
		match = []string{key.Name}
	}
	for text, name := range columns {
		if fields[name].ReadOnly && fields[name] != key {
			delete(columns, text)
		}
	}
	return match, columns
}

// namings returns the names that fields have, the more certain ones first. A name of
// two fields has nil.
func (m *Model) namings() []map[string]*Field {
	names, titles, vendor, paths := map[string]*Field{}, map[string]*Field{}, map[string]*Field{}, map[string]*Field{}
	for _, f := range m.Fields {
		if f.Concealed() || f.ReadOnly && f.Role != RoleID && !f.Unique {
			continue
		}
		add(names, f.Name, f)
		add(titles, f.Title, f)
		add(vendor, f.VendorName, f)
		if f.Role == RoleID {
			add(titles, string(RoleID), f)
		}
		for path, t := range f.Paths {
			if f.Type == Object && !f.ReadOnly {
				add(paths, f.Name+"."+path, f.within(path, t))
			}
		}
	}
	return []map[string]*Field{names, titles, vendor, paths}
}

func add(names map[string]*Field, name string, f *Field) {
	name = compared(name)
	if before, twice := names[name]; twice && before != f {
		f = nil
	}
	if name != "" {
		names[name] = f
	}
}

var comparer = strings.NewReplacer(" ", "", "_", "", "-", "", "\u00a0", "", "\n", "")

// compared returns a name in the form in which names are compared.
func compared(name string) string { return strings.ToLower(comparer.Replace(name)) }

// keyOf returns the field by which records are found best, nil if there is none.
func keyOf(header []string, columns map[string]string, fields map[string]*Field) *Field {
	var best *Field
	least := len(keyRanks)
	for _, text := range header {
		f := fields[columns[text]]
		for rank := 0; f != nil && rank < least; rank++ {
			if keyRanks[rank](f) {
				best, least = f, rank
			}
		}
	}
	return best
}

// keyRanks are what makes a field a key, the best first.
var keyRanks = []func(*Field) bool{
	func(f *Field) bool { return f.Role == RoleID },
	func(f *Field) bool { return f.Unique },
	func(f *Field) bool {
		return f.Indexed && f.Type == String && strings.Contains(compared(f.Name), "externalid")
	},
	func(f *Field) bool { return f.Indexed && f.Type == String },
}

// within returns the Field of a value that is declared inside an Object field.
func (f *Field) within(path string, t Type) *Field {
	inner := &Field{Index: -1, Name: f.Name + "." + path, Type: t, Nullable: true, path: strings.Split(path, ".")}
	pointer := f.rule.pointer
	for _, name := range inner.path {
		pointer = PointerTo(pointer, name)
	}
	inner.rule.leadTo(pointer)
	return inner
}

// FileField returns what a column of a file can stand for: a field, or by its dotted
// path a value that is declared inside an Object field. As in an import, "id" and
// "version" are known in every model. Of a value inside an object, only the name,
// the type and the pointer have a meaning, as for [Field.DropDowns].
func (m *Model) FileField(name string) (f *Field, known bool) {
	if c, known := m.Column(name); known {
		return c.field, true
	}
	for i := range len(name) {
		if name[i] != '.' {
			continue
		}
		if f := m.byName[name[:i]]; f != nil && f.Type == Object && f.Paths[name[i+1:]] != "" {
			return f.within(name[i+1:], f.Paths[name[i+1:]]), true
		}
	}
	return nil, false
}
