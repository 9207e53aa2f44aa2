package dashboard

import (
	"encoding/json"
	"net/http"
	"net/url"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/auth"
)

// A customerModelsPage lists the models, each with its customers.
type customerModelsPage struct {
	Models   []listedModel
	MayWrite bool
}

// A listedModel is a model in a list.
type listedModel struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// Path is the list of the model's customers.
func (m listedModel) Path() string { return modelPath(m.Name) }

// CustomerModels answers with the list of the models. Where there is one, or the
// address names one, it leads to the customers of that one.
func (d *Dashboard) CustomerModels(v *Visit) error {
	if name := v.query("model"); name != "" {
		return v.redirect(modelPath(name))
	}
	page := customerModelsPage{MayWrite: v.may(auth.CustomersWrite)}
	models, err := v.models()
	if err != nil {
		return err
	}
	for _, m := range models {
		var listed listedModel
		if err := json.Unmarshal(m.JSON, &listed); err != nil {
			return err
		}
		page.Models = append(page.Models, listed)
	}
	if len(page.Models) == 1 {
		return v.redirect(page.Models[0].Path())
	}
	f := d.visited(v, "Customers", CustomersPath, page)
	f.Styles = []string{"customers.css"}
	return show(v, http.StatusOK, "customermodels", f)
}

// A customersPage is the list of a model's customers.
type customersPage struct {
	Model    *customerModel
	List     customerList // what the address asks for
	Chips    []filterChip
	Quick    quickCondition
	Open     bool // the JSON of the filter is shown
	Faults   []customerFault
	Wrong    string // why there is no list, a sentence; "" for none
	Later    string // the path of the page with the list, which takes a moment; "" otherwise
	Note     string // what was done just now, a sentence; "" for none
	Columns  []customerColumn
	Rows     []customerRow
	Next     string // the path of the next page, "" for none
	First    string // the path of the first page, "" for this one
	Count    customerCount
	MayWrite bool
	MayTick  bool
	tooLong  bool // the list took longer than the page waits
	// Workspace is the visitor's, whose customers are ticked.
	Workspace string
}

// A customerFault is one thing that is wrong with what was asked for.
type customerFault struct{ Pointer, Detail string }

// Operators lists what the quick form can ask.
func (customersPage) Operators() []customerOperator { return customerOperators }

// Filters lists the fields that the quick form can ask about.
func (p customersPage) Filters() []*composeField { return p.Model.filters }

// Customers answers with a list of customers.
func (d *Dashboard) Customers(v *Visit) error {
	m, err := v.customerModel()
	if err != nil {
		return err
	}
	page := v.customersPage(m)
	if to, ok := page.submitted(v); ok {
		return v.redirect(to)
	}
	if err := page.readFirst(v); err != nil {
		return err
	}
	if page.List.Count {
		page.Count.read(v)
	}
	if page.Quick.Field == "" && len(page.List.columns) > 0 {
		page.Quick.Field = page.List.columns[0].Name
	}
	page.Chips = page.List.chips(m.choices)
	page.Open = len(page.Faults) > 0 || page.List.Filter != "" && page.Chips == nil
	page.Note = v.customerNote(m)
	f := d.visited(v, m.Title, CustomersPath, page)
	f.Styles, f.Scripts = []string{"customers.css"}, []string{"customers.js", "later.js"}
	return show(v, page.status(), "customers", f)
}

// customersPage is the page without its customers.
func (v *Visit) customersPage(m *customerModel) *customersPage {
	mayWrite := v.may(auth.CustomersWrite)
	return &customersPage{Model: m, List: customerListOf(v, m), MayWrite: mayWrite, MayTick: mayWrite && m.ID.Filterable, Workspace: v.Key.Workspace.Name}
}

// status is that of the answer.
func (p *customersPage) status() int {
	if p.Wrong != "" || len(p.Faults) > 0 || p.Quick.Wrong != "" {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// customerNote says what a form has done just before, "" for nothing. It looks
// whether that is so: an address can be made up.
func (v *Visit) customerNote(m *customerModel) string {
	id := v.query("deleted")
	switch {
	case v.query("note") == "tick":
		return "No customer is ticked. Tick those that the update is for."
	case v.query("note") == "many":
		return "Those are too many to name one by one. Tick fewer, or narrow the list by a filter and take all that match."
	case id != "" && v.noRecord(m, id):
		return "Customer " + words.Isolated(id) + " was deleted."
	}
	return ""
}

// noRecord reports whether no customer has an id.
func (v *Visit) noRecord(m *customerModel, id string) bool {
	a := v.API(Call{Method: http.MethodGet, Target: target(nil, "v1", m.Name, "customers", id)})
	return a.Status == http.StatusNotFound
}

// CountCustomers answers with how many customers match, for a script.
func (d *Dashboard) CountCustomers(v *Visit) error {
	m, err := v.customerModel()
	if err != nil {
		return err
	}
	page := v.customersPage(m)
	page.Count = customerCount{list: page.List}
	page.Count.read(v)
	return showPart(v, http.StatusOK, "customers", "counted", page)
}

// UpdateCustomers leads from a list of customers to a new update: of those that are
// ticked, or of all that match the filter. It changes nothing.
func (d *Dashboard) UpdateCustomers(v *Visit) error {
	m, err := v.customerModel()
	if err != nil {
		return err
	}
	list := customerListOf(v, m)
	filter := list.Filter
	if v.query("take") != "all" {
		if filter = m.ofIDs(v.Request.URL.Query()["id"]); filter == "" {
			return v.redirect(list.with("note", "tick"))
		}
	}
	if filter == "" {
		filter = "{}"
	}
	to := newUpdatePath(m.Name, filter, shareable{})
	if len(to) > maxAddress {
		return v.redirect(list.with("note", "many"))
	}
	return v.redirect(to)
}

// maxAddress is how long an address may be, in bytes; the server takes a little more.
const maxAddress = 60 << 10

// ofIDs writes the filter for customers with some ids, "" for none. What is no id stays
// a text: the composer shows what is wrong with it.
func (m *customerModel) ofIDs(ids []string) string {
	values := []byte(nil)
	for i, id := range ids {
		if i > 0 {
			values = append(values, ", "...)
		}
		values = append(values, m.idJSON(id)...)
	}
	switch len(ids) {
	case 0:
		return ""
	case 1:
		return string(customerCondition{m.ID.Name, values}.JSON())
	}
	in := customerCondition{"$in", append(append([]byte("["), values...), ']')}
	return string(customerCondition{m.ID.Name, in.JSON()}.JSON())
}

// idJSON writes an id as the model has it.
func (m *customerModel) idJSON(id string) []byte {
	if m.ID.Type == "integer" && jsonNumber.MatchString(id) {
		return []byte(id)
	}
	return jsonText(id)
}

// ExportCustomers streams the customers that match as a file.
func (d *Dashboard) ExportCustomers(v *Visit) error {
	if _, err := v.customerModel(); err != nil {
		return err
	}
	format := "application/x-ndjson"
	if v.query("format") == "csv" {
		format = "text/csv"
	}
	query := url.Values{"filter": {v.query("filter")}, "fields": {v.query("fields")}}
	v.Forward(Call{
		Method: v.Request.Method, Target: target(query, "v1", v.Request.PathValue("name"), "export"),
		Header: map[string]string{"Accept": format},
	})
	return nil
}
