package words

// computeWords names the fields that a job computes: "Compute visits and score". It
// counts them.
func computeWords(raw []byte) (s Sentence, fields int) {
	v, ok := readJSON(raw)
	if !ok || v.kind != anObject {
		return Sentence{{Text: "Compute values"}}, 1
	}
	list := make([]fieldChange, len(v.names))
	for i, name := range v.names {
		list[i].path = joined("", name)
	}
	return s.plain("Compute ").listed(list, func(s Sentence, c fieldChange) Sentence { return append(s, nameWords(c.path)...) }), len(list)
}
