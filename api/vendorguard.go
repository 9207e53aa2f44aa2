package api

import (
	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/filter"
	"bulkpatch/model"
)

// vendorTaken refuses an update with values that the vendor allows only once and
// that another record has. Faults of the request are answered first.
func (s *server) vendorTaken(c *call, in *input, id any) error {
	guard, ok := c.surface.Vendor.(compat.Guard)
	if !ok || in.faults.Found() > 0 {
		return nil
	}
	text := guard.Taken(c.request)
	if text == "" {
		return nil
	}
	held, faults := filter.New([]byte(text), c.model, filter.Native)
	if len(faults) > 0 {
		return nil // a value that no record can have is taken by none
	}
	page, err := s.Store.Records(c.ctx(), c.workspace(), c.model, filter.Query{Filter: held, Limit: 2})
	if err != nil {
		return err
	}
	for _, other := range page.Items {
		if holder := idOf(c.model, other); holder != id {
			p := web.NewProblem("unique", "Another customer has these values already.")
			p.Extension = about{holder: model.FormatID(holder)}
			return p
		}
	}
	return nil
}
