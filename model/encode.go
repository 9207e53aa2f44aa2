package model

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// EncodeJSON checks a JSON value by all rules of the field and returns it in
// stored form, or the first fault with a pointer relative to the value. Of an
// extensible field it accepts the choices of the model only. An object must have
// the properties that its schema requires.
func (f *Field) EncodeJSON(raw jsontext.Value) (any, *Fault) { return f.encode(raw, &checker{}) }

func (f *Field) encode(raw []byte, c *checker) (any, *Fault) {
	v, _ := c.value(f, bytes.TrimSpace(raw), nil)
	if c.Found() == 0 && f.rule.full != nil && f.Type == Object && v != nil {
		c.missingWithin(f, v.(string), nil)
	}
	if faults := c.Faults(); len(faults) > 0 {
		return nil, &faults[0]
	}
	return v, nil
}

// value checks a JSON value and returns its stored form, and for an object also
// the merge patch that it is. If there is a fault the results mean nothing.
func (c *checker) value(f *Field, raw []byte, at *Place) (stored any, merge []byte) {
	if len(raw) == 0 {
		c.Add(at, CodeInvalidJSON, "This is not valid JSON.")
		return nil, nil
	}
	if raw[0] == 'n' && string(raw) == "null" {
		if !f.Nullable {
			c.Add(at, CodeNotNull, detailNotNull)
		}
		return nil, nil
	}
	if f.Type == Object || f.Type == Array || f.Type == Any {
		return c.nested(f, raw, at)
	}
	before := c.Found()
	stored = c.scalar(f, raw, at)
	if f.rule.full != nil && c.Found() == before {
		if tree, ok := c.readTree(raw, at, 2); ok {
			f.rule.full.check(&c.Collector, tree, at)
		}
	}
	return stored, nil
}

func (c *checker) scalar(f *Field, raw []byte, at *Place) any {
	switch f.Type {
	case Integer:
		return c.integer(f, raw, at)
	case Number:
		return c.number(f, raw, at)
	case Boolean:
		if s := string(raw); s == "true" || s == "false" {
			return c.enum(f, s == "true", at)
		}
		c.Add(at, CodeType, typeDetail(f))
		return nil
	}
	if raw[0] != '"' {
		c.Add(at, CodeType, typeDetail(f))
		return nil
	}
	s, err := unquote(raw)
	if err != nil {
		c.syntaxFault(raw, at, err)
		return nil
	}
	return c.string(f, s, at)
}

// isMask reports whether a value is the mask of a secret. A caller that sends it
// back does not change the secret.
func isMask(f *Field, raw []byte) bool {
	return f.Concealed() && string(raw) == `"`+Mask+`"`
}
