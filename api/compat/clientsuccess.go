package compat

import (
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// clientSuccess is ClientSuccess' clients API, version 2: a client has no envelope, and
// pages count from 0. It follows
// https://clientsuccess.readme.io/reference/updateclientpatch; docs/compat.md says what
// was chosen where that page says nothing.
type clientSuccess struct{ Plain }

// Create ignores what the vendor sets itself, such as the number of a client.
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
		// A day means its beginning, so changes on that day are included.
		l.Where = append(l.Where, Where(r.Model.Role(model.RoleUpdatedAt).Name, "$gte", after))
	}
	l.Sort, _ = r.Param("sortBy")
	if _, faults := filter.ParseSort(l.Sort, r.Model); len(faults) > 0 {
		r.FailParam("sortBy", faults[0].Code, faults[0].Detail)
		l.Sort = ""
	}
	return l
}

// Many is a page, with its position among all pages.
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

// Failure is a sentence for the user and the list of faults. A value that is already
// taken is bad input.
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

// takenIsBad returns the status of a problem for vendors that treat a value that is
// already taken as bad input.
func takenIsBad(p Problem) int {
	if p.Code == "unique" || p.Code == "id_taken" {
		return http.StatusBadRequest
	}
	return p.Status
}
