package web

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bulkpatch/model/table"
)

// rowsOf writes a table of one row and its header, and reads the row.
func rowsOf(t *rapid.T, guard table.Guard, add func(*Line)) []table.Cell {
	c := NewCSV(guard)
	line := c.Line(c.AppendHeader(nil, "x", "y"))
	add(&line)
	text := line.End()
	rows, err := table.NewCSV(bytes.NewReader(text), 0, guard)
	if err != nil {
		t.Fatal(err)
	}
	row, err := rows.Next()
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return row.Cells
}

func TestRowsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("a,;\t\"\r\n =é'+-@")))
		cells := rapid.SliceOfN(text, 2, 2).Draw(t, "cells")
		guard := rapid.SampledFrom([]table.Guard{table.Unguarded, table.Guarded}).Draw(t, "guard")
		row := rowsOf(t, guard, func(l *Line) {
			l.AddString([]byte(cells[0]))
			l.AddString([]byte(cells[1]))
		})
		if row[0].Text != cells[0] || row[1].Text != cells[1] || row[0].Empty() || row[1].Empty() {
			t.Fatalf("%q became %v", cells, row)
		}
	})
}

func TestOnlyStringsAreGuarded(t *testing.T) {
	for guard, want := range map[table.Guard]string{
		table.Unguarded: "-a,b\r\n-1,-1,=1,,\"\",\"+1,2\",'x\r\n",
		table.Guarded:   "'-a,b\r\n-1,'-1,'=1,,\"\",\"'+1,2\",''x\r\n",
	} {
		c := NewCSV(guard)
		line := c.Line(c.AppendHeader(nil, "-a", "b"))
		line.AddValue([]byte("-1"))
		line.AddString([]byte("-1"))
		line.AddOptional("=1")
		line.AddOptional("")
		line.AddString(nil)
		line.AddString([]byte("+1,2"))
		line.AddString([]byte("'x"))
		if got := string(line.End()); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestNegotiation(t *testing.T) {
	tests := map[string]struct{ accept, want string }{
		"nothing said":     {"", TypeJSON},
		"anything":         {"*/*", TypeJSON},
		"one":              {"text/csv", TypeCSV},
		"another name":     {"application/ndjson", TypeNDJSON},
		"the better":       {"text/csv;q=0.5, application/x-ndjson;q=0.9", TypeNDJSON},
		"a range":          {"text/*", TypeCSV},
		"not the first":    {"*/*, application/json;q=0", TypeCSV},
		"none":             {"image/png", ""},
		"nonsense":         {";;;,", ""},
		"specific decides": {"application/*;q=0.1, text/csv;q=0.2", TypeCSV},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := map[string][]string{}
			if test.accept != "" {
				h["Accept"] = []string{test.accept}
			}
			if got, err := Negotiate(h, TypeJSON, TypeCSV, TypeNDJSON); got != test.want || (err != nil) != (test.want == "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestPreferences(t *testing.T) {
	tests := map[string]struct {
		headers []string
		want    string
	}{
		"none":               {nil, ""},
		"wait":               {[]string{"wait=5"}, "wait=5"},
		"too long":           {[]string{"wait=500"}, "wait=30"},
		"quoted":             {[]string{`Wait="7"; x=1`}, "wait=7"},
		"both":               {[]string{"respond-async", "wait=5"}, "respond-async, wait=5"},
		"first counts":       {[]string{"wait=5, wait=6"}, "wait=5"},
		"cannot be read":     {[]string{"wait=soon, wait=-1, return=minimal"}, ""},
		"no time to wait at": {[]string{"wait=0"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := PreferOf(map[string][]string{"Prefer": test.headers}, 30*time.Second).Applied(); got != test.want {
				t.Errorf("got %q", got)
			}
		})
	}
}
