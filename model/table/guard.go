package table

import "strings"

// A Guard says whether the strings of a table are guarded. A spreadsheet
// program takes a cell such as =1+1 for a formula and computes it, even one
// that a stranger has typed into a form. A guarded table has an apostrophe
// before each such string, which makes it text for the program. Both the writer
// and the reader of a table must know whether it is guarded.
type Guard bool

// The two kinds of tables.
const (
	Unguarded Guard = false
	Guarded   Guard = true
)

const (
	mark = "'"
	// risky are the first bytes of the strings that are marked: those that may
	// begin a formula, and the mark itself. Otherwise a reader could not
	// distinguish a mark from an apostrophe that belongs to the string.
	risky = "=+-@\t\r" + mark
)

// Mark returns what a writer puts before a string: an apostrophe or nothing.
// Numbers, dates and JSON are not strings in this sense.
func (g Guard) Mark(text []byte) string {
	if g == Guarded && len(text) > 0 && strings.IndexByte(risky, text[0]) >= 0 {
		return mark
	}
	return ""
}

// Unmark returns the string without the apostrophe that [Guard.Mark] gave it. It
// leaves an apostrophe that Mark cannot have put there.
func (g Guard) Unmark(text string) string {
	if g == Guarded && len(text) > 1 && text[:1] == mark && strings.IndexByte(risky, text[1]) >= 0 {
		return text[1:]
	}
	return text
}
