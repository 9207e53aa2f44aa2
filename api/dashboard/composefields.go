package dashboard

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// A composeModel is what the composer needs to know of a model: which values an update
// may change, and which ones a filter may compare.
type composeModel struct {
	Name, Title string
	Fields      []*composeField // what may change, a field before the values inside it
	Filters     []*composeField // what a filter may compare
	ID          string          // the field with the ids of the customers

	byName map[string]*composeField // of Fields
	known  words.Choices
}

// A composeField is a field of a model, or a value that is declared inside an object
// field; then its name is a dotted path.
type composeField struct {
	Name       string   `json:"name"`
	Title      string   `json:"title,omitempty"`
	Type       string   `json:"type"`
	Choices    []string `json:"choices,omitempty"`
	Extensible bool     `json:"-"`
	Nullable   bool     `json:"-"`
	Secret     bool     `json:"-"`
	Inside     bool     `json:"-"` // below an object field
	Operators  []string `json:"-"` // that can compute the value
}

// describedField is a field in the answer to GET /v1/models/{model}.
type describedField struct {
	Name        string            `json:"name"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Type        string            `json:"type"`
	Role        string            `json:"role"`
	Nullable    bool              `json:"nullable"`
	ReadOnly    bool              `json:"readOnly"`
	WriteOnly   bool              `json:"writeOnly"`
	Secret      string            `json:"secret"`
	Filterable  bool              `json:"filterable"`
	Options     []string          `json:"options"`
	Added       []string          `json:"addedOptions"`
	Extensible  bool              `json:"extensible"`
	DropDowns   []describedField  `json:"dropDowns"`
	Paths       map[string]string `json:"paths"`
}

// composeModelOf reads the description of a model.
func composeModelOf(m client.Model) (*composeModel, error) {
	var described struct {
		Fields []describedField `json:"fields"`
	}
	if err := json.Unmarshal(m.JSON, &described); err != nil {
		return nil, err
	}
	out := &composeModel{Name: m.Name, Title: m.Title, known: words.ChoicesOf(m), byName: map[string]*composeField{}}
	for _, f := range described.Fields {
		own := append([]*composeField{f.whole()}, f.inside()...)
		if f.Role == "id" {
			out.ID = f.Name
		}
		if f.Role == "" && !f.ReadOnly {
			out.Fields = append(out.Fields, own[0])
			if f.Type == "object" { // a merge patch cannot change a part of a list
				out.Fields = append(out.Fields, own[1:]...)
			}
		}
		if f.Filterable {
			out.Filters = append(out.Filters, own...)
		}
	}
	for _, f := range out.Fields {
		f.Operators = m.Operators[f.Name]
		out.byName[f.Name] = f
	}
	return out, nil
}

// whole is the field itself.
func (f *describedField) whole() *composeField {
	return &composeField{
		Name: f.Name, Title: cmp.Or(f.Title, f.Description), Type: f.Type, Choices: slices.Concat(f.Options, f.Added),
		Extensible: f.Extensible, Nullable: f.Nullable, Secret: f.Secret != "" || f.WriteOnly,
	}
}

// inside lists the values that are declared below the field.
func (f *describedField) inside() []*composeField {
	choices := map[string][]string{}
	for _, d := range f.DropDowns {
		choices[d.Name] = slices.Concat(d.Options, d.Added)
	}
	var list []*composeField
	for _, path := range slices.Sorted(maps.Keys(f.Paths)) {
		name := f.Name + "." + path
		list = append(list, &composeField{
			Name: name, Type: f.Paths[path], Choices: choices[name], Extensible: choices[name] != nil,
			Nullable: true, Secret: f.Secret != "" || f.WriteOnly, Inside: true,
		})
	}
	return list
}

// Example is a short filter of the model.
func (m *composeModel) Example() string {
	for _, f := range m.Filters {
		if f.Kind() == "choice" || f.Kind() == "new-choice" {
			return `{"` + f.Name + `": ` + string(jsonText(f.Choices[0])) + `}`
		}
	}
	for _, f := range m.Filters {
		if f.Type == "string" && f.Name != m.ID {
			return `{"` + f.Name + `": {"$contains": "a"}}`
		}
	}
	return `{"` + m.ID + `": {"$exists": true}}`
}

// path returns the names that lead to the value.
func (f *composeField) path() []string { return strings.Split(f.Name, ".") }

// Kind says which input the field has: text, choice, new-choice (any text, with the
// choices there are), number, boolean, date, moment, list, json or secret.
func (f *composeField) Kind() string {
	switch {
	case f.Secret && f.Type == "string":
		return "secret"
	case f.Type == "string" && f.Choices != nil && f.Extensible:
		return "new-choice"
	case f.Type == "string" && f.Choices != nil:
		return "choice"
	}
	switch f.Type {
	case "string":
		return "text"
	case "integer", "number":
		return "number"
	case "boolean", "date":
		return f.Type
	case "date-time":
		return "moment"
	case "array":
		return "list"
	}
	return "json"
}

// typeWords says in words what the values of each type are.
var typeWords = map[string]string{
	"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "date": "date",
	"date-time": "date and time", "object": "object", "array": "list", "any": "any value",
}

// TypeWords says what the values are.
func (f *composeField) TypeWords() string {
	switch f.Kind() {
	case "choice", "new-choice":
		return "choice"
	case "secret":
		return "secret"
	}
	return typeWords[f.Type]
}
