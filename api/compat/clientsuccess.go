package compat

import (
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// clientSuccess is how ClientSuccess' clients API, version 2, speaks: the
// client itself without an envelope, and pages counted from 0. Its page is
// https://clientsuccess.readme.io/reference/updateclientpatch; what it does
// not say is in docs/compat.md.
type clientSuccess struct{ Plain }

// Create passes over what the vendor makes itself, the number of a client
// included.
func (clientSuccess) Create(r *Request) Match {
	r.DropKept()
	r.DropUnset()
	return Match{}
}

// Pages of a search.
const (
	clientSuccessSize    = 20
	clientSuccessMaxSize = 1000
)

// List reads a search: page and size, the day after which clients must have
// changed, and the fields to sort by.
func (clientSuccess) List(r *Request) Listing {
	l := Listing{Limit: min(r.Number("size", 1, clientSuccessSize), clientSuccessMaxSize), SizeParam: "size"}
	l.Offset = r.Number("page", 0, 0) * l.Limit
	if after, ok := r.Time("modifiedAfter"); ok {
		// A day stands for its beginning, so the day itself is among them.
		l.Where = append(l.Where, Where(r.Model.Role(model.RoleUpdatedAt).Name, "$gte", after))
	}
	l.Sort, _ = r.Param("sortBy")
	if _, faults := filter.ParseSort(l.Sort, r.Model); len(faults) > 0 {
		r.FailParam("sortBy", faults[0].Code, faults[0].Detail)
		l.Sort = ""
	}
	return l
}

// Many is a page of the vendor's: it says where it lies among all.
func (clientSuccess) Many(p Page) any {
	return struct {
		Data          []jsontext.Value `json:"data"`
		First         bool             `json:"first"`
		Last          bool             `json:"last"`
		Page          int              `json:"page"`
		Size          int              `json:"size"`
		TotalPages    int64            `json:"totalPages"`
		TotalElements int64            `json:"totalElements"`
	}{
		p.Items, p.Listing.Offset == 0, !p.More(), p.Listing.Offset / p.Listing.Limit,
		p.Listing.Limit, p.Pages(), p.Total,
	}
}

// Failure is a sentence for the user and every fault by its field. To the
// vendor a value that is taken is bad input like any other.
func (clientSuccess) Failure(p Problem) (int, any) {
	text := p.Detail
	if n := p.found(); n > 1 {
		text = strconv.Itoa(n) + " values of the request are not valid."
	}
	return takenIsBad(p), struct {
		UserMessage string    `json:"userMessage"`
		Errors      []message `json:"errors"`
	}{text, messages(p.Faults)}
}

// takenIsBad is the status of a problem for vendors to whom a value that is
// taken is bad input like any other.
func takenIsBad(p Problem) int {
	if p.Code == "unique" || p.Code == "id_taken" {
		return http.StatusBadRequest
	}
	return p.Status
}
