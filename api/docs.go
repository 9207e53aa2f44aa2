package api

import (
	"bulkpatch/api/handbook"
	"bulkpatch/api/web"
)

// docRoutes lists the pages of the documentation, which need no key.
func (s *server) docRoutes() []route {
	page := Content{[]string{typeHTML, web.TypeJSON}, []any{}} // the index of the search is JSON
	asset := Content{[]string{"text/css", "text/javascript"}, nil}
	return []route{
		{"GET", handbook.Path, openPage, Reads, Cheap, []Param{headerNoneMatch}, nothing, page, s.docs},
		{"GET", handbook.Path + "/{page}", openPage, Reads, Cheap, []Param{headerNoneMatch}, nothing, page, s.docs},
		{"GET", handbook.AssetsPath + "{version}/{asset}", openPage, Reads, Cheap, nil, nothing, asset, s.docsAsset},
	}
}

var errNoDocs = web.NewProblem("unknown_path", "The documentation has no such page.")

func (s *server) docs(c *call) error {
	if s.reference == nil {
		return errNoDocs
	}
	found, err := s.handbook.Serve(c.w, c.r, c.r.PathValue("page"))
	if err == nil && !found {
		return errNoDocs
	}
	return err
}

func (s *server) docsAsset(c *call) error {
	if !handbook.Asset(c.w, c.r.PathValue("version"), c.r.PathValue("asset")) {
		return errNoAsset
	}
	return nil
}
