package api

import (
	"strings"
	"unicode/utf8"
)

// sound reports whether a text can be stored: it must be UTF-8 without a NUL
// character. PostgreSQL refuses any other text, so none may reach the store.
// Bodies are checked as JSON; this is for paths and queries.
func sound(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}

// maxJobID is more bytes than the id of any job has.
const maxJobID = 64

// soundPath refuses a path with a segment that cannot name anything.
func (c *call) soundPath() error {
	for _, at := range segments {
		text := c.r.PathValue(at.name)
		if !sound(text) || at.name == "job" && len(text) > maxJobID {
			return at.none(c)
		}
	}
	return nil
}
