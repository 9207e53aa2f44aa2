package api

import (
	"errors"
	"net/http"

	"bulkpatch/api/compat"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// vendorUpdate changes one record, and answers with it once the job has been
// applied.
func (s *server) vendorUpdate(c *call) error {
	in := c.lenient()
	if err := s.vendorBody(c, in); err != nil {
		return err
	}
	rec, err := s.vendorRecord(c)
	if err != nil {
		return err
	}
	c.request.Record = &rec
	c.surface.Update(c.request)
	return s.vendorPatch(c, in, rec)
}

// vendorPatch submits what the request says of one record.
func (s *server) vendorPatch(c *call, in *input, rec model.Record) error {
	u := &update{model: c.model, single: true, id: idOf(c.model, rec)}
	u.vendorOptions(in)
	if err := s.takeVendorPatch(c, in, u); err != nil {
		return err
	}
	if err := s.vendorTaken(c, in, u.id); err != nil {
		return err
	}
	return s.submit(c, in, u)
}

// takeVendorPatch checks the patch. An empty patch makes a job that changes
// nothing, unless the vendor calls it a fault.
func (s *server) takeVendorPatch(c *call, in *input, u *update) (err error) {
	raw := c.request.Native()
	in.take(c.request)
	// The fingerprint uses what was sent, because the patch that the vendor's
	// code makes of it may depend on the record.
	defer func() { u.rawPatch = c.sent }()
	if string(raw) == "{}" { // also where all of it was unknown
		return nil
	}
	u.options.AllowNewOptions = u.options.AllowNewOptions || c.request.AllowNewOptions
	if u.known, err = s.known(c, u.model, u.options.patchOptions()); err != nil {
		return err
	}
	u.takePatch(in, raw, "")
	return nil
}

// vendorBulk changes the records of a filter. All options of the native call
// are query parameters here, too.
func (s *server) vendorBulk(c *call) error {
	in := c.lenient()
	if err := s.vendorBody(c, in); err != nil {
		return err
	}
	u := &update{model: c.model}
	u.vendorOptions(in)
	c.surface.Update(c.request)
	u.options.DryRun = u.options.DryRun || c.request.DryRun
	l := c.surface.List(c.request)
	in.take(c.request)
	u.takeListing(c, in, l)
	if err := s.takeVendorPatch(c, in, u); err != nil {
		return err
	}
	return s.submit(c, in, u)
}

// takeListing reads which records a bulk update is for. Without a condition of
// the caller it needs allowAll, whatever conditions the vendor adds.
func (u *update) takeListing(c *call, in *input, l compat.Listing) {
	defer u.covers(in)()
	if u.filter = in.listed(c, l); l.Filter == "" {
		in.failParam(l.Param, "missing_filter", "Give a filter; {} with allowAll=true means all customers.")
		return
	}
	given, sound := (&input{}).asked(c, l)
	if sound && given.Empty() && !u.options.AllowAll {
		in.failParam("allowAll", "allow_all_required", "This filter is true for every customer. If all are meant, say so with allowAll.")
	}
}

// vendorCreate makes a record, or updates one that the vendor takes for the same.
func (s *server) vendorCreate(c *call) error {
	if err := c.vendorWorkspace(); err != nil {
		return err
	}
	in := c.lenient()
	in.refuseForCreate()
	if err := s.vendorBody(c, in); err != nil {
		return err
	}
	sent := c.request.Copy()
	match := c.surface.Create(c.request)
	raw := c.request.Native()
	in.take(c.request)
	grows := in.flag("allowNewOptions") || c.request.AllowNewOptions
	draft, err := s.newDraft(c, in, raw, model.PatchOptions{AllowNewChoices: grows})
	if err != nil {
		return err
	}
	rec, existed, err := s.create(c, draft, matches(c.model, match)...)
	switch {
	case err != nil:
		return err
	case !existed:
		return s.answerRecord(c, c.surface.Created(), rec)
	case match.Then == compat.Leave:
		return s.answerRecord(c, http.StatusOK, rec)
	}
	c.request = sent
	return s.vendorMerge(c, in, rec, match.Then)
}

// vendorMerge updates the record that was found instead of a new one: with all
// that was sent, or with what it lacks.
func (s *server) vendorMerge(c *call, in *input, rec model.Record, then compat.Found) error {
	c.request.Record = &rec
	c.surface.Update(c.request)
	if then == compat.Fill {
		c.request.DropFilled(rec)
	}
	return s.vendorPatch(c, in, rec)
}

// matches returns the filters that find a record to use instead of a new one.
func matches(m *model.Model, match compat.Match) []filter.Filter {
	var found []filter.Filter
	for _, text := range match.Filters {
		f, faults := filter.New([]byte(text), m, filter.Native)
		if len(faults) == 0 { // a value that no record can have finds none
			found = append(found, f)
		}
	}
	return found
}

// ignoreMissing returns nil where a record to be deleted does not exist.
func ignoreMissing(err error) error {
	if errors.Is(err, job.ErrNotFound) {
		return nil
	}
	return err
}
