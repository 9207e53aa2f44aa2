package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// The table of RFC 7396, appendix A.
func TestMergeFollowsTheStandardsTable(t *testing.T) {
	tests := []struct{ target, patch, want string }{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`},
		{`{"a":"foo"}`, `null`, `null`},
		{`{"a":"foo"}`, `"bar"`, `"bar"`},
		{`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{``, `{"a":1}`, `{"a":1}`}, // an empty target stands for null
	}
	for _, tt := range tests {
		if got := string(MergeJSON([]byte(tt.target), []byte(tt.patch))); got != tt.want {
			t.Errorf("merge %s into %s: got %s, want %s", tt.patch, tt.target, got, tt.want)
		}
	}
}

// drawTree draws any JSON value.
func drawTree(t *rapid.T, label string, depth int) any { return drawAround(t, label, depth, nil) }

// drawValue draws a JSON value that a record can hold: one without nulls.
func drawValue(t *rapid.T, label string, depth int) any { return drawAround(t, label, depth, true) }

// drawAround draws a JSON value in which leaf is one of the values.
func drawAround(t *rapid.T, label string, depth int, leaf any) any {
	top := 5
	if depth == 0 {
		top = 3
	}
	switch rapid.IntRange(0, top).Draw(t, label) {
	case 0:
		return leaf
	case 1:
		return rapid.Bool().Draw(t, label)
	case 2:
		return json.Number(rapid.SampledFrom([]string{"0", "1", "-1", "1.5", "1e+30", "12345678901234567890"}).Draw(t, label))
	case 3:
		return rapid.SampledFrom([]string{"", "a", "é", "<&>", "\u2028", "\"\\/", "😀"}).Draw(t, label)
	case 4:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, label) {
			list = append(list, drawAround(t, label, depth-1, leaf))
		}
		return list
	default:
		object := map[string]any{}
		for range rapid.IntRange(0, 4).Draw(t, label) {
			name := rapid.SampledFrom([]string{"a", "b", "c", "é", ""}).Draw(t, label)
			object[name] = drawAround(t, label, depth-1, leaf)
		}
		return object
	}
}

func TestMergeKeepsItsLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := appendTree(nil, drawValue(t, "target", 3))
		patch := appendTree(nil, drawTree(t, "patch", 3))
		once := MergeJSON(target, patch)
		if want := appendTree(nil, mergeTree(treeOf(t, target), treeOf(t, patch))); string(once) != string(want) {
			t.Fatalf("merging %s into %s as texts gives %s, as trees %s", patch, target, once, want)
		}
		if twice := MergeJSON(once, patch); string(twice) != string(once) {
			t.Fatalf("a second time changes %s to %s", once, twice)
		}
		if same := MergeJSON(target, []byte(`{}`)); target[0] == '{' && string(same) != string(target) {
			t.Fatalf("an empty patch changes %s to %s", target, same)
		}
		if canonical, err := Canonical(once); err != nil || string(canonical) != string(once) {
			t.Fatalf("the merge %s is not canonical: %s, %v", once, canonical, err)
		}
	})
}

func TestCanonicalFormIsStableAndEqualValuesShareIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := appendTree(nil, drawTree(t, "value", 4))
		once, err := Canonical(raw)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := Canonical(once); err != nil || string(twice) != string(once) {
			t.Fatalf("%s became %s, %v", once, twice, err)
		}
		// Another writer of the same value leads to the same form.
		var v any
		dec := json.NewDecoder(strings.NewReader(string(raw)))
		dec.UseNumber()
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		other, _ := json.MarshalIndent(v, " ", "\t")
		if again, err := Canonical(other); err != nil || string(again) != string(once) {
			t.Fatalf("%s became %s, want %s (%v)", other, again, once, err)
		}
	})
}

func TestCanonicalNumbers(t *testing.T) {
	tests := map[string]string{
		"0": "0", "-0": "0", "0.0": "0", "-0e5": "0", "1.0": "1", "1e2": "100", "10e-1": "1", "0.10": "0.1",
		"-1.50": "-1.5", "1E+2": "100", "123456789012345678901": "123456789012345678901",
		"1e20": "100000000000000000000", "1e21": "1e+21", "1000000000000000000000": "1e+21",
		"12345678901234567890123": "1.2345678901234567890123e+22", "0.000001": "0.000001", "0.0000001": "1e-7",
		"1.7976931348623157e308": "1.7976931348623157e+308", "5e-324": "5e-324",
	}
	for raw, want := range tests {
		got, err := Canonical([]byte(raw))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v; want %s", raw, got, err, want)
		}
	}
	for _, raw := range []string{"1e309", "-1e400", "1e-400", "1e99999999999", strings.Repeat("1", 500), "1." + strings.Repeat("1", 500)} {
		_, err := Canonical([]byte(raw))
		var faults Faults
		if !errors.As(err, &faults) || faults[0].Code != CodeOutOfRange {
			t.Errorf("%.20s: got %v, want out_of_range", raw, err)
		}
	}
}

func TestCanonicalNumbersKeepTheirExactValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.StringMatching(`-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?`).Draw(t, "number")
		got, err := Canonical([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		a, _ := new(big.Rat).SetString(raw)
		b, ok := new(big.Rat).SetString(string(got))
		if !ok || a.Cmp(b) != 0 {
			t.Fatalf("%s became %s", raw, got)
		}
	})
}

func TestCanonicalRefusesWhatARecordMayNotHold(t *testing.T) {
	tests := map[string]struct {
		raw  string
		want []string
	}{
		"a name given twice":     {`{"a":{"b":1,"b":2}}`, []string{"/a/b duplicate_key"}},
		"the same name, escaped": {`{"a":1,"\u0061":2}`, []string{"/a duplicate_key"}},
		"a NUL in a text":        {`["x\u0000"]`, []string{"/0 nul_character"}},
		"a NUL in a name":        {`{"\u0000":1}`, []string{"/\x00 nul_character"}},
		"21 levels":              {strings.Repeat("[", 21) + strings.Repeat("]", 21), []string{strings.Repeat("/0", 20) + " too_deep"}},
		"invalid UTF-8":          {"[\"\xff\"]", []string{"/0 invalid_utf8"}},
		"half a pair":            {`["\ud800"]`, []string{"/0 invalid_json"}},
		"two values":             {`1 2`, []string{"invalid_json"}},
		"nothing":                {``, []string{"invalid_json"}},
		"a trailing comma":       {`[1,]`, []string{"invalid_json"}},
		"several, each named":    {`{"a":1,"a":2,"b/c":"\u0000"}`, []string{"/a duplicate_key", "/b~1c nul_character"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Canonical([]byte(tt.raw))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %v", err)
			}
			wantCodes(t, faults, tt.want...)
		})
	}
	if _, err := Canonical([]byte(strings.Repeat("[", 20) + strings.Repeat("]", 20))); err != nil {
		t.Errorf("20 levels: %v", err)
	}
}

func treeOf(t *rapid.T, text []byte) any {
	var c Collector
	tree, ok := c.readTree(text, nil, 1)
	if !ok {
		t.Fatalf("%s: %v", text, c.Faults())
	}
	return tree
}

// TestTheCanonicalFormIsThatOfTheTree writes values as people may: names in any
// order and with needless escapes, and spaces.
func TestTheCanonicalFormIsThatOfTheTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := appendLoosely(t, nil, drawTree(t, "value", 3))
		want := appendTree(nil, treeOf(t, raw))
		if got, err := Canonical(raw); err != nil || string(got) != string(want) {
			t.Fatalf("the canonical form of %s is %s (%v), not %s", raw, got, err, want)
		}
	})
}

func appendLoosely(t *rapid.T, dst []byte, v any) []byte {
	switch v := v.(type) {
	case map[string]any:
		dst = append(dst, '{')
		for i, name := range rapid.Permutation(slices.Sorted(maps.Keys(v))).Draw(t, "order") {
			if i > 0 {
				dst = append(dst, " , "...)
			}
			dst = append(appendEscaped(dst, name), " : "...)
			dst = appendLoosely(t, dst, v[name])
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, "[ "...)
		for i, item := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendLoosely(t, dst, item)
		}
		return append(dst, ']')
	case string:
		return appendEscaped(dst, v)
	}
	return appendTree(dst, v)
}

// appendEscaped writes each character of the basic plane by its number.
func appendEscaped(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, unit := range utf16.Encode([]rune(text)) {
		dst = fmt.Appendf(dst, "\\u%04x", unit)
	}
	return append(dst, '"')
}

// TestCanonicalJSONTakesLittleMemory holds what a database gives, and what is
// merged with it, to a few times its size: as trees these would take a hundred
// times as much.
func TestCanonicalJSONTakesLittleMemory(t *testing.T) {
	const size = 1 << 20
	for name, item := range map[string]string{"empty objects": `{},`, "objects": `{"a":1},`, "lists": `[1],`, "numbers": `1,`} {
		list := []byte(`{"x":[` + strings.TrimSuffix(strings.Repeat(item, size/len(item)), ",") + `]}`)
		canonical := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Canonical(list); err != nil {
					b.Fatal(err)
				}
			}
		})
		merge := testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				MergeJSON(list, list)
			}
		})
		if most := max(canonical.AllocedBytesPerOp(), merge.AllocedBytesPerOp()); most > 32*size {
			t.Errorf("%s: %d KiB are allocated for one MiB", name, most>>10)
		}
	}
}
