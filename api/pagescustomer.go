package api

import "bulkpatch/api/dashboard"

// customerPages lists the pages about customers.
func (s *server) customerPages() []route {
	type d = *dashboard.Dashboard
	const (
		list   = dashboard.CustomersPath + "/{name}"
		record = list + "/records/{id}"
	)
	listed := []Param{
		query("filter", "application/json", "Which customers are listed, as a filter."),
		query("sort", "string", "The fields to sort by."),
		query("fields", "string", "The fields to show beside the id."),
		query("cursor", "string", "The place in the list."),
	}
	file := Content{[]string{"application/x-ndjson", "text/csv"}, nil}
	return []route{
		{"GET", dashboard.CustomersPath, readPage, Reads, Cheap, []Param{query("model", "string", "The model whose customers are listed.")}, nothing, aPage, s.page(d.CustomerModels)},
		{"GET", list, readPage, Reads, Expensive, listed, nothing, aPage, s.page(d.Customers)},
		{"GET", list + "/count", readPage, Reads, Expensive, listed[:1], nothing, aPage, s.page(d.CountCustomers)},
		{"GET", list + "/export", readPage, Reads, Streamed, listed[:3], nothing, file, s.page(d.ExportCustomers)},
		{"GET", list + "/update", editPage, Reads, Cheap, listed[:1], nothing, aPage, s.page(d.UpdateCustomers)},
		{"GET", list + "/create", editPage, Reads, Cheap, nil, nothing, aPage, s.page(d.CreateCustomer)},
		{"POST", list + "/create", editPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.TakeNewCustomer)},
		{"GET", record, readPage, Reads, Paged, []Param{
			query("cursor", "string", "The place in the history."),
			query("all", "string", "The field whose long value is shown as a whole."),
		}, nothing, aPage, s.page(d.Customer)},
		{"GET", record + "/edit", editPage, Reads, Cheap, nil, nothing, aPage, s.page(d.EditCustomer)},
		{"POST", record + "/edit", editPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.TakeCustomer)},
		{"GET", record + "/delete", editPage, Reads, Cheap, nil, nothing, aPage, s.page(d.ConfirmDelete)},
		{"POST", record + "/delete", editPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.DeleteCustomer)},
	}
}
