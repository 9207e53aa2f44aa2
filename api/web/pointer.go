package web

import "strings"

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// EscapePointer escapes a name so that it is one segment of a JSON pointer
// (RFC 6901).
func EscapePointer(name string) string { return pointerEscapes.Replace(name) }
