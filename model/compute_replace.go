package model

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of regular expressions. The time that one takes grows with its number of
// instructions and the length of the text, and its memory with the ranges of
// characters, too.
const (
	maxPattern      = 1000 // characters
	maxInstructions = 1000
	maxRegexps      = 50_000 // instructions and ranges of all regular expressions of a computation
	maxReferences   = 20     // to groups, in the text that replaces
	maxMatching     = 64 << 20
)

// A replacement is what a $replace is given.
type replacement struct {
	find, with string
	regex      bool
}

func parseReplace(p *computeParser, _ *target, operand []byte, at *Place) step {
	before := p.Found()
	r, given := p.replacement(operand, at)
	if p.Found() == before {
		for _, name := range []string{"find", "with"} {
			if !given[name] {
				p.Add(at.Member(name), CodeRequired, detailRequired)
			}
		}
	}
	if p.Found() > before {
		return step{}
	}
	if r.regex {
		return p.regular(r, at)
	}
	return textual(func(_ *working, text string) (string, *problem) {
		count := strings.Count(text, r.find)
		if count > 0 && len(text)+count*(len(r.with)-len(r.find)) > MaxValue {
			return "", tooLarge
		}
		return strings.ReplaceAll(text, r.find, r.with), nil
	})
}

// replacement reads the operand of $replace.
func (p *computeParser) replacement(operand []byte, at *Place) (r replacement, given map[string]bool) {
	given = map[string]bool{}
	p.known(operand, at, []string{"find", "with", "regex"}, func(name string, value []byte, here *Place) {
		given[name] = true
		switch name {
		case "find":
			r.find = p.operandText(value, here)
		case "with":
			r.with, _ = p.anyText(value, here)
		case "regex":
			r.regex = string(value) == "true"
			if !r.regex && string(value) != "false" {
				p.Add(here, CodeType, "This must be true or false.")
			}
		}
	})
	return r, given
}

// A pattern is a regular expression with what replaces its matches.
type pattern struct {
	*regexp.Regexp
	instructions int
	with         string
	literal      int // bytes of with that stand for themselves
	references   int // to groups, in with
}

// regular checks a regular expression and what replaces its matches.
func (p *computeParser) regular(r replacement, at *Place) step {
	find, with := at.Member("find"), at.Member("with")
	x := pattern{with: r.with}
	if why := p.compile(&x, r.find); why != nil {
		p.Add(find, why.code, why.detail)
		return step{}
	}
	if why := x.checkReferences(); why != "" {
		p.Add(with, CodePattern, why)
	} else if x.references > maxReferences && !p.restores {
		p.Add(with, CodeTooComplex, fmt.Sprintf("This may refer to groups at most %d times.", maxReferences))
	}
	return textual(x.replace)
}

var (
	notRegexp  = &problem{CodePattern, "This is no regular expression that RE2 understands."}
	tooComplex = &problem{CodeTooComplex, "This regular expression is too complex, or all of them are together. Use fewer repetitions with numbers, or divide it."}
)

// compile compiles a regular expression within the limits. They hold for what was
// accepted before, too, because beyond them a request would take too much memory:
// if a later version lowers them, it must keep these for RestoreCompute.
func (p *computeParser) compile(x *pattern, find string) *problem {
	switch {
	case p.regexps > maxRegexps: // do not even look at further ones
		return tooComplex
	case utf8.RuneCountInString(find) > maxPattern:
		return &problem{CodeTooLong, fmt.Sprintf("A regular expression may have at most %d characters.", maxPattern)}
	}
	tree, err := syntax.Parse(find, syntax.Perl)
	if err != nil {
		return notRegexp
	}
	instructions, ranges := sizeOf(tree, 1)
	p.regexps += instructions + ranges
	if instructions > maxInstructions || p.regexps > maxRegexps {
		return tooComplex
	}
	if x.Regexp, err = regexp.Compile(find); err != nil {
		return notRegexp
	}
	x.instructions = instructions
	return nil
}

// sizeOf estimates the instructions and the ranges of characters of a regular
// expression that stands there a number of times. It needs far less memory than
// compiling it.
func sizeOf(r *syntax.Regexp, times int) (instructions, ranges int) {
	instructions = times
	switch r.Op {
	case syntax.OpLiteral:
		instructions = times * len(r.Rune)
	case syntax.OpCharClass:
		ranges = times * len(r.Rune) / 2
	case syntax.OpRepeat:
		times *= max(r.Min, r.Max, 1)
	}
	for _, sub := range r.Sub {
		i, n := sizeOf(sub, times)
		instructions, ranges = instructions+i, ranges+n
	}
	return instructions, ranges
}

// checkReferences counts the references to groups ($1, ${name}) and returns what is
// wrong with them. A group that does not exist would remove text silently.
func (x *pattern) checkReferences() string {
	with := x.with
	for {
		before, rest, found := strings.Cut(with, "$")
		x.literal += len(before)
		if !found {
			return ""
		}
		if strings.HasPrefix(rest, "$") {
			x.literal++
			with = rest[1:]
			continue
		}
		name, after := referenceName(rest)
		if name == "" {
			return "A dollar sign stands before the number or name of a group, as in $1 or ${name}; one that is meant is doubled: $$."
		}
		if !x.hasGroup(name) {
			return "There is no group " + Shown(name) + ". If letters or digits follow the number of a group, write it as in ${1}."
		}
		x.references++
		with = after
	}
}

// referenceName returns the name or number after a dollar sign, "" if there is none.
func referenceName(s string) (name, after string) {
	if inner, ok := strings.CutPrefix(s, "{"); ok {
		name, after, ok = strings.Cut(inner, "}")
		if !ok || wordLength(name) < len(name) {
			return "", s
		}
		return name, after
	}
	n := wordLength(s)
	return s[:n], s[n:]
}

// wordLength returns how many bytes at the beginning of s package regexp takes for a
// name.
func wordLength(s string) int {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return i
		}
	}
	return len(s)
}

func (x *pattern) hasGroup(name string) bool {
	if countDigits(name) == len(name) {
		n, err := ParseInteger(name)
		return err == nil && n <= int64(x.NumSubexp())
	}
	return x.SubexpIndex(name) >= 0
}

// replace replaces the matches, unless it would take too long or make too long a
// text.
func (x *pattern) replace(w *working, text string) (string, *problem) {
	w.matching += (len(text) + 1) * x.instructions
	if w.matching > maxMatching {
		return "", &problem{CodeTooComplex, "The text is too long for a regular expression like this."}
	}
	// Each byte and the end of the text can be a match. A text in which they can
	// make too much is searched first.
	if most := (len(text) + 1) * (x.literal + x.references); len(text)+most > 4*MaxValue && x.least(text) > MaxValue {
		return "", tooLarge
	}
	return x.ReplaceAllString(text, x.with), nil
}

// least returns the length of the result without what groups contribute. They are
// each at most as long as the text.
func (x *pattern) least(text string) int {
	matched, count := 0, 0
	x.ReplaceAllStringFunc(text, func(match string) string {
		matched += len(match)
		count++
		return ""
	})
	return len(text) - matched + count*x.literal
}
