package filter

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bulkpatch/model"
)

// at writes faults as "pointer code", which is what callers depend on.
func at(faults model.Faults) []string {
	var lines []string
	for _, f := range faults {
		lines = append(lines, f.Pointer+" "+f.Code)
	}
	return lines
}

// faultyFilters are filters with the faults that they have.
var faultyFilters = []struct {
	filter string
	want   []string
}{
	// syntax
	{``, []string{" invalid_json"}},
	{`{`, []string{" invalid_json"}},
	{`{"name": }`, []string{"/name invalid_json"}},
	{`{} {}`, []string{" invalid_json"}},
	{`{"name": "a"},`, []string{" invalid_json"}},
	{`[]`, []string{" type"}},
	{`null`, []string{" type"}},
	{`{"name": "a", "name": "b", "age": "x"}`, []string{"/name duplicate_key", "/age type"}},
	{`{"age": {"$gt": 1, "$gt": 2}}`, []string{"/age/$gt duplicate_key"}},
	{`{"name": "a", "n\u0061me": "b"}`, []string{"/name duplicate_key"}},
	{"{\"name\": \"\xff\"}", []string{"/name invalid_utf8"}},
	{`{"name": "\ud800", "age": true}`, []string{"/name invalid_utf8", "/age type"}},
	{"{\"na\xffme\": 1}", []string{"/na\uFFFDme invalid_utf8"}},
	{`{"name": {"$in": ["a", "\u0000"]}}`, []string{"/name/$in/1 nul_character"}},
	{`{"na\u0000me": 1}`, []string{"/na\x00me nul_character"}},

	// fields
	{`{"nobody": 1}`, []string{"/nobody unknown_field"}},
	{`{"": 1}`, []string{"/ unknown_field"}},
	{`{"Name": "a"}`, []string{"/Name unknown_field"}},
	{`{"a/b~c": 1}`, []string{"/a~1b~0c unknown_field"}},
	{`{"name.first": "a"}`, []string{"/name.first unknown_field"}},
	{`{"closed.other": "a"}`, []string{"/closed.other unknown_field"}},
	{`{"custom.": 1}`, []string{"/custom. unknown_field"}},
	{`{"custom.a..b": 1}`, []string{"/custom.a..b unknown_field"}},
	{`{"custom.a b": 1}`, []string{"/custom.a b unknown_field"}},
	{`{"custom.a\"b": 1}`, []string{`/custom.a"b unknown_field`}},
	{`{"custom.` + strings.Repeat("a", 65) + `": 1}`, []string{"/custom." + strings.Repeat("a", 65) + " unknown_field"}},
	{`{"custom.` + strings.Repeat("a.", 20) + `a": 1}`, []string{"/custom." + strings.Repeat("a.", 20) + "a too_deep"}},
	{`{"notes": "a"}`, []string{"/notes not_filterable"}},
	{`{"token": "a"}`, []string{"/token not_filterable"}},
	{`{"password": "a"}`, []string{"/password not_filterable"}},
	{`{"password": {"$in": [null, "a"]}}`, []string{"/password/$in/1 not_filterable"}},
	{`{"password": {"$startsWith": "a"}}`, []string{"/password/$startsWith operator_not_allowed"}},

	// operators
	{`{"$nor": []}`, []string{"/$nor unknown_operator"}},
	{`{"$not": {"age": 1}}`, []string{"/$not unknown_operator"}},
	{`{"age": {"$regex": "a"}}`, []string{"/age/$regex unknown_operator"}},
	{`{"age": {"$gt": 1, "x": 2}}`, []string{"/age/x unknown_operator"}},
	{`{"age": {"$and": []}}`, []string{"/age/$and unknown_operator"}},
	{`{"age": {}}`, []string{"/age type"}},
	{`{"age": {"x": 1}}`, []string{"/age type"}},
	{`{"age": {"$not": 1}}`, []string{"/age/$not type"}},
	{`{"age": {"$not": {}}}`, []string{"/age/$not type"}},
	{`{"$and": {}}`, []string{"/$and type"}},
	{`{"$or": [1, {"age": "x"}]}`, []string{"/$or/0 type", "/$or/1/age type"}},
	{`{"active": {"$lt": true}}`, []string{"/active/$lt operator_not_allowed"}},
	{`{"age": {"$contains": "1"}}`, []string{"/age/$contains operator_not_allowed"}},
	{`{"tags": {"$contains": "1"}}`, []string{"/tags/$contains operator_not_allowed"}},
	{`{"born": {"$startsWith": "2024"}}`, []string{"/born/$startsWith operator_not_allowed"}},
	{`{"custom": {"$gt": 1}}`, []string{"/custom/$gt operator_not_allowed"}},

	// values
	{`{"name": 1}`, []string{"/name type"}},
	{`{"name": ["a"]}`, []string{"/name type"}},
	{`{"age": "1"}`, []string{"/age type"}},
	{`{"age": 1.5}`, []string{"/age type"}},
	{`{"age": 9223372036854775808}`, []string{"/age out_of_range"}},
	{`{"age": 1e300}`, []string{"/age out_of_range"}},
	{`{"age": 1e99999999999999999999}`, []string{"/age out_of_range"}},
	{`{"age": 1e-99999999999999999999}`, []string{"/age type"}},
	{`{"balance": 1e400}`, []string{"/balance out_of_range"}},
	{`{"balance": true}`, []string{"/balance type"}},
	{`{"active": 1}`, []string{"/active type"}},
	{`{"active": "true"}`, []string{"/active type"}},
	{`{"born": 5}`, []string{"/born type"}},
	{`{"born": "2024-02-30"}`, []string{"/born type"}},
	{`{"seenAt": "yesterday"}`, []string{"/seenAt type"}},
	{`{"seenAt": "2024-01-01T24:00:00Z"}`, []string{"/seenAt type"}},
	{`{"seenAt": "2024-01-01T00:00:00"}`, []string{"/seenAt type"}},
	{`{"seenAt": "2024-01-01T00:00:00+24:00"}`, []string{"/seenAt type"}},
	{`{"tags": ["a"]}`, []string{"/tags type"}},
	{`{"custom": "a"}`, []string{"/custom type"}},
	{`{"extra": 1}`, []string{"/extra type"}},
	{`{"custom.level": "3"}`, []string{"/custom.level type"}},
	{`{"custom.x": {"y": 1}}`, []string{"/custom.x type"}},
	{`{"custom.x": {"$lt": true}}`, []string{"/custom.x/$lt type"}},
	{`{"custom.x": {"$contains": 1}}`, []string{"/custom.x/$contains type"}},
	{`{"custom.x": {"$between": [1, "a"]}}`, []string{"/custom.x/$between type"}},
	{`{"owner": "five"}`, []string{"/owner type"}},
	{`{"age": {"$in": 1}}`, []string{"/age/$in type"}},
	{`{"age": {"$in": [1, "2", [3], {}]}}`, []string{"/age/$in/1 type", "/age/$in/2 type", "/age/$in/3 type"}},
	{`{"age": {"$exists": 1}}`, []string{"/age/$exists type"}},
	{`{"age": {"$exists": null}}`, []string{"/age/$exists type"}},
	{`{"age": {"$between": [1]}}`, []string{"/age/$between type"}},
	{`{"age": {"$between": [1, 2, 3]}}`, []string{"/age/$between type"}},
	{`{"age": {"$between": [null, "x"]}}`, []string{"/age/$between/0 null_comparison", "/age/$between/1 type"}},
	{`{"age": {"$lt": null}}`, []string{"/age/$lt null_comparison"}},
	{`{"age": {"$not": {"$gte": null}}}`, []string{"/age/$not/$gte null_comparison"}},
	{`{"name": {"$contains": null, "$startsWith": 1}}`, []string{"/name/$contains null_comparison", "/name/$startsWith type"}},

	// all at once
	{`{"a": 1, "$or": [{"age": "x"}, {"name": {"$foo": 1}}], "born": {"$lt": null}}`,
		[]string{"/a unknown_field", "/$or/0/age type", "/$or/1/name/$foo unknown_operator", "/born/$lt null_comparison"}},
}

