package words

import (
	"strconv"
	"strings"
)

// A fieldChange is what a patch does to one field, or to a path in one. A null
// clears it.
type fieldChange struct {
	path string
	to   jsonValue
}

// patchWords describes a merge patch: "Set jobTitle to “Lead” and clear phone". It
// counts the fields that change.
func patchWords(raw []byte, known Choices) (s Sentence, fields int) {
	v, ok := readJSON(raw)
	if !ok || v.kind != anObject {
		return Sentence{{Text: "Apply "}, {Text: jsonWords(raw), Value: true}}, 1
	}
	var sets, clears []fieldChange
	for _, c := range fieldChanges(nil, "", v) {
		if c.to.kind == aNull {
			clears = append(clears, c)
		} else {
			sets = append(sets, c)
		}
	}
	if len(sets)+len(clears) == 0 {
		return Sentence{{Text: "Change nothing"}}, 0
	}
	if len(sets) > 0 {
		s = s.plain("Set ").listed(sets, func(s Sentence, c fieldChange) Sentence {
			s = append(s, nameWords(c.path)...).plain(" to ")
			if c.to.kind == anObject { // an empty one: its members stay
				return s.plain("an object")
			}
			return append(s, valueWords(c.to, c.path, known)...)
		})
	}
	return s.clearing(clears, len(sets)), len(sets) + len(clears)
}

// clearing adds the fields that are cleared, behind some that are set.
func (s Sentence) clearing(clears []fieldChange, sets int) Sentence {
	switch {
	case len(clears) == 0:
		return s
	case sets == 0:
		s = s.plain("Clear ")
	case sets == 1 && len(clears) == 1:
		s = s.plain(" and clear ")
	default:
		s = s.plain(", and clear ")
	}
	if len(clears) > 1 && s.length() > roomForPatch {
		return s.plain(Plural(len(clears), "field"))
	}
	return s.listed(clears, func(s Sentence, c fieldChange) Sentence { return append(s, nameWords(c.path)...) })
}

// listed adds changes with commas and an "and", as far as there is room for them.
func (s Sentence) listed(list []fieldChange, add func(Sentence, fieldChange) Sentence) Sentence {
	return s.listedUpTo(list, " and ", add)
}

// listedUpTo is listed with other words before the last one.
func (s Sentence) listedUpTo(list []fieldChange, last string, add func(Sentence, fieldChange) Sentence) Sentence {
	for i, c := range list {
		switch {
		case i > 0 && s.length() > roomForPatch:
			return s.plain(" and " + Plural(len(list)-i, "more field"))
		case i > 0 && i == len(list)-1:
			s = s.plain(last)
		case i > 0:
			s = s.plain(", ")
		}
		s = add(s, c)
	}
	return s
}

// fieldChanges adds what the members of an object change. Objects merge, so it is
// their members that change.
func fieldChanges(list []fieldChange, prefix string, v jsonValue) []fieldChange {
	for i, name := range v.names {
		path, to := joined(prefix, name), v.items[i]
		if to.kind == anObject && len(to.items) > 0 {
			list = fieldChanges(list, path, to)
		} else {
			list = append(list, fieldChange{path, to})
		}
	}
	return list
}

// joined returns the dotted path of a member. What is too long to be shown is left
// out, so that many members of long names take no more memory than they have.
func joined(prefix, name string) string {
	const most = 4 * maxShown // bytes
	name = name[:min(len(name), most+1)]
	switch {
	case prefix == "":
		return name
	case len(prefix) > most:
		return prefix
	case name == "" || strings.Contains(name, "."):
		return prefix + "." + strconv.Quote(name)
	}
	return prefix + "." + name
}
