package store

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// TestCursorsOfRecordsAreReadStrictly reads cursors that a caller made up, in
// orders with fields of each type. One that is taken has nothing that a
// database refuses.
func TestCursorsOfRecordsAreReadStrictly(t *testing.T) {
	values := []string{"7", "-1", "1e3", "1e400", "NaN", "true", "null", `"Ana"`, `"\u0000"`, `"\ud800"`, `"`, "[]", "9223372036854775808", "\xff", "0x1"}
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom(model.Shipped().All()).Draw(t, "model")
		var order []filter.Sort
		for _, field := range rapid.SliceOfNDistinct(rapid.SampledFrom(m.Fields), 1, 4, rapid.ID).Draw(t, "fields") {
			order = append(order, filter.Sort{Field: field, Descending: rapid.Bool().Draw(t, "descending")})
		}
		order = fullOrder(m, order)
		given := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(values), rapid.String()), len(order)-1, len(order)+1).Draw(t, "values")
		text, err := json.Marshal(cursor{Order: orderName(order), Values: given})
		if err != nil {
			t.Fatal(err)
		}
		place, err := readPlace(base64.RawURLEncoding.EncodeToString(text), order)
		if err != nil {
			if !errors.Is(err, job.ErrBadCursor) {
				t.Fatalf("%s: %v", text, err)
			}
			return
		}
		for i, v := range place {
			if s, ok := v.(string); ok && (!utf8.ValidString(s) || strings.ContainsRune(s, 0)) {
				t.Fatalf("%s gives %s the text %q", text, order[i].Field.Name, s)
			}
		}
	})
}

// TestACursorOfJobsBelongsToOneList changes cursors byte by byte, and uses each
// for two lists.
func TestACursorOfJobsBelongsToOneList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, other := job.Query{Model: "desk"}, job.Query{Model: "plane"}
		place := jobPlace{rapid.Int64().Draw(t, "number"), rapid.Int64().Draw(t, "time")}
		text := []byte(writeJobPlace(list, place))
		list.Cursor = string(text)
		if back, err := readJobPlace(list); err != nil || back != place {
			t.Fatalf("%s is %+v instead of %+v: %v", text, back, place, err)
		}
		text[rapid.IntRange(0, len(text)-1).Draw(t, "where")] = rapid.Byte().Draw(t, "byte")
		list.Cursor, other.Cursor = string(text), string(text)
		_, err := readJobPlace(list)
		_, err2 := readJobPlace(other)
		if err != nil && !errors.Is(err, job.ErrBadCursor) || err == nil && err2 == nil {
			t.Fatalf("%q: %v, and for another list %v", text, err, err2)
		}
	})
}
