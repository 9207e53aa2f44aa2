package table

import (
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// all reads a table to its end.
func all(r Reader, err error) {
	var fault *Fault
	for err == nil || errors.As(err, &fault) {
		_, err = r.Next()
	}
}

func readCSV(text string) {
	c, err := NewCSV(strings.NewReader(text), 0, Unguarded)
	all(c, err)
}

// readWhole opens a file and reads it to its end.
func readWhole(text string) {
	f, err := openText(text)
	for err == nil {
		_, err = f.Next()
	}
}

// allocated is how many bytes a call allocates.
func allocated(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestReadingIsLinear gives the readers their worst inputs, and four times as
// much: what they allocate may grow fivefold.
func TestReadingIsLinear(t *testing.T) {
	const size, fixed = 64 << 10, 256 << 10
	for name, test := range map[string]struct {
		part string // that is repeated
		head string
		read func(string)
	}{
		"cells of a header":      {"x,", "", readCSV},
		"cells of a row":         {`"x",`, "a,b\n", readCSV},
		"quotes in a cell":       {`""`, "a,b\n\"", readCSV},
		"lines in a cell":        {"x\r", "a,b\n\"", readCSV},
		"rows":                   {"1,2\n", "a,b\n", readCSV},
		"empty rows":             {",\r", "a,b\n", readCSV},
		"bare quotes":            {"a\"\r\n", "a,b\n", readCSV},
		"rows that quotes break": {"\"a\n\"b\n", "a,b\n", readCSV},
		"half characters":        {"\x00\xd8", "\xff\xfea\x00\n\x00", readCSV},
		"a line without an end":  {"x", "a\n", readCSV},
		"objects of a file":      {"{\"a\":[1,{}]}\n", "", readWhole},
		"Windows-1252":           {"\xfc", "a\n", readWhole},
		"cells of a sheet's row": {"<c><v>1</v></c>", "<row>", func(text string) { readWhole(sheetOf(text + "</row>")) }},
		"rows of a sheet":        {"<row><c><v>1</v></c></row>", "", func(text string) { readWhole(sheetOf(text)) }},
		"texts of a workbook":    {"</t></si><si><t>", "", func(text string) { readWhole(sheetOf("", "<t>"+text+"</t>")) }},
		"escapes in a text":      {"_x000A_", "", func(text string) { readWhole(sheetOf(`<row><c t="s"><v>0</v></c></row>`, "<t>"+text+"</t>")) }},
		"objects": {"{}\r", "", func(text string) {
			n, err := NewNDJSON(strings.NewReader(text))
			all(n, err)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			input := func(size int) string { return test.head + strings.Repeat(test.part, size/len(test.part)) }
			small, large := input(size), input(4*size)
			few, many := allocated(func() { test.read(small) }), allocated(func() { test.read(large) })
			if many > 5*few+fixed {
				t.Errorf("%d bytes became %d", few, many)
			}
		})
	}
}

// TestMemoryIsThatOfARow lets a quote swallow 16 MiB.
func TestMemoryIsThatOfARow(t *testing.T) {
	part := strings.Repeat("x,y\n", 1<<18)
	var parts []io.Reader
	for range 16 {
		parts = append(parts, strings.NewReader(part))
	}
	in := io.MultiReader(append([]io.Reader{strings.NewReader("a,b\n1,\"2\n")}, parts...)...)
	if n := allocated(func() { c, err := NewCSV(in, 0, Unguarded); all(c, err) }); n > 8<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

func BenchmarkCSV(b *testing.B) {
	var file strings.Builder
	file.WriteString("id,firstName,lastName,email,notes,trusted\n")
	for i := range 1000 {
		file.WriteString(strconv.Itoa(i) + ",Zoë,Winter,zoe.winter@example.com,\"one, two\",true\n")
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		readCSV(file.String())
	}
}

func BenchmarkWorkbook(b *testing.B) {
	var rows strings.Builder
	for i := range 1000 {
		rows.WriteString(`<row r="` + strconv.Itoa(i+1) + `"><c r="A1" s="1"><v>` + strconv.Itoa(i) + `</v></c><c r="B1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c><c r="D1" t="b"><v>1</v></c><c r="E1" s="2"><v>0.1</v></c></row>`)
	}
	file := sheetOf(rows.String(), "<t>a</t>", "<t>b</t>")
	b.SetBytes(int64(rows.Len()))
	b.ReportAllocs()
	for b.Loop() {
		readWhole(file)
	}
}

func BenchmarkStoredRow(b *testing.B) {
	row := FileRow{Line: 2, ToLine: 2, Cells: []Cell{{Text: "1"}, {Text: "Zoë"}, {Text: "Winter"}, {Text: "zoe.winter@example.com"}, {Text: "one, two", Quoted: true}, {}}}
	var stored []byte
	b.ReportAllocs()
	for b.Loop() {
		stored = AppendRow(stored[:0], row)
		if _, _, err := ParseRow(stored); err != nil {
			b.Fatal(err)
		}
	}
}
