package filter

import "testing"

func TestEmptySelectsEverything(t *testing.T) {
	m := sample(t)
	for text, want := range map[string]bool{
		`{}`: true, ` { } `: true, `{"$and": []}`: true, `{"$or": [{}]}`: true, `{"age": {"$nin": []}}`: true,
		`{"$or": []}`: false, `{"age": {"$in": []}}`: false, `{"age": null}`: false, `{"age": {"$exists": true}}`: false,
		`{"id": {"$exists": true}}`: true, `{"id": {"$ne": null}}`: true, `{"id": {"$not": {"$in": [null]}}}`: true, `{"version": {"$nin": [null]}}`: true,
		`{"createdAt": {"$exists": true}, "updatedAt": {"$not": {"$exists": false}}}`: true,
		`{"$or": [{"age": null}, {"age": {"$exists": true}}]}`:                        true, `{"$or": [{"age": {"$lt": 5}}, {"name": "a"}, {"age": {"$not": {"$lt": 5}}}]}`: true,
		`{"$or": [{"age": {"$in": [1, 2]}}, {"age": {"$ne": 1}}]}`: true, `{"$or": [{"age": 1}, {"age": {"$nin": [1, 2]}}]}`: false,
		`{"$or": [{"age": 1}, {"balance": {"$ne": 1}}]}`: false, `{"$or": [{"age": {"$lt": 1}}, {"age": {"$not": {"$lte": 1}}}]}`: false,
		`{"id": {"$nin": [null, 1]}}`: false, `{"id": {"$exists": false}}`: false,
		`{"$or": [{"age": 1}, {"$and": [{}, {"id": {"$exists": true}}]}]}`: true, `{"$and": [{"$or": []}, {}]}`: false,
		`{"id": {"$gte": -9223372036854775808}}`: true, `{"id": {"$between": [-9223372036854775808, 9223372036854775807]}}`: true, `{"id": {"$gt": -9223372036854775808}}`: false,
		`{"age": {"$gte": -9223372036854775808}}`: false, `{"age": {"$not": {"$lt": -9223372036854775808}}}`: true, `{"age": {"$not": {"$gt": 9223372036854775807}}}`: true,
		`{"version": {"$gte": 1}}`: true, `{"version": {"$not": {"$lt": 1}}}`: true, `{"version": {"$gt": 1}}`: false, `{"version": {"$gt": 0}}`: true,
		`{"createdAt": {"$gte": "0001-01-01"}}`: true, `{"createdAt": {"$lte": "9999-12-31T23:59:59.999999Z"}}`: true, `{"createdAt": {"$lt": "9999-12-31T23:59:59.9999995Z"}}`: true, `{"createdAt": {"$lt": "9999-12-31T23:59:59.999999Z"}}`: false,
		`{"createdAt": {"$ne": "2024-01-01T00:00:00.0000001Z"}}`: true, `{"createdAt": {"$ne": "2024-01-01T00:00:00.000001Z"}}`: false, `{"createdAt": {"$gt": "2024-01-01"}}`: false,
		`{"born": {"$not": {"$lt": "0001-01-01"}}}`: true, `{"name": {"$not": {"$lt": ""}}}`: true, `{"name": {"$gte": ""}}`: false, `{"custom.tier": {"$not": {"$lt": ""}}}`: true,
		`{"active": {"$in": [true, false, null]}}`: true, `{"active": {"$in": [true, false]}}`: false, `{"$or": [{"active": true}, {"active": null}, {"active": false}]}`: true,
		`{"custom.vip": {"$in": [true, false, null]}}`: false, `{"balance": {"$not": {"$gt": 1.7976931348623157e308}}}`: true, `{"custom.score": {"$not": {"$gt": 1.7976931348623157e308}}}`: false,
		`{"$or": [{"id": {"$lt": 3}}, {"id": {"$lte": 9223372036854775807}}]}`:     true,
		`{"age": {"$not": {"$in": []}}, "name": {"$not": {"$not": {"$nin": []}}}}`: true, `{"age": {"$not": {"$nin": []}}}`: false,
	} {
		if got := accepted(t, m, text).Empty(); got != want {
			t.Errorf("%s: empty is %v", text, got)
		}
	}
	if all := All(m); !all.Empty() || string(all.JSON()) != "{}" || !all.Match(record(t, m, nil)) {
		t.Error("All does not select everything")
	}
}

