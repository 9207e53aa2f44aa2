package filter

import (
	"testing"

	"pgregory.net/rapid"

	"bulkpatch/model"
)

// ends are conditions at the ends of what a field can hold.
var ends = []string{
	`{"id": {"$exists": true}}`, `{"id": {"$ne": null}}`, `{"id": {"$lte": 9223372036854775807}}`, `{"version": {"$gte": 1}}`, `{"version": {"$lt": 1}}`,
	`{"age": {"$not": {"$lt": -9223372036854775808}}}`, `{"age": {"$gte": -9223372036854775808}}`, `{"active": {"$in": [true, false, null]}}`,
	`{"active": {"$in": [true, false]}}`, `{"name": {"$gte": ""}}`, `{"name": {"$not": {"$lt": ""}}}`, `{"name": {"$startsWith": ""}}`,
	`{"createdAt": {"$between": ["0001-01-01", "9999-12-31T23:59:59.999999Z"]}}`, `{"createdAt": {"$gt": "9999-12-31"}}`, `{"seenAt": {"$ne": "2024-01-01T00:00:00.0000001Z"}}`,
	`{"balance": {"$not": {"$gt": 1.7976931348623157e308}}}`, `{"born": {"$lte": "9999-12-31"}}`, `{"born": {"$not": {"$gt": "9999-12-31"}}}`,
}

// TestWhatHoldsByFormHoldsForEveryRecord draws filters, half of them from
// conditions at the ends, and records as a store makes them.
func TestWhatHoldsByFormHoldsForEveryRecord(t *testing.T) {
	m := sample(t)
	held := 0
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			text := conditions(t, 1)
			if rapid.Bool().Draw(t, "ends") {
				end := rapid.SampledFrom(ends)
				text = `{"$or": [` + end.Draw(t, "first") + `, {"$and": [` + end.Draw(t, "second") + `, ` + end.Draw(t, "third") + `]}]}`
			}
			f, faults := Restore([]byte(text), m)
			if len(faults) > 0 {
				t.Fatalf("%s was refused: %v", text, faults)
			}
			if !f.Empty() {
				continue
			}
			held++
			for range recordsPerCheck {
				if r := kept(t, m); !f.Match(r) {
					t.Fatalf("%s is said to hold for every record, but not for %#v", text, r.Values)
				}
			}
		}
	})
	if held == 0 {
		t.Error("no filter held by its form")
	}
}

// kept draws a record as a store keeps it: with a value in each field that is
// never null, and no time beyond the calendar.
func kept(t *rapid.T, m *model.Model) model.Record {
	r := model.Record{Values: make([]any, len(m.Fields))}
	for _, f := range m.Fields {
		for {
			v := stored(t, f)
			_, beyond := f.EncodeJSON(f.AppendJSON(nil, v))
			if v == nil && f.Nullable || v != nil && (f.Type != model.DateTime || beyond == nil) {
				r.Values[f.Index] = v
				break
			}
		}
	}
	version := m.Role(model.RoleVersion).Index
	r.Values[version] = max(1, r.Values[version].(int64))
	return r
}
