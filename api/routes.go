package api

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/model"
)

// An access is what a route asks of its caller: nothing, or a key that has all
// of some scopes.
type access struct {
	keyless bool
	scopes  []auth.Scope
}

func needs(scopes ...auth.Scope) access { return access{scopes: scopes} }

var (
	open           = access{keyless: true}
	anyKey         = needs() // what it may see is judged in visible.go
	readCustomers  = needs(auth.CustomersRead)
	writeCustomers = needs(auth.CustomersWrite)
	bothCustomers  = needs(auth.CustomersWrite, auth.CustomersRead) // a change that is answered with the record
	writeJobs      = needs(auth.JobsWrite)
	redoJobs       = needs(auth.CustomersWrite, auth.JobsWrite) // a job that changes customers as another one says
	adminOnly      = needs(auth.Admin)
)

// A route is one call of the API. A path that begins with /v1/{model} stands
// for one path for each loaded model, under the model's literal name.
type route struct {
	method string
	path   string
	access access
	serve  func(*call) error
}

// routes lists every call.
func (s *server) routes() []route {
	return []route{
		{"GET", "/healthz", open, s.health},
		{"GET", "/readyz", open, s.ready},
		{"GET", "/metrics", open, s.metrics},
		{"GET", "/admin/login", open, s.loginPage},
		{"POST", "/admin/login", open, s.login},
		{"POST", "/admin/logout", open, s.logout},
		{"GET", "/admin/queues", open, s.queues},
		{"GET", "/admin/queues/", open, s.queues},

		{"GET", "/v1/models", anyKey, s.listModels},
		{"GET", "/v1/models/{name}", anyKey, s.getModel},

		{"GET", "/v1/{model}/customers", readCustomers, s.listRecords},
		{"POST", "/v1/{model}/customers", writeCustomers, s.createRecord},
		{"PATCH", "/v1/{model}/customers", writeCustomers, s.patchBulk},
		{"GET", "/v1/{model}/customers/{id}", readCustomers, s.getRecord},
		{"PATCH", "/v1/{model}/customers/{id}", writeCustomers, s.patchSingle},
		{"DELETE", "/v1/{model}/customers/{id}", writeCustomers, s.deleteRecord},
		{"GET", "/v1/{model}/customers/{id}/history", readCustomers, s.history},
		{"POST", "/v1/{model}/import", writeCustomers, s.importRecords},
		{"GET", "/v1/{model}/export", readCustomers, s.exportRecords},

		{"POST", "/v1/jobs", writeCustomers, s.postJob},
		// A key may see the jobs it made without jobs:read.
		{"GET", "/v1/jobs", anyKey, s.listJobs},
		{"GET", "/v1/jobs/{job}", anyKey, s.getJob},
		{"GET", "/v1/jobs/{job}/results", anyKey, s.results},
		{"GET", "/v1/jobs/{job}/events", anyKey, s.events},
		{"PATCH", "/v1/jobs/{job}", writeJobs, s.throttle},
		{"POST", "/v1/jobs/{job}/pause", writeJobs, s.act},
		{"POST", "/v1/jobs/{job}/resume", writeJobs, s.act},
		{"POST", "/v1/jobs/{job}/cancel", writeJobs, s.act},
		{"POST", "/v1/jobs/{job}/retry", redoJobs, s.retry},
		{"POST", "/v1/jobs/{job}/undo", redoJobs, s.undo},

		{"GET", "/v1/keys", adminOnly, s.listKeys},
		{"POST", "/v1/keys", adminOnly, s.createKey},
		{"DELETE", "/v1/keys/{key}", adminOnly, s.revokeKey},
	}
}

// modelRoute is the beginning of the paths that every model has.
const modelRoute = "/v1/{model}/"

// native gathers the routes by path: each path once, so that a wrong method
// is answered in our own words.
func (s *server) native() map[string]*resource {
	paths := map[string]*resource{}
	add := func(at string, m *model.Model, r route) {
		if paths[at] == nil {
			paths[at] = &resource{server: s, model: m, format: nativeFormat{s}, methods: map[string]route{}}
		}
		paths[at].methods[r.method] = r
	}
	for _, r := range s.routes() {
		rest, perModel := strings.CutPrefix(r.path, modelRoute)
		if !perModel {
			add(r.path, nil, r)
			continue
		}
		for _, m := range s.Models.All() {
			add("/v1/"+m.Name+"/"+rest, m, r)
		}
	}
	return paths
}

