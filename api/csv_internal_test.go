package api

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRowsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("a,\"\r\n =é")))
		cells := rapid.SliceOfN(text, 2, 5).Draw(t, "cells")
		row := string(appendRow(nil, cells...))
		lines := newLineReader(strings.NewReader(row))
		source := &csvSource{lines: lines}
		record, number, err := source.record()
		if err != nil || number != 1 {
			t.Fatalf("%q was read as line %d, %v", cells, number, err)
		}
		if got, n, err := splitRow(record, len(cells)); err != nil || n != len(cells) || !slices.Equal(got, cells) {
			t.Fatalf("%q became %q, %d cells, %v", cells, got, n, err)
		}
	})
}

func TestBadRowsAreNamed(t *testing.T) {
	tests := map[string]struct {
		row  string
		want error
	}{
		"open quote":       {`a,"b`, errOpenQuote},
		"bare quote":       {`a"b,c`, errBareQuote},
		"text after quote": {`"a"b,c`, errAfterQuote},
		"sound":            {`"a""b",,c`, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, _, err := splitRow([]byte(test.row), 4); err != test.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("id,\"a\nb\"\r\n1,2\n")
	f.Add("\"\"\",\n\n\"")
	f.Fuzz(func(t *testing.T, body string) {
		source := &csvSource{lines: newLineReader(strings.NewReader(body))}
		for range len(body) + 2 {
			if _, number, err := source.record(); number > int64(strings.Count(body, "\n"))+1 {
				t.Fatalf("line %d of %q", number, body)
			} else if _, bad := err.(lineError); err != nil && !bad {
				return
			}
		}
		t.Fatalf("no end to %q", body)
	})
}

func TestNegotiation(t *testing.T) {
	tests := map[string]struct{ accept, want string }{
		"nothing said":     {"", typeJSON},
		"anything":         {"*/*", typeJSON},
		"one":              {"text/csv", typeCSV},
		"another name":     {"application/ndjson", typeNDJSON},
		"the better":       {"text/csv;q=0.5, application/x-ndjson;q=0.9", typeNDJSON},
		"a range":          {"text/*", typeCSV},
		"not the first":    {"*/*, application/json;q=0", typeCSV},
		"none":             {"image/png", ""},
		"nonsense":         {";;;,", ""},
		"specific decides": {"application/*;q=0.1, text/csv;q=0.2", typeCSV},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := map[string][]string{}
			if test.accept != "" {
				h["Accept"] = []string{test.accept}
			}
			if got, err := negotiate(h, typeJSON, typeCSV, typeNDJSON); got != test.want || (err != nil) != (test.want == "") {
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
			if got := preferOf(map[string][]string{"Prefer": test.headers}).applied(); got != test.want {
				t.Errorf("got %q", got)
			}
		})
	}
}
