package words

import "unicode"

// computeWords says what a job computes: "Add 5 to score, and trim name, then put it in
// upper case". It counts the steps.
func computeWords(raw []byte, known Choices) (s Sentence, steps int) {
	v, ok := readJSON(raw)
	if !ok || v.kind != anObject || len(v.names) == 0 {
		return Sentence{{Text: "Compute values"}}, 1
	}
	list := make([]fieldChange, len(v.names))
	for i, name := range v.names {
		list[i] = fieldChange{joined("", name), v.items[i]}
		steps += max(1, len(stepsOf(v.items[i])))
	}
	last := " and "
	if steps > len(list) { // some have a "then" of their own
		last = ", and "
	}
	s = s.listedUpTo(list, last, func(s Sentence, c fieldChange) Sentence { return s.pipeline(c, known) })
	return s.capital(), steps
}

// stepsOf lists the operators of a field, one of which may stand without a list.
func stepsOf(v jsonValue) []jsonValue {
	if v.kind == aList {
		return v.items
	}
	return []jsonValue{v}
}

// pipeline adds what becomes of a field, as far as there is room for its steps.
func (s Sentence) pipeline(c fieldChange, known Choices) Sentence {
	field := nameWords(c.path)
	steps := stepsOf(c.to)
	for i, step := range steps {
		switch {
		case i > 0 && s.length() > roomForPatch:
			return s.plain(" and " + Plural(len(steps)-i, "more step"))
		case i > 0:
			s, field = s.plain(", then "), Sentence{{Text: "it"}}
		}
		if step.kind == anObject && len(step.names) == 1 {
			s = append(s, stepWords(step.names[0], step.items[0], field, c.path, known)...)
		} else {
			s = append(s.plain("compute "), field...)
		}
	}
	if len(steps) == 0 {
		return append(s.plain("compute "), field...)
	}
	return s
}

// capital begins the sentence with a capital letter.
func (s Sentence) capital() Sentence {
	if len(s) > 0 && !s[0].Value {
		letters := []rune(s[0].Text)
		letters[0] = unicode.ToUpper(letters[0])
		s[0].Text = string(letters)
	}
	return s
}