// mux registers all paths, the native ones and those of the vendors.
func (s *server) mux() http.Handler {
	paths := s.native()
	for _, v := range s.Surfaces {
		s.surface(v, paths)
	}
	withoutSlash(paths)
	mux := http.NewServeMux()
	for at, res := range paths {
		mux.Handle(at, res)
	}
	mux.HandleFunc("/", s.unknownPath)
	return s.plainPaths(mux)
}

// plainPaths keeps paths such as /a//b and /a/../b from the mux, which would
// redirect them: a client that follows loses its body or its key. On a vendor's
// surface they are answered in its words, and doubled slashes behind the base
// count as one: so comes out what is joined of an address and a path.
func (s *server) plainPaths(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := r.URL.EscapedPath()
		clean := path.Clean(p)
		if p == clean || p == clean+"/" {
			mux.ServeHTTP(w, r)
			return
		}
		tidied := tidyPath(r)
		found, _ := mux.Handler(tidied)
		res, ok := found.(*resource)
		switch {
		case !ok || res.surface == nil:
			s.unknownPath(w, r)
		case behindBase(p, clean, res.surface):
			mux.ServeHTTP(w, tidied)
		default:
			(&resource{server: s, model: res.model, format: res.format, surface: res.surface}).ServeHTTP(w, r)
		}
	})
}

// tidyPath is a request with its path made clean.
func tidyPath(r *http.Request) *http.Request {
	tidied := r.Clone(r.Context())
	tidied.URL.Path = path.Clean(r.URL.Path)
	if r.URL.RawPath != "" {
		tidied.URL.RawPath = path.Clean(r.URL.RawPath)
	}
	return tidied
}

// behindBase reports whether all that keeps a path from being clean are slashes
// right behind one of the bases of a surface, or one at its end.
func behindBase(p, clean string, v *compat.Surface) bool {
	return slices.ContainsFunc(v.Bases, func(base string) bool {
		rest, ok := strings.CutPrefix(p, base+"//")
		rest = base + "/" + strings.TrimLeft(rest, "/")
		return ok && (rest == clean || rest == clean+"/")
	})
}

// unknownPath answers what no route has, and says when it is only the model
// that does not exist.
func (s *server) unknownPath(w http.ResponseWriter, r *http.Request) {
	if err := measured(r); err != nil {
		p, _ := problemOf(err)
		p.Write(w)
		return
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if len(parts) >= 3 && parts[0] == "v1" && slices.Contains([]string{"customers", "import", "export"}, parts[2]) {
		if _, known := s.Models.Model(parts[1]); !known {
			errNoModel.Write(w)
			return
		}
	}
	web.NewProblem("unknown_path", "No call of the API has this path.").Write(w)
}

// A resource is one path with its methods.
type resource struct {
	*server
	model   *model.Model
	methods map[string]route // none: a subtree in which every path is unknown

	format  format          // of all answers
	surface *compat.Surface // nil for native paths
	suffix  string          // what follows the id in the last segment, as in {id}.json
}

func (s *resource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{w: w, r: r, model: s.model, format: s.format, surface: s.surface}
	defer c.freeBody()
	defer s.calls.end(c)
	if err := s.dispatch(c); err != nil {
		s.fail(c, err)
	}
}

// dispatch lets the route of the method serve the call.
func (s *resource) dispatch(c *call) error {
	if err := measured(c.r); err != nil {
		return err
	}
	if len(s.methods) == 0 || !strings.HasSuffix(c.r.PathValue("id"), s.suffix) {
		return web.NewProblem("unknown_path", "No call of the API has this path.")
	}
	method := c.r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	rt, ok := s.methods[method]
	if !ok {
		return s.wrongMethod()
	}
	c.r.SetPathValue("id", strings.TrimSuffix(c.r.PathValue("id"), s.suffix))
	if err := s.authorize(c, rt.access); err != nil {
		return err
	}
	if err := c.soundPath(); err != nil {
		return err
	}
	if !rt.access.keyless {
		s.calls.begin(c)
	}
	return rt.serve(c)
}

// wrongMethod names the methods that the path has.
func (s *resource) wrongMethod() error {
	var allow []string
	for m := range s.methods {
		allow = append(allow, m)
		if m == http.MethodGet {
			allow = append(allow, http.MethodHead)
		}
	}
	slices.Sort(allow)
	list := strings.Join(allow, ", ")
	return web.NewProblem("method_not_allowed", "This path takes "+list+".").Set("Allow", list)
}
