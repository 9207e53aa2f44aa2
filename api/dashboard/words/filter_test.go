package words

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAFilterInWords(t *testing.T) {
	for filter, want := range map[string]string{
		// Each operator, and its opposite.
		`{"a": 1}`:                                  "a is 1",
		`{"a": null}`:                               "a has no value",
		`{"a": {"$ne": null}}`:                      "a has a value",
		`{"a": {"$eq": true}}`:                      "a is true",
		`{"a": {"$ne": "x"}}`:                       "a is not “x”",
		`{"a": ""}`:                                 "a is an empty text",
		`{"a": {"$lt": 1.50}}`:                      "a is less than 1.50",
		`{"a": {"$lte": 1}}`:                        "a is at most 1",
		`{"a": {"$gt": 9007199254740993}}`:          "a is more than 9007199254740993",
		`{"a": {"$gte": 1e3}}`:                      "a is at least 1e3",
		`{"a": {"$lt": "2026-01-31"}}`:              "a is before 2026-01-31",
		`{"a": {"$gte": "2026-01-31T12:00:00Z"}}`:   "a is on or after 2026-01-31T12:00:00Z",
		`{"a": {"$lt": "m"}}`:                       "a comes before “m”",
		`{"a": {"$gte": "m"}}`:                      "a is or comes after “m”",
		`{"a": {"$not": {"$lte": "m"}}}`:            "a neither is nor comes before “m”",
		`{"a": {"$in": ["x"]}}`:                     "a is “x”",
		`{"a": {"$in": ["x", null, 3]}}`:            "a is one of “x”, no value or 3",
		`{"a": {"$in": [1, 2, 3, 4, 5]}}`:           "a is one of 1, 2, 3, 4 or 5",
		`{"a": {"$in": [1, 2, 3, 4, 5, 6, 7]}}`:     "a is one of 1, 2, 3, 4, 5 and 2 more",
		`{"a": {"$nin": [1, 2]}}`:                   "a is none of 1 or 2",
		`{"a": {"$nin": [1]}}`:                      "a is not 1",
		`{"a": {"$contains": "x"}}`:                 "a contains “x”",
		`{"a": {"$not": {"$contains": "x"}}}`:       "a does not contain “x”",
		`{"a": {"$startsWith": "x"}}`:               "a starts with “x”",
		`{"a": {"$between": [1, 5]}}`:               "a is from 1 to 5",
		`{"a": {"$not": {"$between": [1, 5]}}}`:     "a is not from 1 to 5",
		`{"a": {"$exists": true}}`:                  "a has a value",
		`{"a": {"$exists": false}}`:                 "a has no value",
		`{"a": {"$not": {"$not": {"$eq": 1}}}}`:     "a is 1",
		`{"a": {"$gte": 1, "$lt": 5}}`:              "a is at least 1 and a is less than 5",
		`{"a": {"$not": {"$gte": 1, "$lt": 5}}}`:    "not (a is at least 1 and a is less than 5)",
		`{"state": "active"}`:                       "state is active",
		`{"state": {"$in": ["on hold", "idle"]}}`:   "state is one of “on hold” or idle",
		`{"state": "no"}`:                           "state is “no”",
		`{"custom.tier": "trial", "other": "idle"}`: "custom.tier is trial and other is “idle”",
		`{"password": "***"}`:                       "password is ***",

		// Groups.
		`{"a": 1, "b": 2}`:                                                       "a is 1 and b is 2",
		`{"$or": [{"a": 1}, {"b": 2}, {"c": 3}]}`:                                "either a is 1 or b is 2 or c is 3",
		`{"a": 1, "$or": [{"b": 2}, {"c": 3}]}`:                                  "a is 1 and (either b is 2 or c is 3)",
		`{"$or": [{"a": 1, "b": 2}, {"c": 3}]}`:                                  "either (a is 1 and b is 2) or c is 3",
		`{"$or": [{"a": {"$in": [1, 2]}}, {"b": 2}]}`:                            "either a is one of 1 or 2, or b is 2",
		`{"a": {"$in": [1, 2]}, "b": 2}`:                                         "a is one of 1 or 2, and b is 2",
		`{"$and": [{"$and": [{"a": 1}, {"b": 2}]}, {"c": 3}]}`:                   "a is 1 and b is 2 and c is 3",
		`{"$or": [{"$or": [{"a": 1}, {"b": 2}]}, {"$and": [{"c": 3}]}]}`:         "either a is 1 or b is 2 or c is 3",
		`{"$and": [{"$or": [{"a": 1}, {"b": 2, "$or": [{"c": 3}, {"d": 4}]}]}]}`: "either a is 1 or (b is 2 and (either c is 3 or d is 4))",

		// What is true for all or none by its form.
		`{}`: "all customers", `{"$and": []}`: "all customers", `{"$or": []}`: "no customer",
		`{"id": {"$exists": true}}`: "all customers", `{"id": null}`: "no customer",
		`{"a": {"$in": []}}`: "no customer", `{"a": {"$nin": []}}`: "all customers",
		`{"$or": [{"a": 1}, {}]}`: "all customers", `{"a": 1, "$or": []}`: "no customer",
		`{"$or": [{"a": 1}, {"$or": []}]}`: "a is 1",

		// What has no words.
		`{"$nor": [{"a": 1}]}`:             `$nor: [{"a": 1}]`,
		`{"a": {"$regex": "x"}, "b": 1}`:   `a $regex: "x" and b is 1`,
		`{"a": {"$between": [1]}}`:         `a $between: [1]`,
		`{"a": {"b": 1}}`:                  `a is {"b": 1}`,
		`{"a": 1`:                          `{"a": 1`,
		`{"a": 1} {}`:                      `{"a": 1} {}`,
		`null`:                             `null`,
		`{"a b": 1, "$or": [{"c": 1}, 7]}`: `“a b” is 1 and (either c is 1 or 7)`,
	} {
		if got := Filter([]byte(filter), deskChoices).String(); got != want {
			t.Errorf("%s\n got %s\nwant %s", filter, got, want)
		}
	}
}

