package table

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
)

// told writes what a table holds, a row or fault a line: quoted cells in
// quotes, and faults by their lines, the rows they cost and a word of theirs.
func told(t *testing.T, r Reader) string {
	t.Helper()
	var b strings.Builder
	for {
		row, err := r.Next()
		var fault *Fault
		switch {
		case err == io.EOF:
			return b.String()
		case errors.As(err, &fault):
			fmt.Fprintf(&b, "%d-%d lost %d\n", fault.Line, fault.ToLine, fault.Rows)
		case err != nil:
			t.Fatal(err)
		case row.Object != nil:
			fmt.Fprintf(&b, "%d-%d %s\n", row.Line, row.ToLine, row.Object)
		default:
			fmt.Fprintf(&b, "%d-%d", row.Line, row.ToLine)
			for _, c := range row.Cells {
				if c.Quoted {
					fmt.Fprintf(&b, " %q", c.Text)
				} else {
					fmt.Fprintf(&b, " (%s)", c.Text)
				}
			}
			b.WriteByte('\n')
		}
	}
}

func TestRowsOfCSV(t *testing.T) {
	long := strings.Repeat("x", MaxRow)
	for name, test := range map[string]struct{ in, want string }{
		"line ends of all kinds":         {"a,b\r1,2\n3,4\r\n5,6\r7,8", "2-2 (1) (2)\n3-3 (3) (4)\n4-4 (5) (6)\n5-5 (7) (8)\n"},
		"semicolon":                      {"a;b;c,d\n1;2,0;3\n", "2-2 (1) (2,0) (3)\n"},
		"tab":                            {"a\tb\n1\t2,3\n", "2-2 (1) (2,3)\n"},
		"pipe":                           {"a|b\n1|2\n", "2-2 (1) (2)\n"},
		"a delimiter in a quoted header": {"\"a,b,c\";d\n1;2\n", "2-2 (1) (2)\n"},
		"sep=":                           {"sep=;\r\na;b\r\n1;2\r\n", "3-3 (1) (2)\n"},
		"one column":                     {"a\n1\n\"2\"\n", "2-2 (1)\n3-3 \"2\"\n"},
		"empty text and empty cell":      {"a,b\n\"\",\n1,\"\"\n", "2-2 \"\" ()\n3-3 (1) \"\"\n"},
		"a header all in quotes":         {"\"a\",\"b\"\n\"1\",\"\"\n\"\",\"\"\n", "2-2 (1) ()\n"},
		"rows of empty cells":            {"a,b\n1,2\n,\n\n,,,,\n\r\n3,4\n", "2-2 (1) (2)\n7-7 (3) (4)\n"},
		"quotes":                         {"a,b\n\"1,\"\"x\"\"\",\"l\r\nm\"\n3,\"\"\"\"\n", "2-3 \"1,\\\"x\\\"\" \"l\\r\\nm\"\n4-4 (3) \"\\\"\"\n"},
		"a bare quote":                   {"a,b\n1,2\"\n3,4\n", "2-2 lost 1\n3-3 (3) (4)\n"},
		"text behind a quote":            {"a,b\n\"1\"x,2\n3,4\n", "2-2 lost 1\n3-3 (3) (4)\n"},
		"a wrong number of cells":        {"a,b\n1\n2,3,4\n5,6\n", "2-2 lost 1\n3-3 lost 1\n4-4 (5) (6)\n"},
		"too long":                       {"a,b\n1," + long + "\n3,4\n", "2-2 lost 1\n3-3 (3) (4)\n"},
		"a quote that is never closed":   {"a,b\n1,\"2\n3,4\n5,6\n", "2-4 lost 3\n"},
		"that and more than may be":      {"a,b\n1,\"2\n3," + long + "\n5,6\n", "2-4 lost 3\n"},
		"closed where it cannot be":      {"a,b\n1,\"2\n3,4\n5,\"6\"\n7,8\n", "2-4 lost 3\n5-5 (7) (8)\n"},
		"closed, with too many cells":    {"a,b,c\n1,2,\"3\n4,5,6\n7,8\",9\n1,2,3\n", "2-4 lost 3\n5-5 (1) (2) (3)\n"},
		"closed between rows":            {"a,b,c\n1,\"2,3\n1,2,3\n1,2,3\n1,2,3\n1,2\",3\n7,8,9\n", "2-6 lost 5\n7-7 (7) (8) (9)\n"},
		"a text of lines":                {"a,b,c\n1,2,\"x\ny\nz, or so\n\nx\"\n7,8,9\n", "2-6 (1) (2) \"x\\ny\\nz, or so\\n\\nx\"\n7-7 (7) (8) (9)\n"},
		"too long and closed":            {"a,b\n1,\"2\n" + long + "\"\n3,4\n", "2-3 lost 2\n4-4 (3) (4)\n"},
		"not UTF-8":                      {"a,b\n1,\xe4\n3,4\n", "2-2 lost 1\n3-3 (3) (4)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := NewCSV(strings.NewReader(test.in), 0, Unguarded)
			if err != nil {
				t.Fatal(err)
			}
			if got := told(t, c); got != test.want {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// inUTF16 writes a text with a byte order mark, the high byte first or last.
func inUTF16(text string, high int) string {
	var b strings.Builder
	for _, c := range append([]uint16{0xfeff}, utf16.Encode([]rune(text))...) {
		b.WriteByte(byte(c >> (8 * high)))
		b.WriteByte(byte(c >> (8 - 8*high)))
	}
	return b.String()
}

func TestEncodings(t *testing.T) {
	text := "a;b\r\n1;Zoë 😀\r\n"
	le, be := inUTF16(text, 0), inUTF16(text, 1)
	for name, test := range map[string]struct{ in, want string }{
		"UTF-8":            {text, "2-2 (1) (Zoë 😀)\n"},
		"UTF-8, marked":    {"\xef\xbb\xbf" + text, "2-2 (1) (Zoë 😀)\n"},
		"UTF-16LE":         {le, "2-2 (1) (Zoë 😀)\n"},
		"UTF-16BE":         {be, "2-2 (1) (Zoë 😀)\n"},
		"half a character": {le + "3\x00;\x00\x3d\xd8\r\x00\n\x005\x00;\x00", "2-2 (1) (Zoë 😀)\n3-3 lost 1\n4-4 (5) ()\n"},
		"half a unit":      {le + "3\x00;\x004", "2-2 (1) (Zoë 😀)\n3-3 lost 1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, in := range []io.Reader{strings.NewReader(test.in), iotest.OneByteReader(strings.NewReader(test.in))} {
				c, err := NewCSV(in, 0, Unguarded)
				if err != nil {
					t.Fatal(err)
				}
				if got := told(t, c); got != test.want {
					t.Errorf("got\n%s", got)
				}
			}
		})
	}
}

func TestRowsOfNDJSON(t *testing.T) {
	in := "\n{\"a\":1}\r\n  \nnonsense\n[1]\r{\"a\":\"" + strings.Repeat("x", MaxRow) + "\"}\n {\"a\":2}"
	n, err := NewNDJSON(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	want := "2-2 {\"a\":1}\n4-4 lost 1\n5-5 lost 1\n6-6 lost 1\n7-7  {\"a\":2}\n"
	if got := told(t, n); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestWhatIsNoTableIsRefusedWithItsCause(t *testing.T) {
	csv := func(r io.Reader) error { _, err := NewCSV(r, 0, Unguarded); return err }
	ndjson := func(r io.Reader) error { _, err := NewNDJSON(r); return err }
	for name, test := range map[string]struct {
		in, want string
		of       []func(io.Reader) error
	}{
		"gzip":                {"\x1f\x8b\x08\x00", "gzip", []func(io.Reader) error{csv, ndjson}},
		"xlsx":                {"PK\x03\x04\x14\x00", ".xlsx", []func(io.Reader) error{csv, ndjson}},
		"xls":                 {"\xd0\xcf\x11\xe0\xa1", ".xls", []func(io.Reader) error{csv, ndjson}},
		"PDF":                 {"%PDF-1.7\n", "PDF", []func(io.Reader) error{csv, ndjson}},
		"UTF-16LE, unmarked":  {"i\x00d\x00,\x00", "UTF-16", []func(io.Reader) error{csv, ndjson}},
		"UTF-16BE, unmarked":  {"\x00i\x00d\x00,", "UTF-16", []func(io.Reader) error{csv, ndjson}},
		"UTF-32":              {"\xff\xfe\x00\x00i\x00\x00\x00", "UTF-32", []func(io.Reader) error{csv, ndjson}},
		"HTML":                {"\n<!DOCTYPE html>\n<html>", "HTML", []func(io.Reader) error{csv, ndjson}},
		"XML":                 {"<?xml version=\"1.0\"?>", "XML", []func(io.Reader) error{csv, ndjson}},
		"JSON array":          {"[\n  {\"id\": 1},\n  {\"id\": 2}\n]", "array", []func(io.Reader) error{csv, ndjson}},
		"array on a line":     {"[{\"id\":1}]", "array", []func(io.Reader) error{csv, ndjson}},
		"pretty-printed":      {"{\n  \"id\": 1\n}\n", "several lines", []func(io.Reader) error{ndjson}},
		"pretty from line 2":  {"{ \"id\": 1,\n  \"a\": 1 }\n", "several lines", []func(io.Reader) error{ndjson}},
		"NDJSON as CSV":       {"{\"id\":1}\n{\"id\":2}\n", "ndjson", []func(io.Reader) error{csv}},
		"CSV as NDJSON":       {"id,firstName\n1,Ann\n", "text/csv", []func(io.Reader) error{ndjson}},
		"CSV in quotes":       {"\"id\",\"firstName\"\n\"1\",\"Ann\"\n", "text/csv", []func(io.Reader) error{ndjson}},
		"TSV as NDJSON":       {"id\tfirstName\n1\tAnn\n", "text/csv", []func(io.Reader) error{ndjson}},
		"nothing":             {"\r\n \n", "empty", []func(io.Reader) error{csv}},
		"Windows-1252":        {"id,stra\xdfe\n1,x\n", "Windows-1252", []func(io.Reader) error{csv}},
		"an open header":      {"id,\"x\n1,2\n", "header", []func(io.Reader) error{csv}},
		"a strange separator": {"sep=^\nid^x\n", "semicolon", []func(io.Reader) error{csv}},
		"too many columns":    {strings.Repeat("x,", MaxColumns) + "\n", "16385 columns", []func(io.Reader) error{csv}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, read := range test.of {
				var refusal *Refusal
				if err := read(strings.NewReader(test.in)); !errors.As(err, &refusal) || !strings.Contains(refusal.Detail, test.want) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

func TestABrokenStreamIsNoEnd(t *testing.T) {
	broken := errors.New("broken")
	in := io.MultiReader(strings.NewReader("a,b\n1,2\n3,\"4"), iotest.ErrReader(broken))
	c, err := NewCSV(in, 0, Unguarded)
	if err != nil {
		t.Fatal(err)
	}
	if row, err := c.Next(); err != nil || row.Line != 2 {
		t.Errorf("%v, %v", row, err)
	}
	if _, err := c.Next(); err != broken {
		t.Errorf("got %v", err)
	}
	if _, err := NewCSV(iotest.ErrReader(broken), 0, Unguarded); err != broken {
		t.Errorf("got %v", err)
	}
}

func TestADelimiterMayBeGiven(t *testing.T) {
	for text, want := range map[string]byte{",": ',', "semicolon": ';', "tab": '\t', "\t": '\t', "|": '|'} {
		if d, ok := Delimiter(text); !ok || d != want {
			t.Errorf("%q is %q, %v", text, d, ok)
		}
	}
	for _, text := range []string{"", "x", ",,", "Tab "} {
		if _, ok := Delimiter(text); ok {
			t.Errorf("%q is one", text)
		}
	}
	c, err := NewCSV(strings.NewReader("sep=,\na;b,c,d\n1;2,x\n"), ';', Unguarded)
	if err != nil || len(c.Header()) != 2 {
		t.Fatalf("%v, %v", c, err)
	}
}
