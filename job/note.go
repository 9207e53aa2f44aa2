package job

import (
	"strings"
	"unicode"
)

// MaxNote is how many characters a note may have.
const MaxNote = 500

// Words splits a note, or a search in notes, into words: sequences of letters and
// digits, in lower case. "Q3-Review" has two words.
func Words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}