func TestALongFilterSaysHowMuchIsLeftOut(t *testing.T) {
	var parts []string
	for i := range 40 {
		parts = append(parts, fmt.Sprintf(`{"field%d": {"$gte": 1, "$lt": 9}}`, i))
	}
	got := Filter([]byte(`{"a": 1, "$or": [`+strings.Join(parts, ",")+`], "b": 2}`), nil)
	if text := got.String(); !strings.HasSuffix(text, " …) and 75 more conditions") || strings.Count(text, "(") != strings.Count(text, ")") {
		t.Errorf("it is %s", text)
	}
}

// drawnValue draws JSON of all kinds, and what is none.
func drawnValue(t *rapid.T) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"null", "true", "1", "-0.10e5", `"active"`, `"***"`, `""`, `"2026-01-31"`, `[1, "x", null, [2], {"a": 1}]`, `{"a": {"b": []}}`, "", "[", `"\ud800"`}),
		rapid.Map(rapid.String(), func(s string) string { b, _ := json.Marshal(s); return string(b) }),
		rapid.Map(rapid.SliceOfN(rapid.Int64(), 0, 20), func(list []int64) string { b, _ := json.Marshal(list); return string(b) }),
	).Draw(t, "value")
}

func drawnName(t *rapid.T) string {
	name := rapid.OneOf(rapid.SampledFrom([]string{"a", "id", "state", "custom.tier", "a b", "", "$and", strings.Repeat("n", 100)}), rapid.String()).Draw(t, "name")
	b, _ := json.Marshal(name)
	return string(b)
}

// drawnFilter draws a filter, which need not be a valid one.
func drawnFilter(t *rapid.T, depth int) json.RawMessage {
	var members []string
	for range rapid.IntRange(0, 4).Draw(t, "members") {
		switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
		case kind == 0 && depth > 0:
			var list []string
			for range rapid.IntRange(0, 4).Draw(t, "items") {
				list = append(list, string(drawnFilter(t, depth-1)))
			}
			members = append(members, rapid.SampledFrom([]string{`"$and":[`, `"$or":[`}).Draw(t, "group")+strings.Join(list, ",")+"]")
		case kind == 1:
			members = append(members, drawnName(t)+":"+drawnOperators(t, 2))
		default:
			members = append(members, drawnName(t)+":"+drawnValue(t))
		}
	}
	return json.RawMessage("{" + strings.Join(members, ",") + "}")
}

func drawnOperators(t *rapid.T, depth int) string {
	names := []string{"$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$contains", "$startsWith", "$between", "$exists", "$regex"}
	var members []string
	for range rapid.IntRange(0, 3).Draw(t, "operators") {
		if depth > 0 && rapid.IntRange(0, 3).Draw(t, "not") == 0 {
			members = append(members, `"$not":`+drawnOperators(t, depth-1))
			continue
		}
		members = append(members, `"`+rapid.SampledFrom(names).Draw(t, "operator")+`":`+drawnValue(t))
	}
	return "{" + strings.Join(members, ",") + "}"
}
