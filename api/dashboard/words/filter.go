package words

// Filter describes which customers a filter selects: "state is active and
// trusted is false".
func Filter(raw []byte, known Choices) Sentence {
	f := readFilter(raw)
	switch {
	case f.always():
		return Sentence{{Text: "all customers"}}
	case f.never():
		return Sentence{{Text: "no customer"}}
	}
	return conditionWords(f, known)
}

// conditionWords describes a filter that is neither always nor never true. It is
// shown as JSON if it could not be read.
func conditionWords(f filterNode, known Choices) Sentence {
	w := filterWriter{known: known}
	w.condition(f)
	if w.more > 0 {
		w.words(" and " + Plural(w.more, "more condition"))
	}
	return w.Sentence
}

// A filterWriter writes conditions as far as there is room for them.
type filterWriter struct {
	Sentence
	known Choices
	more  int // conditions that were left out
}

func (w *filterWriter) words(text string) { w.Sentence = w.plain(text) }

// put writes a value of a field.
func (w *filterWriter) put(v jsonValue, field string) {
	w.Sentence = append(w.Sentence, valueWords(v, field, w.known)...)
}

// full reports whether there is no room for more.
func (w *filterWriter) full() bool { return w.length() > roomForFilter }

// inner writes a condition inside another one, in parentheses if it has parts.
func (w *filterWriter) inner(c filterNode) {
	switch {
	case w.full():
		w.leaveOut([]filterNode{c})
	case c.kind == isAll, c.kind == isAny:
		w.words("(")
		w.condition(c)
		w.words(")")
	default:
		w.condition(c)
	}
}

// condition writes a condition.
func (w *filterWriter) condition(c filterNode) {
	switch c.kind {
	case isAlways:
		w.words("always")
	case isNever:
		w.words("never")
	case isUnknown:
		w.Sentence = append(w.Sentence, Part{Text: jsonWords(c.v.raw), Value: true})
	case isLeaf:
		w.leaf(c)
	case isNot:
		w.not(c.parts[0])
	default:
		w.group(c)
	}
}

// not writes what must not hold.
func (w *filterWriter) not(c filterNode) {
	w.words("not (")
	if w.full() {
		w.leaveOut([]filterNode{c})
	} else {
		w.condition(c)
	}
	w.words(")")
}

func (w *filterWriter) group(c filterNode) {
	between := " and "
	if c.kind == isAny {
		w.words("either ")
		between = " or "
	}
	if c.hasLists() {
		between = "," + between
	}
	for i, p := range c.parts {
		if i > 0 && w.full() {
			w.leaveOut(c.parts[i:])
			return
		}
		if i > 0 {
			w.words(between)
		}
		w.inner(p)
	}
}

// leaveOut counts conditions for which there is no room.
func (w *filterWriter) leaveOut(list []filterNode) {
	if w.more == 0 {
		w.words(" …")
	}
	for _, c := range list {
		w.more += c.count()
	}
}

// leaf writes what is said of one field.
func (w *filterWriter) leaf(c filterNode) {
	w.Sentence = append(w.Sentence, nameWords(c.field)...)
	switch {
	case c.op == "$eq" && c.v.kind == aNull && c.negated:
		w.words(" has a value")
	case c.op == "$eq" && c.v.kind == aNull:
		w.words(" has no value")
	case c.op == "$in":
		w.words(verb(c))
		w.alternatives(c)
	case c.op == "$between":
		w.words(verb(c))
		w.put(c.v.items[0], c.field)
		w.words(" to ")
		w.put(c.v.items[1], c.field)
	default:
		w.words(verb(c))
		w.put(c.v, c.field)
	}
}

// alternatives writes the values of a list, of which a field has one.
func (w *filterWriter) alternatives(c filterNode) {
	n := len(c.v.items)
	for i, v := range c.v.items {
		switch {
		case i == maxValues, i > 0 && w.full():
			w.words(" and " + Number(n-i) + " more")
			return
		case i > 0 && i == n-1:
			w.words(" or ")
		case i > 0:
			w.words(", ")
		}
		w.put(v, c.field)
	}
}

// A verbPair is what stands between a field and a value: as it is, and negated.
type verbPair struct{ is, isNot string }

// These are the words of the operators, and those of the ones that depend on the
// order of numbers, of times and of texts.
var (
	plainVerbs = map[string]verbPair{
		"$eq":         {" is ", " is not "},
		"$in":         {" is one of ", " is none of "},
		"$between":    {" is from ", " is not from "},
		"$contains":   {" contains ", " does not contain "},
		"$startsWith": {" starts with ", " does not start with "},
		"$lt":         {" is less than ", " is not less than "},
		"$lte":        {" is at most ", " is not at most "},
		"$gt":         {" is more than ", " is not more than "},
		"$gte":        {" is at least ", " is not at least "},
	}
	timeVerbs = map[string]verbPair{
		"$lt":  {" is before ", " is not before "},
		"$lte": {" is on or before ", " is not on or before "},
		"$gt":  {" is after ", " is not after "},
		"$gte": {" is on or after ", " is not on or after "},
	}
	textVerbs = map[string]verbPair{
		"$lt":  {" comes before ", " does not come before "},
		"$lte": {" is or comes before ", " neither is nor comes before "},
		"$gt":  {" comes after ", " does not come after "},
		"$gte": {" is or comes after ", " neither is nor comes after "},
	}
)

// verb returns the words between the field and the value of a condition.
func verb(c filterNode) string {
	v, ordered := timeVerbs[c.op]
	switch {
	case !ordered || c.v.kind != aString:
		v = plainVerbs[c.op]
	case !timeLike.MatchString(c.v.text):
		v = textVerbs[c.op]
	}
	if c.negated {
		return v.isNot
	}
	return v.is
}
