package model

import "github.com/go-json-experiment/json/jsontext"

type rule struct{}

// EncodeJSON checks a JSON value by all rules of the field and returns it in
// stored form, or the first fault with a pointer relative to the value.
func (f *Field) EncodeJSON(raw jsontext.Value) (any, *Fault) { return nil, nil }

// AppendJSON appends a stored value as JSON. It also takes what SQL drivers
// make of stored values: 0 and 1 for a Boolean, bytes for text, an int64 for
// a Number.
func (f *Field) AppendJSON(dst []byte, stored any) []byte { return append(dst, "null"...) }

// AppendRecord appends a record as a JSON object: "id" and "version" first,
// whatever the model calls them, then the fields (nil for all). Write-only
// and hashed fields are left out; masked ones show the mask unless secrets.
func (m *Model) AppendRecord(dst []byte, r Record, fields []*Field, secrets bool) []byte { return dst }

// ParseID reads an id as it stands in an address.
func (m *Model) ParseID(text string) (any, bool) { return nil, false }

// FormatID writes a stored id as text.
func FormatID(id any) string { return "" }

// Canonical returns JSON in the one form in which lists and objects are
// stored: keys sorted, no spaces, each number in its shortest exact form.
func Canonical(raw []byte) ([]byte, error) { return nil, nil }

// MergeJSON applies an RFC 7396 merge patch; both are canonical JSON and so
// is the result. An empty target stands for null.
func MergeJSON(target, patch []byte) []byte { return nil }

// ParseTime reads an RFC 3339 date-time as microseconds since 1970 UTC.
func ParseTime(text string) (micros int64, ok bool) { return 0, false }

// FormatTime writes microseconds since 1970 as RFC 3339 in UTC.
func FormatTime(micros int64) string { return "" }

// ValidDate reports whether text is a date YYYY-MM-DD, years 1 to 9999.
func ValidDate(text string) bool { return false }

// Schema is the JSON Schema of the field, without x- keywords.
func (f *Field) Schema() jsontext.Value { return nil }

// Schema is the JSON Schema of a record, without x- keywords.
func (m *Model) Schema() jsontext.Value { return nil }
