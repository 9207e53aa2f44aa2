package model

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/transform"
)

var (
	tooLarge = &problem{CodeTooLarge, "The result would be larger than a field may hold (1 MiB)."}
	notText  = &problem{CodeType, "The value before is no text."}
)

// textual is the step that works out a text from the one before it. A text that
// stays the same may be longer than a new one.
func textual(change func(w *working, text string) (string, *problem)) step {
	return step{run: func(w *working, in []byte) ([]byte, *problem) {
		before, ok := jsonText(in)
		if !ok {
			return nil, notText
		}
		after, p := change(w, before)
		switch {
		case p != nil:
			return nil, p
		case after == before:
			return in, nil
		case len(after) > MaxValue:
			return nil, tooLarge
		case !utf8.ValidString(after): // the text before was stored by an early version
			return nil, &problem{CodeInvalidUTF8, "The text is not valid UTF-8."}
		}
		return appendString(nil, after), nil
	}}
}

// parseTrim parses the operator that removes Unicode's white space from both ends.
func parseTrim(p *computeParser, _ *target, operand []byte, at *Place) step {
	p.mustBeTrue(operand, at)
	return textual(func(_ *working, text string) (string, *problem) { return strings.TrimSpace(text), nil })
}

// cased changes the case of letters by Unicode's full mapping, whatever the language:
// ß becomes SS, and a sigma at the end of a word ς. It transforms the text as a
// whole: in pieces, the end of one is taken for the end of a word.
func cased(c cases.Caser, text string) (string, *problem) {
	for size := len(text) + len(text)/4 + 16; ; size *= 2 {
		dst := make([]byte, size)
		n, _, err := c.Transform(dst, []byte(text), true)
		switch err {
		case nil:
			return string(dst[:n]), nil
		case transform.ErrShortDst:
			c.Reset()
		default:
			return "", notText
		}
	}
}

func parseLower(p *computeParser, _ *target, operand []byte, at *Place) step {
	p.mustBeTrue(operand, at)
	return textual(func(_ *working, text string) (string, *problem) {
		return cased(cases.Lower(language.Und), text)
	})
}

func parseUpper(p *computeParser, _ *target, operand []byte, at *Place) step {
	p.mustBeTrue(operand, at)
	return textual(func(_ *working, text string) (string, *problem) {
		return cased(cases.Upper(language.Und), text)
	})
}

func parsePrefix(p *computeParser, _ *target, operand []byte, at *Place) step {
	prefix := p.operandText(operand, at)
	return textual(func(_ *working, text string) (string, *problem) { return prefix + text, nil })
}

func parseSuffix(p *computeParser, _ *target, operand []byte, at *Place) step {
	suffix := p.operandText(operand, at)
	return textual(func(_ *working, text string) (string, *problem) { return text + suffix, nil })
}

// parseMap parses pairs of old and new texts. Old ones are compared as the field
// stores them.
func parseMap(p *computeParser, t *target, operand []byte, at *Place) step {
	if operand[0] != '{' {
		p.Add(at, CodeType, `This must be an object with old and new texts, such as {"old": "new"}.`)
		return step{}
	}
	pairs := map[string]string{}
	here := at.Member("")
	for m := membersOf(operand); m.ok; m.next() {
		p.values++
		old := string(nameOf(m.name))
		here.Go(old)
		if t.field.IsUUID(t.path...) {
			old = LowerASCII(old)
		}
		if _, twice := pairs[old]; twice {
			p.Add(here, CodeDuplicateKey, detailTwice)
		}
		pairs[old], _ = p.anyText(m.value, here)
	}
	return textual(func(_ *working, text string) (string, *problem) {
		if other, ok := pairs[text]; ok {
			return other, nil
		}
		return text, nil
	})
}
