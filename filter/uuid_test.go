package filter

import (
	"strings"
	"testing"
)

func TestUUIDsAreComparedWhateverTheirCase(t *testing.T) {
	m := sample(t)
	lower := refs[0]
	r := record(t, m, map[string]any{"ref": lower, "name": strings.ToUpper(lower), "custom": `{"ref":"` + lower + `","x":"` + lower + `"}`})
	for text, want := range map[string]bool{
		`{"F": "U"}`: true, `{"F": {"$ne": "U"}}`: false, `{"F": {"$in": ["x", "U"]}}`: true, `{"F": {"$nin": ["U"]}}`: false,
		`{"F": {"$not": {"$eq": "U"}}}`: false, `{"F": {"$between": ["U", "U"]}}`: true, `{"F": {"$gt": "U"}}`: false,
		`{"F": {"$lte": "U"}}`: true, `{"F": {"$startsWith": "550E8400-E2"}}`: true, `{"F": {"$contains": "A716-44665544AB"}}`: true,
		`{"$or": [{"F": "U"}, {"F": "L"}]}`: true, `{"F": {"$startsWith": "x"}}`: false,
	} {
		for _, field := range []string{"ref", "custom.ref"} {
			text := strings.NewReplacer("F", field, "U", strings.ToUpper(lower), "L", lower).Replace(text)
			for _, f := range []Filter{accepted(t, m, text), restored(t, m, text)} {
				if got := f.Match(r); got != want {
					t.Errorf("%s: %v", text, got)
				}
			}
		}
	}
	for text, want := range map[string]bool{`{"name": "L"}`: false, `{"name": "U"}`: true, `{"custom.x": "U"}`: false, `{"custom.x": "L"}`: true} {
		text = strings.NewReplacer("U", strings.ToUpper(lower), "L", lower).Replace(text)
		if got := accepted(t, m, text).Match(r); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
