package store

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"

	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// TestAForgedCursorIsRefused uses cursors with values that no record can have.
// They must not reach a database.
func TestAForgedCursorIsRefused(t *testing.T) {
	m, _ := model.Shipped().Model("desk")
	name, _ := m.Field("firstName")
	order := fullOrder(m, []filter.Sort{{Field: name}})
	cursorOf := func(first, id string) string {
		text, _ := json.Marshal(cursor{Order: orderName(order), Values: []string{first, id}})
		return base64.RawURLEncoding.EncodeToString(text)
	}
	if place, err := readPlace(cursorOf(`"Ana"`, "7"), order); err != nil || place[0] != "Ana" || place[1] != int64(7) {
		t.Errorf("a sound cursor: %v, %v", place, err)
	}
	for what, c := range map[string]string{
		"a NUL":          cursorOf(`"A\u0000"`, "7"),
		"no number":      cursorOf(`"Ana"`, `"7"`),
		"no JSON":        cursorOf(`Ana`, "7"),
		"another order":  cursorOf(`"Ana"`, "7")[:12],
		"not even UTF-8": "\xff",
	} {
		if _, err := readPlace(c, order); !errors.Is(err, job.ErrBadCursor) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := readPlaceValue("NaN", model.Number); !errors.Is(err, job.ErrBadCursor) {
		t.Errorf("no number at all: %v", err)
	}
}