func TestFaultsPointIntoTheFilter(t *testing.T) {
	m := sample(t)
	for _, c := range faultyFilters {
		_, faults := New([]byte(c.filter), m, Native)
		if got := at(faults); !slices.Equal(got, c.want) {
			t.Errorf("%s\n got %q\nwant %q", c.filter, got, c.want)
		}
		for _, f := range faults {
			if !strings.HasSuffix(f.Detail, ".") {
				t.Errorf("%s: the detail %q is no sentence", c.filter, f.Detail)
			}
		}
	}
}

func TestAnOperatorThatIsRefusedNamesThoseThatAreNot(t *testing.T) {
	m := sample(t)
	for text, want := range map[string]string{
		`{"age": {"$regex": "a"}}`:       "There is no such operator. This field takes $between, $eq, $exists, $gt, $gte, $in, $lt, $lte, $ne, $nin and $not.",
		`{"active": {"$lt": true}}`:      "The operator does not suit the type of the field, which takes $eq, $exists, $in, $ne, $nin and $not.",
		`{"tags": {"$contains": "one"}}`: "The operator does not suit the type of the field, which takes $eq, $exists, $in, $ne, $nin and $not.",
	} {
		if _, faults := New([]byte(text), m, Native); len(faults) != 1 || faults[0].Detail != want {
			t.Errorf("%s: %v", text, faults)
		}
	}
	if _, faults := New([]byte(`{"name": {"$exists": true}}`), m, Desk); !strings.HasSuffix(faults[0].Detail, "takes $contains, $eq, $gt, $gte, $in, $lt, $lte, $ne and $nin.") {
		t.Errorf("in Desk's grammar: %v", faults)
	}
}

