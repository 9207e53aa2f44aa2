package model

import "bytes"

// MergeJSON applies an RFC 7396 merge patch to a target. Both are canonical JSON,
// and so is the result. An empty target means null. The members of both are
// sorted, so it merges them one by one. It builds no tree, which could need a
// hundred times as much memory.
func MergeJSON(target, patch []byte) []byte {
	return appendMerge(make([]byte, 0, len(target)+len(patch)), target, patch)
}

// appendMerge merges as RFC 7396 section 2 says.
func appendMerge(dst, target, patch []byte) []byte {
	if len(patch) == 0 || patch[0] != '{' {
		return append(dst, patch...)
	}
	dst = append(dst, '{')
	begin := len(dst)
	for kept, changes := membersOf(target), membersOf(patch); kept.ok || changes.ok; {
		order := kept.compare(changes)
		var former []byte
		if order <= 0 {
			former = kept.value
		}
		switch {
		case order < 0: // the patch does not name it
			dst = append(appendName(dst, begin, kept.name), former...)
		case string(changes.value) != "null":
			dst = appendMerge(appendName(dst, begin, changes.name), former, changes.value)
		}
		if order <= 0 {
			kept.next()
		}
		if order >= 0 {
			changes.next()
		}
	}
	return append(dst, '}')
}

// appendName appends the name of a member to the object whose members begin at
// begin.
func appendName(dst []byte, begin int, quoted []byte) []byte {
	if len(dst) > begin {
		dst = append(dst, ',')
	}
	return append(append(dst, quoted...), ':')
}

// members iterates over the members of an object in canonical form.
type members struct {
	rest  []byte // after the current member
	name  []byte // quoted
	value []byte
	ok    bool // there is a current member
}

// membersOf starts at the first member. A value that is no object has none.
func membersOf(object []byte) members {
	var m members
	if len(object) > 2 && object[0] == '{' {
		m.rest = object[1 : len(object)-1]
	}
	m.next()
	return m
}

func (m *members) next() {
	if m.ok = len(m.rest) > 0; !m.ok {
		return
	}
	m.name = m.take()
	m.value = m.take()
}

// take returns the next name or value, and skips the colon or comma after it.
func (m *members) take() []byte {
	n := valueLength(m.rest)
	v := m.rest[:n]
	m.rest = m.rest[min(n+1, len(m.rest)):]
	return v
}

// compare orders the current members of two objects by their names. An object
// without one comes last.
func (m *members) compare(o members) int {
	switch {
	case !o.ok:
		return -1
	case !m.ok:
		return 1
	}
	return bytes.Compare(nameOf(m.name), nameOf(o.name))
}

// valueLength returns the length of the value at the beginning of canonical JSON.
func valueLength(text []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case (c == '}' || c == ']') && depth > 0:
			depth--
		case c == ',' || c == ':':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}
