package table

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// openText opens a file of text.
func openText(text string, given Dialect) (*File, error) {
	return OpenFile(strings.NewReader(text), int64(len(text)), given, Unguarded, Limits{})
}

// told writes a file: its columns and then a row or fault a line, with the kinds
// of cells that are not text. It checks that each row comes back from its stored
// form.
func toldFile(t testing.TB, f *File) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(strings.Join(f.Columns(), "|") + "\n")
	for {
		row, err := f.Next()
		var refusal *Refusal
		switch {
		case err == io.EOF:
			return b.String()
		case errors.As(err, &refusal):
			return b.String() + "refused: " + refusal.Detail
		case err != nil:
			t.Fatal(err)
		}
		again, rest, err := ParseRow(AppendRow(nil, row))
		if err != nil || len(rest) > 0 || toldRow(again) != toldRow(row) {
			t.Fatalf("%s was stored as %s, %v", toldRow(row), toldRow(again), err)
		}
		b.WriteString(toldRow(row) + "\n")
	}
}

// kindMarks stand before the cells of a kind.
var kindMarks = map[Kind]string{Number: "#", Boolean: "?", Date: "@", Error: "!", JSON: ""}

func toldRow(row FileRow) string {
	at := fmt.Sprint(row.Line)
	if row.ToLine != row.Line {
		at = fmt.Sprintf("%d-%d", row.Line, row.ToLine)
	}
	if row.Fault != nil {
		return fmt.Sprintf("%s FAULT %s RAW %q", at, row.Fault.Detail, row.Raw)
	}
	var texts []string
	for _, c := range row.Cells {
		text := strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(kindMarks[c.Kind] + c.Text)
		if c.Quoted {
			text = `"` + text + `"`
		}
		texts = append(texts, text)
	}
	return at + " " + strings.Join(texts, "|")
}
