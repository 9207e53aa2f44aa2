package api

import "bytes"

// appendCell writes one cell of a CSV line as RFC 4180 has it. Texts that a
// spreadsheet would take for a formula are left as they are: an export must
// come back through an import unchanged.
func appendCell(dst, text []byte) []byte {
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

// appendRow writes one CSV line.
func appendRow(dst []byte, cells ...string) []byte {
	for i, cell := range cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, []byte(cell))
	}
	return append(dst, '\r', '\n')
}
