package api

import (
	"errors"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/web"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// An update is a request for a job, from any of the calls that make one. They all
// end in [server.submit].
type update struct {
	model    *model.Model
	filter   filter.Filter // of a bulk
	single   bool
	id       any                // of a single
	known    model.PatchOptions // choices of drop-downs; see [server.known]
	patch    model.Patch        // with what is computed
	rawPatch []byte             // nil for none, as is rawCompute
	prefix   string             // where the patch stands in the body

	rawCompute []byte
	file       *fileRequest    // of a file job, else nil
	target     *job.FileTarget // of a file job, once its file is known
	options    options
	// covered counts the faults of what the fingerprint covers. A request with
	// only such faults may have been valid when it was accepted.
	covered int

	ifMatch        *int64
	idempotencyKey string
	prefer         web.Prefer
}

func (u *update) bulk() bool { return !u.single }

// patchBulk changes the records of a filter; the body is the patch.
func (s *server) patchBulk(c *call) error {
	raw, err := s.body(c)
	if err != nil {
		return err
	}
	in := c.input()
	u := &update{model: c.model}
	u.options.fromQuery(in)
	if text, ok := in.param("filter"); !ok {
		in.failParam("filter", "missing_filter", "Give a filter; {} with allowAll=true means all customers.")
	} else {
		u.takeFilter(in, []byte(text), "?allowAll", web.InQuery)
	}
	if u.known, err = s.known(c, u.model, u.options.patchOptions()); err != nil {
		return err
	}
	u.takePatch(in, raw, "")
	return s.submit(c, in, u)
}

// patchSingle changes one record; the body is the patch.
func (s *server) patchSingle(c *call) error {
	raw, err := s.body(c)
	if err != nil {
		return err
	}
	in := c.input()
	u := &update{model: c.model, single: true}
	if u.id, err = c.recordID(); err != nil {
		return err
	}
	u.options.fromQuery(in)
	u.options.refuseBulkInQuery(in)
	if u.known, err = s.known(c, u.model, u.options.patchOptions()); err != nil {
		return err
	}
	u.takePatch(in, raw, "")
	return s.submit(c, in, u)
}

// postJob makes the same updates with all of them in the body, for filters that
// are too long for a URL.
func (s *server) postJob(c *call) error {
	raw, err := s.body(c)
	if err != nil {
		return err
	}
	in := c.input()
	members, ok := in.members(raw, "")
	if !ok {
		return in.err()
	}
	u, rawOptions := &update{}, take(members, "options")
	u.takeModel(in, s.Models, take(members, "model"))
	u.options.fromBody(in, rawOptions)
	if u.known, err = s.known(c, u.model, u.options.patchOptions()); err != nil {
		return err
	}
	var noRecord error
	if given(members["file"]) != nil {
		u.takeFile(in, members, rawOptions)
	} else {
		noRecord = u.takeRecords(in, members, rawOptions)
	}
	in.unknownMembers(members, "")
	if noRecord != nil && in.err() == nil {
		return noRecord
	}
	return s.submit(c, in, u)
}

// takeRecords reads which records a job without a file is for, and what changes.
func (u *update) takeRecords(in *input, members map[string]jsontext.Value, rawOptions jsontext.Value) (noRecord error) {
	noRecord = u.takeTarget(in, given(take(members, "filter")), given(take(members, "id")))
	u.takeChange(in, given(take(members, "patch")), given(take(members, "compute")))
	for _, name := range []string{"file", "match", "columns"} {
		if given(take(members, name)) != nil {
			in.fail(web.InBody, "/"+name, "file_only", "This is for file jobs: give the file, too.")
		}
	}
	const onlyFile = "This option is for file jobs; this update has no file."
	u.options.refuseInBody(in, rawOptions, "file_only", onlyFile, func(o option) bool { return o.file })
	if u.single {
		u.options.refuseInBody(in, rawOptions, "bulk_only", detailBulkOnly, func(o option) bool { return o.bulk && !o.file })
	}
	return noRecord
}

// take removes a member and returns its value, nil for none.
func take(members map[string]jsontext.Value, name string) jsontext.Value {
	v := members[name]
	delete(members, name)
	return v
}

// takeChange checks the patch and the operators that are members of the body.
func (u *update) takeChange(in *input, patch, compute jsontext.Value) {
	if patch == nil && compute == nil {
		in.fail(web.InBody, "/patch", "required", "Give the patch: the fields to change; or compute them.")
	}
	if u.model == nil {
		return
	}
	if patch != nil {
		u.takePatch(in, patch, "/patch")
	}
	if compute != nil {
		u.takeCompute(in, compute)
	}
}

// takeCompute checks the operators, once the patch is checked.
func (u *update) takeCompute(in *input, raw []byte) {
	defer u.covers(in)()
	c, faults := u.model.CheckCompute(raw, u.patch)
	in.failAll(web.InBody, "/compute", faults)
	u.patch.Compute, u.rawCompute = c, raw
}

// place returns the pointer into the request for a value of the record.
func (u *update) place(pointer string) string {
	if c := u.patch.Compute; c != nil {
		if at, computed := c.Place(pointer); computed {
			return "/compute" + at
		}
	}
	return u.prefix + pointer
}

// given returns the value of a member, nil for one that is null: it means the
// same as one that was left out.
func given(v jsontext.Value) jsontext.Value {
	if v.Kind() == 'n' {
		return nil
	}
	return v
}

// takeModel reads which model a job is for.
func (u *update) takeModel(in *input, models *model.Registry, v jsontext.Value) {
	var name string
	if v == nil {
		in.fail(web.InBody, "/model", "required", "Give the name of a model.")
	} else if code, must := setText(&name, v); code != "" {
		in.fail(web.InBody, "/model", code, must)
	} else if m, ok := models.Model(name); !ok {
		in.fail(web.InBody, "/model", "unknown_model", "No model of this name is loaded; GET /v1/models lists them.")
	} else {
		u.model = m
	}
}

// takeTarget reads which records a job is for: a filter or an id. It returns an
// error where no record can have the id, although the request is valid.
func (u *update) takeTarget(in *input, rawFilter, id jsontext.Value) error {
	u.single = id != nil
	switch {
	case rawFilter != nil && id != nil:
		in.fail(web.InBody, "/id", "filter_and_id", "Give a filter or an id, not both.")
		return nil
	case id != nil:
		return u.takeID(in, id)
	case rawFilter == nil:
		in.fail(web.InBody, "/filter", "missing_filter", "Give a filter, an id or a file; the filter {} with allowAll means all customers.")
	case u.model != nil:
		u.takeFilter(in, rawFilter, "/options/allowAll", web.InBody)
	}
	return nil
}

func (u *update) takeID(in *input, v jsontext.Value) error {
	text := string(v)
	if v.Kind() == '"' {
		setText(&text, v)
	} else if v.Kind() != '0' {
		in.fail(web.InBody, "/id", "type", "This must be the id of a customer.")
		return nil
	}
	if u.model == nil {
		return nil
	}
	var ok bool
	if u.id, ok = u.model.ParseID(text); !ok {
		return errNoRecord
	}
	return nil
}

// covers returns a function that adds to u.covered the faults that were found
// since covers was called.
func (u *update) covers(in *input) func() {
	before := in.faults.Found()
	return func() { u.covered += in.faults.Found() - before }
}

// replayable reports whether the request may have made a job before.
func (u *update) replayable(in *input) bool {
	return u.idempotencyKey != "" && (in.err() == nil || in.faults.Found() == u.covered)
}

// takeFilter checks a filter. An empty filter selects everything, which the
// caller must confirm with allowAll.
func (u *update) takeFilter(in *input, raw []byte, allowAll, where string) {
	defer u.covers(in)()
	var sound bool
	u.filter, sound = in.filter(raw, u.model, filter.Native, nil)
	if sound && u.filter.Empty() && !u.options.AllowAll {
		in.fail(where, allowAll, "allow_all_required", "This filter is true for every customer. If all are meant, say so with allowAll.")
	}
}

// filter checks a filter and adds its faults. A filter that exceeds limits which
// were introduced later is returned all the same, so that the job that it made
// before can be found.
func (in *input) filter(raw []byte, m *model.Model, g filter.Grammar, names filter.Names) (f filter.Filter, sound bool) {
	f, faults := names.New(raw, m, g)
	if len(faults) == 0 {
		return f, true
	}
	in.failAll(web.InFilter, "", faults)
	f, _ = names.Restore(raw, m)
	return f, false
}

// takePatch checks the patch, which is at the pointer prefix in the body.
func (u *update) takePatch(in *input, raw []byte, prefix string) {
	defer u.covers(in)()
	o := u.known
	o.Single = u.single
	patch, faults := u.model.CheckPatch(raw, o)
	in.failAll(web.InBody, prefix, faults)
	u.patch, u.rawPatch, u.prefix = patch, raw, prefix
}

// takeHeaders reads what the headers say about the update.
func (u *update) takeHeaders(in *input, h http.Header) {
	u.prefer = web.PreferOf(h, MaxWait)
	if u.single {
		u.ifMatch = in.ifMatch(h)
	} else if len(h.Values("If-Match")) > 0 {
		in.fail(web.InHeader, "If-Match", "if_match_on_bulk", "If-Match is for updates of a single record.")
	}
	u.idempotencyKey = in.idempotencyKey(h)
}

// idempotencyKey reads the key under which a request makes one job, "" for
// none.
func (in *input) idempotencyKey(h http.Header) string {
	keys := h.Values("Idempotency-Key")
	if len(keys) == 0 {
		return ""
	}
	if len(keys) > 1 || !visible(keys[0]) {
		in.fail(web.InHeader, "Idempotency-Key", "invalid_idempotency_key", "This must be given once, with 1 to 255 visible ASCII characters.")
	}
	return keys[0]
}

// visible reports whether s may be an idempotency key.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 255
}

// checkReadOnly compares the read-only fields of a single's patch with what
// the record holds.
func (s *server) checkReadOnly(c *call, in *input, u *update) error {
	if len(u.patch.ReadOnly) == 0 {
		return nil
	}
	rec, err := s.Store.Record(c.ctx(), c.workspace(), u.model, u.id)
	if errors.Is(err, job.ErrNotFound) && in.faults.Found() > 0 {
		return nil // the faults come first
	}
	if err != nil {
		return orNoRecord(err)
	}
	in.failAll(web.InBody, u.prefix, u.patch.CheckReadOnly(rec))
	return nil
}

// retryAfter is after how many seconds a caller may read a job again.
const retryAfter = "1"
