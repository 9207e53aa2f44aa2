package compat

import (
	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/web"
	"bulkpatch/filter"
	"bulkpatch/model"
)

// A Vendor is how one vendor's API speaks, where its model file cannot say
// it. Its methods only turn words into words; they are safe for concurrent
// use.
type Vendor interface {
	// Update turns the body of an update, of one record or of many, into the
	// members of a merge patch. Without any member left the update changes
	// nothing, unless the vendor calls that a fault.
	Update(*Request)
	// Create turns the body for a new record into its members, and says which
	// records stand in for it.
	Create(*Request) Match
	// List reads which records are asked for: of a list, a bulk update, or a
	// deletion of all that match.
	List(*Request) Listing

	// Knows reports whether the vendor has a query parameter of this name. It
	// is asked for names that are almost those of the native options, and would
	// be refused as misspelt ones.
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
	// Describe is the answer to what fields records have. options lists what
	// a workspace has added to a drop-down field.
	Describe(m *model.Model, r *Request, options func(*model.Field) []string) any
	// Token is the answer to a login: the key that was given as a password.
	Token(key string) any
	// Failure is the answer to what failed, with its status. It is asked by
	// [Surface.Fail].
	Failure(Problem) (status int, body any)
}

// A Guard is a vendor of whose records no two may share values that its model
// cannot call unique, such as those of two fields together.
type Guard interface {
	// Taken is a filter, in the native words, of the records that hold what
	// the request's record would hold after its update; "" where that takes
	// nothing. Another record that it finds refuses the update.
	Taken(*Request) string
}

// A Reader is a vendor whose calls for one record say something in their
// query.
type Reader interface {
	// Get notes what is wrong with the query.
	Get(*Request)
}

// Plain speaks as plainly as the native API does, for surfaces that need
// nothing of their own. Vendors embed it and say what they do differently.
type Plain struct{}

// Update takes the members as they are, but those that a caller never sets.
func (Plain) Update(r *Request) { r.DropKept() }

// Create takes the members as they are; nothing stands in for a new record.
func (Plain) Create(*Request) Match { return Match{} }

// Pages of a plain list.
const (
	plainLimit    = 100
	plainMaxLimit = 1000
)

// List reads filter, sort, limit and offset, as the native API has them.
func (Plain) List(r *Request) Listing {
	l := Listing{Grammar: filter.Native, Param: "filter", SizeParam: "limit"}
	l.Filter, _ = r.Param("filter")
	l.Sort, _ = r.Param("sort")
	l.Limit = min(r.Number("limit", 1, plainLimit), plainMaxLimit)
	l.Offset = r.Number("offset", 0, 0)
	return l
}

// Knows none.
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

// Describe lists names, types and options.
func (Plain) Describe(m *model.Model, _ *Request, options func(*model.Field) []string) any {
	type field struct {
		Name    string     `json:"name"`
		Type    model.Type `json:"type"`
		Options []string   `json:"options,omitempty"`
	}
	var fields []field
	for _, f := range m.Fields {
		fields = append(fields, field{f.VendorName, f.Type, append(f.Choices[:len(f.Choices):len(f.Choices)], options(f)...)})
	}
	return map[string]any{"fields": fields}
}

// tokenSeconds is how soon clients that have logged in do so again. A token
// lives as long as its key, which may be revoked before.
const tokenSeconds = 12 * 60 * 60

// Token is a bearer token as OAuth 2.0 has it.
func (Plain) Token(key string) any {
	return struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"` // seconds
	}{key, "Bearer", tokenSeconds}
}

// Failure names every fault by its field.
func (Plain) Failure(p Problem) (int, any) {
	return p.Status, map[string]any{"error": p.Detail, "errors": messages(p.Faults)}
}

// A message is a fault under the name of its field.
type message struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// messages are faults for an answer: an empty list for none.
func messages(faults []web.Fault) []message {
	list := make([]message, len(faults))
	for i, f := range faults {
		list[i] = message{f.Field(), f.Detail}
	}
	return list
}