func TestNamesFindsFieldsAndPaths(t *testing.T) {
	f := accepted(t, sample(t), `{"$or": [{"age": {"$not": {"$in": []}}}, {"$and": [{"custom.a.b": 1}]}]}`)
	for name, want := range map[string]bool{
		"age": true, "custom": true, "custom.a.b": true, "custom.a": false, "state": false, "$or": false,
	} {
		if f.Mentions(name) != want {
			t.Errorf("Names(%q) is not %v", name, want)
		}
	}
}

func TestJSONKeepsWhatWasGiven(t *testing.T) {
	f := accepted(t, sample(t), ` { "name" : "\u0061\n", "balance": 1.50e+1 , "age":{ "$in" :[ 1, 2 ] } } `)
	if got, want := string(f.JSON()), `{"name":"\u0061\n","balance":1.50e+1,"age":{"$in":[1,2]}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestMatch writes down what the contract says in words, so that the matcher,
// which judges the databases, is judged itself.
func TestMatch(t *testing.T) {
	m := sample(t)
	r := record(t, m, map[string]any{
		"name": "Änne ÄB", "age": int64(7), "balance": 1.5, "active": false, "born": "2024-02-29", "seenAt": int64(1709164800_000001),
		"custom": `{"big":9007199254740993,"n":null,"one":1,"seen":"2024-02-29T01:00:00.50+01:00","text":"1","yes":true}`, "owner": `{"id":5}`,
	})
	for text, want := range map[string]bool{
		`{"name": "Änne ÄB"}`: true, `{"name": "änne äb"}`: false, `{"name": "A\u0308nne ÄB"}`: false,
		`{"name": {"$contains": "äb"}}`: false, `{"name": {"$contains": "NNE Äb"}}`: true, `{"name": {"$startsWith": "Än"}}`: true,
		`{"name": {"$startsWith": "än"}}`: false, `{"name": {"$gt": "Z"}}`: true,
		`{"state": null}`: true, `{"state": {"$ne": "active"}}`: true, `{"state": {"$nin": ["active"]}}`: true,
		`{"state": {"$not": {"$startsWith": "a"}}}`: true, `{"state": {"$startsWith": ""}}`: false, `{"state": {"$exists": true}}`: false,
		`{"state": {"$in": [null]}}`: true, `{"state": {"$in": []}}`: false, `{"state": {"$nin": []}}`: true, `{"state": {"$ne": null}}`: false,
		`{"age": 7.0}`: true, `{"age": 70e-1}`: true, `{"age": {"$between": [7, 7]}}`: true, `{"age": {"$not": {"$between": [1, 9]}}}`: false,
		`{"balance": 15e-1}`: true, `{"active": false}`: true, `{"active": {"$ne": true}}`: true,
		`{"born": "2024-02-29T02:00:00+02:00"}`: true, `{"born": "2024-02-29T00:00:01Z"}`: false, `{"born": {"$lt": "2024-02-29T00:00:01Z"}}`: true,
		`{"seenAt": "2024-02-29T00:00:00.000001Z"}`: true, `{"seenAt": "2024-02-29T00:00:00.0000010001Z"}`: false,
		`{"seenAt": {"$lt": "2024-02-29T00:00:00.0000010001Z"}}`: true, `{"seenAt": {"$gte": "2024-02-29T00:00:00.0000010001Z"}}`: false,
		`{"seenAt": {"$gt": "2024-02-29"}}`: true, `{"custom.seen": "2024-02-29T00:00:00.5Z"}`: true,
		`{"custom.one": true}`: false, `{"custom.one": 1}`: true, `{"custom.one": "1"}`: false, `{"custom.text": "1"}`: true, `{"custom.text": 1}`: false,
		`{"custom.yes": true}`: true, `{"custom.n": null}`: true, `{"custom.none": null}`: true, `{"custom.text": {"$gt": 0}}`: false,
		`{"custom.big": 9007199254740993}`: true, `{"custom.big": 9007199254740992}`: false, `{"owner": 5}`: true, `{"owner": {"$ne": 6}}`: true,
		`{"$or": []}`: false, `{"$and": []}`: true, `{"age": 7, "active": true}`: false, `{"$or": [{"age": 1}, {"active": false}], "age": 7}`: true,
	} {
		if got := restored(t, m, text).Match(r); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
