package model

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// An operator is one that a request can name.
type operator struct {
	suits []Type // of the field that it computes
	// parse checks the operand, which is canonical JSON, and returns the step that
	// does the work. If it notes a fault, the step means nothing.
	parse func(p *computeParser, t *target, operand []byte, at *Place) step
}

var (
	ofNumbers = []Type{Integer, Number}
	ofText    = []Type{String}
	ofLists   = []Type{Array}
	ofDates   = []Type{Date, DateTime}
	ofScalars = []Type{String, Integer, Number, Boolean, Date, DateTime, Any}
	ofAny     = []Type{String, Integer, Number, Boolean, Date, DateTime, Object, Array, Any}
)

// operators are all there are.
var operators = map[string]operator{
	"$inc": {ofNumbers, parseIncrement},
	"$mul": {ofNumbers, parseFactor},
	"$min": {ofNumbers, parseMinimum},
	"$max": {ofNumbers, parseMaximum},

	"$trim":    {ofText, parseTrim},
	"$lower":   {ofText, parseLower},
	"$upper":   {ofText, parseUpper},
	"$prefix":  {ofText, parsePrefix},
	"$suffix":  {ofText, parseSuffix},
	"$replace": {ofText, parseReplace},
	"$map":     {ofText, parseMap},

	"$copy":    {ofAny, parseCopy},
	"$format":  {ofScalars, parseFormat},
	"$default": {ofAny, parseDefault},

	"$append": {ofLists, parseAppend},
	"$add":    {ofLists, parseAdd},
	"$remove": {ofLists, parseRemove},

	"$shift": {ofDates, parseShift},
	"$now":   {ofDates, parseNow},
}

// mustBeTrue checks the operand of an operator that needs none.
func (p *computeParser) mustBeTrue(operand []byte, at *Place) {
	if string(operand) != "true" {
		p.Add(at, CodeType, "This operator takes true.")
	}
}

// operandText returns the text that an operator is given. It must have at least one
// character: otherwise the operator would do nothing, or more than was meant.
func (p *computeParser) operandText(operand []byte, at *Place) string {
	text, ok := p.anyText(operand, at)
	if ok && text == "" {
		p.Add(at, CodeTooShort, "This must have at least 1 character.")
	}
	return text
}

func (p *computeParser) anyText(operand []byte, at *Place) (text string, ok bool) {
	text, ok = jsonText(operand)
	switch {
	case !ok:
		p.Add(at, CodeType, "This must be text.")
	case !p.restores && utf8.RuneCountInString(text) > MaxComputeText:
		p.Add(at, CodeTooLong, fmt.Sprintf("This may have at most %d characters.", MaxComputeText))
		return text, false
	}
	return text, ok
}

// jsonText returns the text of a JSON string. ok is false for any other value.
func jsonText(raw []byte) (text string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	text, err := unquote(raw)
	return text, err == nil
}

// known checks the names of an operand that is an object, and calls visit for each
// member. It reports whether the operand is an object.
func (p *computeParser) known(operand []byte, at *Place, names []string, visit func(name string, value []byte, here *Place)) bool {
	if operand[0] != '{' {
		p.Add(at, CodeType, "This must be an object with "+strings.Join(names, ", ")+".")
		return false
	}
	here := at.Member("")
	for m := membersOf(operand); m.ok; m.next() {
		name := string(nameOf(m.name))
		here.Go(name)
		if !slices.Contains(names, name) {
			p.Add(here, CodeUnknownField, "There is no such name here. Known are "+strings.Join(names, ", ")+".")
			continue
		}
		visit(name, m.value, here)
	}
	return true
}
