package api

import "bulkpatch/api/dashboard"

// overviewPages lists the pages about the workspace as a whole and the visitor.
func (s *server) overviewPages() []route {
	return []route{
		{"GET", dashboard.HomePath, anyPage, Reads, Paged, nil, nothing, aPage, s.page((*dashboard.Dashboard).Home)},
		{"GET", dashboard.AccessPath, anyPage, Reads, Cheap, nil, nothing, aPage, s.page((*dashboard.Dashboard).Access)},
	}
}
