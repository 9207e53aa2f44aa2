package compat

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// mythic is Mythic Analytics' clients API: every answer has an envelope that says
// whether the call succeeded. It follows
// https://docs.mythicdata.io/openapi/patch-clients-id; docs/compat.md says what was
// chosen where that page says nothing.
type mythic struct{ Plain }

// Update ignores fields that do not exist, unless none exists.
func (mythic) Update(r *Request) {
	r.DropKept()
	r.DropUnknown()
	if len(r.Members) == 0 {
		r.Fail("", "empty_patch", "No valid fields provided.")
	}
}

// Create requires an id, which the vendor does not generate.
func (mythic) Create(r *Request) Match {
	r.DropUnknown()
	if _, given := r.Members[r.Model.Role(model.RoleID).VendorName]; !given {
		r.Fail("/id", model.CodeRequired, "This is required.")
	}
	return Match{}
}

// Pages of a list of clients.
const (
	mythicLimit    = 20
	mythicMaxLimit = 100
)

// List reads limit and offset.
func (mythic) List(r *Request) Listing {
	return Listing{Limit: min(r.Number("limit", 1, mythicLimit), mythicMaxLimit), Offset: r.Number("offset", 0, 0), SizeParam: "limit"}
}

// Value shows times with milliseconds.
func (mythic) Value(f *model.Field, stored any, secrets model.Secrets) jsontext.Value {
	if at, ok := stored.(int64); ok && f.Type == model.DateTime {
		return JSON(nil, milliseconds(at))
	}
	return f.AppendShown(nil, stored, secrets)
}

// envelope is the outer object of every answer.
type envelope struct {
	Success bool   `json:"success"`
	Data    any    `json:"data"`
	Error   string `json:"error,omitempty"`
	Count   *int64 `json:"count,omitempty"`
}

// One puts the record into the envelope.
func (mythic) One(_ *Request, record jsontext.Value) any {
	return envelope{Success: true, Data: record}
}

// Many adds how many clients there are.
func (mythic) Many(p Page) any {
	return envelope{Success: true, Data: p.Items, Count: &p.Total}
}

// Deleted is an envelope without data.
func (mythic) Deleted() (int, any) { return http.StatusOK, envelope{Success: true} }

// Failure names all faults in one text.
func (mythic) Failure(p Problem) (int, any) {
	text := p.Detail
	switch p.Code {
	case "missing_key", "invalid_key":
		text = "Unauthorized"
	case "record_not_found":
		text = "Client not found"
	}
	var faults []string
	for _, f := range p.Faults {
		at := f.Field()
		if at != "" {
			at += ": "
		}
		faults = append(faults, at+f.Detail)
	}
	if len(faults) > 0 {
		text = strings.Join(faults, " ")
	}
	return p.Status, envelope{Error: text, Count: new(int64)}
}

// milliseconds writes a stored time with three digits of its second.
func milliseconds(micros int64) string {
	return time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.000Z")
}
