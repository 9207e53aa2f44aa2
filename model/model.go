package model

// A Type is the type of the values of a field.
type Type string

// The types, and the Go type in which their values are held everywhere between
// JSON and SQL (the "stored form"). A missing value, JSON null and SQL NULL are
// all nil.
const (
	String   Type = "string"    // string
	Integer  Type = "integer"   // int64
	Number   Type = "number"    // float64, finite
	Boolean  Type = "boolean"   // bool
	Date     Type = "date"      // string, YYYY-MM-DD
	DateTime Type = "date-time" // int64, microseconds since 1970 UTC, years 1 to 9999
	Object   Type = "object"    // string, canonical JSON
	Array    Type = "array"     // string, canonical JSON
	Any      Type = "any"       // string, canonical JSON of any value
)

// A Role marks a field whose value the store itself sets.
type Role string

// The roles. Every model has exactly one field of each: under the model's own
// name where its file declares one (x-role), else under the default name.
const (
	RoleNone      Role = ""
	RoleID        Role = "id"        // public id: Integer or String
	RoleVersion   Role = "version"   // Integer; 1 at creation, +1 with each change
	RoleCreatedAt Role = "createdAt" // DateTime
	RoleUpdatedAt Role = "updatedAt" // DateTime
	RoleLastJob   Role = "lastJobId" // String, id of the job that last changed the record, or nil
)

// Secret says who may see the values of a field.
type Secret string

// The degrees of secrecy.
const (
	Public Secret = ""
	Masked Secret = "masked" // stored as it is, shown as [Mask] without the scope secrets:read
	Hashed Secret = "hashed" // stored as a bcrypt hash and never shown
)

// Mask stands in answers where a secret value would.
const Mask = "***"

// Secrets says whether a reader may see masked values. Nobody sees hashed and
// write-only ones.
type Secrets bool

// What a reader sees of a masked value.
const (
	HideSecrets Secrets = false // the [Mask]
	ShowSecrets Secrets = true  // the value: the scope secrets:read
)

// A Field is one property of a model.
type Field struct {
	Index  int    // place in Model.Fields and in Record.Values
	Name   string // JSON name
	Column string // SQL column; unique in the model without regard to case
	Type   Type
	Role   Role
	Title  string

	Description string
	Format      string // the schema's format, "" for none
	VendorName  string // name in the vendor's API; Name unless the file says otherwise

	Nullable   bool // may be null: may be cleared
	Required   bool // must be given when a record is created
	ReadOnly   bool
	WriteOnly  bool // never shown
	Secret     Secret
	Filterable bool
	Indexed    bool
	Unique     bool     // within a workspace; nil never collides
	Choices    []string // allowed values (enum) of a String field, nil if any value is allowed
	Extensible bool     // a drop-down whose Choices can grow, with the option allowNewOptions
	Default    any      // stored form, used when a new record lacks the field

	// Generate says how a new record that is given no value gets one: not at
	// all (""), by a "sequence" of the store (per workspace and model, from 1),
	// "uuid" (version 4), "slug" or "hex" (Prefix and then 32 hex digits).
	Generate string
	Prefix   string

	// Paths are the types of the values that are declared inside an Object
	// field, by dotted path below the field ("tier" for custom.tier).
	Paths map[string]Type
	// OpenPaths says that filters may use undeclared paths, too.
	OpenPaths bool
	// DropDowns are the strings declared inside an Object field whose choices
	// can grow, by name. Of such a Field only the name, the pointer and the
	// choices have a meaning. Name is the dotted path ("custom.tier"). It is
	// not in Model.Fields.
	DropDowns []*Field

	// Rules across fields. All are part of the digest.
	Overrides    []*Field // fields that a patch ignores if it gives this field a value
	TextOf       *Field   // a field with HTML; a patch that sets only that one sets this field to its text
	Stamp        *Stamp   // when this field is stamped; see Patch.Stamped
	KeepsUpdated []any    // values, in stored form: setting one does not change updatedAt
	Needs        *Field   // must have a value if this field has one
	// FilterBy is the declared path that a filter on an Object or Array field
	// compares, or "": "id" for a relation that is filtered by an id, "0" for
	// the item of a list of at most one.
	FilterBy string

	source map[string]any // its schema without x- keywords
	rule   rule
	path   []string // of a drop-down below an object: the names that lead to it
}

// Concealed reports whether the field is secret or write-only, so that its
// values must not be found out. Everything that is shown of a job has the mask
// in place of such a value, and no outcome depends on the former value.
func (f *Field) Concealed() bool { return f.Secret != Public || f.WriteOnly }

// A Model describes one type of customer record. It is immutable once loaded.
type Model struct {
	Name        string
	Title       string
	Description string
	Digest      string   // hex SHA-256 of the meaning of the file
	Fields      []*Field // declared order, then the roles the file did not name
	// Vendor holds the settings of the vendor's API (x-vendor) as JSON values,
	// nil if there are none. Package compat knows what they mean.
	Vendor map[string]any

	byName   map[string]*Field
	byRole   map[Role]*Field
	required []*Field // what a new record must be given
	nested   []*Field // Objects with required properties of their own

	definitions map[string]any // $defs of the file, without x- keywords

	overriding, derived, stamped []*Field // those with Overrides, TextOf and Stamp
}

// Field finds a field by its JSON name, exactly.
func (m *Model) Field(name string) (*Field, bool) {
	f, ok := m.byName[name]
	return f, ok
}

// Role returns the field that has role r; every model has one.
func (m *Model) Role(r Role) *Field { return m.byRole[r] }

// Table is the name of the SQL table that holds the model's records.
func (m *Model) Table() string { return "c_" + m.Name }

// A Record is one customer in stored form.
type Record struct {
	RID    int64 // internal number, never shown
	Values []any // by Field.Index, roles included
}
