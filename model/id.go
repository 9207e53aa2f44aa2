package model

import "encoding/json"

// An ID is the public id of a record in JSON: a number if the id of the model is
// an Integer, else a string. The zero ID is null.
type ID struct {
	value  string
	number bool
}

// StringID returns an id that is a string in JSON, for when the model is not known;
// see [Model.Typed].
func StringID(text string) ID { return ID{value: text} }

// ID returns an id that [FormatID] wrote, with the type of the model's ids.
func (m *Model) ID(text string) ID {
	return ID{value: text, number: text != "" && m.byRole[RoleID].Type == Integer}
}

// Typed returns an id of [StringID] with the type of the model's ids. A second call
// changes nothing.
func (m *Model) Typed(id ID) ID { return m.ID(id.value) }

// IsNumber reports whether the id is a number in JSON.
func (id ID) IsNumber() bool { return id.number }

// String returns the id as in an address or a cell.
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

// UnmarshalJSON reads a number, a string or null.
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
