package api

import (
	"cmp"
	"slices"
	"strings"

	"bulkpatch/api/compat"
	"bulkpatch/model"
)

// A Call is one call of the API, native or a vendor's.
type Call struct {
	Route
	Vendor string // the model whose vendor's API it belongs to, "" for none
}

// Calls lists every call, the vendors' included, in the order of their paths.
func Calls(models *model.Registry, surfaces []*compat.Surface) []Call {
	s := &server{Config: Config{Models: models}}
	paths := s.native()
	for _, v := range surfaces {
		s.surface(v, paths)
	}
	var calls []Call
	for at, res := range paths {
		vendor := ""
		if res.surface != nil {
			vendor = res.model.Name
		}
		for _, r := range res.methods {
			path := strings.Replace(at, "{id}", "{id}"+res.suffix, 1)
			calls = append(calls, Call{r.at(path), vendor})
		}
	}
	slices.SortFunc(calls, func(a, b Call) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return calls
}

// at returns the route as data, at its whole path.
func (r *route) at(path string) Route {
	out := Route{
		Method: r.method, Path: path, Keyless: r.access.keyless, Scopes: r.access.scopes, Page: r.access.page, Main: r.access.main,
		Effect: r.effect, Cost: r.cost, Request: r.request, Answer: r.answer,
	}
	for _, s := range segments {
		if strings.Contains(path, "{"+s.name+"}") {
			out.Params = append(out.Params, Param{Name: s.name, In: InPath, Type: "string", Description: s.description})
		}
	}
	out.Params = append(out.Params, r.params...)
	return out
}
