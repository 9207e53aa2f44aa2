package table

import (
	"bytes"
	"strings"
)

// delimiters are those that a table may have, the likelier first.
const delimiters = ",;\t|"

// delimiterNames are words for them, for who cannot type a tab.
var delimiterNames = map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', `\t`: '\t', "pipe": '|'}

// Delimiter reads what somebody calls a delimiter: the character itself or
// its name. ok is false for anything that no table is cut by.
func Delimiter(text string) (d byte, ok bool) {
	if len(text) == 1 && strings.Contains(delimiters, text) {
		return text[0], true
	}
	d, ok = delimiterNames[text]
	return d, ok
}

// DelimiterNames says which delimiters there are.
const DelimiterNames = "a comma, a semicolon, a tab (or the word tab) or |"

// detect finds the delimiter of a header line: the one that cuts it into the
// most cells. A header of one cell has a comma.
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

// separator reads a line such as sep=; with which a spreadsheet program is
// told the delimiter.
func separator(line []byte) (text string, ok bool) {
	line = bytes.Trim(line, `"`)
	if len(line) < len("sep=") || !strings.EqualFold(string(line[:len("sep=")]), "sep=") {
		return "", false
	}
	return string(line[len("sep="):]), true
}
