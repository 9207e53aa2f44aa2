package api

import (
	"net/http"
	"strconv"

	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/filter"
	"bulkpatch/model"
)

// vendorGet answers with one record.
func (s *server) vendorGet(c *call) error {
	in := c.lenient()
	if reader, ok := c.surface.Vendor.(compat.Reader); ok {
		reader.Get(c.request)
		in.take(c.request)
	}
	if err := in.err(); err != nil {
		return err
	}
	rec, err := s.vendorRecord(c)
	if err != nil {
		return err
	}
	if c.notModified(recordTag(c.model, rec)) {
		return nil
	}
	return s.answerRecord(c, http.StatusOK, rec)
}

// vendorList answers with a page of records.
func (s *server) vendorList(c *call) error {
	if err := c.vendorWorkspace(); err != nil {
		return err
	}
	in := c.lenient()
	l := c.surface.List(c.request)
	in.take(c.request)
	q := filter.Query{Filter: in.listed(c, l), Limit: l.Limit, Offset: l.Offset, Count: true}
	if l.Sort != "" {
		var faults model.Faults
		q.Sort, faults = l.Names.ParseSort(l.Sort, c.model)
		in.failParamAll("sort", faults)
	}
	if err := in.err(); err != nil {
		return err
	}
	page, err := s.Store.Records(c.ctx(), c.workspace(), c.model, q)
	if err != nil {
		return err
	}
	if n := len(page.Items); n < l.Limit && page.NextCursor != "" && l.SizeParam != "" {
		return pageTooLarge(l.SizeParam, n)
	}
	return c.answer(http.StatusOK, c.surface.Many(compat.Page{
		Items: c.jsonValues(page.Items, l.Fields), Listing: l, Total: *page.Count, Request: c.request,
	}))
}

// pageTooLarge refuses a page of which only n records have room.
func pageTooLarge(param string, n int) error {
	return web.Invalid(web.Fault{
		Pointer: "?" + param, Code: "page_too_large", In: web.InQuery,
		Detail: "A page holds at most 8 MiB, and these customers are large. Ask for at most " + strconv.Itoa(n) + " a page.",
	})
}

// listed returns the filter of a listing: what the caller asked for, and the
// conditions that the vendor adds.
func (in *input) listed(c *call, l compat.Listing) filter.Filter {
	given, _ := in.asked(c, l)
	if given.Model() == nil {
		return given
	}
	conditions := l.Where
	if l.Hidden != "" && (l.Filter == "" || !given.Mentions(l.HiddenField)) {
		conditions = append(conditions[:len(conditions):len(conditions)], l.Hidden)
	}
	// The caller's filter is within the limits; the added conditions do not count.
	var added []filter.Filter
	for _, condition := range conditions {
		f, faults := l.Names.Restore([]byte(condition), c.model)
		in.failParamAll(l.Param, faults)
		if len(faults) == 0 {
			added = append(added, f)
		}
	}
	return filter.And(given, added...)
}

// asked returns the caller's own filter, or all records without one; see
// [input.filter].
func (in *input) asked(c *call, l compat.Listing) (f filter.Filter, sound bool) {
	if l.Filter == "" {
		return filter.All(c.model), true
	}
	return in.filter([]byte(l.Filter), c.model, l.Grammar, l.Names)
}

// vendorDelete deletes one record.
func (s *server) vendorDelete(c *call) error {
	in := c.lenient()
	in.refuseGuards()
	version := in.ifMatch(c.r.Header)
	if err := in.err(); err != nil {
		return err
	}
	rec, err := s.vendorRecord(c)
	if err != nil {
		return err
	}
	if err := s.Store.DeleteRecord(c.ctx(), c.caller(), c.model, idOf(c.model, rec), version); err != nil {
		return orNoRecord(err)
	}
	return c.deleted()
}

// deleted answers that what was to be deleted is gone.
func (c *call) deleted() error {
	status, body := c.surface.Deleted()
	if body == nil {
		c.w.WriteHeader(status)
		return nil
	}
	return c.answer(status, body)
}

// vendorDeleteMatching deletes the records that the query names. Records that
// do not exist are ignored.
func (s *server) vendorDeleteMatching(c *call) error {
	if err := c.vendorWorkspace(); err != nil {
		return err
	}
	in := c.lenient()
	in.refuseGuards()
	l := c.surface.List(c.request)
	in.take(c.request)
	named := in.listed(c, l)
	if err := in.err(); err != nil {
		return err
	}
	var ids []any
	err := s.Store.Scan(c.ctx(), c.workspace(), c.model, named, func(page []model.Record) error {
		for _, rec := range page {
			ids = append(ids, idOf(c.model, rec))
		}
		return nil
	})
	for _, id := range ids {
		if err == nil {
			err = ignoreMissing(s.Store.DeleteRecord(c.ctx(), c.caller(), c.model, id, nil))
		}
	}
	if err != nil {
		return err
	}
	return c.deleted()
}

// vendorDescribe answers what fields records have.
func (s *server) vendorDescribe(c *call) error {
	in := c.lenient()
	known, err := s.known(c, c.model, model.PatchOptions{})
	if err != nil {
		return err
	}
	if known.Choices == nil {
		known.Choices = func(*model.Field) []string { return nil }
	}
	described := c.surface.Describe(c.model, c.request, known.Choices)
	in.take(c.request)
	if err := in.err(); err != nil {
		return err
	}
	return c.answer(http.StatusOK, described)
}
