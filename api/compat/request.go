package compat

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// A Request is what a vendor's caller asks for, on its way into our words. A
// [Vendor] changes Members in place and notes what is wrong.
type Request struct {
	*Surface
	Action Action
	Method string
	Path   string // of the route, as in [Route]
	Query  url.Values
	// Record is the one that an update of one record is for; nil for all else.
	Record *model.Record
	// Members are those of the body, under the vendor's names; nil for a call
	// without a body.
	Members map[string]jsontext.Value
	// AllowNewOptions lets values that a drop-down field does not know yet
	// become options of it.
	AllowNewOptions bool
	// DryRun asks for a preview of a bulk update in the vendor's own way.
	DryRun bool
	Faults web.Faults
}

// Fail notes a fault of the body; pointer is "" for the whole.
func (r *Request) Fail(pointer, code, detail string) {
	r.Faults.Add(web.BodyFault(pointer, code, detail))
}

// FailParam notes a fault of a query parameter.
func (r *Request) FailParam(name, code, detail string) {
	r.Faults.Add(web.ParamFault(name, code, detail))
}

// Param reads a query parameter. The first counts where it comes twice.
func (r *Request) Param(name string) (string, bool) {
	if !r.Query.Has(name) {
		return "", false
	}
	text := r.Query.Get(name)
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		r.FailParam(name, "invalid_text", "This must be UTF-8 without a NUL character.")
		return "", false
	}
	return text, true
}

// Number reads a whole number of at least low.
func (r *Request) Number(name string, low, otherwise int) int {
	text, ok := r.Param(name)
	if !ok || text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > maxOffset {
		r.FailParam(name, "out_of_range", "This must be a whole number of at least "+strconv.Itoa(low)+".")
		return otherwise
	}
	return n
}

// maxOffset bounds pages and offsets, so that their product stays a number
// that a database takes.
const maxOffset = 1 << 30

// Flag reads true or false.
func (r *Request) Flag(name string) bool {
	text, ok := r.Param(name)
	if !ok || text == "" {
		return false
	}
	v, err := strconv.ParseBool(text)
	if err != nil {
		r.FailParam(name, "type", "This must be true or false.")
	}
	return v
}

// Choice reads one of some words, in any case. The first stands where none is
// given.
func (r *Request) Choice(name string, words ...string) string {
	text, ok := r.Param(name)
	if !ok || text == "" {
		return words[0]
	}
	i := slices.IndexFunc(words, func(word string) bool { return strings.EqualFold(word, text) })
	if i < 0 {
		r.FailParam(name, model.CodeEnum, "This must be one of: "+strings.Join(words, ", ")+".")
		return words[0]
	}
	return words[i]
}

// Time reads a day, or an RFC 3339 date-time.
func (r *Request) Time(name string) (text string, ok bool) {
	if text, ok = r.Param(name); !ok || text == "" {
		return "", false
	}
	text = strings.ReplaceAll(text, " ", "+") // what an unescaped + of an offset becomes
	if _, sound := model.ParseTime(text); !sound && !model.ValidDate(text) {
		r.FailParam(name, model.CodeFormat, "This must be a date (YYYY-MM-DD) or an RFC 3339 date-time.")
		return "", false
	}
	return text, true
}

// Copy is the request as it came, for one who reads it a second time.
func (r *Request) Copy() *Request {
	copied := *r
	copied.Members = maps.Clone(r.Members)
	return &copied
}
