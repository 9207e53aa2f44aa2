package api

import "bulkpatch/api/dashboard"

// Who may open the pages about customers, and who is given what changes them.
var (
	customersPage      = access{page: true, scopes: readCustomers.scopes}
	customersWritePage = access{page: true, scopes: bothCustomers.scopes}
)

// customerPages lists the pages about customers.
func (s *server) customerPages() []route {
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
		{"GET", dashboard.CustomersPath, customersPage, Reads, Cheap, []Param{query("model", "string", "The model whose customers are listed.")}, nothing, aPage, s.page((*dashboard.Dashboard).CustomerModels)},
		{"GET", list, customersPage, Reads, Expensive, listed, nothing, aPage, s.page((*dashboard.Dashboard).Customers)},
		{"GET", list + "/count", customersPage, Reads, Expensive, listed[:1], nothing, aPage, s.page((*dashboard.Dashboard).CountCustomers)},
		{"GET", list + "/export", customersPage, Reads, Streamed, listed[:3], nothing, file, s.page((*dashboard.Dashboard).ExportCustomers)},
		{"GET", list + "/update", customersWritePage, Reads, Cheap, listed[:1], nothing, aPage, s.page((*dashboard.Dashboard).UpdateCustomers)},
		{"GET", list + "/create", customersWritePage, Reads, Cheap, nil, nothing, aPage, s.page((*dashboard.Dashboard).CreateCustomer)},
		{"POST", list + "/create", customersWritePage, Changes, Cheap, nil, aForm, aPage, s.formPage((*dashboard.Dashboard).TakeNewCustomer)},
		{"GET", record, customersPage, Reads, Paged, []Param{
			query("cursor", "string", "The place in the history."),
			query("all", "string", "The field whose long value is shown as a whole."),
		}, nothing, aPage, s.page((*dashboard.Dashboard).Customer)},
		{"GET", record + "/edit", customersWritePage, Reads, Cheap, nil, nothing, aPage, s.page((*dashboard.Dashboard).EditCustomer)},
		{"POST", record + "/edit", customersWritePage, Changes, Cheap, nil, aForm, aPage, s.formPage((*dashboard.Dashboard).TakeCustomer)},
		{"GET", record + "/delete", customersWritePage, Reads, Cheap, nil, nothing, aPage, s.page((*dashboard.Dashboard).ConfirmDelete)},
		{"POST", record + "/delete", customersWritePage, Changes, Cheap, nil, aForm, aPage, s.formPage((*dashboard.Dashboard).DeleteCustomer)},
	}
}
