package store

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// FuzzRecordCursor reads any cursor of records, in an order with a field of each
// type. One that is taken has a value of each field's stored form, which
// databases take.
func FuzzRecordCursor(f *testing.F) {
	var orders [][]filter.Sort
	models := model.Shipped()
	for _, m := range models.All() {
		byType := map[model.Type]bool{}
		var order []filter.Sort
		for _, field := range m.Fields {
			if !byType[field.Type] {
				byType[field.Type] = true
				order = append(order, filter.Sort{Field: field, Descending: len(order)%2 == 0})
			}
		}
		orders = append(orders, fullOrder(m, order))
	}
	for n, order := range orders {
		values := make([]string, len(order))
		for i, s := range order {
			values[i] = map[model.Type]string{model.Integer: "7", model.DateTime: "-1", model.Number: "1e3", model.Boolean: "true"}[s.Field.Type]
			if values[i] == "" {
				values[i] = `"Ana"`
			}
		}
		text, _ := json.Marshal(cursor{Order: orderName(order), Values: values})
		f.Add(uint8(n), string(text))
		f.Add(uint8(n), strings.ReplaceAll(string(text), `Ana`, `\\u0000`))
		f.Add(uint8(n), strings.ReplaceAll(string(text), `"7"`, `"null"`))
	}
	f.Fuzz(func(t *testing.T, n uint8, text string) {
		order := orders[int(n)%len(orders)]
		place, err := readPlace(base64.RawURLEncoding.EncodeToString([]byte(text)), order)
		if err != nil {
			if !errors.Is(err, job.ErrBadCursor) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		for i, v := range place {
			if s, ok := v.(string); ok && (!utf8.ValidString(s) || strings.ContainsRune(s, 0)) {
				t.Fatalf("%q gives %s the text %q", text, order[i].Field.Name, s)
			}
		}
		condition, args := afterPlace(order, place)
		if strings.Count(condition, "?") != len(args) {
			t.Fatalf("%q: %s with %d values", text, condition, len(args))
		}
	})
}

// FuzzJobCursor reads any cursor of jobs. Only that of the same list is taken.
func FuzzJobCursor(f *testing.F) {
	list := job.Query{Model: "desk", States: []job.State{job.Running}}
	f.Add(writeJobPlace(list, jobPlace{7, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()}))
	f.Add(writeJobPlace(job.Query{}, jobPlace{}))
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, text string) {
		list.Cursor = text
		place, err := readJobPlace(list)
		if err != nil {
			if !errors.Is(err, job.ErrBadCursor) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again := list
		again.Cursor = writeJobPlace(list, place)
		if back, err := readJobPlace(again); err != nil || back != place {
			t.Fatalf("%q is %+v, and then %+v, %v", text, place, back, err)
		}
		other := list
		other.Model = "plane"
		if _, err := readJobPlace(other); err == nil {
			t.Fatalf("%q is taken by two lists", text)
		}
	})
}
