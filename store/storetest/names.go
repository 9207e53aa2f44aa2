package storetest

import (
	"fmt"
	"testing"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// related returns the names that are related to the fields of people.
var related = filter.Names{
	"address": {Of: []string{"domain", "contacts.*.value"}},
	"firm":    {Of: []string{"company.meta.name", "state"}},
	"firm.id": {Of: []string{"company.id"}},
	"first":   {Of: []string{"contacts.*.value"}},
	"points":  {Of: []string{"custom.points"}, Numeric: true},
}

// namedPeople returns people with all values that the names distinguish.
var namedPeople = []string{
	`{"id": 1, "name": "n", "domain": "a.example", "company": {"id": 7, "meta": {"name": "Acme"}}, "custom": {"points": 9}}`,
	`{"id": 2, "name": "n", "contacts": [{"value": "B"}, {"value": "a.example"}], "state": "Acme", "custom": {"points": "10"}}`,
	`{"id": 3, "name": "n", "contacts": [{"value": null}, {"type": "x"}, {"value": 5}], "company": {"id": null, "meta": []}, "custom": {"points": "010"}}`,
	`{"id": 4, "name": "n", "contacts": [], "company": {"id": 9, "meta": {"name": 5}}, "state": "Other", "custom": {"points": "9.50"}}`,
	`{"id": 5, "name": "n", "contacts": [{"meta": {"value": "B"}}, {"value": "?"}], "domain": "b.example", "custom": {"points": "1e1"}}`,
	`{"id": 6, "name": "n", "contacts": null, "custom": {"points": true}}`,
	`{"id": 7, "name": "n", "contacts": [{"value": "it's \"B\""}], "company": {"id": 9223372036854775807}, "custom": {"points": "-0.5"}}`,
	`{"id": 8, "name": "n", "company": {}, "custom": {"points": " 10"}}`,
	`{"id": 9, "name": "n", "custom": {"points": "2024-01-01"}}`,
}

// listsKnowFurtherNames compares filters by these names with a plain reading of
// each name, and counts what they find.
func listsKnowFurtherNames(t *testing.T, k *Kit) {
	k.Add(len(namedPeople), func(i int) string { return namedPeople[i] })
	people, err := k.Records(t.Context(), k.WS, k.People, filter.Query{Filter: k.Filter(`{}`), Limit: 100})
	check(t, err)
	for text, want := range map[string]string{
		`{"address": "a.example"}`:                                    "[1 2]",
		`{"address": {"$in": ["B", "b.example"]}}`:                    "[2 5]",
		`{"address": {"$ne": "a.example"}}`:                           "[3 4 5 6 7 8 9]",
		`{"address": null}`:                                           "[4 6 8 9]",
		`{"address": {"$in": [null, "B"]}}`:                           "[2 4 6 8 9]",
		`{"address": {"$nin": [null, "B"]}}`:                          "[1 3 5 7]",
		`{"address": {"$contains": "b"}}`:                             "[2 5 7]",
		`{"first": {"$exists": true}}`:                                "[2 3 5 7]",
		`{"first": {"$gte": "B", "$lt": "b"}}`:                        "[2]",
		`{"first": {"$not": {"$startsWith": "it"}}}`:                  "[1 2 3 4 5 6 8 9]",
		`{"$or": [{"first": "?"}, {"first": "B"}]}`:                   "[2 5]",
		`{"$and": [{"first": "B"}, {"first": {"$ne": "a.example"}}]}`: "[]",
		`{"first": {"$in": []}}`:                                      "[]",
		`{"firm": "Acme"}`:                                            "[1 2]",
		`{"firm": {"$nin": ["Acme", null]}}`:                          "[4]",
		`{"firm.id": {"$gte": 9}}`:                                    "[4 7]",
		`{"firm.id": {"$ne": 7}}`:                                     "[2 3 4 5 6 7 8 9]",
		`{"points": {"$gt": 9}}`:                                      "[2 4]",
		`{"points": {"$between": [-1, 9.5]}}`:                         "[1 4 7]",
		`{"points": {"$not": {"$lt": 100}}}`:                          "[3 5 6 8 9]",
		`{"points": {"$gte": "2"}}`:                                   "[4 9]",
	} {
		f, faults := related.New([]byte(text), k.People, filter.Native)
		if len(faults) > 0 {
			t.Fatalf("%s: %v", text, faults)
		}
		found := k.list(filter.Query{Filter: filter.And(k.Filter(`{"name": "n"}`), f), Limit: 100})
		equal(t, text, fmt.Sprint(found), want)
		var read []any
		for _, r := range people.Items {
			if f.Match(r) {
				read = append(read, r.Values[k.People.Role(model.RoleID).Index])
			}
		}
		equal(t, text+" as it reads", fmt.Sprint(read), want)
	}
	for order, want := range map[string]string{
		"address":      "[3 4 6 8 9 2 1 5 7]",
		"-firm,-first": "[4 2 1 7 3 5 6 8 9]",
		"firm.id":      "[2 3 5 6 8 9 1 4 7]",
	} {
		sort, faults := related.ParseSort(order, k.People)
		if len(faults) > 0 {
			t.Fatalf("%s: %v", order, faults)
		}
		found := k.list(filter.Query{Filter: k.Filter(`{}`), Sort: sort, Limit: 100})
		equal(t, "order by "+order, fmt.Sprint(found), want)
	}
}
