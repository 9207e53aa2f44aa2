package words

import (
	"slices"

	"bulkpatch/client"
)

// fileWords describes a file job by the fields that it sets, its file and what its rows
// are matched by: "Set email and jobTitle from people.csv, matched by externalId".
func fileWords(r client.Request) Sentence {
	var sets []fieldChange
	columns, _ := readJSON(r.Columns)
	for i, v := range columns.items {
		if field := v.text; columns.kind == anObject && i < len(columns.names) && v.kind == aString && field != "version" && !slices.Contains(r.Match, field) {
			sets = append(sets, fieldChange{path: field})
		}
	}
	s := Sentence{{Text: "Set "}}
	if len(sets) == 0 { // a list leaves out many columns
		s = s.plain("fields")
	}
	s = s.listed(sets, func(s Sentence, c fieldChange) Sentence { return append(s, nameWords(c.path)...) })
	s = s.plain(" from ")
	if r.File.Name == "" {
		s = s.plain("a file")
	} else {
		s = append(s, Part{Text: shownText(r.File.Name), Value: true})
	}
	for i, field := range r.Match {
		switch {
		case i == 0:
			s = s.plain(", matched by ")
		case i == len(r.Match)-1:
			s = s.plain(" and ")
		default:
			s = s.plain(", ")
		}
		s = append(s, nameWords(field)...)
	}
	return s
}

// Lines names lines of a file, the first of a number of them: "lines 3, 7 and 9".
func Lines(lines []int64, of int64) string {
	if len(lines) == 0 {
		return ""
	}
	text := "line "
	if of > 1 {
		text = "lines "
	}
	for i, n := range lines {
		switch {
		case i > 0 && i == len(lines)-1 && int64(len(lines)) >= of:
			text += " and "
		case i > 0:
			text += ", "
		}
		text += Number(n)
	}
	if int64(len(lines)) < of {
		text += " …"
	}
	return text
}