// TestDeskIsToldOfNoOperatorThatItLacks makes each fault that a filter can have
// in Desk's grammar.
func TestDeskIsToldOfNoOperatorThatItLacks(t *testing.T) {
	m := sample(t)
	for _, text := range []string{
		`{"age": {"$lt": null}}`, `{"age": [1]}`, `{"name": {"$contains": null}}`, `{"age": {"$contains": "1"}}`, `{"active": {"$gt": true}}`,
		`{"name": {"$regex": "a"}}`, `{"name": {"first": "a"}}`, `{"tags": {"$in": ["a"]}}`, `{"tags": ["a"]}`, `{"age": {"$in": 1}}`, `{"age": {"$eq": {"a": 1}}}`,
		`{"password": "x"}`, `{"notes": "x"}`, `{"none": 1}`, `{"$nor": []}`, `{"$and": {}}`, `{"age": {"$gt": 1, "a": 1}}`, `{"name": {"$contains": ""}}`, `[]`,
	} {
		_, faults := New([]byte(text), m, Desk)
		if len(faults) == 0 {
			t.Errorf("%s was accepted", text)
		}
		for _, f := range faults {
			for name, o := range operators {
				if o.native && strings.Contains(f.Detail, name) {
					t.Errorf("%s: %s", text, f.Detail)
				}
			}
		}
	}
}

func TestDeskGrammarIsSmaller(t *testing.T) {
	m := sample(t)
	for _, c := range []struct {
		filter string
		want   []string
	}{
		{`{"age": {"$eq": 1, "$ne": 2, "$lt": 3, "$lte": 3, "$gt": 0, "$gte": 0, "$in": [1], "$nin": [2]}, "name": {"$contains": "a"}}`, nil},
		{`{"$or": [{"age": 1}, {"$and": [{"age": 2}]}], "custom.tier": "gold"}`, nil},
		{`{"age": {"$not": {"$gt": 1}}}`, []string{"/age/$not unknown_operator"}},
		{`{"age": {"$exists": true}}`, []string{"/age/$exists unknown_operator"}},
		{`{"name": {"$startsWith": "a"}}`, []string{"/name/$startsWith unknown_operator"}},
		{`{"age": {"$between": [1, 2]}}`, []string{"/age/$between unknown_operator"}},
		{`{"$not": {}}`, []string{"/$not unknown_operator"}},
	} {
		_, faults := New([]byte(c.filter), m, Desk)
		if got := at(faults); !slices.Equal(got, c.want) {
			t.Errorf("%s\n got %q\nwant %q", c.filter, got, c.want)
		}
	}
}

