package model

import (
	"bytes"
	"slices"
	"strings"
)

// A ref is a field, or a declared path inside one.
type ref struct {
	field *Field
	path  []string // nil for the field itself
	kind  Type
	name  string // as given
}

// pointer returns the pointer to the value in a record.
func (r ref) pointer() string {
	pointer := r.field.rule.pointer
	for _, name := range r.path {
		pointer = PointerTo(pointer, name)
	}
	return pointer
}

// resolve finds the field or path of a name that operators may compute and read.
// What was accepted before a field became read-only goes on, but not where it
// became secret.
func (m *Model) resolve(name string, restores bool) (ref, *problem) {
	r, ok := m.find(name)
	if !ok {
		return ref{}, &problem{CodeUnknownField, detailUnknown}
	}
	readOnly, concealed := r.field.ReadOnly, r.field.Concealed()
	schema := r.field.source
	for _, step := range r.path {
		properties, _ := schema["properties"].(map[string]any)
		schema, _ = properties[step].(map[string]any)
		readOnly = readOnly || booleanOf(schema, "readOnly")
		concealed = concealed || booleanOf(schema, "writeOnly")
	}
	switch {
	case concealed:
		return ref{}, &problem{CodeSecretField, "This field is secret or write-only. It can be neither computed nor read."}
	case readOnly && !restores:
		return ref{}, &problem{CodeReadOnly, "This field is read-only. It can be neither computed nor read."}
	}
	return r, nil
}

// Operators lists the operators that suit a field or a declared dotted path, sorted;
// nil if it cannot be computed.
func (m *Model) Operators(name string) []string {
	r, why := m.resolve(name, false)
	if why != nil || r.field.needsConcealed() {
		return nil
	}
	return operatorsFor(r.kind)
}

// needsConcealed reports whether the field needs a value in another one that nobody
// may read.
func (f *Field) needsConcealed() bool { return f.Needs != nil && f.Needs.Concealed() }

func (m *Model) find(name string) (ref, bool) {
	f := m.byName[name]
	if f == nil && (name == "id" || name == "version") {
		f = m.byRole[Role(name)]
	}
	if f != nil {
		return ref{field: f, kind: f.Type, name: name}, true
	}
	outer, path, _ := strings.Cut(name, ".")
	f = m.byName[outer]
	if f == nil || f.Type != Object || f.Paths[path] == "" {
		return ref{}, false
	}
	return ref{field: f, path: strings.Split(path, "."), kind: f.Paths[path], name: name}, true
}

// A change is the new value of a path inside an object, nil to remove it.
type change struct {
	path  []string
	value []byte
}

// appendPaths appends the merge patch that makes some changes, none inside another.
// They are sorted by path. depth is how many names of their paths lead to the object.
func appendPaths(dst []byte, changes []change, depth int) []byte {
	dst = append(dst, '{')
	begin := len(dst)
	for len(changes) > 0 {
		name := changes[0].path[depth]
		same := slices.IndexFunc(changes, func(c change) bool { return c.path[depth] != name })
		if same < 0 {
			same = len(changes)
		}
		dst = appendName(dst, begin, appendString(nil, name))
		switch first := changes[0]; {
		case len(first.path) > depth+1:
			dst = appendPaths(dst, changes[:same], depth+1)
		case first.value == nil:
			dst = append(dst, "null"...)
		default:
			dst = append(dst, first.value...)
		}
		changes = changes[same:]
	}
	return append(dst, '}')
}

// wanted says which values of an object are read: by name, a value or those inside
// one.
type wanted map[string]*wantedValue

type wantedValue struct {
	slot int // -1 if the value itself is not read
	in   wanted
}

// want adds a path.
func (w wanted) want(path []string, slot int) {
	v := w[path[0]]
	if v == nil {
		v = &wantedValue{slot: -1, in: wanted{}}
		w[path[0]] = v
	}
	if len(path) > 1 {
		v.in.want(path[1:], slot)
		return
	}
	v.slot = slot
}

// take puts the wanted values of an object into their slots. It passes over the
// object once for each level, however many values are wanted.
func (w wanted) take(object []byte, slots [][]byte) {
	if len(w) == 0 {
		return
	}
	for m := membersOf(object); m.ok; m.next() {
		v := w[string(nameOf(m.name))]
		if v == nil || bytes.Equal(m.value, []byte("null")) {
			continue
		}
		if v.slot >= 0 {
			slots[v.slot] = m.value
		}
		v.in.take(m.value, slots)
	}
}
