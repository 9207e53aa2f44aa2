package handbook

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/api/web"
)

// A schema is a JSON Schema, as far as pages show it.
type schema struct {
	Ref                  string           `json:"$ref"`
	Title                string           `json:"title"`
	Description          string           `json:"description"`
	Types                typeList         `json:"type"`
	Format               string           `json:"format"`
	Enum                 []any            `json:"enum"`
	Const                any              `json:"const"`
	Default              json.RawMessage  `json:"default"`
	Minimum              json.Number      `json:"minimum"`
	Maximum              json.Number      `json:"maximum"`
	ExclusiveMinimum     json.Number      `json:"exclusiveMinimum"`
	ExclusiveMaximum     json.Number      `json:"exclusiveMaximum"`
	MinLength            *int64           `json:"minLength"`
	MaxLength            *int64           `json:"maxLength"`
	MinItems             *int64           `json:"minItems"`
	MaxItems             *int64           `json:"maxItems"`
	Pattern              string           `json:"pattern"`
	ReadOnly             bool             `json:"readOnly"`
	WriteOnly            bool             `json:"writeOnly"`
	Deprecated           bool             `json:"deprecated"`
	Properties           ordered[*schema] `json:"properties"`
	PatternProperties    ordered[*schema] `json:"patternProperties"`
	AdditionalProperties *schema          `json:"additionalProperties"`
	Required             []string         `json:"required"`
	Items                *schema          `json:"items"`
	AllOf                []*schema        `json:"allOf"`
	AnyOf                []*schema        `json:"anyOf"`
	OneOf                []*schema        `json:"oneOf"`
	Examples             []json.RawMessage

	Filterable *bool  `json:"x-filterable"`
	Indexed    bool   `json:"x-indexed"`
	Unique     bool   `json:"x-unique"`
	Extensible bool   `json:"x-extensible"`
	Needs      string `json:"x-needs"` // another field without which it has no value
	Secret     string `json:"x-secret"`
	Tag        string `json:"x-tag"` // of a component: the page that has it

	always *bool // for the schemas true and false
}

// UnmarshalJSON reads a schema, which may also be true or false.
func (s *schema) UnmarshalJSON(text []byte) error {
	if text = bytes.TrimSpace(text); len(text) > 0 && text[0] != '{' {
		return json.Unmarshal(text, &s.always)
	}
	type plain schema // without this method
	var p struct {
		*plain
		Examples []json.RawMessage `json:"examples"`
		Example  json.RawMessage   `json:"example"`
	}
	p.plain = (*plain)(s)
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	s.Examples = p.Examples
	if p.Example != nil {
		s.Examples = append(s.Examples, p.Example)
	}
	return nil
}

// A typeList is the keyword type, which is one type or several.
type typeList []string

// UnmarshalJSON reads both forms.
func (t *typeList) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		*t = typeList{""}
		return json.Unmarshal(text, &(*t)[0])
	}
	return json.Unmarshal(text, (*[]string)(t))
}

// Bounds of what is unfolded. A document of our own stays well below them.
const (
	maxNesting = 8   // levels of a schema
	maxFields  = 600 // fields of one schema
	maxRefs    = 16  // references that lead to one another
	maxChoices = 20  // values of an enum that are listed
)

// schema follows references, and returns the name of the component that was reached, ""
// if there was no reference. It returns nil for a reference that leads nowhere.
func (d *document) schema(s *schema) (found *schema, name string) {
	for range maxRefs {
		if s == nil || s.Ref == "" {
			return s, name
		}
		name = component(s.Ref, "schemas")
		s = d.Components.Schemas.get(name)
	}
	return nil, name
}

// A field is a row of an unfolded schema.
type field struct {
	Path        string // such as counts.matched, or items[].id
	Type        string
	Objects     []string // components with further fields, which are shown apart
	Required    bool
	Notes       []string // what values are allowed, and what the field is good for
	Code        string   // of a record that lacks what the field needs; "" for none
	Description string
}

// An unfolding lists the fields of a schema, with those of nested schemas below them.
type unfolding struct {
	*document
	// large says which components are shown apart, wherever they are used.
	large  func(name string) bool
	fields []field
	within []string // components that are being unfolded
	met    []string // components that are shown apart
}

