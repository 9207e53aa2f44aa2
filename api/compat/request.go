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

// A Request is a request in a vendor's format. A [Vendor] converts Members in place to
// the native form and notes faults.
type Request struct {
	*Surface
	Action Action
	Method string
	Path   string // of the route, as in [Route]
	Query  url.Values
	// Record is the record of an update of one record, else nil.
	Record *model.Record
	// Members are the members of the body under the vendor's names, nil if there
	// is no body.
	Members map[string]jsontext.Value
	// AllowNewOptions adds new values of drop-downs to their choices.
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

// Param reads a query parameter. If there are several, the first one counts.
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

// Number reads an integer of at least low.
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

// maxOffset is the greatest page and offset. Their product must fit into an integer of
// the databases.
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

// Choice reads one of several words in upper or lower case. The first one is the
// default.
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

// Time reads a date or an RFC 3339 date-time.
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

// Copy returns a copy of the request that can be converted a second time.
func (r *Request) Copy() *Request {
	copied := *r
	copied.Members = maps.Clone(r.Members)
	return &copied
}
