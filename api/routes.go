package api

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/model"
)

// modelRoute is the beginning of the paths that every model has.
const modelRoute = "/v1/{model}/"

// native returns the native paths with their methods. Each path is registered
// once for all methods, so that a wrong method gets a problem document.
func (s *server) native() map[string]*resource {
	paths := map[string]*resource{}
	add := func(at string, m *model.Model, r route) {
		if paths[at] == nil {
			paths[at] = &resource{server: s, model: m, format: nativeFormat{s}, methods: map[string]route{}}
		}
		if r.access.page {
			paths[at].format = pageFormat{nativeFormat{s}}
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
	s.completePages(paths)
	withoutSlash(paths)
	s.stats.expect(paths)
	mux := http.NewServeMux()
	for at, res := range paths {
		mux.Handle(at, res)
	}
	mux.HandleFunc("/", s.unknownPath)
	return s.plainPaths(mux)
}

// plainPaths answers paths such as /a//b and /a/../b itself. The mux would
// redirect them, and a client that follows loses its body or its key. On a
// vendor's surface they get the vendor's answer, and several slashes behind the
// base count as one: clients make them by joining an address and a path.
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

// tidyPath returns the request with a clean path.
func tidyPath(r *http.Request) *http.Request {
	tidied := r.Clone(r.Context())
	tidied.URL.Path = path.Clean(r.URL.Path)
	if r.URL.RawPath != "" {
		tidied.URL.RawPath = path.Clean(r.URL.RawPath)
	}
	return tidied
}

// behindBase reports whether a path is clean except for slashes right behind one
// of the bases of a surface, or one slash at its end.
func behindBase(p, clean string, v *compat.Surface) bool {
	return slices.ContainsFunc(v.Bases, func(base string) bool {
		rest, ok := strings.CutPrefix(p, base+"//")
		rest = base + "/" + strings.TrimLeft(rest, "/")
		return ok && (rest == clean || rest == clean+"/")
	})
}

// unknownPath answers a path that no route has. It says so where only the model
// does not exist.
func (s *server) unknownPath(w http.ResponseWriter, r *http.Request) {
	if err := measured(r); err != nil {
		p, _ := problemOf(err)
		p.Write(w)
		return
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if len(parts) >= 3 && parts[0] == "v1" && slices.Contains([]string{"customers", "import", "export", "files"}, parts[2]) {
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
	methods map[string]route // empty for a subtree in which every path is unknown

	format  format          // of all answers
	surface *compat.Surface // nil for native paths
	suffix  string          // what follows the id in the last segment, as in {id}.json
}

func (s *resource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{w: w, r: r, model: s.model, format: s.format, surface: s.surface}
	defer c.freeBody()
	defer s.calls.remove(c)
	if err := s.dispatch(c); err != nil {
		s.fail(c, err)
	}
}

// dispatch finds the route of the method, and serves the call if it may be made.
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
	c.route = rt
	c.noteRoute()
	c.r.SetPathValue("id", strings.TrimSuffix(c.r.PathValue("id"), s.suffix))
	if err := s.authorize(c, rt.access); err != nil {
		return err
	}
	if err := c.soundPath(); err != nil {
		return err
	}
	if !rt.access.keyless {
		s.calls.add(c)
	}
	return rt.serve(c)
}

// wrongMethod returns the answer that names the methods of the path.
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
