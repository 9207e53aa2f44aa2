package table

import (
	"bytes"
	"strings"
)

var zipMagic = []byte("PK\x03\x04")

// magic lists the first bytes of files that are no text.
var magic = []struct{ start, detail string }{
	{"\x1f\x8b", "This is compressed with gzip: unpack it first, or over HTTP say so with Content-Encoding: gzip."},
	{string(zipMagic), "This is an Excel workbook (.xlsx) or another ZIP archive: save the sheet as CSV (UTF-8), or unpack the archive."},
	{string(compoundMagic), "This is a workbook of an old Excel (.xls): save the sheet as CSV (UTF-8)."},
	{"%PDF-", "This is a PDF document: export the data as CSV or as JSON, one object a line."},
	{string(markLE32), "This is UTF-32: save it as UTF-8."},
}

const (
	detailUTF16 = "This looks like UTF-16 without a byte order mark: save it as UTF-8, or with the mark."
	detailHTML  = "This is an HTML or XML document, perhaps a sign-in or error page that was saved instead of the data: download the data itself, as CSV or as JSON, one object a line."
	detailJSON  = "This is JSON and not CSV: send it as application/x-ndjson (on the command line, --format ndjson), one object a line."
	detailArray = "This is a JSON array: send its objects one a line, without the brackets and the commas between them. jq -c '.[]' makes that of it."
	detailWide  = "This is JSON over several lines: each object must stand on one line of its own. jq -c . makes that of it."
	detailCSV   = "This is CSV and not JSON: send it as text/csv (on the command line, --format csv)."
)

// foreign returns the detail for a stream that is no text of a table, else "".
func foreign(head []byte) string {
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m.start)) {
			return m.detail
		}
	}
	if bytes.HasPrefix(head, markLE) || bytes.HasPrefix(head, markBE) {
		return ""
	}
	// The first characters of a table are mostly ASCII.
	if len(head) >= 4 && (head[0] == 0) == (head[2] == 0) && (head[1] == 0) == (head[3] == 0) && (head[0] == 0) != (head[1] == 0) {
		return detailUTF16
	}
	return ""
}

// markup reports whether a text is HTML or XML.
func markup(head []byte) bool {
	start := strings.ToLower(string(head[:min(len(head), len("<!doctype"))]))
	for _, tag := range []string{"<!doctype", "<html", "<head", "<?xml", "<body", "<!--"} {
		if strings.HasPrefix(start, tag) {
			return true
		}
	}
	return false
}

// notCSV says why a text is no CSV. It returns "" if it can be.
func notCSV(head []byte) string {
	head = bytes.TrimSpace(head)
	switch inner := afterFirst(head); {
	case markup(head):
		return detailHTML
	case startsWith(head, "[") && startsWith(inner, "{"):
		return detailArray
	case startsWith(head, "{") && (startsWith(inner, `"`) || len(inner) == 0):
		return detailJSON
	}
	return ""
}

// notNDJSON says why a text is not one JSON object a line. It returns "" if it can be.
func notNDJSON(head []byte) string {
	head = bytes.TrimSpace(head)
	first, rest, _ := bytes.Cut(head, []byte{'\n'})
	first, rest = bytes.TrimSpace(first), bytes.TrimSpace(rest)
	switch {
	case markup(head):
		return detailHTML
	case startsWith(head, "[") && startsWith(afterFirst(head), "{"):
		return detailArray
	case string(first) == "{", startsWith(first, "{") && !bytes.HasSuffix(first, []byte("}")) && startsWith(rest, `"`):
		return detailWide
	case len(first) > 0 && !bytes.ContainsAny(first[:1], `{["`) && bytes.ContainsAny(first, delimiters) && !startsLine(rest, '{'):
		return detailCSV
	case startsWith(first, `"`) && startsWith(bytes.TrimLeft(afterQuoted(first), " "), ",") && !startsLine(rest, '{'):
		return detailCSV
	}
	return ""
}

func startsWith(text []byte, prefix string) bool { return bytes.HasPrefix(text, []byte(prefix)) }

// afterFirst returns what follows the first byte, without white space.
func afterFirst(text []byte) []byte { return bytes.TrimSpace(text[min(1, len(text)):]) }

// afterQuoted returns what follows a quoted text.
func afterQuoted(text []byte) []byte {
	_, rest, _ := bytes.Cut(text[1:], []byte{'"'})
	return rest
}

// startsLine reports whether a line begins with c.
func startsLine(text []byte, c byte) bool {
	return len(text) > 0 && text[0] == c || bytes.Contains(text, []byte{'\n', c})
}
