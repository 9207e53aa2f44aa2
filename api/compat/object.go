package compat

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Errors of input that is not a single JSON object.
var (
	ErrNoObject = errors.New("this is no JSON object")
	errTrailing = errors.New("more follows the value")
)

// Members splits a JSON object. The values are parts of raw, not copies.
// [ErrNoObject]: raw may be JSON, but no object.
func Members(raw []byte) (map[string]jsontext.Value, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw))
	if dec.PeekKind() != '{' {
		return nil, ErrNoObject
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	members := map[string]jsontext.Value{}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		if members[key], err = readPart(dec, raw); err != nil {
			return nil, err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	return members, AtEnd(dec)
}

// Items splits a JSON list that is known to be JSON. The items are parts of
// raw, not copies. It is not ok for anything but a list.
func Items(raw jsontext.Value) (items []jsontext.Value, ok bool) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw))
	if dec.PeekKind() != '[' {
		return nil, false
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, false
	}
	for dec.PeekKind() != ']' {
		v, err := readPart(dec, raw)
		if err != nil {
			return nil, false
		}
		items = append(items, v)
	}
	return items, true
}

// readPart reads the next value of raw, which dec reads from its beginning.
func readPart(dec *jsontext.Decoder, raw []byte) (jsontext.Value, error) {
	v, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(dec.InputOffset())
	return raw[end-len(v) : end : end], nil
}

// AtEnd returns an error if anything follows the value that was read.
func AtEnd(dec *jsontext.Decoder) error {
	if _, err := dec.ReadToken(); err != io.EOF {
		return errTrailing
	}
	return nil
}
