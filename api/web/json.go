package web

import (
	"bytes"
	"encoding/json"
)

// JSONLine writes v as one line of JSON with its line feed. Unlike
// [json.Marshal] it leaves <, > and & as they are.
func JSONLine(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}
