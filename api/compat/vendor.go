package compat

import (
	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/web"
	"bulkpatch/filter"
	"bulkpatch/model"
)

// A Vendor is the part of one vendor's API that its model file cannot describe. Its
// methods only convert requests and answers. They are safe for concurrent use.
type Vendor interface {
	// Update converts the body of an update, of one record or of many, to the
	// members of a merge patch. If no member remains, the update changes nothing,
	// unless the vendor treats that as a fault.
	Update(*Request)
	// Create converts the body for a new record to its members. The Match says
	// which existing records are used in place of a new one.
	Create(*Request) Match
	// List reads which records a list, a bulk update or a deletion of all that
	// match selects.
	List(*Request) Listing

	// Knows reports whether the vendor has a query parameter of this name. It is
	// called for names similar to those of the native options, which would
	// otherwise be refused as typing errors.
	Knows(param string) bool

	// Value is a field's stored value as the vendor shows it; nil leaves the
	// field out.
	Value(f *model.Field, stored any, secrets model.Secrets) jsontext.Value
	// One is the answer with one record.
	One(r *Request, record jsontext.Value) any
	// Many is the answer of a list.
	Many(Page) any
	// Created is the status of an answer with a record that is new.
	Created() int
	// Deleted is the answer to a deletion; a nil body is none.
	Deleted() (status int, body any)
	// Describe is the answer with the fields of records. choices lists what a
	// workspace has added to a drop-down.
	Describe(m *model.Model, r *Request, choices func(*model.Field) []string) any
	// Token is the answer to a login: the key that was given as a password.
	Token(key string) any
	// Failure is the answer to a failed request, with its status. [Surface.Fail]
	// calls it.
	Failure(Problem) (status int, body any)
}

// A Guard is a vendor with a rule of uniqueness that its model cannot express, such as
// for two fields together.
type Guard interface {
	// Taken returns a native filter for the records with the values that the
	// update gives to its record, "" if it changes none of them. The update is
	// refused if the filter selects another record.
	Taken(*Request) string
}

// A Reader is a vendor whose calls for one record have query parameters.
type Reader interface {
	// Get notes the faults of the query.
	Get(*Request)
}

// Plain has the formats of the native API, for surfaces without formats of their own.
// Vendors embed it and override what they do differently.
type Plain struct{}

// Update takes the members without those that a caller never sets.
func (Plain) Update(r *Request) { r.DropKept() }

// Create takes the members as they are. No existing record matches.
func (Plain) Create(*Request) Match { return Match{} }

// Pages of a plain list.
const (
	plainLimit    = 100
	plainMaxLimit = 1000
)

// List reads filter, sort, limit and offset like the native API.
func (Plain) List(r *Request) Listing {
	l := Listing{Grammar: filter.Native, Param: "filter", SizeParam: "limit"}
	l.Filter, _ = r.Param("filter")
	l.Sort, _ = r.Param("sort")
	l.Limit = min(r.Number("limit", 1, plainLimit), plainMaxLimit)
	l.Offset = r.Number("offset", 0, 0)
	return l
}

// Knows reports false: there are no further parameters.
func (Plain) Knows(string) bool { return false }

// Value shows a field as the native API does.
func (Plain) Value(f *model.Field, stored any, secrets model.Secrets) jsontext.Value {
	return f.AppendShown(nil, stored, secrets)
}

// One is the record itself.
func (Plain) One(_ *Request, record jsontext.Value) any { return record }

// Many is the records and how many there are.
func (Plain) Many(p Page) any {
	return struct {
		Items []jsontext.Value `json:"items"`
		Count int64            `json:"count"`
	}{p.Items, p.Total}
}

// Created is 201.
func (Plain) Created() int { return 201 }

// Deleted is 204, without a body.
func (Plain) Deleted() (int, any) { return 204, nil }

// Describe lists the names, types and choices of fields.
func (Plain) Describe(m *model.Model, _ *Request, choices func(*model.Field) []string) any {
	type field struct {
		Name    string     `json:"name"`
		Type    model.Type `json:"type"`
		Options []string   `json:"options,omitempty"`
	}
	var fields []field
	for _, f := range m.Fields {
		fields = append(fields, field{f.VendorName, f.Type, append(f.Choices[:len(f.Choices):len(f.Choices)], choices(f)...)})
	}
	return map[string]any{"fields": fields}
}

// tokenSeconds is after how long clients log in again. The token itself is the key,
// which is valid until it is revoked.
const tokenSeconds = 12 * 60 * 60

// Token is a bearer token in the format of OAuth 2.0.
func (Plain) Token(key string) any {
	return struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"` // seconds
	}{key, "Bearer", tokenSeconds}
}

// Failure lists every fault with its field.
func (Plain) Failure(p Problem) (int, any) {
	return p.Status, map[string]any{"error": p.Detail, "errors": messages(p.Faults)}
}

// A message is a fault under the name of its field.
type message struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// messages returns faults for an answer, an empty list if there are none.
func messages(faults []web.Fault) []message {
	list := make([]message, len(faults))
	for i, f := range faults {
		list[i] = message{f.Field(), f.Detail}
	}
	return list
}
