package model

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A rule holds the rules of a field's schema in a form that checks a scalar without
// the general validator, with the same results.
type rule struct {
	pointer string // to the field in a record
	at      *Place // the same

	minLength, maxLength int // in code points; maxLength is -1 for none
	pattern              *regexp.Regexp
	format               func(string) bool

	takesDate bool // a DateTime also accepts a date, as its midnight UTC

	minInt, maxInt       int64 // the range of int64 if there are no bounds
	minNumber, maxNumber *float64
	minExcluded          bool // minNumber itself is not allowed
	maxExcluded          bool

	enum []any // allowed values of a scalar that is no string, in stored form

	// full checks the rules that the fields above do not cover, nil if they
	// cover all. For an Object it checks the value of a new record.
	full *validator
	// patch is full without the required properties of the objects that a
	// patch merges into. Nil for all but Objects.
	patch *validator
	// shape is the schema of an Object, for [checker.removals].
	shape map[string]any
	// uuids is the schema of a field that can have UUIDs inside lists or
	// objects, nil for all others.
	uuids *jsonschema.Schema
}

// A checker checks the values of one input and collects the faults.
type checker struct {
	Collector
	choices         func(*Field) []string // what the workspace added; may be nil
	allowNewChoices bool
	allowAnyChoice  bool
	rounds          bool // accept numbers that a float64 rounds: those of model files
	merged          int  // number of names in objects that merge

	added []Set // values that allowNewChoices has accepted
}

func newChecker(o PatchOptions) checker {
	return checker{choices: o.Choices, allowNewChoices: o.AllowNewChoices}
}

// leadTo sets the place of the field in a record.
func (r *rule) leadTo(pointer string) { r.pointer, r.at = pointer, At(pointer) }

// string checks a JSON string and returns the stored form of it, nil if there
// is a fault.
func (c *checker) string(f *Field, s string, at *Place) any {
	if f.Type == DateTime {
		return c.dateTime(f, s, at)
	}
	if !c.text(f, s, at) {
		return nil
	}
	return f.Normal(s)
}

// text checks a text of a field that is no DateTime, and reports whether it has no
// fault.
func (c *checker) text(f *Field, s string, at *Place) bool {
	before := c.Found()
	if f.Type == Date && !ValidDate(s) {
		c.Add(at, CodeFormat, "This must be "+formatNames["date"]+".")
	}
	c.stringLength(f, s, at)
	if strings.IndexByte(s, 0) >= 0 {
		c.Add(at, CodeNUL, detailNUL)
	}
	// A new choice that is too short is one fault, not two.
	if f.Choices != nil && (c.Found() == before || !c.allowNewChoices) {
		c.choice(f, f.Normal(s).(string), at)
	}
	r := &f.rule
	if r.enum != nil && c.Found() == before { // of a Date
		c.enum(f, s, at)
	}
	if r.format != nil && !r.format(s) {
		c.Add(at, CodeFormat, "This must be "+formatNames[f.Format]+".")
	}
	if r.pattern != nil && !r.pattern.MatchString(s) {
		c.Add(at, CodePattern, "This must match the pattern "+Shown(r.pattern.String())+" .")
	}
	return c.Found() == before
}

// dateTime checks a date-time and returns it in microseconds.
func (c *checker) dateTime(f *Field, s string, at *Place) any {
	if f.rule.takesDate && ValidDate(s) {
		s += "T00:00:00Z"
	}
	micros, ok := ParseTime(s)
	if !ok {
		c.Add(at, CodeFormat, "This must be "+formatNames["date-time"]+".")
		return nil
	}
	return micros
}

func (c *checker) stringLength(f *Field, s string, at *Place) {
	r := &f.rule
	// A character has at least one byte, so most strings need no counting.
	if r.maxLength >= 0 && len(s) > r.maxLength && utf8.RuneCountInString(s) > r.maxLength {
		c.Add(at, CodeTooLong, fmt.Sprintf("This may have at most %d characters.", r.maxLength))
	}
	if r.minLength > 0 && utf8.RuneCountInString(s) < r.minLength {
		c.Add(at, CodeTooShort, fmt.Sprintf("This must have at least %d characters.", r.minLength))
	}
	if f.Secret == Hashed && len(s) > maxHashed {
		c.Add(at, CodeTooLong, fmt.Sprintf("This may have at most %d bytes.", maxHashed))
	}
}

func (c *checker) integer(f *Field, raw []byte, at *Place) any {
	v, err := parseInteger(raw)
	switch {
	case err == ErrFraction:
		c.Add(at, CodeType, "This must be a whole number.")
		return nil
	case err == ErrRange:
		c.Add(at, CodeOutOfRange, integerRange(&f.rule))
		return nil
	case err != nil:
		c.Add(at, CodeType, typeDetail(f))
		return nil
	}
	if !c.integerInRange(f, v, at) {
		return nil
	}
	return c.enum(f, v, at)
}

func (c *checker) integerInRange(f *Field, v int64, at *Place) bool {
	if v < f.rule.minInt || v > f.rule.maxInt {
		c.Add(at, CodeOutOfRange, integerRange(&f.rule))
		return false
	}
	return true
}

func (c *checker) number(f *Field, raw []byte, at *Place) any {
	v, err := parseFloat(raw)
	if err == ErrRange {
		c.Add(at, CodeOutOfRange, numberRange(&f.rule))
		return nil
	}
	if err != nil {
		c.Add(at, CodeType, typeDetail(f))
		return nil
	}
	if !c.rounds && !KeepsDecimal(raw, v) {
		c.Add(at, CodeTooPrecise, DetailTooPrecise)
		return nil
	}
	if !c.numberInRange(f, v, at) {
		return nil
	}
	return c.enum(f, v, at)
}

func (c *checker) numberInRange(f *Field, v float64, at *Place) bool {
	r := &f.rule
	below := r.minNumber != nil && (v < *r.minNumber || r.minExcluded && v == *r.minNumber)
	above := r.maxNumber != nil && (v > *r.maxNumber || r.maxExcluded && v == *r.maxNumber)
	if below || above {
		c.Add(at, CodeOutOfRange, numberRange(r))
		return false
	}
	return true
}

func (c *checker) enum(f *Field, v any, at *Place) any {
	if f.rule.enum != nil && !slices.Contains(f.rule.enum, v) {
		c.Add(at, CodeEnum, enumDetail(f))
		return nil
	}
	return v
}
