package dashboard

import (
	"bytes"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bulkpatch/filter"
	"bulkpatch/model"
)

// someFilter draws a filter on fields of desk.
func someFilter(t *rapid.T, depth int) map[string]any {
	f := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, "members") {
		field := rapid.SampledFrom([]string{"firstName", "lastName", "organization"}).Draw(t, "field")
		text := rapid.SampledFrom([]string{"a", "b", "ab", ""}).Draw(t, "text")
		switch rapid.IntRange(0, 5).Draw(t, "form") {
		case 0:
			f[field] = text
		case 1:
			f[field] = map[string]any{"$ne": text, "$exists": rapid.Bool().Draw(t, "exists")}
		case 2:
			f[field] = map[string]any{"$gt": text, "$lte": "b", "$startsWith": "a"}
		case 3:
			f[field] = nil
		default:
			if depth == 0 {
				continue
			}
			some := []any{}
			for range rapid.IntRange(0, 3).Draw(t, "parts") {
				some = append(some, someFilter(t, depth-1))
			}
			f[rapid.SampledFrom([]string{"$and", "$and", "$or"}).Draw(t, "of")] = some
		}
	}
	return f
}

// TestConditionsOfAFilterMeanTheSame takes filters apart and puts them together again.
func TestConditionsOfAFilterMeanTheSame(t *testing.T) {
	m, _ := model.Shipped().Model("desk")
	rapid.Check(t, func(t *rapid.T) {
		text := string(compactJSON(someFilter(t, 3)))
		list, ok := conditionsOf(text)
		if !ok {
			t.Fatalf("%s cannot be split", text)
		}
		again := filterOf(list)
		if again == "" {
			again = "{}"
		}
		before, faults := filter.New([]byte(text), m, filter.Native)
		if len(faults) > 0 {
			t.Fatalf("%s: %v", text, faults)
		}
		after, faults := filter.New([]byte(again), m, filter.Native)
		if len(faults) > 0 {
			t.Fatalf("%s became %s: %v", text, again, faults)
		}
		for _, values := range []string{`{}`, `{"firstName":"a"}`, `{"firstName":"ab","lastName":"b"}`, `{"firstName":"","organization":"ab"}`, `{"lastName":"c"}`} {
			d, _ := m.CheckDraft([]byte(values), model.Create, model.PatchOptions{})
			rec := model.Record{Values: d.Insert(m)}
			if before.Match(rec) != after.Match(rec) {
				t.Fatalf("%s became %s, which is something else for %s", text, again, values)
			}
		}
	})
}

func TestAFilterThatCannotBeSplitHasNoConditions(t *testing.T) {
	for _, text := range []string{`{`, `[]`, `{"a":1,"a":2}`, `{"$and":[1]}`, `{"$and":[{"a":1,"a":2}]}`} {
		if list, ok := conditionsOf(text); ok {
			t.Errorf("%s became %v", text, list)
		}
	}
}

// someJSON draws a value that a customer may hold.
func someJSON(t *rapid.T, depth int) any {
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return rapid.SampledFrom([]json.Number{"1", "2", "9007199254740993", "0.10"}).Draw(t, "number")
	case 1:
		return rapid.SampledFrom([]string{"", "a", "<b>"}).Draw(t, "text")
	case 2:
		return []any{"a", map[string]any{"b": nil}}
	case 3:
		return rapid.Bool().Draw(t, "boolean")
	}
	object := map[string]any{}
	if depth > 0 {
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			object[rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")] = someJSON(t, depth-1)
		}
	}
	return object
}

// merged applies a merge patch as RFC 7396 says.
func merged(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	out := map[string]any{}
	if old, ok := target.(map[string]any); ok {
		for name, value := range old {
			out[name] = value
		}
	}
	for name, value := range p {
		if value == nil {
			delete(out, name)
		} else {
			out[name] = merged(out[name], value)
		}
	}
	return out
}

func decoded(t *rapid.T, raw json.RawMessage) (v any) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestAMergePatchMakesWhatStandsInTheForm merges what the form sends into what was.
func TestAMergePatchMakesWhatStandsInTheForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := compactJSON(someJSON(t, 3)), compactJSON(someJSON(t, 3))
		patch := mergeOf(from, to)
		got := decoded(t, from)
		if patch != nil {
			got = merged(got, decoded(t, patch))
		}
		if want := decoded(t, to); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s with %s is %v instead of %s", from, patch, got, to)
		}
	})
}

// TestAnInputThatNobodyTouchedIsUnchanged sends inputs as a browser does.
func TestAnInputThatNobodyTouchedIsUnchanged(t *testing.T) {
	types := []describedField{
		{Type: "string", Nullable: true}, {Type: "string"}, {Type: "string", Options: []string{"a", "b"}}, {Type: "string", Options: []string{"", "a"}, Nullable: true},
		{Type: "string", Options: []string{"a"}, Extensible: true, Nullable: true}, {Type: "array"}, {Type: "object"}, {Type: "any"}, {Type: "string", Secret: "hashed", Nullable: true},
		{Type: "number"}, {Type: "integer"}, {Type: "date"}, {Type: "date-time"}, {Type: "boolean"},
	}
	rapid.Check(t, func(t *rapid.T) {
		f := &customerField{describedField: rapid.SampledFrom(types).Draw(t, "type")}
		f.Name, f.typed = "x", f.whole()
		raw := rapid.SampledFrom([]string{`null`, ``, `"a"`, `""`, `"\r\n"`, `"\n a\n"`, `[]`, `[" "]`, `["a","b"]`, `{"a":1.0}`, `12345678901234567890`, `"2026-01-31"`, `"2026-01-31T00:00:00.000001Z"`, `true`}).Draw(t, "raw")
		i := inputFor(f, json.RawMessage(raw))
		form := url.Values{inputText + "x": {strings.ReplaceAll(i.Text, "\n", "\r\n")}, inputWas + "x": {i.Was}}
		if i.AsJSON {
			form.Set(inputAsJSON+"x", "true")
		}
		if i.Ticks() && i.None {
			form.Set(inputNone+"x", "true")
		}
		sent := &recordInput{customerField: f}
		sent.take(form)
		if sent.changed() {
			t.Fatalf("%+v with %s was sent as %+v", f.describedField, raw, sent)
		}
	})
}

func TestTheColumnsOfAListTellWhoItIs(t *testing.T) {
	field := func(name string, more customerField) *customerField {
		more.Name, more.Type = name, "string"
		more.typed = more.whole()
		return &more
	}
	m := &customerModel{Fields: []*customerField{
		field("id", customerField{describedField: describedField{Role: roleID}}), field("avatar", customerField{Format: "uri"}), field("uuid", customerField{Unique: true, Format: "uuid"}),
		field("lastName", customerField{}), field("a", customerField{}), field("b", customerField{}), field("secret", customerField{describedField: describedField{Secret: "masked"}, Unique: true}),
		field("email", customerField{Format: "email"}), field("title", customerField{Required: true}), field("key", customerField{Indexed: true}),
	}}
	var names []string
	for _, f := range m.telling() {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "lastName a email title key" {
		t.Errorf("the columns are %s", got)
	}
}
