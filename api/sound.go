package api

import (
	"strings"
	"unicode/utf8"

	"bulkpatch/api/web"
)

// sound reports whether a text can be stored at all: it is UTF-8 without a
// NUL. PostgreSQL refuses any other, so none may reach the store. Bodies are
// JSON, which is checked as such; what stands in an address is asked here.
func sound(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}

// maxJobID is more than any job's id has, in bytes.
const maxJobID = 64

// nameless lists the segments of paths that name something, and the answer
// where they hold what nothing can be called.
var nameless = map[string]*web.Problem{
	"id":        nil, // see [format.noSuchID]
	"job":       errNoJob,
	"key":       errNoKey,
	"name":      errNoModel,
	"workspace": errNoWorkspace,
}

// soundPath refuses a path that names what nothing can be called.
func (c *call) soundPath() error {
	for segment, answer := range nameless {
		text := c.r.PathValue(segment)
		switch {
		case sound(text) && (segment != "job" || len(text) <= maxJobID):
		case segment == "id":
			return c.format.noSuchID()
		default:
			return answer
		}
	}
	return nil
}
