package filter

import (
	"fmt"
	"strings"
	"testing"

	"bulkpatch/model"
)

// wide joins n conditions by a word; item is a format for their numbers.
func wide(word, item string, n int) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf(item, i)
	}
	return fmt.Sprintf(`{"%s": [%s]}`, word, strings.Join(items, ","))
}

func TestAlternativesOfOneFieldBecomeOneStatement(t *testing.T) {
	m := sample(t)
	for name, c := range map[string]struct {
		text string
		args int
	}{
		"equals":          {wide("$or", `{"age": %d}`, 900), 1},
		"equals within":   {wide("$or", `{"$and": [{"$or": [{"age": %d}]}]}`, 900), 1},
		"parts":           {wide("$or", `{"name": {"$contains": "x%d"}}`, 900), 1},
		"prefixes":        {wide("$or", `{"name": {"$startsWith": "x%d"}}`, 900), 2},
		"paths":           {wide("$or", `{"custom.x": {"$contains": "x%d"}}`, 900), 1},
		"none of parts":   {wide("$and", `{"name": {"$not": {"$contains": "x%d"}}}`, 900), 1},
		"none of values":  {wide("$and", `{"name": {"$ne": "x%d"}}`, 900), 1},
		"least of bounds": {wide("$or", `{"age": {"$gt": %d}}`, 900), 1},
		"between fields":  {`{"$or": [{"age": 1}, {"name": "a"}, {"age": {"$in": [2, null]}}, {"name": "b"}]}`, 4},
		"not all parts":   {wide("$and", `{"name": {"$contains": "x%d"}}`, 9), 9},
		"all but parts":   {wide("$or", `{"name": {"$not": {"$contains": "x%d"}}}`, 9), 9},
	} {
		for _, d := range []Dialect{SQLite, PostgreSQL} {
			if text, args := accepted(t, m, c.text).SQL(d); len(args) != c.args || strings.Count(text, "?") != c.args || len(text) > 2000 {
				t.Errorf("%s: %d arguments in %d bytes", name, len(args), len(text))
			}
		}
	}
}

func TestTheWidestBoundStands(t *testing.T) {
	m := sample(t)
	for text, want := range map[string]string{
		`{"$or": [{"age": {"$lt": 3}}, {"age": {"$lt": 5}}, {"age": {"$lt": 4}}]}`:                           "[5]",
		`{"$or": [{"age": {"$gte": 3}}, {"age": {"$gte": 5}}]}`:                                              "[3]",
		`{"$and": [{"age": {"$not": {"$lt": 3}}}, {"age": {"$not": {"$lt": 5}}}]}`:                           "[5]",
		`{"$or": [{"custom.x": {"$lt": 3}}, {"custom.x": {"$lt": "b"}}, {"custom.x": {"$lt": 4.5}}]}`:        "[4.5 b]",
		`{"$or": [{"seenAt": {"$lt": "1970-01-01T00:00:00.0000015Z"}}, {"seenAt": {"$lt": "1970-01-01"}}]}`:  "[1]",
		`{"$or": [{"seenAt": {"$lt": "1970-01-01T00:00:00.000001Z"}}, {"seenAt": {"$lt": "1970-01-02"}}]}`:   "[86400000000]",
		`{"$or": [{"seenAt": {"$gt": "1970-01-01T00:00:00.0000015Z"}}, {"seenAt": {"$gt": "1970-01-01"}}]}`:  "[0]",
		`{"$or": [{"balance": {"$lte": 0.5}}, {"balance": {"$lte": 1e300}}, {"balance": {"$lte": -1e300}}]}`: "[1e+300]",
	} {
		if _, args := accepted(t, m, text).SQL(SQLite); fmt.Sprint(args) != want {
			t.Errorf("%s: %v, want %s", text, args, want)
		}
	}
}

