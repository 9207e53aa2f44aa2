package dashboard

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

// knownChoices are the options of drop-downs, by field or dotted path. They are shown
// without quotes, as the words of the model that they are.
type knownChoices map[string]map[string]bool

// knownChoicesOf reads the options that a model describes.
func knownChoicesOf(m client.Model) knownChoices {
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
	known := knownChoices{}
	for _, f := range read.Fields {
		known.add(f.Name, f.Options, f.Added)
		for _, d := range f.DropDowns {
			known.add(d.Name, d.Options, d.Added)
		}
	}
	return known
}

func (c knownChoices) add(name string, lists ...[]string) {
	for _, list := range lists {
		for _, givenOption := range list {
			if c[name] == nil {
				c[name] = map[string]bool{}
			}
			c[name][givenOption] = true
		}
	}
}

// wordLike matches an option that can stand without quotes.
var wordLike = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,39}$`)

// reserved are the words that have a meaning of their own in a sentence.
var reserved = map[string]bool{"true": true, "false": true, "no": true, "and": true, "or": true, "not": true, "either": true, "one": true, "none": true}

// bare reports whether a value of a field is shown without quotes.
func (c knownChoices) bare(field, jsonValue string) bool {
	return c[field][jsonValue] && wordLike.MatchString(jsonValue) && !reserved[strings.ToLower(jsonValue)]
}

// timeLike matches a date or a date-time, which are shown as they are given.
var timeLike = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]{5,18}([Zz]|[+-][0-9:]{5})?)?$`)

// secretMask is what the API shows in place of a secret value.
const secretMask = "***"

// valueWords writes a JSON value of a field.
func valueWords(v jsonValue, field string, known knownChoices) part {
	switch v.kind {
	case aNull:
		return part{Text: "no value"}
	case aString:
		if v.text == "" {
			return part{Text: "an empty text"}
		}
		return part{Text: textWords(v.text, field, known), Value: true}
	case aList:
		return part{Text: listWords(v, field, known), Value: true}
	case anObject:
		return part{Text: jsonWords(v.raw), Value: true}
	}
	return part{Text: cutText(v.text, maxShown), Value: true}
}

// jsonWords writes JSON as it is, where there are no words for it.
func jsonWords(raw []byte) string { return cutText(string(raw[:min(len(raw), 4*maxShown)]), maxShown) }

// textWords writes a text that is not empty.
func textWords(text, field string, known knownChoices) string {
	switch {
	case text == secretMask, timeLike.MatchString(text), known.bare(field, text):
		return text
	}
	return "“" + cutText(text, maxShown) + "”"
}

// listWords writes a list as a whole, in brackets.
func listWords(v jsonValue, field string, known knownChoices) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, item := range v.items {
		if i == maxValues || i > 0 && b.Len() > maxShown {
			fmt.Fprintf(&b, " and %s more", number(len(v.items)-i))
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		if item.kind == aList {
			b.WriteString(jsonWords(item.raw)) // lists do not nest in words
		} else {
			b.WriteString(valueWords(item, field, known).Text)
		}
	}
	b.WriteByte(']')
	return b.String()
}

// nameLike matches names and dotted paths that need no quotes and no element.
var nameLike = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// nameWords writes the name of a field, or a dotted path.
func nameWords(name string) part {
	if len(name) <= maxShown && nameLike.MatchString(name) {
		return part{Text: name}
	}
	return part{Text: "“" + cutText(name, maxShown) + "”", Value: true}
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
