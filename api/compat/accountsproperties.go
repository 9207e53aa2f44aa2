package compat

import (
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// An accountsProp is a property as the vendor describes it.
type accountsProp struct {
	Name         string           `json:"name"`
	Type         string           `json:"type"`
	KeyName      string           `json:"keyName"`
	IsMultiple   bool             `json:"isMultiple"`
	Options      []string         `json:"options"`
	DefaultValue []jsontext.Value `json:"defaultValue"`
	IsCustom     bool             `json:"isCustom"`
}

// accountsRecords are the vendor's types of records. Only accounts, under either name,
// exist here. The others have no properties.
var accountsRecords = []string{"account", "client", "opportunity", "request", "project", "vendor", "ahj"}

// Describe lists the properties of the types of records that record_type names; without
// it, those of accounts. The parameter can be repeated, or have several types with
// commas between them.
func (accounts) Describe(m *model.Model, r *Request, options func(*model.Field) []string) any {
	names := strings.Split(strings.Join(r.Query["record_type"], ","), ",")
	described := map[string][]accountsProp{}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		switch {
		case name == "" || name == "account" || name == "client":
			described["account"] = accountsProps(r, options)
			described["client"] = described["account"]
		case slices.Contains(accountsRecords, name):
			described[name] = []accountsProp{}
		default:
			r.FailParam("record_type", model.CodeEnum, "This must be one of: "+strings.Join(accountsRecords, ", ")+".")
		}
	}
	return described
}

// accountsProps lists the properties of accounts: the fields, and the values declared
// in custom.
func accountsProps(r *Request, options func(*model.Field) []string) []accountsProp {
	var props []accountsProp
	for _, f := range r.Model.Fields {
		if seen, ok := r.Field(f.VendorName); ok && seen.VendorName != accountsCustom {
			props = append(props, accountsPropOf(f, f.VendorName, options))
		}
	}
	custom, _ := r.Field(accountsCustom)
	for _, declared := range below(custom) {
		p := accountsPropOf(declared.field, declared.key, options)
		p.IsCustom = true
		props = append(props, p)
	}
	return props
}

func accountsPropOf(f *model.Field, key string, options func(*model.Field) []string) accountsProp {
	p := accountsProp{
		Name: f.Title, Type: accountsTypes[f.Type], KeyName: key, IsMultiple: f.Type == model.Array,
		Options: []string{}, DefaultValue: []jsontext.Value{},
	}
	if p.Name == "" {
		p.Name = spoken(key)
	}
	if f.Choices != nil {
		p.Type = "DROPDOWN"
		p.Options = append(append(p.Options, f.Choices...), options(f)...)
	}
	if f.Default != nil {
		p.DefaultValue = append(p.DefaultValue, f.AppendJSON(nil, f.Default))
	}
	return p
}

// accountsTypes are the types of properties; the vendor names none of its own.
var accountsTypes = map[model.Type]string{
	model.String: "TEXT", model.Integer: "NUMBER", model.Number: "NUMBER", model.Boolean: "BOOLEAN",
	model.Date: "DATE", model.DateTime: "DATETIME", model.Object: "OBJECT", model.Array: "LIST", model.Any: "ANY",
}

// spoken returns a title for the name of a field: Primary Email for primaryEmail.
func spoken(key string) string {
	var b strings.Builder
	for i, c := range key {
		switch {
		case i == 0:
			c = unicode.ToUpper(c)
		case c == '_' || c == '-':
			c = ' '
		case unicode.IsUpper(c):
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}
