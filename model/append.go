package model

import (
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// AppendJSON appends a stored value as JSON. It hides no secrets; see
// [Field.AppendShown]. It also accepts what SQL drivers return for stored
// values: 0 and 1 for a Boolean, bytes for a string, an int64 for a Number, a
// float64 for an Integer. Any other value becomes null.
func (f *Field) AppendJSON(dst []byte, stored any) []byte {
	switch v := stored.(type) {
	case string:
		return appendStoredString(dst, f.Type, v)
	case []byte:
		return appendStoredString(dst, f.Type, v)
	case int64:
		return appendStoredInt(dst, f.Type, v)
	case float64:
		if f.Type == Integer {
			return strconv.AppendInt(dst, int64(v), 10)
		}
		return jsontext.AppendFloat(dst, v, 64)
	case bool:
		return strconv.AppendBool(dst, v)
	}
	return append(dst, "null"...)
}

func appendStoredString[T ~string | ~[]byte](dst []byte, k Type, v T) []byte {
	switch k {
	case Object, Array, Any:
		return append(dst, v...)
	}
	return appendString(dst, v)
}

func appendStoredInt(dst []byte, k Type, v int64) []byte {
	switch k {
	case Boolean:
		return strconv.AppendBool(dst, v != 0)
	case DateTime:
		dst = AppendTime(append(dst, '"'), v)
		return append(dst, '"')
	case Number:
		return jsontext.AppendFloat(dst, float64(v), 64)
	}
	return strconv.AppendInt(dst, v, 10)
}

// AppendShown appends a stored value as a reader may see it: the mask instead
// of a hidden value, null where there is no value. A field is hidden if it is
// hashed or write-only, or masked and the reader may not see secrets.
func (f *Field) AppendShown(dst []byte, stored any, s Secrets) []byte {
	if stored != nil && f.hidden(s) {
		return append(dst, `"`+Mask+`"`...)
	}
	return f.AppendJSON(dst, stored)
}

func (f *Field) hidden(s Secrets) bool {
	return f.Concealed() && (f.WriteOnly || f.Secret == Hashed || s == HideSecrets)
}

// AppendRecord appends a record as a JSON object: "id" and "version" first,
// whatever the model calls them, then the fields (nil for all). Write-only
// and hashed fields are left out. Missing values are null.
func (m *Model) AppendRecord(dst []byte, r Record, fields []*Field, s Secrets) []byte {
	id, version := m.byRole[RoleID], m.byRole[RoleVersion]
	dst = id.AppendJSON(append(dst, `{"id":`...), r.Values[id.Index])
	dst = version.AppendJSON(append(dst, `,"version":`...), r.Values[version.Index])
	if fields == nil {
		fields = m.Fields
	}
	for _, f := range fields {
		// The loader keeps these two names for the roles.
		if f.Name == "id" || f.Name == "version" || f.WriteOnly || f.Secret == Hashed {
			continue
		}
		dst = append(appendString(append(dst, ','), f.Name), ':')
		dst = f.AppendShown(dst, r.Values[f.Index], s)
	}
	return append(dst, '}')
}

// ParseID reads the id of a record from an address. ok is false if no record can
// have this id.
func (m *Model) ParseID(text string) (any, bool) {
	f := m.byRole[RoleID]
	if f.Type == Integer {
		v, err := strconv.ParseInt(text, 10, 64)
		// An id has one spelling, the one that FormatID writes.
		if err != nil || strconv.FormatInt(v, 10) != text {
			return nil, false
		}
		return v, true
	}
	// PostgreSQL refuses a string that is not UTF-8, SQLite does not.
	if text == "" || !utf8.ValidString(text) {
		return nil, false
	}
	var c checker
	v := c.string(f, text, nil)
	if c.Found() > 0 {
		return nil, false
	}
	return v, true
}

// FormatID writes a stored id as text, the inverse of [Model.ParseID].
func FormatID(id any) string {
	switch v := id.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}
