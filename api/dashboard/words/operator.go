package words

import "strings"

// An Operator is one that computes values, as people choose it from a list.
type Operator struct {
	Name  string `json:"name"` // as the API has it, such as $inc
	Label string `json:"label"`
	// Takes says which inputs its operand needs: nothing, number, text, replace (two
	// texts), pairs (of texts), field (a name), template (names in a text), value (of
	// the field), items (of a list) or shift (numbers of units).
	Takes string `json:"takes"`

	// says is what it does to the field {f} with its operand {v}.
	says string
	// special, if it is not nil, says it where the words depend on the operand. ok is
	// false for an operand that it does not know.
	special func(operand jsonValue) (says string, values []Sentence, ok bool)
}

// Operators lists the operators in the order in which they are offered.
func Operators() []Operator { return operators }

var operators = []Operator{
	{Name: "$inc", Label: "add", Takes: "number", says: "add {v} to {f}", special: incrementWords},
	{Name: "$mul", Label: "multiply by", Takes: "number", says: "multiply {f} by {v}"},
	{Name: "$min", Label: "at most", Takes: "number", says: "limit {f} to at most {v}"},
	{Name: "$max", Label: "at least", Takes: "number", says: "raise {f} to at least {v}"},

	{Name: "$trim", Label: "remove spaces at both ends", Takes: "nothing", says: "trim {f}"},
	{Name: "$lower", Label: "lower case", Takes: "nothing", says: "put {f} in lower case"},
	{Name: "$upper", Label: "upper case", Takes: "nothing", says: "put {f} in upper case"},
	{Name: "$prefix", Label: "put before", Takes: "text", says: "put {v} before {f}"},
	{Name: "$suffix", Label: "put after", Takes: "text", says: "put {v} after {f}"},
	{Name: "$replace", Label: "replace", Takes: "replace", says: "replace parts of {f}", special: replaceWords},
	{Name: "$map", Label: "map values", Takes: "pairs", says: "map values of {f}", special: mapWords},

	{Name: "$append", Label: "append", Takes: "items", says: "append {v} to {f}"},
	{Name: "$add", Label: "add if missing", Takes: "items", says: "add {v} to {f} where missing"},
	{Name: "$remove", Label: "remove", Takes: "items", says: "remove {v} from {f}"},

	{Name: "$shift", Label: "shift by", Takes: "shift", says: "shift {f}", special: shiftWords},
	{Name: "$now", Label: "the time of the update", Takes: "nothing", says: "set {f} to the time of the update"},

	{Name: "$copy", Label: "copy from", Takes: "field", says: "copy {v} to {f}"},
	{Name: "$format", Label: "compose from", Takes: "template", says: "compose {f} from {v}"},
	{Name: "$default", Label: "if empty", Takes: "value", says: "set {f} to {v} where it has no value"},
}

// stepWords says what an operator does to a field, which is named or "it".
func stepWords(name string, operand jsonValue, field Sentence, path string, known Choices) Sentence {
	for _, o := range operators {
		if o.Name != name {
			continue
		}
		if o.special != nil {
			if says, values, ok := o.special(operand); ok {
				return filled(says, field, values)
			}
		}
		return filled(o.says, field, []Sentence{o.operandWords(operand, path, known)})
	}
	return append(Sentence{{Text: "compute "}}, field...)
}

// operandWords writes what an operator is given.
func (o *Operator) operandWords(operand jsonValue, path string, known Choices) Sentence {
	if o.Takes == "field" && operand.kind == aString {
		return nameWords(operand.text)
	}
	if o.Takes == "template" && operand.kind == aString {
		return quoted(operand.text)
	}
	return valueWords(operand, path, known)
}

// filled puts the field and values, in their order, into words with {f} and {v}.
func filled(says string, field Sentence, values []Sentence) (s Sentence) {
	for {
		before, rest, found := strings.Cut(says, "{")
		if before != "" {
			s = s.plain(before)
		}
		if !found {
			return s
		}
		name, after, _ := strings.Cut(rest, "}")
		if name == "f" {
			s = append(s, field...)
		} else if len(values) > 0 {
			s, values = append(s, values[0]...), values[1:]
		}
		says = after
	}
}

// incrementWords says that less is more often subtracted than a negative number added.
func incrementWords(operand jsonValue) (says string, values []Sentence, ok bool) {
	number, negative := strings.CutPrefix(operand.text, "-")
	if operand.kind != aNumber || !negative {
		return "", nil, false
	}
	return "subtract {v} from {f}", []Sentence{{{Text: shownText(number), Value: true}}}, true
}

func replaceWords(operand jsonValue) (says string, values []Sentence, ok bool) {
	find, with := operand.member("find"), operand.member("with")
	if find.kind != aString || with.kind != aString {
		return "", nil, false
	}
	matches := ""
	if operand.member("regex").kind == aTrue {
		matches = "matches of "
	}
	if with.text == "" {
		return "remove " + matches + "{v} from {f}", []Sentence{quoted(find.text)}, true
	}
	return "replace " + matches + "{v} with {v} in {f}", []Sentence{quoted(find.text), quoted(with.text)}, true
}

func mapWords(operand jsonValue) (says string, values []Sentence, ok bool) {
	switch {
	case operand.kind != anObject:
		return "", nil, false
	case len(operand.names) == 1 && operand.items[0].kind == aString:
		return "turn {v} into {v} in {f}", []Sentence{quoted(operand.names[0]), quoted(operand.items[0].text)}, true
	}
	return "map " + Plural(len(operand.names), "value") + " of {f}", nil, true
}

// shiftWords names the units in the order of their lengths.
func shiftWords(operand jsonValue) (says string, values []Sentence, ok bool) {
	says = "shift {f} by "
	for _, unit := range []string{"year", "month", "day", "hour", "minute"} {
		n := operand.member(unit + "s")
		if n.kind != aNumber {
			continue
		}
		if len(values) > 0 {
			says += " and "
		}
		says += "{v} " + unit
		if n.text != "1" && n.text != "-1" {
			says += "s"
		}
		values = append(values, Sentence{{Text: cutText(strings.Replace(n.text, "-", "−", 1), maxUnits), Value: true}})
	}
	return says, values, len(values) > 0
}

// maxUnits is how many characters of a number of units are shown.
const maxUnits = 15

// member returns a member of an object, one of no kind where there is none.
func (v jsonValue) member(name string) jsonValue {
	for i, n := range v.names {
		if n == name {
			return v.items[i]
		}
	}
	return jsonValue{}
}