func TestConditionsAreCountedOnceAlternativesAreOne(t *testing.T) {
	m := sample(t)
	for name, c := range map[string]struct {
		text string
		want string
	}{
		"1,000":                 {wide("$or", `{"name": {"$contains": "x%d"}}`, 1000), ""},
		"1,001":                 {wide("$or", `{"name": {"$contains": "x%d"}}`, 1001), " too_many_conditions"},
		"1,001 prefixes":        {wide("$or", `{"name": {"$startsWith": "x%d"}}`, 1001), " too_many_conditions"},
		"1,001 bounds":          {wide("$or", `{"age": {"$gt": %d}}`, 1001), " too_many_conditions"},
		"1,000 ranges":          {wide("$or", `{"age": {"$between": [%d, 7]}}`, 1000), ""},
		"equals are one":        {wide("$or", `{"name": "x%d"}`, 9000), ""},
		"equals of two":         {wide("$or", `{"$or": [{"name": "x%d"}, {"age": 1}]}`, 5000), ""},
		"equals of all":         {wide("$and", `{"name": {"$ne": "x%d"}}`, 1001), " too_many_conditions"},
		"pairs":                 {wide("$or", `{"name": "x%d", "age": 1}`, 501), " too_many_conditions"},
		"paths":                 {wide("$or", `{"custom.x%d": 1}`, 1001), " too_many_conditions"},
		"constants are none":    {`{"$and": [{}` + strings.Repeat(`,{"age": {"$nin": []}}`, 2000) + `]}`, ""},
		"with a fault":          {wide("$or", `{"name": {"$contains": %d}}`, 1), "/$or/0/name/$contains type"},
		"nothing to contain":    {`{"name": {"$contains": ""}}`, "/name/$contains too_short"},
		"nothing to start with": {`{"$or": [{"custom.x": {"$not": {"$startsWith": ""}}}]}`, "/$or/0/custom.x/$not/$startsWith too_short"},
	} {
		_, faults := New([]byte(c.text), m, Native)
		if got := strings.Join(at(faults), " "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		if _, faults := Restore([]byte(c.text), m); name != "with a fault" && len(faults) > 0 {
			t.Errorf("%s: what was accepted before is refused: %v", name, faults)
		}
	}
}

func TestAFieldThatAlwaysHasAValueExistsByForm(t *testing.T) {
	m, problems := model.Check("shop.yaml", []byte(`
x-model: shop
x-filterable: true
type: object
required: [name]
properties: {name: {type: string}, state: {type: string, default: on}, note: {type: string}}
`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for field, want := range map[string]bool{"name": true, "state": true, "note": false, "id": true, "version": true, "createdAt": true, "updatedAt": true} {
		if got := accepted(t, m, `{"`+field+`": {"$exists": true}}`).Empty(); got != want {
			t.Errorf("%s: %v", field, got)
		}
	}
}

func TestCostGrowsWithTheWorkForARecord(t *testing.T) {
	m := sample(t)
	for _, c := range [][2]string{
		{`{}`, `{"age": 1, "name": "a"}`},
		{`{"age": 1}`, `{"age": 1, "name": "a"}`},
		{`{"name": "a"}`, `{"name": {"$contains": "a"}}`},
		{`{"name": "a"}`, `{"custom.tier": "a"}`},
		{`{"custom.since": {"$gt": "2024-01-01"}}`, `{"custom.seen": {"$gt": "2024-01-01"}}`},
		{wide("$or", `{"name": "x%d"}`, 9000), wide("$or", `{"name": {"$contains": "x%d"}}`, 900)},
		{wide("$or", `{"name": {"$startsWith": "x%d"}}`, 900), wide("$or", `{"name": {"$contains": "x%d"}}`, 900)},
		{wide("$or", `{"name": {"$contains": "x%d"}}`, 900), wide("$or", `{"custom.x%d": {"$contains": "a"}}`, 900)},
	} {
		less, more := accepted(t, m, c[0]).Cost(), accepted(t, m, c[1]).Cost()
		if less < 1 || less >= more {
			t.Errorf("%.60s costs %d, %.60s costs %d", c[0], less, c[1], more)
		}
	}
}
