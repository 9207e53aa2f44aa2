package table

import (
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// readFile returns what is in a file: its columns, and its rows in stored form.
func readFile(t *testing.T, text string, say Dialect) (d Dialect, columns []string, rows [][]byte) {
	f, err := OpenFile(strings.NewReader(text), int64(len(text)), say, Unguarded, Limits{Rows: 1000, Unpacked: 1 << 20})
	line := int64(0)
	for err == nil {
		var row FileRow
		if row, err = f.Next(); err != nil {
			break
		}
		if row.Line <= line || row.ToLine < row.Line {
			t.Fatalf("lines %d to %d after line %d of %q", row.Line, row.ToLine, line, text)
		}
		if line = row.ToLine; row.Fault == nil && len(row.Cells) != len(f.Columns()) {
			t.Fatalf("%d cells for %d columns", len(row.Cells), len(f.Columns()))
		}
		stored := AppendRow(nil, row)
		again, rest, err := ParseRow(stored)
		if err != nil || len(rest) > 0 || !slices.Equal(again.Cells, row.Cells) || again.Line != row.Line || again.ToLine != row.ToLine ||
			again.Raw != row.Raw || (again.Fault == nil) != (row.Fault == nil) || row.Fault != nil && again.Fault.Detail != row.Fault.Detail {
			t.Fatalf("%v came back as %v, %v", row, again, err)
		}
		rows = append(rows, stored)
	}
	var refusal *Refusal
	if err != io.EOF && !errors.As(err, &refusal) {
		t.Fatalf("%v of %q", err, text)
	}
	if f == nil {
		return d, nil, nil
	}
	return f.Dialect(), f.Columns(), rows
}

// FuzzFile opens anything as a file and as the rows of a workbook's sheet. Read
// again as it was found to be written, the file is the same.
func FuzzFile(f *testing.F) {
	f.Add("id,,\"a\nb\"\r\n1,,2\n,x,\n\"3\n", false)
	f.Add("sep=;\na;Stra\xdfe\n1;\x81\n2", false)
	f.Add("\xff\xfea\x00,\x00\n\x00\x00\xd8", false)
	f.Add("{\"a\":1}\r{\r\n{\"b\":[{}],\"\":0}\n{\"a\":1,\"a\":2}", false)
	f.Add("PK\x03\x04", false)
	f.Add("\xd0\xcf\x11\xe0", false)
	f.Add(`<row r="2"><c t="s"><v>0</v></c><c r="C2" t="inlineStr"><is><t>b_x000D_</t></is></c></row><row><c><f>1</f><v>0.1</v></c><c t="b"><v>1</v></c></row>`, true)
	f.Add(`<row><c t="e"><v>#N/A</v></c></row><row r="9"><c t="d"><v>x</v></c><c r="XFE1"/></row>`, true)
	f.Fuzz(func(t *testing.T, text string, asSheet bool) {
		if asSheet {
			text = sheetOf(text, "<t>a</t>")
		}
		d, columns, rows := readFile(t, text, Dialect{})
		if columns == nil {
			return
		}
		if again, c, r := readFile(t, text, d); again != d || !slices.Equal(c, columns) || !reflect.DeepEqual(r, rows) {
			t.Fatalf("%v became %v of %q", d, again, text)
		}
	})
}

// FuzzParseRow reads anything as a stored row.
func FuzzParseRow(f *testing.F) {
	f.Add(AppendRow(nil, FileRow{Line: 2, ToLine: 3, Cells: []Cell{{Text: "a"}, {Quoted: true}, {}, {Text: "1", Kind: JSON}}}))
	f.Add(AppendRow(nil, FileRow{Line: 1 << 40, ToLine: 1 << 40, Fault: &Fault{Rows: 7, Detail: "x"}, Raw: "\xff"}))
	f.Add([]byte{packing, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, src []byte) {
		row, rest, err := ParseRow(src)
		if err != nil {
			return
		}
		if len(rest) >= len(src) || len(row.Cells) > len(src) {
			t.Fatalf("%d cells and a rest of %d of %d bytes", len(row.Cells), len(rest), len(src))
		}
		again, _, err := ParseRow(AppendRow(nil, row))
		if err != nil || !reflect.DeepEqual(again, row) {
			t.Fatalf("%v became %v, %v", row, again, err)
		}
	})
}
