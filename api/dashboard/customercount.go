package dashboard

import (
	"errors"
	"net/url"

	"bulkpatch/api/web"
)

// A customerCount is how many customers match.
type customerCount struct {
	N     int64
	Known bool
	Whole bool   // the page shows all of them
	Wrong string // why that is not known, a sentence; "" for nothing
	list  customerList
}

// read counts the customers.
func (c *customerCount) read(v *Visit) {
	if c.Whole {
		return
	}
	q := url.Values{"filter": {c.list.Filter}, "fields": {"id"}, "limit": {"1"}, "count": {"true"}}
	var some struct {
		Count int64 `json:"count"`
	}
	err := v.Get(target(q, "v1", c.list.Model, "customers"), &some)
	var problem *web.Problem
	switch {
	case err == nil:
		c.N, c.Known = some.Count, true
	case errors.As(err, &problem) && problem.Code == "query_timeout":
		c.Wrong = "Counting takes longer than it may with this filter."
	default:
		c.Wrong = "They could not be counted. Load the page again."
	}
}
