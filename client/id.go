package client

import "encoding/json"

// An ID is the id of a record: a JSON number or a string, depending on the model.
// IDs can be compared with == and used as keys of a map. The zero value means no id.
type ID struct {
	text   string
	number bool
}

// String returns the id without quotes, as [Client.Record] takes it.
func (id ID) String() string { return id.text }

// MarshalJSON writes the number or the string, so that an ID can be used in a filter
// or in a [Submission]. It writes null for no id.
func (id ID) MarshalJSON() ([]byte, error) {
	switch {
	case id == ID{}:
		return []byte("null"), nil
	case id.number:
		return []byte(id.text), nil
	}
	return json.Marshal(id.text)
}

// UnmarshalJSON reads a number or a string, or null as no id.
func (id *ID) UnmarshalJSON(raw []byte) error {
	*id = ID{}
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &id.text)
	}
	var n json.Number
	err := json.Unmarshal(raw, &n)
	id.text, id.number = n.String(), n != ""
	return err
}
