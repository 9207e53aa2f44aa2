package api

import "strings"

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// escapePointer escapes a name so that it is one segment of a JSON pointer
// (RFC 6901).
func escapePointer(name string) string { return pointerEscapes.Replace(name) }
