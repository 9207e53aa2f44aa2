package web

import (
	"bytes"
	"encoding/json"
)

// JSON writes v as JSON. Unlike [json.Marshal] it leaves <, > and & as they are.
func JSON(v any) ([]byte, error) {
	line, err := JSONLine(v)
	return bytes.TrimSuffix(line, []byte{'\n'}), err
}

// JSONLine is [JSON] with a line feed at its end.
func JSONLine(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}
