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

// vendorPatch submits what the request says of one record. Of our own options
// it knows dryRun: to pass it over would change what was only to be looked at.
func (s *server) vendorPatch(c *call, in *input, rec model.Record) error {
	u := &update{model: c.model, single: true, id: idOf(c.model, rec)}
	u.options.DryRun = in.flag("dryRun")
	if err := s.takeVendorPatch(c, in, u); err != nil {
		return err
	}
	if err := s.vendorTaken(c, in, u.id); err != nil {
		return err
	}
	return s.submit(c, in, u)
}

// takeVendorPatch checks the patch. One that is empty is a fault only where
// the vendor says so: it makes a job that changes nothing.
func (s *server) takeVendorPatch(c *call, in *input, u *update) (err error) {
	raw := c.request.Native()
	in.take(c.request)
	// What tells this request from others is what was sent: the patch that a
	// vendor makes of it may depend on the record.
	defer func() { u.rawPatch = c.sent }()
	if string(raw) == "{}" { // also where all of it was unknown
		return nil
	}
	u.options.AllowNewOptions = u.options.AllowNewOptions || c.request.AllowNewOptions
	if u.known, err = s.known(c, u.model, u.options.AllowNewOptions); err != nil {
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
	u.options.fromQuery(in)
	c.surface.Update(c.request)
	l := c.surface.List(c.request)
	in.take(c.request)
	if l.Filter == "" {
		in.failParam(l.Param, "missing_filter", "Give a filter; {} with allowAll=true means all customers.")
	}
	before := len(in.faults)
	u.filter = in.listed(c, l)
	if given, faults := filter.New([]byte(l.Filter), c.model, l.Grammar); before == len(in.faults) && len(faults) == 0 && given.Empty() && !u.options.AllowAll {
		in.failParam("allowAll", "allow_all_required", "An empty filter means all customers; say so with allowAll.")
	}
	if err := s.takeVendorPatch(c, in, u); err != nil {
		return err
	}
	return s.submit(c, in, u)
}

// vendorCreate makes a record, or updates the one that stands in for it.
func (s *server) vendorCreate(c *call) error {
	if err := c.vendorWorkspace(); err != nil {
		return err
	}
	in := c.lenient()
	if err := s.vendorBody(c, in); err != nil {
		return err
	}
	sent := c.request.Copy()
	match := c.surface.Create(c.request)
	raw := c.request.Native()
	in.take(c.request)
	known, err := s.known(c, c.model, c.request.AllowNewOptions)
	if err != nil {
		return err
	}
	draft, faults := c.model.CheckDraft(raw, model.Create, known)
	in.failAll(inBody, "", faults)
	in.failAll(inBody, "", missing(c.model, draft, raw, faults))
	found := in.matches(c, match)
	if err := in.err(); err != nil {
		return err
	}
	if draft.Patch, err = draft.Patch.Seal(); err != nil {
		return err
	}
	draft.Actor = c.key.ID
	rec, existed, err := s.Store.CreateUnless(c.ctx(), c.workspace(), c.model, draft, found...)
	switch {
	case errors.Is(err, job.ErrExists):
		return newProblem("id_taken", "A customer with this id exists already.")
	case err != nil:
		return err
	case !existed:
		return s.answerRecord(c, c.surface.Created(), rec)
	case match.Then == compat.Leave:
		return s.answerRecord(c, http.StatusOK, rec)
	}
	sent.Record = &rec
	c.request = sent
	c.surface.Update(c.request)
	if match.Then == compat.Fill {
		c.request.DropFilled(rec)
	}
	return s.vendorPatch(c, in, rec)
}

// matches makes the filters that find who stands in for a new record.
func (in *input) matches(c *call, m compat.Match) []filter.Filter {
	var found []filter.Filter
	for _, text := range m.Filters {
		f, faults := filter.New([]byte(text), c.model, filter.Native)
		if len(faults) == 0 { // a value that no record can have finds none
			found = append(found, f)
		}
	}
	return found
}

// ignoreMissing takes it for done when what is to be deleted is not there.
func ignoreMissing(err error) error {
	if errors.Is(err, job.ErrNotFound) {
		return nil
	}
	return err
}