// unfold returns the fields of a schema.
func (d *document) unfold(s *schema, large func(string) bool) *unfolding {
	u := &unfolding{document: d, large: large}
	found, name := d.schema(s)
	u.within = append(u.within, name)
	u.members(found, "", 0)
	return u
}

// members adds the members of an object or of the items of a list.
func (u *unfolding) members(s *schema, prefix string, level int) {
	if s == nil || level > maxNesting || len(u.fields) > maxFields {
		return
	}
	for _, part := range s.AllOf {
		u.nested(part, prefix, level, false)
	}
	parts, several := u.alternatives(s)
	for _, part := range parts {
		u.nested(part, prefix, level, several)
	}
	for _, name := range s.Properties.names {
		u.field(s.Properties.get(name), prefix+name, slices.Contains(s.Required, name), level)
	}
	for _, pattern := range s.PatternProperties.names {
		u.field(s.PatternProperties.get(pattern), prefix+"("+pattern+")", false, level)
	}
	if more := s.AdditionalProperties; more != nil && more.always == nil {
		u.field(more, prefix+"(any name)", false, level)
	}
	if s.Items != nil {
		u.nested(s.Items, strings.TrimSuffix(prefix, ".")+"[].", level, false)
	}
}

// field adds a field and what is nested in it.
func (u *unfolding) field(s *schema, path string, required bool, level int) {
	if len(u.fields) > maxFields {
		return
	}
	f := field{Path: path, Type: u.typeOf(s, 0), Required: required, Objects: u.links(s, false, 0)}
	if found, _ := u.schema(s); found != nil {
		f.Description, f.Notes = cmp.Or(s.Description, found.Description), u.notesOf(found)
		if found.Needs != "" {
			f.Code = path[strings.LastIndexByte(path, '.')+1:] + "_needs_" + found.Needs
			f.Notes = append(f.Notes, "needs a value in "+found.Needs+", else "+f.Code)
		}
	}
	u.fields = append(u.fields, f)
	u.nested(s, path+".", level+1, false)
}

// nested adds the members of a schema, unless it is shown apart or is being unfolded
// already.
func (u *unfolding) nested(s *schema, prefix string, level int, several bool) {
	found, name := u.schema(s)
	switch {
	case u.apart(s, several):
		u.met = append(u.met, name)
		return
	case name == "":
		u.members(found, prefix, level)
		return
	case slices.Contains(u.within, name):
		return
	}
	u.within = append(u.within, name)
	u.members(found, prefix, level)
	u.within = u.within[:len(u.within)-1]
}

// alternatives returns the schemas of which one must hold. several of them may be
// components with fields, which would be mixed up if they were unfolded in one place.
func (d *document) alternatives(s *schema) (parts []*schema, several bool) {
	parts = slices.Concat(s.AnyOf, s.OneOf)
	withFields := 0
	for _, part := range parts {
		if found, name := d.schema(part); name != "" && hasFields(found) {
			withFields++
		}
	}
	return parts, withFields > 1
}

func hasFields(s *schema) bool {
	return s != nil && len(s.Properties.names)+len(s.AllOf)+len(s.AnyOf)+len(s.OneOf) > 0
}

// apart reports whether a schema is a component that is shown apart from where it is
// used. several is what alternatives returns, for one of them.
func (u *unfolding) apart(s *schema, several bool) bool {
	found, name := u.schema(s)
	return name != "" && (u.large(name) || several && hasFields(found))
}

// links returns the components that are shown apart and of which a value of the schema
// is one, or a list of some.
func (u *unfolding) links(s *schema, several bool, level int) (names []string) {
	found, name := u.schema(s)
	switch {
	case found == nil || level > maxNesting:
		return nil
	case u.apart(s, several):
		return []string{name}
	case found.Items != nil:
		return u.links(found.Items, false, level+1)
	}
	parts, several := u.alternatives(found)
	for _, part := range parts {
		names = append(names, u.links(part, several, level+1)...)
	}
	return names
}

