package api

import "bulkpatch/api/dashboard"

// shellPages lists the pages that lead to others, and help.
func (s *server) shellPages() []route {
	words := []Param{query("q", "string", "The id or the name of what is looked for, or the beginning of a job's id.")}
	return []route{
		{"GET", dashboard.GoPath, anyPage, Reads, Paged, words, nothing, aPage, s.page((*dashboard.Dashboard).Go)},
		{"GET", dashboard.GoFoundPath, anyPage, Reads, Paged, words, nothing, aPage, s.page((*dashboard.Dashboard).GoFound)},
		{"GET", dashboard.HelpPath, anyPage, Reads, Cheap, nil, nothing, aPage, s.page((*dashboard.Dashboard).Help)},
	}
}
