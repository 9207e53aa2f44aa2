package api

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/model"
)

// An input reads the query and the body of a request, and collects all faults,
// so that one answer can name them all.
type input struct {
	query url.Values
	// takes reports whether the call takes a query parameter.
	takes func(name string) bool
	// judged: unknown parameters were added to the faults already.
	judged bool
	faults web.Faults
	// pointer is that of the call's [format]; nil leaves pointers as they are.
	pointer func(native string) string
}

// input returns the input of the call, with its query.
func (c *call) input() *input {
	in := &input{takes: c.route.takesParam, pointer: c.format.pointer}
	var err error
	if in.query, err = url.ParseQuery(c.r.URL.RawQuery); err != nil {
		in.fail(web.InQuery, "?", "invalid_query", "The query of the address is not properly encoded.")
	}
	return in
}

// fail adds a fault.
func (in *input) fail(where, pointer, code, detail string) {
	in.faults.Add(web.Fault{Pointer: pointer, Code: code, Detail: detail, In: where})
}

// failParam adds a fault of a query parameter.
func (in *input) failParam(name, code, detail string) {
	in.fail(web.InQuery, "?"+name, code, detail)
}

// failAll adds the faults of a value that is at the pointer prefix.
func (in *input) failAll(where, prefix string, fs model.Faults) {
	addAll(&in.faults, where, fs, func(pointer string) string {
		if in.pointer != nil && where == web.InBody {
			pointer = in.pointer(pointer)
		}
		return prefix + pointer
	})
}

// failParamAll adds the faults of a query parameter.
func (in *input) failParamAll(name string, fs model.Faults) {
	addAll(&in.faults, web.InQuery, fs, func(string) string { return "?" + name })
}

// addAll adds faults to a list, including those that are only counted.
func addAll(list *web.Faults, where string, fs model.Faults, at func(pointer string) string) {
	for _, f := range fs {
		list.Add(web.Fault{Pointer: at(f.Pointer), Code: f.Code, Detail: f.Detail, In: where})
	}
	list.Further += fs.More()
}

// err returns the answer to all faults, unknown parameters included, or nil. It
// must be called after all parameters were read.
func (in *input) err() error {
	if !in.judged {
		in.judged = true
		for _, name := range sortedNames(in.query) {
			if !in.takes(name) {
				in.failParam(name, "unknown_parameter", "This call has no such query parameter.")
			}
		}
	}
	if in.faults.Found() == 0 {
		return nil
	}
	p := web.InvalidFor(in.faults)
	p.Extension = about{translated: true}
	return p
}

// param reads a query parameter, which may be given only once. A handler may
// read only what its route states; see [route].
func (in *input) param(name string) (string, bool) {
	values := in.query[name]
	if len(values) > 1 {
		in.failParam(name, "repeated_parameter", "This query parameter may be given once.")
	}
	if len(values) == 0 {
		return "", false
	}
	if !sound(values[0]) {
		in.failParam(name, "invalid_text", "This must be UTF-8 without a NUL character.")
		return "", false
	}
	return values[0], true
}

// number reads a whole number within bounds.
func (in *input) number(name string, low, high, otherwise int) int {
	text, ok := in.param(name)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err == nil && low <= n && n <= high {
		return n
	}
	code := "out_of_range"
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		code = "type"
	}
	in.failParam(name, code, fmt.Sprintf("This must be a whole number from %d to %d.", low, high))
	return otherwise
}

// flag reads true or false.
func (in *input) flag(name string) bool {
	text, ok := in.param(name)
	if ok && text != "true" && text != "false" {
		in.failParam(name, "type", "This must be true or false.")
	}
	return text == "true"
}

// Bounds of pages.
const (
	maxLimit     = 1000
	defaultLimit = 100
)

// page reads the two parameters that every list has.
func (in *input) page() (limit int, cursor string) {
	limit = in.number("limit", 1, maxLimit, defaultLimit)
	cursor, given := in.param("cursor")
	if given && cursor == "" {
		in.failParam("cursor", "invalid_cursor", "The cursor is empty; leave it out for the first page.")
	}
	return limit, cursor
}

// members splits a JSON object into its members, whose values are parts of raw.
// If raw is not a JSON object, it adds a fault and returns false.
func (in *input) members(raw []byte, prefix string) (names map[string]jsontext.Value, ok bool) {
	names, err := compat.Members(raw)
	if err == compat.ErrNoObject {
		if err = checkJSON(raw); err == nil {
			in.fail(web.InBody, prefix, "type", "This must be a JSON object.")
			return nil, false
		}
	}
	if err != nil {
		in.badJSON(err, prefix)
		return nil, false
	}
	return names, true
}

// checkJSON checks that raw is exactly one JSON value, without duplicate names.
func checkJSON(raw []byte) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw))
	if _, err := dec.ReadValue(); err != nil {
		return err
	}
	return compat.AtEnd(dec)
}

// badJSON adds why a text is not JSON, without showing the text.
func (in *input) badJSON(err error, prefix string) {
	code, detail := "invalid_json", "This is not valid JSON."
	var syntax *jsontext.SyntacticError
	pointer := prefix
	if errors.As(err, &syntax) {
		pointer += string(syntax.JSONPointer)
		if errors.Is(err, jsontext.ErrDuplicateName) {
			code, detail = "duplicate_key", "This name is given twice in one object."
		} else {
			detail = "This is not valid JSON, at byte " + strconv.FormatInt(syntax.ByteOffset, 10) + "."
		}
	}
	in.fail(web.InBody, pointer, code, detail)
}
