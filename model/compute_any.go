package model

import (
	"bytes"
	"fmt"
	"strings"
)

// source finds the field that an operator reads. ok is false if there is a fault.
func (p *computeParser) source(name string, at *Place) (r ref, ok bool) {
	r, why := p.model.resolve(name, p.restores)
	if why != nil {
		p.Add(at, why.code, why.detail)
		return ref{}, false
	}
	return r, true
}

func parseCopy(p *computeParser, t *target, operand []byte, at *Place) step {
	name, ok := jsonText(operand)
	if !ok {
		p.Add(at, CodeType, "This must be the name of a field.")
		return step{}
	}
	from, ok := p.source(name, at)
	if !ok {
		return step{}
	}
	if !copies(from.kind, t.kind) {
		p.Add(at, CodeType, fmt.Sprintf("A value of the type %s cannot become one of the type %s.", from.kind, t.kind))
		return step{}
	}
	slot := p.slot(from)
	return step{absent: true, run: func(w *working, _ []byte) ([]byte, *problem) {
		value := w.former[slot]
		if value != nil && from.kind == Date && t.kind == DateTime {
			return appendMidnight(value), nil
		}
		return value, nil
	}}
}

// appendMidnight returns the beginning of a day in UTC.
func appendMidnight(date []byte) []byte {
	return append(bytes.TrimSuffix(bytes.Clone(date), []byte{'"'}), `T00:00:00Z"`...)
}

// A part of a $format is a literal text or a field.
type part struct {
	literal string
	slot    int // -1 for a literal
}

// parseFormat parses a template: a name in braces stands for the field's value, two
// opening braces for one, and everything else for itself.
func parseFormat(p *computeParser, t *target, operand []byte, at *Place) step {
	template, ok := p.anyText(operand, at)
	if !ok {
		return step{}
	}
	parts, names := p.template(template, at)
	switch {
	case names == 0:
		p.Add(at, CodeRequired, `Name at least one field in braces, such as {name}. For the same text in every record, use the patch.`)
	case names > MaxFormatParts && !p.restores:
		p.Add(at, CodeTooManyValues, fmt.Sprintf("This may name at most %d fields.", MaxFormatParts))
	}
	return step{absent: true, run: func(w *working, in []byte) ([]byte, *problem) {
		text, some, why := w.fill(parts)
		if why != nil || !some {
			return in, why
		}
		return t.fromText(text)
	}}
}

// template divides the operand of a $format into its parts and counts the fields.
func (p *computeParser) template(template string, at *Place) (parts []part, names int) {
	var literal strings.Builder
	for {
		text, rest, found := strings.Cut(template, "{")
		literal.WriteString(text)
		switch {
		case !found:
			return append(parts, part{literal.String(), -1}), names
		case strings.HasPrefix(rest, "{"):
			literal.WriteByte('{')
			template = rest[1:]
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			p.Add(at, CodeFormat, "A brace is not closed. Write {{ for a brace that is meant.")
			return nil, 1
		}
		names++
		if names <= MaxFormatParts || p.restores {
			if r, ok := p.source(name, at); ok {
				parts = append(parts, part{literal.String(), -1}, part{"", p.slot(r)})
				literal.Reset()
			}
		}
		template = after
	}
}

// fill puts the former values into a template: a text as it is, other values as in
// CSV, a missing one as empty text. some is false if all are missing.
func (w *working) fill(parts []part) (text string, some bool, why *problem) {
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.slot < 0:
			b.WriteString(p.literal)
		case w.former[p.slot] != nil:
			some = true
			value := w.former[p.slot]
			if inner, ok := jsonText(value); ok {
				b.WriteString(inner)
			} else {
				b.Write(value)
			}
		}
		if b.Len() > MaxValue {
			return "", true, tooLarge
		}
	}
	return b.String(), some, nil
}

// fromText reads a text as a value of the target, as a cell of CSV is read.
func (t *target) fromText(text string) ([]byte, *problem) {
	switch t.kind {
	case Integer, Number:
		if !isNumber([]byte(text)) {
			return nil, &problem{CodeType, typeDetail(&Field{Type: t.kind})}
		}
		n, err := appendNumber(nil, []byte(text))
		if err != nil {
			return nil, &problem{CodeOutOfRange, detailNumber}
		}
		return n, nil
	case Boolean:
		lower := strings.ToLower(text)
		if lower != "true" && lower != "false" {
			return nil, &problem{CodeType, typeDetail(&Field{Type: Boolean})}
		}
		return []byte(lower), nil
	}
	return appendString(nil, text), nil
}

func parseDefault(p *computeParser, t *target, operand []byte, at *Place) step {
	switch {
	case string(operand) == "null":
		p.Add(at, CodeNotNull, detailNotNull)
	case p.restores:
	case t.last:
		p.checkValue(t, operand, at)
	case !p.checkType(t, operand):
		p.Add(at, CodeType, typeDetail(&Field{Type: t.kind}))
	}
	return step{absent: true, run: func(_ *working, in []byte) ([]byte, *problem) {
		if in != nil {
			return in, nil
		}
		return operand, nil
	}}
}

// checkValue checks a value that records would get as it is, by all rules but
// one: a drop-down can get options while a job waits.
func (p *computeParser) checkValue(t *target, value []byte, at *Place) {
	c := checker{allowNewChoices: true}
	f := t.field
	if t.path == nil {
		stored, _ := c.value(f, value, at)
		if text, ok := stored.(string); ok && f.Type == Object && c.Found() == 0 && f.rule.full != nil {
			c.missingWithin(f, text, at)
		}
		p.AddAll(c.Faults())
		return
	}
	c.value(f, appendPaths(nil, []change{{t.path, value}}, 0), nil)
	if faults := c.Faults(); len(faults) > 0 { // of one scalar
		p.Add(at, faults[0].Code, faults[0].Detail)
	}
}

// checkType reports whether a value is of the target's type. Rules of the field do
// not matter, as further operators follow.
func (p *computeParser) checkType(t *target, value []byte) bool {
	switch t.kind {
	case Integer:
		_, err := parseInteger(value)
		return err == nil
	case Number:
		_, err := parseFloat(value)
		return err == nil
	case Boolean:
		return string(value) == "true" || string(value) == "false"
	case Object:
		return value[0] == '{'
	case Array:
		return value[0] == '['
	case Any:
		return true
	}
	text, ok := jsonText(value)
	_, instant := ParseTime(text)
	return ok && (t.kind == String || t.kind == Date && ValidDate(text) || t.kind == DateTime && instant)
}
