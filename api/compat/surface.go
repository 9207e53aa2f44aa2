package compat

import (
	"fmt"
	"slices"
	"strings"

	"bulkpatch/model"
)

// An Action is what a call of a vendor's API does.
type Action string

// The actions.
const (
	List           Action = "list"
	Create         Action = "create" // or update the one that is there, as the vendor has it
	Get            Action = "get"
	Update         Action = "update" // of one record
	Bulk           Action = "bulk"   // of all records that a filter selects
	Delete         Action = "delete"
	DeleteMatching Action = "deleteMatching" // all records that the query names
	Describe       Action = "describe"       // the fields that records have
	Login          Action = "login"          // turns a key that is sent as a password into a token
)

// Segments of paths with a meaning.
const (
	recordSegment    = "{id}"        // names a record
	workspaceSegment = "{workspace}" // must be the workspace of the key
)

// A Route is one call of a surface, with its whole path.
type Route struct {
	Method string
	Path   string
	Action Action
}

// A Surface is one vendor's API. It is immutable once loaded.
type Surface struct {
	Vendor
	Model  *model.Model
	Routes []Route
	// Roots are the beginnings of the surface's paths. An unknown path below one
	// of them gets an error in the vendor's format. Each ends in a slash.
	Roots []string
	// Bases are the possible base addresses of the API, without the host. One is
	// "", the host alone.
	Bases []string
	// ID is the field that identifies a record in paths: the id or another unique
	// field.
	ID *model.Field
	// BareKey says that the Authorization header may be the key alone.
	BareKey bool

	fields map[string]*model.Field // by the vendor's names
}

// Field returns a field by the vendor's name for it. The vendor's callers do not see the
// version and the last job.
func (s *Surface) Field(name string) (*model.Field, bool) {
	f, ok := s.fields[name]
	return f, ok
}

// fieldsOf lists the fields that a vendor's callers see.
func fieldsOf(m *model.Model) map[string]*model.Field {
	fields := make(map[string]*model.Field, len(m.Fields))
	for _, f := range m.Fields {
		if f.Role != model.RoleVersion && f.Role != model.RoleLastJob {
			fields[f.VendorName] = f
		}
	}
	return fields
}

// pointerTo leads to a member of the body.
func pointerTo(name string) string { return model.PointerTo("", name) }

// Pointer converts a pointer into the body of a native call to one into the vendor's
// body.
func (s *Surface) Pointer(native string) string {
	first, rest, more := strings.Cut(strings.TrimPrefix(native, "/"), "/")
	f, ok := s.Model.Field(first)
	if !ok || f.VendorName == f.Name {
		return native
	}
	if more {
		rest = "/" + rest
	}
	return pointerTo(f.VendorName) + rest
}

// compatRoot is the beginning of the paths of a model's surface for clients that need a
// base address of their own.
func compatRoot(m *model.Model) string { return "/compat/" + m.Name }

// conflicts returns an error for each path that two surfaces claim, because a request
// could be meant for either.
func conflicts(surfaces []*Surface, taken []string) []error {
	type claim struct{ path, who string }
	var claims []claim
	for _, p := range taken {
		claims = append(claims, claim{p, "the API itself"})
	}
	var faults []error
	for _, s := range surfaces {
		who := "model " + s.Model.Name
		seen := map[string]bool{}
		for _, r := range s.Routes {
			if seen[r.Path] {
				continue
			}
			seen[r.Path] = true
			for _, c := range claims {
				if c.who != who && overlap(c.path, r.Path) && !s.yields(r.Path, c.path) {
					faults = append(faults, fmt.Errorf("%s and %s both claim the path %s", c.who, who, r.Path))
				}
			}
			claims = append(claims, claim{r.Path, who})
		}
	}
	return faults
}

// yields reports whether a route of the surface cannot conflict with a path of others
// that it matches: the path has a word in the place of the route's id, and no record can
// have this word as its id. The server prefers the word.
func (s *Surface) yields(route, other string) bool {
	words := strings.Split(other, "/")
	for i, part := range strings.Split(route, "/") {
		if part != recordSegment || s.ID.Role != model.RoleID || strings.HasPrefix(words[i], "{") {
			continue
		}
		if _, ok := s.Model.ParseID(words[i]); !ok {
			return true
		}
	}
	return false
}

// widen makes the first segment of the surface's paths a root if nobody else has paths
// that begin with it. An unknown path there can only be meant for this vendor.
func (s *Surface) widen(surfaces []*Surface, taken []string) {
	others := slices.Clone(taken)
	for _, other := range surfaces {
		if other != s {
			for _, r := range other.Routes {
				others = append(others, r.Path)
			}
		}
	}
	for _, r := range s.Routes {
		first, _, more := strings.Cut(r.Path[1:], "/")
		root := "/" + first + "/"
		shared := slices.ContainsFunc(others, func(path string) bool { return strings.HasPrefix(path+"/", root) })
		if more && !shared && !strings.Contains(root, "{") && !slices.Contains(s.Roots, root) {
			s.Roots = append(s.Roots, root)
		}
	}
}

// overlap reports whether some path matches both patterns.
func overlap(a, b string) bool {
	x, y := strings.Split(strings.Trim(a, "/"), "/"), strings.Split(strings.Trim(b, "/"), "/")
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] != y[i] && !strings.HasPrefix(x[i], "{") && !strings.HasPrefix(y[i], "{") {
			return false
		}
	}
	return true
}
