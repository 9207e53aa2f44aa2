package table

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// lineCount counts the lines of a text by every line end that there is.
func lineCount(text string) int64 {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	n := strings.Count(text, "\n") + strings.Count(text, "\r")
	if text != "" && !strings.HasSuffix(text, "\n") && !strings.HasSuffix(text, "\r") {
		n++
	}
	return int64(n)
}

// FuzzReaders reads anything. Rows and faults come in the order of their
// lines, none of which belongs to two of them or lies behind the end.
func FuzzReaders(f *testing.F) {
	f.Add("id,\"a\nb\"\r\n1,2\n", true)
	f.Add("\"\"\",\n\n\"\r\r\n", true)
	f.Add("sep=;\na;b\n1;\"2\n\"x", true)
	f.Add("\xff\xfea\x00,\x00\n\x00\x00\xd8", true)
	f.Add("{\"a\":1}\r{\r\n\"x", false)
	f.Fuzz(func(t *testing.T, text string, isCSV bool) {
		for _, in := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text))} {
			var r Reader
			c, err := NewCSV(in, 0, Unguarded)
			if r = c; !isCSV {
				r, err = NewNDJSON(in)
			}
			for before, rows := int64(0), 0; err == nil; rows++ {
				row, rowErr := r.Next()
				at, lost := row.Place, int64(1)
				var fault *Fault
				if errors.As(rowErr, &fault) {
					at, lost, rowErr = fault.Place, fault.Rows, nil
				}
				if err = rowErr; err != nil {
					break
				}
				utf16 := strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff")
				if at.Line <= before || at.ToLine < at.Line || lost > at.ToLine-at.Line+1 || !utf16 && at.ToLine > lineCount(text) {
					t.Fatalf("lines %d to %d, %d lost, after line %d of %q", at.Line, at.ToLine, lost, before, text)
				}
				before = at.ToLine
			}
		}
	})
}

// TestWrittenRowsComeBack reads what encoding/csv writes, with each delimiter.
func TestWrittenRowsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("a,;\t|\"\n =é")))
		row := rapid.SliceOfN(text, 3, 3).Filter(func(row []string) bool { return strings.Join(row, "") != "" })
		rows := rapid.SliceOfN(row, 1, 5).Draw(t, "rows")
		delimiter := rapid.SampledFrom([]rune(delimiters)).Draw(t, "delimiter")
		var b strings.Builder
		w := csv.NewWriter(&b)
		w.Comma = delimiter
		if err := w.WriteAll(append([][]string{{"x", "y", "z"}}, rows...)); err != nil {
			t.Fatal(err)
		}
		c, err := NewCSV(strings.NewReader(b.String()), 0, Unguarded)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range rows {
			row, err := c.Next()
			var got []string
			for _, cell := range row.Cells {
				got = append(got, cell.Text)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("%q became %q, %v", want, got, err)
			}
		}
		if _, err := c.Next(); err != io.EOF {
			t.Fatalf("%v behind the last row of %q", err, b.String())
		}
	})
}
