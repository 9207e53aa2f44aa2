package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// printRow prints a row of a table. Callers of the API chose some of the texts, so a
// cell with characters that a terminal would obey, or that cannot be seen, is quoted.
func printRow(w io.Writer, cells ...string) {
	for i, cell := range cells {
		if strings.ContainsFunc(cell, func(r rune) bool { return !unicode.IsPrint(r) }) {
			cells[i] = strconv.Quote(cell)
		}
	}
	fmt.Fprintln(w, strings.Join(cells, "\t"))
}
