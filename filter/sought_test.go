package filter

import (
	"fmt"
	"testing"

	"bulkpatch/model"
)

func TestAnIndexFindsFewValuesOfItsField(t *testing.T) {
	desk, _ := model.Shipped().Model("desk")
	for text, want := range map[string]string{
		`{"externalId": "a"}`: "[a]",
		`{"jobTitle": "x", "organization": {"$in": ["b", "c"]}}`: "[b c]",
		`{"organization": null}`:                                 "",
		`{"organization": {"$ne": "a"}}`:                         "",
		`{"organization": {"$startsWith": "a"}}`:                 "",
		`{"jobTitle": "x"}`:                                      "", // it has no index
		`{"$or": [{"externalId": "a"}, {"jobTitle": "x"}]}`:      "",
		`{}`: "",
	} {
		_, args, ok := accepted(t, desk, text).Sought(SQLite)
		if got := fmt.Sprint(args); ok != (want != "") || ok && got != want {
			t.Errorf("%s: %s, %v, want %s", text, got, ok, want)
		}
	}
}
