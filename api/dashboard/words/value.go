package words

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"bulkpatch/client"
)

const (
	// maxShown is how many characters of one text of a caller are shown.
	maxShown = 60
	// maxValues is how many values of a list are shown.
	maxValues = 5
)

// Choices are the options of drop-downs, by field or dotted path. They are shown
// without quotes, as the words of the model that they are.
type Choices map[string]map[string]bool

// ChoicesOf reads the options that a model describes.
func ChoicesOf(m client.Model) Choices {
	type dropDown struct {
		Name           string
		Options, Added []string
	}
	var read struct {
		Fields []struct {
			Name      string
			Options   []string
			Added     []string `json:"addedOptions"`
			DropDowns []dropDown
		}
	}
	if json.Unmarshal(m.JSON, &read) != nil {
		return nil
	}
	known := Choices{}
	for _, f := range read.Fields {
		known.add(f.Name, f.Options, f.Added)
		for _, d := range f.DropDowns {
			known.add(d.Name, d.Options, d.Added)
		}
	}
	return known
}

func (c Choices) add(name string, lists ...[]string) {
	for _, list := range lists {
		for _, option := range list {
			if c[name] == nil {
				c[name] = map[string]bool{}
			}
			c[name][option] = true
		}
	}
}

// wordLike matches an option that can stand without quotes.
var wordLike = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,39}$`)

// reserved are the words that have a meaning of their own in a sentence.
var reserved = map[string]bool{"true": true, "false": true, "no": true, "and": true, "or": true, "not": true, "either": true, "one": true, "none": true}

// bare reports whether a value of a field is shown without quotes.
func (c Choices) bare(field, value string) bool {
	return c[field][value] && wordLike.MatchString(value) && !reserved[strings.ToLower(value)]
}

// timeLike matches a date or a date-time, which are shown as they are given.
var timeLike = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]{5,18}([Zz]|[+-][0-9:]{5})?)?$`)

// SecretMask is what the API shows in place of a secret value.
const SecretMask = "***"

// valueWords writes a JSON value of a field.
func valueWords(v jsonValue, field string, known Choices) Sentence {
	switch v.kind {
	case aNull:
		return Sentence{{Text: "no value"}}
	case aString:
		return textWords(v.text, field, known)
	case aList:
		return listWords(v, field, known)
	case anObject:
		return Sentence{{Text: jsonWords(v.raw), Value: true}}
	}
	return Sentence{{Text: shownText(v.text), Value: true}}
}

// jsonWords writes JSON as it is, where there are no words for it.
func jsonWords(raw []byte) string { return cutText(string(raw[:min(len(raw), 4*maxShown)]), maxShown) }

// textWords writes a text.
func textWords(text, field string, known Choices) Sentence {
	switch {
	case text == "":
		return Sentence{{Text: "an empty text"}}
	case text == SecretMask, timeLike.MatchString(text), known.bare(field, text):
		return Sentence{{Text: text, Value: true}}
	}
	return quoted(text)
}

// quoted writes a text in quotes. They are not a part of the value, whose script would
// turn them round.
func quoted(text string) Sentence {
	return Sentence{{Text: "“"}, {Text: shownText(text), Value: true}, {Text: "”"}}
}

// listWords writes a list as a whole, in brackets.
func listWords(v jsonValue, field string, known Choices) Sentence {
	s := Sentence{{Text: "["}}
	for i, item := range v.items {
		switch {
		case i == maxValues, i > 0 && s.length() > maxShown:
			return s.plain(" and " + Number(len(v.items)-i) + " more]")
		case i > 0:
			s = s.plain(", ")
		}
		if item.kind == aList { // lists do not nest in words
			s = append(s, Part{Text: jsonWords(item.raw), Value: true})
		} else {
			s = append(s, valueWords(item, field, known)...)
		}
	}
	return s.plain("]")
}

// nameLike matches names and dotted paths that need no quotes and no element.
var nameLike = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// nameWords writes the name of a field, or a dotted path.
func nameWords(name string) Sentence {
	if len(name) <= maxShown && nameLike.MatchString(name) {
		return Sentence{{Text: name}}
	}
	return quoted(name)
}

// shownText is [cutText] at the usual length.
func shownText(text string) string { return cutText(text, maxShown) }

// cutText writes a text of a caller in at most so many characters: what cannot be seen
// is written as JSON has it, and so is what would end the quotes around it.
func cutText(text string, most int) string {
	var b strings.Builder
	n := 0
	for at, r := range text {
		shown := visibleForm(r, text[at:])
		n += utf8.RuneCountInString(shown)
		if n > most {
			return strings.TrimRight(b.String(), "\u200d ") + "…"
		}
		b.WriteString(shown)
	}
	return b.String()
}

// visibleForm writes one character, which is the first of rest.
func visibleForm(r rune, rest string) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\t':
		return `\t`
	case r == '\r':
		return `\r`
	case r == '\\', r == '“', r == '”':
		return `\` + string(r)
	case r == utf8.RuneError && !strings.HasPrefix(rest, "\uFFFD"):
		return "\uFFFD" // an invalid byte
	case r == '\u200c', r == '\u200d':
		return string(r) // they shape Persian words and emoji
	case hiddenRune(r):
		return string(jsonEscape(nil, r))
	}
	return string(r)
}

// hiddenRune reports whether a character cannot be seen, or rearranges others.
func hiddenRune(r rune) bool {
	return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) || !unicode.IsPrint(r) && !unicode.In(r, unicode.M, unicode.Zs)
}

// jsonEscape appends a character as JSON escapes it.
func jsonEscape(b []byte, r rune) []byte {
	if r >= 0x10000 {
		high, low := 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF
		return fmt.Appendf(b, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(b, `\u%04x`, r)
}

// rightToLeft reports whether a character belongs to a script that is written from
// the right.
func rightToLeft(r rune) bool {
	return r >= 0x0590 && r <= 0x08FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFF ||
		r >= 0x10800 && r <= 0x10FFF || r >= 0x1E800 && r <= 0x1EFFF
}
