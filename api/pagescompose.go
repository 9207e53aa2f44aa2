package api

import (
	"bulkpatch/api/dashboard"
	"bulkpatch/auth"
)

// changesPage is for those who may change customers.
var changesPage = access{page: true, scopes: []auth.Scope{auth.CustomersWrite}}

// composePages lists the pages about new updates.
func (s *server) composePages() []route {
	begin := []Param{
		query("model", "string", "The model to begin with."),
		query("filter", "string", "The filter to begin with, as JSON."),
		query("patch", "string", "The changes to begin with, as a JSON merge patch."),
	}
	return []route{
		{"GET", dashboard.NewPath, changesPage, Reads, Cheap, begin, nothing, aPage, s.page((*dashboard.Dashboard).NewUpdate)},
		{"POST", dashboard.NewPath, changesPage, Changes, Expensive, nil, aForm, aPage, s.formPage((*dashboard.Dashboard).SubmitUpdate)},
		{"GET", dashboard.NewPreviewPath, changesPage, Reads, Cheap, begin, nothing, aPage, s.page((*dashboard.Dashboard).NewUpdate)},
		{"POST", dashboard.NewPreviewPath, changesPage, Changes, Expensive, nil, aForm, aPage, s.formPage((*dashboard.Dashboard).PreviewUpdate)},
	}
}
