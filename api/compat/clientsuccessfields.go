package compat

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"bulkpatch/model"
)

// A clientSuccessField describes a field of a client. The vendor has told
// these names, and of the types only that text is TEXT.
type clientSuccessField struct {
	ID           int      `json:"id"`
	UUID         string   `json:"uuid"`
	Name         string   `json:"name"`
	Label        string   `json:"label"`
	ResourceType string   `json:"resourceType"`
	FieldType    string   `json:"fieldType"`
	FieldTypeID  int      `json:"fieldTypeId"`
	System       bool     `json:"system"`
	Required     bool     `json:"required"`
	Active       bool     `json:"active"`
	Options      []string `json:"options"`
}

// Describe lists the fields of clients: those that each client has, and what
// the model declares below custom. system=true leaves the former only,
// system=false the latter, and required=true those that a new client must have.
func (clientSuccess) Describe(m *model.Model, r *Request, options func(*model.Field) []string) any {
	both := r.Query.Get("system") == ""
	system, required := r.Flag("system"), r.Flag("required")
	r.Flag("placeholder")        // there are none
	r.Flag("includeUsageCounts") // nor are uses counted
	fields := []clientSuccessField{}
	for i, f := range clientSuccessFields(r, options) {
		f.ID = i + 1
		if (both || f.System == system) && (f.Required || !required) {
			fields = append(fields, f)
		}
	}
	return fields
}

// clientSuccessFields lists all fields, those below custom last.
func clientSuccessFields(r *Request, options func(*model.Field) []string) []clientSuccessField {
	var fields []clientSuccessField
	custom, _ := r.Field(accountsCustom)
	for _, f := range r.Model.Fields {
		if seen, ok := r.Field(f.VendorName); ok && seen != custom {
			d := clientSuccessFieldOf(f, f.VendorName, options)
			d.System = true
			fields = append(fields, d)
		}
	}
	if custom == nil {
		return fields
	}
	for _, declared := range below(custom) {
		fields = append(fields, clientSuccessFieldOf(declared.field, declared.key, options))
	}
	return fields
}

func clientSuccessFieldOf(f *model.Field, key string, options func(*model.Field) []string) clientSuccessField {
	d := clientSuccessField{
		UUID: stableUUID("clientsuccess/" + f.Name), Name: key, Label: f.Title, ResourceType: "CLIENT",
		Required: f.Required, Active: true, Options: []string{},
	}
	if d.Label == "" {
		d.Label = spoken(key)
	}
	d.FieldType = accountsTypes[f.Type]
	if f.Choices != nil {
		d.FieldType = "DROPDOWN"
		d.Options = append(append(d.Options, f.Choices...), options(f)...)
	}
	d.FieldTypeID = 1 + slices.Index(clientSuccessTypes, d.FieldType)
	return d
}

// clientSuccessTypes are numbered by their places.
var clientSuccessTypes = []string{"TEXT", "NUMBER", "BOOLEAN", "DATE", "DATETIME", "DROPDOWN", "LIST", "OBJECT"}

// stableUUID is a UUID (version 8) that is always the same for a name.
func stableUUID(name string) string {
	b := sha256.Sum256([]byte(name))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// A declared is a path that the model declares below an object.
type declared struct {
	key   string
	field *model.Field
}

// below lists what is declared below an object, drop-downs among it.
func below(object *model.Field) []declared {
	fields := map[string]*model.Field{}
	for _, d := range object.DropDowns {
		fields[d.Name[len(object.Name)+1:]] = d
	}
	var list []declared
	for _, key := range slices.Sorted(maps.Keys(object.Paths)) {
		f := fields[key]
		if f == nil {
			f = &model.Field{Name: object.Name + "." + key, Type: object.Paths[key]}
		}
		list = append(list, declared{key, f})
	}
	return list
}
