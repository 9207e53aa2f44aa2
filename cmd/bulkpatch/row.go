package main

import (
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"bulkpatch/api/dashboard/words"
)

// tableRows is how many rows of a list are aligned with one another, so that a long list
// appears bit by bit.
const tableRows = 1000

// printTable prints a list as a table below a header with tabs between its cells, and
// returns how many rows it has. An error ends the list behind the rows before it; a list
// that begins with one prints nothing.
func printTable[T any](out io.Writer, header string, list iter.Seq2[T, error], row func(w io.Writer, item T)) (n int, err error) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, header)
	for item, err := range list {
		if err != nil {
			if n > 0 {
				_ = w.Flush() // the error of the list is the one to tell
			}
			return n, err
		}
		row(w, item)
		if n++; n%tableRows == 0 {
			if err := w.Flush(); err != nil {
				return n, err
			}
		}
	}
	return n, w.Flush()
}

// printRow prints a row of a table. Callers of the API chose some of the texts, so a
// cell with characters that a terminal would obey, or that cannot be seen, is quoted.
func printRow(w io.Writer, cells ...string) {
	for i, cell := range cells {
		cells[i] = visible(cell)
	}
	printSafe(w, cells...)
}

// printSafe prints a row of a table whose cells can be seen as they are.
func printSafe(w io.Writer, cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")) }

// visible returns a text that shows as it is, or quoted.
func visible(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// plain returns a sentence as a terminal shows it: without the characters that keep
// the direction of a text from others, which terminals do not know.
func plain(s words.Sentence) string {
	var b strings.Builder
	for _, p := range s {
		b.WriteString(p.Text)
	}
	return b.String()
}
