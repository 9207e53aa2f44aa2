package compat

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// Failure lists the faults of a request by field, as the vendor's validation does, and
// any other failure in the vendor's list of errors. A fault that was found only when
// the record was changed counts as a fault of the request.
func (desk) Failure(p Problem) (int, any) {
	invalid := p.Status == http.StatusBadRequest || p.Code == "record_failed" || p.Code == "unique"
	if !invalid {
		return p.Status, deskErrors{[]deskError{{p.Code, p.Detail, p.ID, p.Title}}}
	}
	faults := p.Faults
	if len(faults) == 0 {
		faults = []web.Fault{{Pointer: pointerTo(deskRequest), Detail: p.Detail, In: web.InBody}}
	}
	named := map[string][]string{}
	for _, f := range faults {
		key, message := deskKey(f), deskMessage(p.Model, f)
		if !slices.Contains(named[key], message) {
			named[key] = append(named[key], message)
		}
	}
	return http.StatusBadRequest, map[string]any{"errors": named}
}

// A deskError is the failure of a valid request.
type deskError struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
	ID     string `json:"id"`
	Title  string `json:"title"`
}

type deskErrors struct {
	Errors []deskError `json:"errors"`
}

// deskRequest is the key of faults that concern no field and no parameter.
const deskRequest = "request"

// deskKey returns the key of a fault in the answer: its field or parameter. A fault of
// the whole body has the key customer.
func deskKey(f web.Fault) string {
	if f.In == web.InFilter {
		return "filter"
	}
	switch name := f.Field(); {
	case name != "":
		return name
	case f.In == web.InBody:
		return deskEnvelope
	}
	return deskRequest
}

// deskSaid maps our details to the messages of the vendor's validation
// (https://github.com/Teamwork/validate, messages.go). A detail that it does not have
// is shown as it is.
var deskSaid = []struct {
	detail  *regexp.Regexp
	message string
}{
	{regexp.MustCompile(`^This must be an email address\.$`), "must be a valid email address"},
	{regexp.MustCompile(`^This must be a web address .*$`), "must be a valid url"},
	{regexp.MustCompile(`^This must be a domain name\.$`), "must be a valid domain"},
	{regexp.MustCompile(`^This may have at most (\d+) (characters|bytes)\.$`), "must be shorter than $1 $2"},
	{regexp.MustCompile(`^This must have at least (\d+) characters\.$`), "must be longer than $1 characters"},
	{regexp.MustCompile(`^This must be a whole number of at least (-?\d+)\.$`), "must be $1 or higher"},
	{regexp.MustCompile(`^This must be at least (-?\d+)\.$`), "must be $1 or higher"},
	{regexp.MustCompile(`^This must be at most (-?\d+)\.$`), "must be $1 or lower"},
	{regexp.MustCompile(`^(This|The value) must be (null or )?(a whole number|an integer)\.$`), "must be a whole number"},
	{regexp.MustCompile(`^(This|The value) must be true or false\.$`), "must be a boolean"},
	{regexp.MustCompile(`^(This must be|This must be text:|The value must be) a date .*$`), "must be a date as ‘2006-01-02T15:04:05Z07:00’"},
	{regexp.MustCompile(`^This must be one of: (.*)\.$`), "must be one of ‘$1’"},
}

// deskChoices lists the first twenty choices of a drop-down.
func deskChoices(choices []string) string {
	const most = 20
	text := strings.Join(choices[:min(most, len(choices))], ", ")
	if n := len(choices) - most; n > 0 {
		text += " and " + strconv.Itoa(n) + " more"
	}
	return text
}

// deskMessage returns the vendor's message for a fault.
func deskMessage(m *model.Model, f web.Fault) string {
	message := f.Detail
	for _, said := range deskSaid {
		if said.detail.MatchString(f.Detail) {
			message = said.detail.ReplaceAllString(f.Detail, said.message)
			break
		}
	}
	switch {
	case f.In == web.InFilter:
		if at := (web.Fault{Pointer: f.Pointer, In: web.InBody}).Field(); at != "" {
			message = at + ": " + message
		}
	case f.Code == model.CodeRequired || f.Code == model.CodeNotNull:
		message = "must be set"
	case f.Code == model.CodeEnum && f.In == web.InBody:
		if field, ok := m.Field(strings.TrimPrefix(f.Pointer, "/")); ok && len(field.Choices) > 0 {
			message = "must be one of ‘" + deskChoices(field.Choices) + "’"
		}
	}
	return message
}
