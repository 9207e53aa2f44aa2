package api

import (
	"encoding/json"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// A modelJSON is a model as GET /v1/models shows it.
type modelJSON struct {
	Name        string      `json:"name"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Digest      string      `json:"digest"`
	Fields      []fieldJSON `json:"fields,omitempty"`
	// Operators lists what computes a value, by the field or dotted path.
	Operators map[string][]string `json:"operators,omitempty"`
	Links     modelLinks          `json:"links"`
}

type modelLinks struct {
	Self      string `json:"self"`
	Customers string `json:"customers"`
}

// A fieldJSON is one field of a model.
type fieldJSON struct {
	Name        string     `json:"name"`
	Title       string     `json:"title,omitempty"`
	Description string     `json:"description,omitempty"`
	Type        model.Type `json:"type"`
	Format      string     `json:"format,omitempty"`
	boundsJSON

	Role       model.Role            `json:"role,omitempty"`
	Nullable   bool                  `json:"nullable"`
	Required   bool                  `json:"required"`
	ReadOnly   bool                  `json:"readOnly"`
	WriteOnly  bool                  `json:"writeOnly"`
	Secret     model.Secret          `json:"secret,omitempty"`
	Filterable bool                  `json:"filterable"`
	Indexed    bool                  `json:"indexed"`
	Unique     bool                  `json:"unique"`
	Options    []string              `json:"options,omitempty"`
	Added      []string              `json:"addedOptions,omitempty"` // by the workspace
	Extensible bool                  `json:"extensible,omitempty"`
	DropDowns  []dropDownJSON        `json:"dropDowns,omitempty"`
	Default    json.RawMessage       `json:"default,omitempty"`
	Paths      map[string]model.Type `json:"paths,omitempty"`
	OpenPaths  bool                  `json:"openPaths,omitempty"`
	Needs      string                `json:"needs,omitempty"` // the field that must have a value if this one has one
}

// boundsJSON has the keywords of a field's schema that bound its values.
type boundsJSON struct {
	Minimum          json.RawMessage `json:"minimum,omitempty"`
	Maximum          json.RawMessage `json:"maximum,omitempty"`
	ExclusiveMinimum json.RawMessage `json:"exclusiveMinimum,omitempty"`
	ExclusiveMaximum json.RawMessage `json:"exclusiveMaximum,omitempty"`
	MinLength        json.RawMessage `json:"minLength,omitempty"`
	MaxLength        json.RawMessage `json:"maxLength,omitempty"`
	MinItems         json.RawMessage `json:"minItems,omitempty"`
	MaxItems         json.RawMessage `json:"maxItems,omitempty"`
	Pattern          string          `json:"pattern,omitempty"`
}

// A dropDownJSON is a text below an object field whose choices may grow.
type dropDownJSON struct {
	Name    string   `json:"name"` // dotted path, as in filters
	Title   string   `json:"title,omitempty"`
	Options []string `json:"options"`
	Added   []string `json:"addedOptions,omitempty"`
}

func modelOf(m *model.Model) modelJSON {
	return modelJSON{
		Name:        m.Name,
		Title:       m.Title,
		Description: m.Description,
		Digest:      m.Digest,
		Links: modelLinks{
			Self:      "/v1/models/" + m.Name,
			Customers: "/v1/" + m.Name + "/customers",
		},
	}
}

// fieldOf shows a field; added lists the choices that the workspace has added.
func fieldOf(f *model.Field, added func(*model.Field) []string) (fieldJSON, error) {
	out := fieldJSON{
		Name: f.Name, Title: f.Title, Description: f.Description, Type: f.Type, Format: f.Format, Role: f.Role,
		Nullable: f.Nullable, Required: f.Required, ReadOnly: f.ReadOnly, WriteOnly: f.WriteOnly,
		Secret: f.Secret, Filterable: f.Filterable, Indexed: f.Indexed, Unique: f.Unique,
		Options: f.Choices, Added: added(f), Extensible: f.Extensible, Paths: f.Paths, OpenPaths: f.OpenPaths,
	}
	if f.Default != nil {
		out.Default = f.AppendJSON(nil, f.Default)
	}
	if f.Needs != nil {
		out.Needs = f.Needs.Name
	}
	for _, d := range f.DropDowns {
		out.DropDowns = append(out.DropDowns, dropDownJSON{d.Name, d.Title, d.Choices, added(d)})
	}
	return out, json.Unmarshal(f.Schema(), &out.boundsJSON)
}

// operatorsOf lists the operators that a request may give for each field and declared
// path that can be computed.
func operatorsOf(m *model.Model) map[string][]string {
	all := map[string][]string{}
	add := func(name string) {
		if operators := m.Operators(name); operators != nil {
			all[name] = operators
		}
	}
	for _, f := range m.Fields {
		add(f.Name)
		for path := range f.Paths {
			add(f.Name + "." + path)
		}
	}
	return all
}

// A listJSON is a page of things.
type listJSON[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"nextCursor"`
}

// listOf makes a page; the empty cursor is null.
func listOf[T any](items []T, next string) listJSON[T] {
	if items == nil {
		items = []T{}
	}
	return listJSON[T]{items, textOrNull(next)}
}

// textOrNull is null for an empty text.
func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

var errNoModel = web.NewProblem("model_not_found", "No model of this name is loaded; GET /v1/models lists them.")

func (s *server) listModels(c *call) error {
	if err := c.input().err(); err != nil {
		return err
	}
	var items []modelJSON
	for _, m := range s.Models.All() {
		items = append(items, modelOf(m))
	}
	return c.answer(200, listOf(items, ""))
}

func (s *server) getModel(c *call) error {
	m, ok := s.Models.Model(c.r.PathValue("name"))
	if !ok {
		return errNoModel
	}
	if err := c.input().err(); err != nil {
		return err
	}
	added, err := s.Store.Choices(c.ctx(), c.workspace(), m)
	if err != nil {
		return err
	}
	out := modelOf(m)
	out.Operators = operatorsOf(m)
	for _, f := range m.Fields {
		field, err := fieldOf(f, added)
		if err != nil {
			return err
		}
		out.Fields = append(out.Fields, field)
	}
	return c.answer(200, out)
}
