package client

import "encoding/json"

// An ID is a record's id: a JSON number or a string, as its model has it. Ids
// can be compared and be keys of a map. The zero value is none.
type ID struct {
	text   string
	number bool
}

// String is the id without quotes, as [Client.Record] takes it.
func (id ID) String() string { return id.text }

// MarshalJSON writes the number or the string, so that an id can be part of a
// filter or of a [Submission].
func (id ID) MarshalJSON() ([]byte, error) {
	switch {
	case id == ID{}:
		return []byte("null"), nil
	case id.number:
		return []byte(id.text), nil
	}
	return json.Marshal(id.text)
}

// UnmarshalJSON reads either, and null as none.
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
