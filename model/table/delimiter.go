package table

import (
	"bytes"
	"strings"
)

// delimiters are the possible delimiters, the more common ones first.
const delimiters = ",;\t|"

// delimiterNames are words for the delimiters, because a tab is hard to type.
var delimiterNames = map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', `\t`: '\t', "pipe": '|'}

// Delimiter reads a delimiter given as the character or as its name. ok is false for
// anything else.
func Delimiter(text string) (d byte, ok bool) {
	if len(text) == 1 && strings.Contains(delimiters, text) {
		return text[0], true
	}
	d, ok = delimiterNames[text]
	return d, ok
}

// DelimiterNames lists the delimiters for the user.
const DelimiterNames = "a comma, a semicolon, a tab (or the word tab) or |"

// detect returns the delimiter of a header line: the one that makes the most cells
// of it, and the comma if there is one cell.
func detect(header []byte) byte {
	best, most := delimiters[0], 0
	for _, d := range []byte(delimiters) {
		if n := cuts(header, d); n > most {
			best, most = d, n
		}
	}
	return best
}

// cuts counts the delimiters outside of quotes.
func cuts(line []byte, delimiter byte) int {
	q := quotes{delimiter: delimiter}
	n := 0
	for len(line) > 0 {
		part, rest, found := bytes.Cut(line, []byte{delimiter})
		if q.follow(part, 0); q.broken != "" {
			return n
		}
		if found && !q.open() {
			n++
			q.state = atCell
		}
		line = rest
	}
	return n
}

// separator reads a line such as sep=; that tells spreadsheet programs the
// delimiter.
func separator(line []byte) (text string, ok bool) {
	line = bytes.Trim(line, `"`)
	if len(line) < len("sep=") || !strings.EqualFold(string(line[:len("sep=")]), "sep=") {
		return "", false
	}
	return string(line[len("sep="):]), true
}
