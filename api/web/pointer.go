package web

import "strings"

var (
	pointerEscaper   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// PointerTo returns the RFC 6901 pointer to a member of the object at base.
func PointerTo(base, name string) string { return base + "/" + pointerEscaper.Replace(name) }

// PointerName returns the name that stands, with its escapes, between two
// slashes of an RFC 6901 pointer.
func PointerName(escaped string) string { return pointerUnescaper.Replace(escaped) }
