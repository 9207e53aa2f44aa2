package dashboard

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/client"
)

// A customerModel is what the pages about customers need to know of a model.
type customerModel struct {
	Name, Title, Description string
	Fields                   []*customerField
	ID                       *customerField  // the field with the ids
	filters                  []*composeField // what a filter may compare
	choices                  knownChoices    // for sentences
	byName                   map[string]*customerField
}

// A customerField is a field of a model.
type customerField struct {
	describedField
	Description string          `json:"description"`
	Format      string          `json:"format"`
	Required    bool            `json:"required"`
	Indexed     bool            `json:"indexed"`
	Unique      bool            `json:"unique"`
	Default     json.RawMessage `json:"default"`
	Minimum     json.RawMessage `json:"minimum"`
	Maximum     json.RawMessage `json:"maximum"`
	MaxLength   json.RawMessage `json:"maxLength"`

	typed *composeField // how its values are typed and read
}

// Roles of fields that the service itself fills.
const (
	roleID      = "id"
	roleCreated = "createdAt"
	roleUpdated = "updatedAt"
	roleLastJob = "lastJobId"
)

var errNoSuchModel = web.NewProblem("model_not_found", "No model of this name is loaded. The page about customers lists those that are.")

// customerModel reads the model that the path of a page names.
func (v *Visit) customerModel() (*customerModel, error) {
	var m client.Model
	err := v.Get(target(nil, "v1", "models", v.Request.PathValue("name")), &m)
	var p *web.Problem
	if errors.As(err, &p) && p.Code == "model_not_found" {
		return nil, errNoSuchModel
	}
	if err != nil {
		return nil, err
	}
	return customerModelOf(m)
}

// customerModelOf reads the description of a model.
func customerModelOf(m client.Model) (*customerModel, error) {
	out := &customerModel{Name: m.Name, Title: m.Title, byName: map[string]*customerField{}}
	var described struct {
		Description string           `json:"description"`
		Fields      []*customerField `json:"fields"`
	}
	if err := json.Unmarshal(m.JSON, &described); err != nil {
		return nil, err
	}
	composed, err := composeModelOf(m)
	if err != nil {
		return nil, err
	}
	out.Description, out.Fields, out.filters = described.Description, described.Fields, composed.Filters
	out.choices = knownChoicesOf(m)
	for _, f := range out.Fields {
		f.typed = f.whole()
		out.byName[f.Name] = f
		if f.Role == roleID {
			out.ID = f
		}
	}
	if out.ID == nil {
		return nil, errors.New("the model has no id")
	}
	return out, nil
}

// ShownTitle is how people call the field, "" where that is its name.
func (f *customerField) ShownTitle() string {
	if f.Title == f.Name {
		return ""
	}
	return f.Title
}

// TypeWords says what the values are.
func (f *customerField) TypeWords() string { return f.typed.TypeWords() }

// Hidden reports whether the values are secrets, which no page shows, whatever the
// visitor may see by other ways.
func (f *customerField) Hidden() bool { return f.typed.Secret }

// read shows a value, and a mask in place of a secret.
func (f *customerField) read(raw json.RawMessage) value {
	v := valueOf(raw)
	if f.Hidden() && !v.None {
		return value{Text: secretMask}
	}
	return v
}

// writable reports whether somebody may change the field of a customer that exists.
func (f *customerField) writable() bool { return f.Role == "" && !f.ReadOnly }

// scalar reports whether a value fits into a cell.
func (f *customerField) scalar() bool {
	return f.Type != "object" && f.Type != "array" && f.Type != "any"
}

// sortable reports whether customers can be sorted by the field.
func (f *customerField) sortable() bool { return f.scalar() && !f.Hidden() }

// Numeric reports whether the values are numbers, which stand on the right.
func (f *customerField) Numeric() bool {
	return f.Role != roleID && (f.Type == "integer" || f.Type == "number")
}

// defaultColumns is how many fields a list shows beside the id, unless somebody
// chooses others.
const defaultColumns = 5

// telling lists the fields that tell most about a customer, in the order of the model.
func (m *customerModel) telling() []*customerField {
	var list []*customerField
	for _, f := range m.Fields {
		if f.Role == "" && f.scalar() && !f.Hidden() {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b *customerField) int { return cmp.Compare(b.weight(), a.weight()) })
	list = list[:min(len(list), defaultColumns)]
	slices.SortFunc(list, func(a, b *customerField) int {
		return cmp.Compare(slices.Index(m.Fields, a), slices.Index(m.Fields, b))
	})
	return list
}

// named reports whether the field seems to have the name of somebody or something.
func (f *customerField) named() bool { return strings.HasSuffix(strings.ToLower(f.Name), "name") }

// weight says how much a field tells about a customer.
func (f *customerField) weight() (w int) {
	for _, mark := range []struct {
		has   bool
		worth int
	}{
		{f.Required, 8}, {f.Unique, 4}, {f.Indexed, 4}, {f.Options != nil, 1}, {f.Type == "string", 1},
		{f.named(), 3}, {f.Format == "email", 3}, {f.ReadOnly, -6}, {f.Format == "uuid", -6}, {f.Format == "uri", -3},
	} {
		if mark.has {
			w += mark.worth
		}
	}
	return w
}
