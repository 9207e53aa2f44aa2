package compat

import (
	"net/http"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// planeDetail and planeError are the two shapes of an answer to what no field
// is to blame for, but for planeLimit: a key has made too many calls.
type (
	planeDetail struct {
		Detail string `json:"detail"`
	}
	planeError struct {
		Error string `json:"error"`
		ID    string `json:"id,omitempty"` // the customer that is in the way
	}
	planeLimit struct {
		Code    int    `json:"error_code"`
		Message string `json:"error_message"`
	}
)

// Failure blames fields by name, and says all else in one text.
func (plane) Failure(p Problem) (int, any) {
	switch p.Code {
	case "missing_key":
		return p.Status, planeDetail{"Authentication credentials were not provided."}
	case "invalid_key":
		return p.Status, planeDetail{"Given API token is not valid"}
	case "record_not_found", "not_found":
		return p.Status, planeError{Error: "The requested resource does not exist."}
	case "invalid_id":
		return http.StatusBadRequest, planeError{Error: "Please provide valid detail"}
	case "rate_limited":
		return p.Status, planeLimit{5900, "RATE_LIMIT_EXCEEDED"}
	case "internal":
		return p.Status, planeError{Error: "Something went wrong please try again later"}
	case "record_failed":
		p.Status = http.StatusBadRequest
		if len(p.Faults) == 0 {
			return p.Status, planeError{Error: "The payload is not valid"}
		}
	}
	switch {
	case p.Status == http.StatusConflict:
		return p.Status, planeError{p.Detail, p.Holder}
	case len(p.Faults) > 0:
		return p.Status, planeFaults(p.Faults)
	case p.Status >= 500 || p.Status == http.StatusNotFound:
		return p.Status, planeError{Error: p.Detail}
	}
	return p.Status, planeDetail{p.Detail}
}

// planeFaults says what is wrong with a body by field, with a query or a
// header in one text, and with what is no JSON nothing more.
func planeFaults(faults []web.Fault) any {
	fields := map[string][]string{}
	var rest []string
	for _, f := range faults {
		switch {
		case f.Code == "invalid_json":
			return planeDetail{f.Detail}
		case f.In == web.InQuery && f.Code == model.CodeRequired:
			return planeError{Error: f.Detail}
		case f.In != web.InBody:
			rest = append(rest, f.Detail)
		default:
			fields[planeField(f)] = append(fields[planeField(f)], planeText(f))
		}
	}
	if len(fields) == 0 {
		return planeDetail{strings.Join(rest, " ")}
	}
	return fields
}

// planeField is the name under which a fault stands.
func planeField(f web.Fault) string {
	if f.Pointer == "" {
		return "non_field_errors"
	}
	return f.Field()
}

func planeText(f web.Fault) string {
	if f.Code == model.CodeRequired {
		return "This field is required."
	}
	return f.Detail
}
