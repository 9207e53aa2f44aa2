package model

import (
	"strings"
	"unicode"
)

// maxCompared bounds the characters of a name that are compared.
const maxCompared = 60

// Nearest returns the name of the field that is most similar to a text: the one
// that needs the fewest changes of letters and digits, ignoring case. alike is
// true if at least half of the letters stay.
func (m *Model) Nearest(text string) (name string, alike bool) {
	given := letters(text)
	least := 0
	for _, f := range m.Fields {
		if n := distance(given, letters(f.Name)); name == "" || n < least {
			name, least = f.Name, n
		}
	}
	return name, 2*least <= len(given)
}

// letters returns the letters and digits of a text in lower case.
func letters(text string) []rune {
	var list []rune
	for _, r := range strings.ToLower(text[:min(len(text), 4*maxCompared)]) {
		if len(list) < maxCompared && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			list = append(list, r)
		}
	}
	return list
}

// distance is the Levenshtein distance: how many characters must be inserted,
// deleted or replaced to turn one text into the other.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			replaced := diagonal
			if x != y {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
