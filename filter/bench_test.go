package filter

import "testing"

const nestedFilter = `{"state": "active", "$or": [{"age": {"$gte": 18, "$lt": 65}}, {"custom.tier": {"$in": ["gold", "silver"]}},
	{"$and": [{"name": {"$contains": "gmbh"}}, {"seenAt": {"$gt": "2024-01-01T00:00:00+01:00"}}]}], "balance": {"$not": {"$lt": 0}}}`

func BenchmarkNew(b *testing.B) {
	m := sample(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, faults := New([]byte(nestedFilter), m, Native); len(faults) > 0 {
			b.Fatal(faults)
		}
	}
}

func BenchmarkSQL(b *testing.B) {
	f := accepted(b, sample(b), nestedFilter)
	b.ReportAllocs()
	for b.Loop() {
		if text, _ := f.SQL(SQLite); text == "" {
			b.Fatal("no SQL")
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	m := sample(b)
	f := accepted(b, m, nestedFilter)
	r := record(b, m, map[string]any{"state": "active", "age": int64(70), "custom": `{"level":3,"tier":"gold"}`})
	b.ReportAllocs()
	for b.Loop() {
		if !f.Match(r) {
			b.Fatal("no match")
		}
	}
}
