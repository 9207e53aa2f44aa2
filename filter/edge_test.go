//go:build !fuzz

package filter

import (
	"strings"
	"testing"

	"bulkpatch/model"
)

func TestSQLiteKnowsEveryEdge(t *testing.T) {
	newRunner(t, openSQLite(t), SQLite).testKnowsEveryEdge(t)
}

// testKnowsEveryEdge meets each odd text with each prefix, part and bound,
// and each odd date-time with each bound, where the random test may take long
// to bring the one pair together that matters.
func (r runner) testKnowsEveryEdge(t *testing.T) {
	var records []model.Record
	add := func(values map[string]any) {
		rec := record(t, r.m, values)
		rec.RID = int64(len(records))
		records = append(records, rec)
	}
	for _, s := range pieces {
		for _, end := range []string{"", "a", "\uE000", "\U0010FFFF", "\U0010FFFFz"} {
			add(map[string]any{"name": s + end, "custom": canonical(`{"tier":` + quoted(s+end) + `}`)})
		}
	}
	for _, s := range append(notMoments, days...) {
		add(map[string]any{"custom": canonical(`{"seen":` + quoted(s) + `}`)})
		add(map[string]any{"custom": canonical(`{"seen":` + quoted(strings.TrimSuffix(s, "Z")+"T12:00:00.25-23:59") + `}`)})
	}
	for _, n := range numbers {
		add(map[string]any{"custom": canonical(`{"score":` + n + `}`)})
	}
	r.replace(t, records)
	for _, text := range edges() {
		f := restored(t, r.m, text)
		got := r.selected(t, f)
		for _, rec := range records {
			if want := f.Match(rec); got[rec.RID] != want {
				t.Errorf("%s\nrecord %#v\nselected %v, should be %v", text, rec.Values, got[rec.RID], want)
			}
		}
	}
}

func edges() []string {
	var filters []string
	for _, name := range []string{"name", "custom.tier"} {
		for _, s := range append([]string{"a\uD7FF", "\U0010FFFF\U0010FFFF", "z\U0010FFFF"}, pieces...) {
			for _, op := range []string{"$startsWith", "$contains", "$lt", "$eq"} {
				filters = append(filters, `{"`+name+`": {"`+op+`": `+quoted(s)+`}}`,
					`{"`+name+`": {"$not": {"`+op+`": `+quoted(s)+`}}}`)
			}
		}
	}
	for _, day := range days {
		filters = append(filters, `{"custom.seen": {"$gte": "`+day+`"}}`, `{"custom.seen": {"$not": {"$lt": "`+day+`T12:00:00.25+23:59"}}}`)
	}
	for _, n := range numbers {
		filters = append(filters, `{"custom.score": `+n+`}`, `{"custom.score": {"$lt": `+n+`}}`, `{"custom.score": {"$not": {"$lte": `+n+`}}}`)
	}
	return filters
}
