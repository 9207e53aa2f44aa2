package api

import "bulkpatch/api/dashboard"

// composePages lists the pages about new updates.
func (s *server) composePages() []route {
	type d = *dashboard.Dashboard
	begin := []Param{
		query("model", "string", "The model to begin with."),
		query("filter", "string", "The filter to begin with, as JSON."),
		query("patch", "string", "The changes to begin with, as a JSON merge patch."),
		query("compute", "string", "What to compute to begin with, as JSON: operators by field."),
	}
	return []route{
		{"GET", dashboard.NewPath, updatePage, Reads, Cheap, begin, nothing, aPage, s.page(d.NewUpdate)},
		{"POST", dashboard.NewPath, updatePage, Changes, Expensive, nil, aForm, aPage, s.formPage(d.SubmitUpdate)},
		{"GET", dashboard.NewPreviewPath, updatePage, Reads, Cheap, begin, nothing, aPage, s.page(d.NewUpdate)},
		{"POST", dashboard.NewPreviewPath, updatePage, Changes, Expensive, nil, aForm, aPage, s.formPage(d.PreviewUpdate)},
	}
}
