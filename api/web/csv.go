package web

import "bytes"

// AppendCell appends one cell of a CSV line (RFC 4180). A text that a
// spreadsheet would take for a formula is not changed: importing an export must
// give the same values.
func AppendCell(dst, text []byte) []byte {
	if !bytes.ContainsAny(text, "\",\r\n") && len(bytes.TrimSpace(text)) == len(text) {
		return append(dst, text...)
	}
	dst = append(dst, '"')
	for {
		before, after, found := bytes.Cut(text, []byte{'"'})
		dst = append(dst, before...)
		if !found {
			return append(dst, '"')
		}
		dst = append(dst, '"', '"')
		text = after
	}
}

// AppendRow appends one CSV line.
func AppendRow(dst []byte, cells ...string) []byte {
	for i, cell := range cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendCell(dst, []byte(cell))
	}
	return append(dst, '\r', '\n')
}