// typeOf says in words which values a schema allows.
func (d *document) typeOf(s *schema, level int) string {
	found, name := d.schema(s)
	if found == nil || level > maxNesting {
		return "any"
	}
	var words []string
	for _, part := range slices.Concat(found.AnyOf, found.OneOf) {
		if w := d.typeOf(part, level+1); !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	for _, t := range found.Types {
		switch {
		case t == "array" && found.Items != nil:
			t = "list of " + d.typeOf(found.Items, level+1)
		case t == "array":
			t = "list"
		case t == "object" && name != "":
			t = name
		case t == "string" && found.Format != "":
			t = found.Format
		}
		words = append(words, t)
	}
	switch {
	case len(words) > 0:
		return strings.Join(words, " or ")
	case found.Const != nil:
		return jsonText(found.Const)
	case len(found.AllOf) > 0:
		return d.typeOf(found.AllOf[0], level+1)
	case name != "":
		return name
	}
	return "any"
}

// notesOf says what a schema demands of a value beside its type, and of the items of a
// list.
func (d *document) notesOf(s *schema) (notes []string) {
	note := func(when bool, format string, args ...any) {
		if when {
			notes = append(notes, fmt.Sprintf(format, args...))
		}
	}
	note(s.ReadOnly, "read-only")
	note(s.WriteOnly, "write-only")
	note(s.Deprecated, "deprecated")
	note(s.Const != nil && len(s.Types) > 0, "always %s", jsonText(s.Const))
	if len(s.Enum) > 0 {
		notes = append(notes, "one of "+choices(s.Enum))
	}
	if items, _ := d.schema(s.Items); items != nil && len(items.Enum) > 0 {
		notes = append(notes, "each one of "+choices(items.Enum))
	}
	note(s.Extensible, "more choices can be added")
	notes = append(notes, boundsOf(s)...)
	note(s.Pattern != "", "matches %s", s.Pattern)
	note(s.Default != nil && string(s.Default) != "null", "%s if not given", s.Default)
	note(s.Unique, "unique")
	note(s.Indexed, "indexed")
	note(s.Secret != "" && s.Filterable != nil && *s.Filterable, "filters can only ask whether it has a value")
	note(s.Filterable != nil && !*s.Filterable || s.Secret != "" && s.Filterable == nil, "not in filters")
	return notes
}

// boundsOf says the least and the most of a number, a text and a list.
func boundsOf(s *schema) (notes []string) {
	if s.Minimum != "" && s.Maximum != "" {
		return []string{s.Minimum.String() + " to " + s.Maximum.String()}
	}
	for _, bound := range []struct {
		limit json.Number
		word  string
	}{{s.Minimum, "at least "}, {s.ExclusiveMinimum, "above "}, {s.Maximum, "at most "}, {s.ExclusiveMaximum, "below "}} {
		if bound.limit != "" {
			notes = append(notes, bound.word+bound.limit.String())
		}
	}
	for _, size := range []struct {
		least, most *int64
		of          string
	}{{s.MinLength, s.MaxLength, "characters"}, {s.MinItems, s.MaxItems, "items"}} {
		switch {
		case size.least != nil && *size.least > 0 && size.most != nil:
			notes = append(notes, fmt.Sprintf("%d to %d %s", *size.least, *size.most, size.of))
		case size.most != nil:
			notes = append(notes, "at most "+strconv.FormatInt(*size.most, 10)+" "+size.of)
		case size.least != nil && *size.least == 1:
			notes = append(notes, "not empty")
		case size.least != nil && *size.least > 1:
			notes = append(notes, "at least "+strconv.FormatInt(*size.least, 10)+" "+size.of)
		}
	}
	return notes
}

// choices lists the values of an enum.
func choices(values []any) string {
	var texts []string
	for _, v := range values[:min(len(values), maxChoices)] {
		texts = append(texts, jsonText(v))
	}
	list := strings.Join(texts, ", ")
	if more := len(values) - len(texts); more > 0 {
		list += " and " + strconv.Itoa(more) + " more"
	}
	return list
}

// jsonText writes a value as JSON.
func jsonText(v any) string {
	text, _ := web.JSON(v) // it was JSON before
	return string(text)
}
