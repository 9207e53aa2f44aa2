package client

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
)

// A Model describes the fields of the customers of one sort.
type Model struct {
	Name        string          `json:"name"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	Digest      string          `json:"digest"` // changes with the rules of the model
	Fields      []Field         `json:"fields"` // only as [Client.Model] reads it, as are Operators
	Links       ModelLinks      `json:"links"`
	JSON        json.RawMessage `json:"-"` // the whole description as the server sent it

	// Operators lists the operators that suit each field or declared dotted path; what
	// it lacks cannot be computed. See [Submission].
	Operators map[string][]string `json:"operators"`
}

// ModelLinks holds the paths of a model and of its customers.
type ModelLinks struct {
	Self      string `json:"self"`
	Customers string `json:"customers"`
}

// A Field describes one field of the customers of a model. Its bounds are JSON numbers,
// nil for none.
type Field struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Type        string `json:"type"`   // string, integer, number, boolean, date, date-time, object, array or any
	Format      string `json:"format"` // as JSON Schema has it, such as email; "" for none
	Role        string `json:"role"`   // id, version, createdAt, updatedAt or lastJobId; "" for all others

	Minimum          json.RawMessage `json:"minimum"`
	Maximum          json.RawMessage `json:"maximum"`
	ExclusiveMinimum json.RawMessage `json:"exclusiveMinimum"`
	ExclusiveMaximum json.RawMessage `json:"exclusiveMaximum"`
	MinLength        json.RawMessage `json:"minLength"` // in characters
	MaxLength        json.RawMessage `json:"maxLength"`
	MinItems         json.RawMessage `json:"minItems"`
	MaxItems         json.RawMessage `json:"maxItems"`
	Pattern          string          `json:"pattern"` // a regular expression, "" for none

	Nullable   bool   `json:"nullable"`
	Required   bool   `json:"required"` // of a new customer
	ReadOnly   bool   `json:"readOnly"`
	WriteOnly  bool   `json:"writeOnly"`
	Secret     string `json:"secret"` // "masked" shows as "***" without [ScopeSecretsRead], "hashed" to nobody; "" for values that all may see
	Filterable bool   `json:"filterable"`
	Indexed    bool   `json:"indexed"` // a filter by it alone is fast
	Unique     bool   `json:"unique"`  // within the workspace

	Options    []string          `json:"options"`      // of a drop-down
	Added      []string          `json:"addedOptions"` // by the workspace
	Extensible bool              `json:"extensible"`   // the option AllowNewOptions adds to the drop-down
	DropDowns  []DropDown        `json:"dropDowns"`    // below an object
	Default    json.RawMessage   `json:"default"`      // of a new customer; nil for none
	Paths      map[string]string `json:"paths"`        // what is declared below an object, with the types
	OpenPaths  bool              `json:"openPaths"`    // filters may name others below it
	Needs      string            `json:"needs"`        // the field without a value in which a customer gets none in this one; "" for none
}

// A DropDown is a text below an object whose options may grow.
type DropDown struct {
	Name    string   `json:"name"` // dotted path, as in filters
	Title   string   `json:"title"`
	Options []string `json:"options"`
	Added   []string `json:"addedOptions"` // by the workspace
}

// UnmarshalJSON reads the description, and keeps it as it is.
func (m *Model) UnmarshalJSON(b []byte) error {
	type names Model
	if err := json.Unmarshal(b, (*names)(m)); err != nil {
		return err
	}
	m.JSON = append([]byte(nil), b...)
	return nil
}

// Models lists the models that the server has loaded.
func (c *Client) Models(ctx context.Context) iter.Seq2[Model, error] {
	return pages[Model](ctx, c, "/v1/models", url.Values{})
}

// Model reads one model.
func (c *Client) Model(ctx context.Context, name string) (Model, error) {
	var m Model
	_, err := c.json(ctx, call{method: http.MethodGet, path: "/v1/models/" + url.PathEscape(name)}, &m)
	return m, err
}
