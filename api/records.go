package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

var errNoRecord = web.NewProblem("record_not_found", "No customer has this id.")

// orNoRecord returns errNoRecord for job.ErrNotFound, and any other error as it is.
func orNoRecord(err error) error {
	if errors.Is(err, job.ErrNotFound) {
		return errNoRecord
	}
	return err
}

// recordID reads the id of the path. It returns errNoRecord for a text that
// cannot be an id of the model.
func (c *call) recordID() (any, error) {
	id, ok := c.model.ParseID(c.r.PathValue("id"))
	if !ok {
		return nil, errNoRecord
	}
	return id, nil
}

// recordPath is where a record is found.
func recordPath(m *model.Model, id any) string {
	return "/v1/" + m.Name + "/customers/" + url.PathEscape(model.FormatID(id))
}

func (s *server) createRecord(c *call) error {
	raw, err := s.body(c)
	if err != nil {
		return err
	}
	in := c.input()
	draft, err := s.newDraft(c, in, raw, model.PatchOptions{AllowNewChoices: in.flag("allowNewOptions")})
	if err != nil {
		return err
	}
	rec, _, err := s.create(c, draft)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", recordPath(c.model, idOf(c.model, rec)))
	return s.answerRecord(c, http.StatusCreated, rec)
}

// newDraft checks a new record, after everything else in the request. Its error
// names all faults.
func (s *server) newDraft(c *call, in *input, raw []byte, o model.PatchOptions) (model.Draft, error) {
	known, err := s.known(c, c.model, o)
	if err != nil {
		return model.Draft{}, err
	}
	draft, faults := c.model.CheckDraft(raw, model.Create, known)
	in.failAll(web.InBody, "", faults)
	in.failAll(web.InBody, "", missing(c.model, draft, raw, faults))
	if err := in.err(); err != nil {
		return model.Draft{}, err
	}
	c.checked()
	draft.Actor = c.key.ID
	draft.Patch, err = s.seal(c.ctx(), c.key.ID, draft.Patch)
	return draft, err
}

// create makes a record, unless one of the filters finds a record.
func (s *server) create(c *call, draft model.Draft, found ...filter.Filter) (rec model.Record, existed bool, err error) {
	rec, existed, err = s.Store.CreateRecord(c.ctx(), c.caller(), c.model, draft, found...)
	if errors.Is(err, job.ErrExists) {
		err = web.NewProblem("id_taken", "A customer with this id exists already.")
	}
	return rec, existed, err
}

// missing returns faults for the required fields that a new record lacks. A draft
// with faults is empty, so the names that were given are read from the body; a
// body that is not a JSON object has no such faults.
func missing(m *model.Model, draft model.Draft, raw []byte, faults model.Faults) model.Faults {
	lacking := m.MissingFor(draft)
	if len(faults) == 0 || len(lacking) == 0 {
		return lacking
	}
	given, ok := (&input{}).members(raw, "")
	if !ok {
		return nil
	}
	present := make(map[string]bool, len(m.Fields))
	for name := range given {
		if _, known := m.Field(name); known {
			present[model.PointerTo("", name)] = true
		}
	}
	return slices.DeleteFunc(lacking, func(f model.Fault) bool { return present[f.Pointer] })
}

// answerRecord sends one record with its version as the ETag.
func (s *server) answerRecord(c *call, status int, rec model.Record) error {
	c.w.Header().Set("ETag", recordTag(c.model, rec))
	return c.format.record(c, status, rec)
}

func (s *server) getRecord(c *call) error {
	if err := c.input().err(); err != nil {
		return err
	}
	id, err := c.recordID()
	if err != nil {
		return err
	}
	rec, err := s.Store.Record(c.ctx(), c.workspace(), c.model, id)
	if err != nil {
		return orNoRecord(err)
	}
	if c.notModified(recordTag(c.model, rec)) {
		return nil
	}
	return s.answerRecord(c, http.StatusOK, rec)
}

func (s *server) deleteRecord(c *call) error {
	in := c.input()
	version := in.ifMatch(c.r.Header)
	if err := in.err(); err != nil {
		return err
	}
	id, err := c.recordID()
	if err != nil {
		return err
	}
	if err := s.Store.DeleteRecord(c.ctx(), c.caller(), c.model, id, version); err != nil {
		return orNoRecord(err)
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *server) history(c *call) error {
	in := c.input()
	limit, cursor := in.page()
	if err := in.err(); err != nil {
		return err
	}
	id, err := c.recordID()
	if err != nil {
		return err
	}
	items, next, err := s.Store.History(c.ctx(), c.workspace(), c.model, id, limit, cursor)
	if err != nil {
		return orNoRecord(err)
	}
	return c.answer(http.StatusOK, listOf(items, next))
}

func (s *server) listRecords(c *call) error {
	in := c.input()
	q := filter.Query{Filter: in.filterOrAll(c.model), Count: in.flag("count")}
	if text, ok := in.param("sort"); ok {
		var faults model.Faults
		q.Sort, faults = filter.ParseSort(text, c.model)
		in.failParamAll("sort", faults)
	}
	fields := in.fields(c.model)
	q.Limit, q.Cursor = in.page()
	if err := in.err(); err != nil {
		return err
	}
	page, err := s.Store.Records(c.ctx(), c.workspace(), c.model, q)
	if err != nil {
		return err
	}
	return c.sendPage(page, fields)
}

// filterOrAll reads the filter of a list; without one, all are meant.
func (in *input) filterOrAll(m *model.Model) filter.Filter {
	text, ok := in.param("filter")
	if !ok {
		return filter.All(m)
	}
	f, faults := filter.New([]byte(text), m, filter.Native)
	in.failAll(web.InFilter, "", faults)
	return f
}

// fields reads which fields a list shall show, nil for all.
func (in *input) fields(m *model.Model) []*model.Field {
	text, ok := in.param("fields")
	if !ok {
		return nil
	}
	fields := []*model.Field{}
	seen := map[string]bool{}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		f, known := m.Field(name)
		switch {
		case !known && name != "id" && name != "version": // always shown
			if in.faults.Full() {
				in.faults.Further++
			} else {
				in.failParam("fields", "unknown_field", noField(m, name))
			}
			continue
		case seen[name]:
			in.failParam("fields", "duplicate_field", "The list of fields names "+name+" more than once.")
		case known:
			fields = append(fields, f)
		}
		seen[name] = true
	}
	return fields
}

// sendPage sends a page of records as JSON, in parts, so that the page is not in
// memory twice.
func (c *call) sendPage(p filter.Page, fields []*model.Field) error {
	out := web.NewStream(c.ctx(), c.w)
	out.MediaType = web.TypeJSON
	record := []byte(`{"items":[`)
	for i, rec := range p.Items {
		if i > 0 {
			record = append(record, ',')
		}
		record = c.model.AppendRecord(record, rec, fields, c.secrets())
		if err := out.Put(record); err != nil {
			return err
		}
		record = record[:0]
	}
	end := append(record, `],"nextCursor":`...)
	if p.NextCursor == "" {
		end = append(end, "null"...)
	} else {
		end = strconv.AppendQuote(end, p.NextCursor) // a cursor is plain ASCII
	}
	if p.Count != nil {
		end = append(end, `,"count":`...)
		end = strconv.AppendInt(end, *p.Count, 10)
	}
	out.Append(append(end, "}\n"...))
	return out.Flush()
}
