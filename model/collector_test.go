package model

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestACollectorKeepsTheFirstFaultsAndCountsTheOthers(t *testing.T) {
	var c, part Collector
	for range 70 {
		c.Add(nil, CodeType, "Wrong.")
		part.Add(nil, CodeEnum, "Unknown.")
	}
	c.AddAll(part.Faults())
	c.AddAll(Faults{{Code: CodeType, Further: 5}})
	got := c.Faults()
	if len(got) != MaxFaults || got.More() != 46 || c.Found() != 146 {
		t.Errorf("kept %d, %d more, found %d", len(got), got.More(), c.Found())
	}
	if part.Faults().More() != 0 {
		t.Errorf("70 faults have more")
	}
}

func TestALongPointerIsThatOfTheNearestPlaceAroundIt(t *testing.T) {
	long := strings.Repeat("é", 190)
	for name, tt := range map[string]struct {
		at   *Place
		want string
	}{
		"the whole":               {nil, ""},
		"escapes":                 {At("/a").Member("b/~c").Item(3), "/a/b~1~0c/3"},
		"characters, not bytes":   {At("/a").Member(long).Item(12), "/a/" + long + "/12"},
		"one name too long":       {At("/a").Member(strings.Repeat("x", 400_000)).Item(1).Member("b"), "/a"},
		"escapes make it longer":  {At("/a").Member(strings.Repeat("/", 100)).Member("b"), "/a"},
		"together too long":       {At("/a").Member(long).Member("b").Member("123456").Item(1), "/a/" + long + "/b"},
		"a known pointer":         {At("/a/" + long + "/" + long), "/a/" + long},
		"a known pointer and on":  {At("/a/" + long + "/" + long).Item(1), "/a/" + long},
		"what is no pointer":      {At(strings.Repeat("x", 300)), ""},
		"200 characters just fit": {At("/" + strings.Repeat("x", 199)), "/" + strings.Repeat("x", 199)},
		"201 do not":              {At("/" + strings.Repeat("x", 200)), ""},
	} {
		if got := tt.at.Pointer(); got != tt.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestShownTextIsCutAtWholeCharacters(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("é", MaxShown)} {
		if got := Shown(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	got := Shown(strings.Repeat("é", 1000))
	if utf8.RuneCountInString(got) != MaxShown+1 || !strings.HasSuffix(got, "é…") {
		t.Errorf("got %q", got)
	}
}
