package job

import (
	"strings"
	"unicode"
)

// MaxNote is how many characters a note may have.
const MaxNote = 500

// Words splits a note, or what is looked for in one, into its words: letters and
// digits that stand together, in small letters. So "Q3-Review" has two.
func Words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}
