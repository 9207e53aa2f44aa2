package model

import "encoding/json"

// An ID is the public id of a record as callers see it: a JSON number where
// the model counts its records, else a string. The zero value is none, and null.
type ID struct {
	value  string
	number bool
}

// TextID is an id whose model is not known, or not asked: a string.
func StringID(text string) ID { return ID{value: text} }

// ID gives an id, as [FormatID] wrote it, the type that it has in the model.
func (m *Model) ID(text string) ID {
	return ID{value: text, number: text != "" && m.byRole[RoleID].Type == Integer}
}

// Typed gives an id that was kept as a string the type that it has in the
// model. A second call changes nothing.
func (m *Model) Typed(id ID) ID { return m.ID(id.value) }

// String is the id as it stands in an address or in a cell.
func (id ID) String() string { return id.value }

// MarshalJSON writes a number or a string.
func (id ID) MarshalJSON() ([]byte, error) {
	switch {
	case id == ID{}:
		return []byte("null"), nil
	case id.number:
		return []byte(id.value), nil
	}
	return appendString(nil, id.value), nil
}

// UnmarshalJSON reads either.
func (id *ID) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		*id = ID{}
		return json.Unmarshal(raw, &id.value)
	}
	var n json.Number // "" for null
	err := json.Unmarshal(raw, &n)
	*id = ID{value: n.String(), number: n != ""}
	return err
}
