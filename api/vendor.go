package api

import (
	"maps"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/filter"
	"bulkpatch/model"
)

// Surfaces reads the vendors' surfaces of all models. vendors are those that
// model files may name; nil means the shipped ones. It fails when two models,
// or a model and the native API, claim the same path, and names both.
func Surfaces(models *model.Registry, vendors map[string]compat.Vendor) ([]*compat.Surface, error) {
	if vendors == nil {
		vendors = compat.Shipped()
	}
	var taken []string
	for at := range (&server{Config: Config{Models: models}}).native() {
		taken = append(taken, at)
	}
	return compat.Load(models, vendors, taken)
}

// vendorRoutes are the routes of the calls of vendors' surfaces, by what they do.
// The vendor decides which parameters such a call takes. Those listed here are the
// parameters of the native API that it takes as well.
func (s *server) vendorRoutes() map[compat.Action]route {
	body := Content{[]string{web.TypeJSON, web.TypeMerge}, recordJSON{}}
	answer := Content{[]string{web.TypeJSON}, recordJSON{}}
	login := Content{[]string{web.TypeJSON, web.TypeForm}, nil}
	bulk := append(updateParams()[1:], headerKey, headerPrefer)
	single := append(singleParams(), headerKey, headerPrefer, headerIfMatch)
	create := append(createParams(), headerKey, headerPrefer, headerIfMatch)
	return map[compat.Action]route{
		compat.List:           {access: readCustomers, effect: Reads, cost: Expensive, answer: answer, serve: s.vendorList},
		compat.Create:         {access: bothCustomers, effect: Changes, cost: Cheap, params: create, request: body, answer: answer, serve: s.vendorCreate},
		compat.Get:            {access: readCustomers, effect: Reads, cost: Cheap, params: []Param{headerNoneMatch}, answer: answer, serve: s.vendorGet},
		compat.Update:         {access: bothCustomers, effect: Changes, cost: Cheap, params: single, request: body, answer: answer, serve: s.vendorUpdate},
		compat.Bulk:           {access: writeCustomers, effect: Changes, cost: Expensive, params: bulk, request: body, answer: answer, serve: s.vendorBulk},
		compat.Delete:         {access: writeCustomers, effect: Changes, cost: Cheap, params: []Param{headerIfMatch}, answer: answer, serve: s.vendorDelete},
		compat.DeleteMatching: {access: writeCustomers, effect: Changes, cost: Expensive, answer: answer, serve: s.vendorDeleteMatching},
		compat.Describe:       {access: readCustomers, effect: Reads, cost: Cheap, answer: answer, serve: s.vendorDescribe},
		compat.Login:          {access: open, effect: Reads, cost: Cheap, request: login, answer: answer, serve: s.vendorLogin},
	}
}

// surface adds the paths of a vendor's surface, each with and without a slash at
// its end, and the subtrees in which unknown paths get the vendor's answer.
func (s *server) surface(v *compat.Surface, paths map[string]*resource) {
	byAction := s.vendorRoutes()
	for _, r := range v.Routes {
		at, suffix := r.Path, ""
		if before, after, ok := strings.Cut(at, "{id}"); ok && !strings.HasPrefix(after, "/") {
			at, suffix = before+"{id}", after
		}
		rt := byAction[r.Action]
		rt.method, rt.serve = r.Method, vendorHandler(v, r, rt.serve)
		for _, p := range []string{at, at + "/{$}"} {
			if paths[p] == nil {
				paths[p] = &resource{server: s, model: v.Model, format: vendorFormat{s, v}, surface: v, suffix: suffix, methods: map[string]route{}}
			}
			rt.path = p
			paths[p].methods[r.Method] = rt
		}
	}
	for _, root := range v.Roots {
		if paths[root] == nil {
			paths[root] = &resource{server: s, model: v.Model, format: vendorFormat{s, v}, surface: v}
		}
	}
}

// vendorHandler returns a handler that puts the vendor's request into the call, and
// then serves it.
func vendorHandler(v *compat.Surface, r compat.Route, serve func(*call) error) func(*call) error {
	return func(c *call) error {
		c.request = &compat.Request{Surface: v, Action: r.Action, Method: r.Method, Path: r.Path, Query: c.r.URL.Query()}
		return serve(c)
	}
}

// withoutSlash adds, for each subtree of unknown paths, its own path without the
// slash. The mux would redirect it otherwise.
func withoutSlash(paths map[string]*resource) {
	for at, res := range maps.Clone(paths) {
		bare := strings.TrimSuffix(at, "/")
		if len(res.methods) == 0 && paths[bare] == nil {
			paths[bare] = res
		}
	}
}

// vendorBody reads the members of the body.
func (s *server) vendorBody(c *call, in *input) error {
	raw, err := s.body(c)
	if err != nil {
		return err
	}
	c.sent = raw
	c.request.Members, _ = in.members(raw, "")
	return in.err()
}

// take moves the faults that the vendor's code has found to the input.
func (in *input) take(r *compat.Request) {
	in.faults.AddAll(r.Faults)
	r.Faults = web.Faults{}
}

// Answers to what a vendor's path names and does not exist.
var (
	errNoWorkspace = web.NewProblem("not_found", "The key belongs to no workspace of this name.")
	errInvalidID   = web.NewProblem("invalid_id", "No customer can have this id.")
)

// vendorWorkspace checks that a workspace in the path is that of the key.
func (c *call) vendorWorkspace() error {
	if name := c.r.PathValue("workspace"); name != "" && name != c.workspace().Name {
		return errNoWorkspace
	}
	return nil
}

// vendorRecord finds the record of the path.
func (s *server) vendorRecord(c *call) (model.Record, error) {
	if err := c.vendorWorkspace(); err != nil {
		return model.Record{}, err
	}
	text, f := c.r.PathValue("id"), c.surface.ID
	if f.Role == model.RoleID {
		id, ok := c.model.ParseID(text)
		if !ok {
			return model.Record{}, errInvalidID
		}
		rec, err := s.Store.Record(c.ctx(), c.workspace(), c.model, id)
		return rec, orNoRecord(err)
	}
	by, faults := filter.New([]byte(compat.Where(f.Name, "", idValue(f, text))), c.model, filter.Native)
	if len(faults) > 0 {
		return model.Record{}, errInvalidID
	}
	page, err := s.Store.Records(c.ctx(), c.workspace(), c.model, filter.Query{Filter: by, Limit: 1})
	if err == nil && len(page.Items) == 0 {
		err = errNoRecord
	}
	if err != nil {
		return model.Record{}, err
	}
	return page.Items[0], nil
}

// idValue returns a text of the path as a value of the field of ids.
func idValue(f *model.Field, text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && f.Type == model.Integer {
		return n
	}
	return text
}

// idOf is the id of a record.
func idOf(m *model.Model, rec model.Record) any { return rec.Values[m.Role(model.RoleID).Index] }

// jsonValues returns records as the vendor shows them. It clears the records, so
// that a page is not kept in memory twice.
func (c *call) jsonValues(records []model.Record, fields []string) []jsontext.Value {
	shown := make([]jsontext.Value, len(records))
	for i, rec := range records {
		shown[i] = c.surface.Shown(rec, c.secrets(), fields)
		records[i] = model.Record{}
	}
	return shown
}
