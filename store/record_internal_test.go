package store

import (
	"testing"

	"bulkpatch/model"
)

// TestAListIsTheSameTextOnEveryDatabase compares lists as SQLite stores them
// with the form that PostgreSQL gives them.
func TestAListIsTheSameTextOnEveryDatabase(t *testing.T) {
	list := &model.Field{Type: model.Array}
	for text, want := range map[string]string{
		`[]`: `[]`, `["a"]`: `["a"]`, `["a","b c"]`: `["a","b c"]`, `["a", "b c"]`: `["a","b c"]`,
		`[1e-7]`: `[1e-7]`, `[0.0000001]`: `[1e-7]`, `[1000000000000000000000]`: `[1e+21]`, `["a", 0.0000001]`: `["a",1e-7]`,
	} {
		if got := list.Canonical(text); got != want {
			t.Errorf("%s shows as %s, not as %s", text, got, want)
		}
	}
}