// nest puts a condition inside n logical operators.
func nest(n int, inner string) string {
	return strings.Repeat(`{"$and": [`, n) + inner + strings.Repeat(`]}`, n)
}

func TestLimitsAreExact(t *testing.T) {
	m := sample(t)
	ones := func(n int) string { return strings.TrimSuffix(strings.Repeat("1,", n), ",") }
	pad := func(n int) string {
		head, tail := `{"name": "`, `"}`
		return head + strings.Repeat("a", n-len(head)-len(tail)) + tail
	}
	for _, c := range []struct {
		name, filter string
		want         string
	}{
		{"20 deep", nest(20, `{"age": {"$in": [1]}}`), ""},
		{"21 deep", nest(21, `{"age": {"$in": [1]}}`), CodeTooDeep},
		{"$not counts", nest(20, `{"age": {"$not": {"$gt": 1}}}`), CodeTooDeep},
		{"20 times $not", `{"age": ` + strings.Repeat(`{"$not": `, 20) + `{"$gt": 1}` + strings.Repeat(`}`, 21), ""},
		{"21 times $not", `{"age": ` + strings.Repeat(`{"$not": `, 21) + `{"$gt": 1}` + strings.Repeat(`}`, 22), CodeTooDeep},
		{"beyond the decoder", nest(200_000/14, `{}`), CodeTooDeep},
		{"never closed", strings.Repeat(`{"$and": [`, 60_000), CodeTooDeep},
		{"lists", `{"age": ` + strings.Repeat("[", 10_000), CodeTooDeep},
		{"10,000 values", `{"age": {"$in": [` + ones(MaxValues) + `]}}`, ""},
		{"10,001 values", `{"age": {"$in": [` + ones(MaxValues) + `], "$ne": 2}}`, CodeTooManyValues},
		{"empty conditions", `{"$or": [` + strings.TrimSuffix(strings.Repeat("{},", 100_000), ",") + `]}`, CodeTooManyValues},
		{"1 MiB", pad(MaxBytes), ""},
		{"more than 1 MiB", pad(MaxBytes + 1), CodeTooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, faults := New([]byte(c.filter), m, Native)
			got := ""
			if len(faults) > 0 {
				got = faults[0].Code
			}
			if got != c.want {
				t.Errorf("got %q, want %q: %v", got, c.want, faults)
			}
		})
	}
}

func TestFaultsKeepValuesToThemselves(t *testing.T) {
	m := sample(t)
	for _, text := range []string{
		`{"age": "secret-4711"}`, `{"password": "secret-4711"}`, `{"born": "secret-4711"}`, `{"age": {"$in": ["secret-4711"]}}`,
		`{"name": "secret-4711`, `{"seenAt": {"$lt": "secret-4711"}}`,
	} {
		_, faults := New([]byte(text), m, Native)
		if s := fmt.Sprint(faults); len(faults) == 0 || strings.Contains(s, "4711") {
			t.Errorf("%s: %s", text, s)
		}
	}
}

func TestParseSort(t *testing.T) {
	m := sample(t)
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"-createdAt,id", nil},
		{"name", nil},
		{"nobody", []string{"/0 unknown_field"}},
		{"id,", []string{"/1 unknown_field"}},
		{"+id", []string{"/0 unknown_field"}},
		{"id,-id", []string{"/1 duplicate_field"}},
		{"tags,custom,extra", []string{"/0 not_sortable", "/1 not_sortable", "/2 not_sortable"}},
		{"password,id,token", []string{"/0 not_sortable", "/2 not_sortable"}},
		{"custom.tier", []string{"/0 unknown_field"}},
	} {
		_, faults := ParseSort(c.text, m)
		if got := at(faults); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
	keys, _ := ParseSort("-createdAt,id", m)
	if len(keys) != 2 || keys[0].Field.Name != "createdAt" || !keys[0].Descending || keys[1].Descending {
		t.Errorf("got %+v", keys)
	}
}
