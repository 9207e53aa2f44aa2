package api

import (
	"cmp"
	"slices"
	"strings"

	"bulkpatch/api/compat"
	"bulkpatch/model"
)

// A Call is one call of the API: its method and the pattern of its path, in
// which {id} and the like stand for a segment.
type Call struct {
	Method, Path string
	Vendor       string // model whose vendor's words it speaks, "" for none
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
		for method := range res.methods {
			calls = append(calls, Call{method, strings.Replace(at, "{id}", "{id}"+res.suffix, 1), vendor})
		}
	}
	slices.SortFunc(calls, func(a, b Call) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	return calls
}
