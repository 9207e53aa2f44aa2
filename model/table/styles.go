package table

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// A numberFormat says what a number in a cell stands for. The format of a cell is
// the only thing that distinguishes a date from a number.
type numberFormat uint8

const (
	plainNumber numberFormat = iota
	dateNumber               // a date, with or without a time of day
	clockNumber              // a time of day alone
)

// formats reads the formats of the styles of cells.
func (a *archive) formats(name string) ([]numberFormat, error) {
	var styles []string // numbers of formats
	codes := map[string]string{}
	inCells := false
	err := a.each(name, func(e xml.StartElement) {
		switch e.Name.Local {
		case "numFmt":
			codes[attribute(e, "numFmtId")] = attribute(e, "formatCode")
		case "cellXfs":
			inCells = true
		case "cellStyles", "cellStyleXfs", "dxfs":
			inCells = false
		case "xf":
			if inCells {
				styles = append(styles, attribute(e, "numFmtId"))
			}
		}
	})
	formats := make([]numberFormat, len(styles))
	for i, id := range styles {
		if code, own := codes[id]; own {
			formats[i] = formatOfCode(code)
		} else {
			formats[i] = builtInFormat(id)
		}
	}
	return formats, err
}

// builtInFormat returns what a format stands for that has a number and no text. Some
// of them are used in East Asia alone.
func builtInFormat(id string) numberFormat {
	switch n, _ := strconv.Atoi(id); {
	case n >= 14 && n <= 17, n == 22, n >= 27 && n <= 31, n == 36, n >= 50 && n <= 54, n == 57, n == 58:
		return dateNumber
	case n >= 18 && n <= 21, n >= 32 && n <= 35, n >= 45 && n <= 47, n == 55, n == 56:
		return clockNumber
	}
	return plainNumber
}

// formatOfCode reads the text of a format, such as dd/mm/yyyy or [h]:mm. Its first
// section is for positive numbers, as all dates are.
func formatOfCode(code string) numberFormat {
	letters := formatLetters(code)
	switch clock := strings.ContainsAny(letters, "hs"); {
	case strings.ContainsAny(letters, "yd"), strings.Contains(letters, "m") && !clock:
		return dateNumber
	case clock:
		return clockNumber
	}
	return plainNumber
}

// formatLetters returns the letters of the first section of a format that stand for
// a part of the number, in lower case. Text in quotes, after a backslash or in
// brackets does not, except elapsed times such as [h].
func formatLetters(code string) string {
	var b strings.Builder
	for i := 0; i < len(code) && code[i] != ';'; i++ {
		switch c := code[i]; c {
		case '"', '[':
			closing := byte('"')
			if c == '[' {
				closing = ']'
			}
			end := strings.IndexByte(code[i+1:], closing)
			if end < 0 {
				return b.String()
			}
			if inner := code[i+1:][:end]; c == '[' && strings.Trim(inner, "hHmMsS") == "" {
				b.WriteString(strings.ToLower(inner))
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		default:
			b.WriteByte(c | 0x20)
		}
	}
	return b.String()
}
