package compat

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"bulkpatch/model"
)

// Shipped are the vendors that model files can name in x-vendor: speaks.
func Shipped() map[string]Vendor {
	return map[string]Vendor{
		"":              Plain{},
		"accounts":      accounts{},
		"clientsuccess": clientSuccess{},
		"desk":          desk{},
		"mythic":        mythic{},
		"plane":         plane{},
	}
}

// Load reads the surfaces of all models that have one. vendors are those that
// a file may name; taken are paths that no surface may claim. The error names
// everything that is wrong, by model: one that claims what another has is
// refused with both names.
func Load(models *model.Registry, vendors map[string]Vendor, taken []string) ([]*Surface, error) {
	var surfaces []*Surface
	var faults []error
	for _, m := range models.All() {
		if m.Vendor == nil {
			continue
		}
		r := reader{model: m}
		if s := r.surface(vendors); len(r.faults) == 0 {
			surfaces = append(surfaces, s)
		}
		faults = append(faults, r.faults...)
	}
	faults = append(faults, conflicts(surfaces, taken)...)
	for _, s := range surfaces {
		s.widen(surfaces, taken)
	}
	return surfaces, errors.Join(faults...)
}

// A reader reads the x-vendor of one model.
type reader struct {
	model  *model.Model
	faults []error
}

func (r *reader) fail(at, format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf("model %s, x-vendor%s: %s", r.model.Name, at, fmt.Sprintf(format, args...)))
}

// vendorKeys are what x-vendor may hold.
var vendorKeys = []string{"speaks", "base", "bare", "id", "authorization", "paths", "login"}

func (r *reader) surface(vendors map[string]Vendor) *Surface {
	v := r.model.Vendor
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if !slices.Contains(vendorKeys, name) {
			r.fail("/"+name, "unknown; known are %s", strings.Join(vendorKeys, ", "))
		}
	}
	s := &Surface{Model: r.model, ID: r.id(), fields: fieldsOf(r.model)}
	speaks := r.string("speaks")
	var known bool
	if s.Vendor, known = vendors[speaks]; !known {
		r.fail("/speaks", "there is no vendor of the name %q", speaks)
	}
	if auth := r.string("authorization"); auth == "bare" {
		s.BareKey = true
	} else if auth != "" {
		r.fail("/authorization", `only "bare" is possible: the key alone`)
	}
	r.routes(s)
	return s
}

func (r *reader) string(name string) string {
	text, ok := r.model.Vendor[name].(string)
	if !ok && r.model.Vendor[name] != nil {
		r.fail("/"+name, "this must be a text")
	}
	return text
}

// id is the field that paths name records by.
func (r *reader) id() *model.Field {
	name := r.string("id")
	if name == "" {
		return r.model.Role(model.RoleID)
	}
	f, ok := r.model.Field(name)
	if !ok || !f.Unique && f.Role != model.RoleID {
		r.fail("/id", "%q is no unique field of the model", name)
		return r.model.Role(model.RoleID)
	}
	return f
}

// routes spreads the paths of the file over the addresses they are served at:
// at the root with the vendor's base, and without it where the file says
// bare, and below /compat with and without.
func (r *reader) routes(s *Surface) {
	base := r.string("base")
	if base != "" && (!strings.HasPrefix(base, "/") || strings.HasSuffix(base, "/")) {
		r.fail("/base", "this must begin with a slash and end without one")
	}
	bare, _ := r.model.Vendor["bare"].(bool)
	prefixes := []string{base, compatRoot(r.model) + base, compatRoot(r.model)}
	if bare {
		prefixes = append(prefixes, "")
	}
	s.Bases = slices.Compact(slices.Sorted(slices.Values(prefixes)))
	paths, ok := r.model.Vendor["paths"].(map[string]any)
	if !ok || len(paths) == 0 {
		r.fail("/paths", "this must name the paths of the surface and what each method does there")
	}
	s.Roots = []string{compatRoot(r.model) + "/"}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		calls, ok := paths[path].(map[string]any)
		if !ok || !r.sound(path) {
			r.fail("/paths", "%q must begin with a slash, and hold methods and what they do", path)
			continue
		}
		r.calls(s, s.Bases, path, calls)
	}
	r.login(s)
	s.Bases = append(s.Bases, "") // that of a client that has the vendor's base in its paths
	slices.Sort(s.Roots)
	s.Roots = slices.Compact(s.Roots)
}

// login adds the path of a vendor whose callers log in. It has a base of its
// own, in the form base:path.
func (r *reader) login(s *Surface) {
	text := r.string("login")
	if text == "" {
		return
	}
	base, path, ok := strings.Cut(text, ":")
	if !ok || !r.sound(base) || !r.sound(path) {
		r.fail("/login", "this must be a base and a path with a colon between them, as in /v1:/auth")
		return
	}
	prefixes := []string{base, compatRoot(r.model) + base, compatRoot(r.model)}
	s.Bases = append(s.Bases, base, compatRoot(r.model)+base)
	r.calls(s, prefixes, path, map[string]any{http.MethodPost: string(Login)})
}

// sound reports whether a path is one that can be served.
func (r *reader) sound(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") {
		return false
	}
	for part := range strings.SplitSeq(path[1:], "/") {
		if part == "" || strings.ContainsAny(part, "{}") && !strings.HasPrefix(part, recordSegment) && part != workspaceSegment {
			return false
		}
	}
	return true
}

// actions are what a method may do, and on which kind of path.
var actions = map[Action]struct {
	methods []string
	record  bool // the path names one
}{
	List:           {[]string{http.MethodGet}, false},
	Create:         {[]string{http.MethodPost}, false},
	Get:            {[]string{http.MethodGet}, true},
	Update:         {[]string{http.MethodPatch, http.MethodPut, http.MethodPost}, true},
	Bulk:           {[]string{http.MethodPatch, http.MethodPut, http.MethodPost}, false},
	Delete:         {[]string{http.MethodDelete}, true},
	DeleteMatching: {[]string{http.MethodDelete}, false},
	Describe:       {[]string{http.MethodGet}, false},
	Login:          {[]string{http.MethodPost}, false},
}

func (r *reader) calls(s *Surface, prefixes []string, path string, calls map[string]any) {
	for _, method := range slices.Sorted(maps.Keys(calls)) {
		text, _ := calls[method].(string)
		a, known := actions[Action(text)]
		if !known || !slices.Contains(a.methods, method) || a.record != strings.Contains(path, recordSegment) {
			r.fail("/paths", "%s %s cannot do %q", method, path, text)
			continue
		}
		for _, prefix := range prefixes {
			s.Routes = append(s.Routes, Route{method, prefix + path, Action(text)})
			s.Roots = append(s.Roots, rootOf(prefix, path))
		}
	}
}

// rootOf is the fixed beginning of a path: its prefix and its first segment,
// where a record's or workspace's name follows.
func rootOf(prefix, path string) string {
	first, _, more := strings.Cut(path[1:], "/")
	if !more {
		return prefix + "/" + strings.TrimSuffix(first, ".json") + "/"
	}
	return prefix + "/" + first + "/"
}
