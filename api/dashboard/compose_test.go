package dashboard

import (
	"bytes"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bulkpatch/api/web"
	"bulkpatch/client"
)

const modelForTest = `{"name": "shop", "title": "Shop", "fields": [
	{"name": "id", "type": "integer", "role": "id", "filterable": true},
	{"name": "name", "type": "string", "nullable": true, "filterable": true},
	{"name": "tier", "type": "string", "options": ["basic", "gold"]},
	{"name": "source", "type": "string", "nullable": true, "options": ["web"], "addedOptions": ["fair"], "extensible": true},
	{"name": "size", "type": "integer", "nullable": true},
	{"name": "rate", "type": "number", "nullable": true},
	{"name": "trusted", "type": "boolean"},
	{"name": "born", "type": "date", "nullable": true},
	{"name": "seen", "type": "date-time", "nullable": true},
	{"name": "tags", "type": "array", "nullable": true},
	{"name": "custom", "type": "object", "nullable": true, "filterable": true, "paths": {"size": "integer", "label": "string"}},
	{"name": "password", "type": "string", "secret": "hashed", "writeOnly": true, "nullable": true},
	{"name": "total", "type": "integer", "readOnly": true}],
	"operators": {"name": ["$copy", "$trim"], "size": ["$copy", "$inc"], "rate": ["$inc"], "custom": ["$copy"], "custom.size": ["$inc"], "born": ["$now", "$shift"]}}`

func shop(t interface{ Fatal(...any) }) *composeModel {
	var described client.Model
	if err := json.Unmarshal([]byte(modelForTest), &described); err != nil {
		t.Fatal(err)
	}
	m, err := composeModelOf(described)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func names(fields []*composeField) string {
	var list []string
	for _, f := range fields {
		list = append(list, f.Name)
	}
	return strings.Join(list, " ")
}

func TestOnlyWhatMayChangeIsOffered(t *testing.T) {
	m := shop(t)
	if got, want := names(m.Fields), "name tier source size rate trusted born seen tags custom custom.label custom.size password"; got != want {
		t.Errorf("fields to change: %s, want %s", got, want)
	}
	if got, want := names(m.Filters), "id name custom custom.label custom.size"; got != want {
		t.Errorf("fields to filter: %s, want %s", got, want)
	}
}

func TestWhatIsTypedBecomesTheValueOfTheType(t *testing.T) {
	m := shop(t)
	tests := map[string]struct{ field, typed, want string }{
		"a text":                           {"name", "a\r\n<b>", `"a\n<b>"`},
		"an empty text":                    {"name", "", `""`},
		"a text with spaces":               {"name", " 7 ", `" 7 "`},
		"a choice":                         {"tier", "gold", `"gold"`},
		"a choice that the API refuses":    {"tier", "silver", `"silver"`},
		"a new choice":                     {"source", "friend", `"friend"`},
		"an integer of 19 digits":          {"size", " 9007199254740993 ", `9007199254740993`},
		"a number as it is written":        {"rate", "0.10", `0.10`},
		"true":                             {"trusted", "true", `true`},
		"a day":                            {"born", "2024-02-29", `"2024-02-29"`},
		"a moment":                         {"seen", " 2024-02-29T12:00:00+02:00", `"2024-02-29T12:00:00+02:00"`},
		"a list in lines":                  {"tags", "a\r\n\r\n1", `["a","1"]`},
		"no line":                          {"tags", "", `[]`},
		"a list as JSON":                   {"tags", ` [1, {"a": null}]`, `[1, {"a": null}]`},
		"an object":                        {"custom", `{"size": 1e2}`, `{"size": 1e2}`},
		"a value inside an object":         {"custom.size", "5", `5`},
		"a secret with spaces around it":   {"password", " x ", `" x "`},
		"a text that looks like JSON":      {"name", `{"a": 1}`, `"{\"a\": 1}"`},
		"a text in another script":         {"name", "يوناتان", `"يوناتان"`},
		"a number that only looks small":   {"rate", "1e-400", `1e-400`},
		"a negative number":                {"size", "-0", `-0`},
		"a text of a number in a new list": {"tags", "007", `["007"]`},
	}
	for name, test := range tests {
		got, err := m.byName[test.field].valueOf(test.typed)
		if err != nil || string(got) != test.want {
			t.Errorf("%s: %s, %v, want %s", name, got, err, test.want)
		}
	}
}

func TestWhatCannotBeAValueIsRefusedWithASentence(t *testing.T) {
	m := shop(t)
	for _, test := range [][2]string{
		{"size", ""}, {"size", "1,000"}, {"size", "0x1f"}, {"rate", "NaN"}, {"rate", "1."}, {"trusted", ""}, {"trusted", "yes"},
		{"tier", ""}, {"born", " "}, {"seen", ""}, {"tags", "[1,"}, {"custom", "gold"}, {"custom", ""}, {"name", "\xff"}, {"password", ""},
	} {
		got, err := m.byName[test[0]].valueOf(test[1])
		if err == nil || !strings.HasSuffix(err.Error(), ".") {
			t.Errorf("%s %q: %s, %v", test[0], test[1], got, err)
		}
	}
}

// randomPatch draws a merge patch, with values that inputs can show and others that
// they cannot.
func randomPatch(t *rapid.T, m *composeModel) string {
	values := []string{`null`, `"a"`, `""`, `"gold"`, `"a\r\nb"`, `"\n a"`, `"[1]"`, `1`, `9007199254740993`, `1.50`, `true`, `"2024-02-29"`, `"2024-02-29T12:00:00.123456Z"`,
		`[]`, `["a","b"]`, `["a",1]`, `["a\nb"]`, `["[a"]`, `[" a"]`, `["a",""]`, `["a"," "]`, `[null]`, `{}`, `{"size":1}`, `{"size":null,"label":"x","more":{"deep":[1]}}`, `{"size":"x"}`}
	all := append(strings.Fields(names(m.Fields)), "unknown")
	var members []string
	for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(all), rapid.ID[string]).Draw(t, "names") {
		if !strings.Contains(name, ".") && name != "password" {
			members = append(members, `"`+name+`":`+rapid.SampledFrom(values).Draw(t, "value"))
		}
	}
	return "{" + strings.Join(members, ",") + "}"
}

// exactly decodes JSON with the texts of its numbers.
func exactly(t *rapid.T, text string) (v any) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestAPatchIsTheSameAfterItStoodInTheForm(t *testing.T) {
	m := shop(t)
	rapid.Check(t, func(t *rapid.T) {
		patch := randomPatch(t, m)
		entries, further, err := m.entriesOf(patch)
		if err != nil {
			t.Fatal(err)
		}
		got, faults := m.patchOf(entries, further)
		if len(faults) > 0 || !reflect.DeepEqual(exactly(t, string(got)), exactly(t, patch)) {
			t.Fatalf("%s became %s (%v) by way of %v and %s", patch, got, faults, entries, further)
		}
	})
}

func TestAValueThatIsGivenTwiceIsAFault(t *testing.T) {
	m := shop(t)
	tests := map[string]struct {
		entries map[string]composeEntry
		further string
		at      string
	}{
		"a field and the JSON":      {map[string]composeEntry{"name": {Do: setField, Text: "a"}}, `{"name": "b"}`, "name"},
		"a part and the JSON":       {map[string]composeEntry{"custom.size": {Do: setField, Text: "1"}}, `{"custom": {"size": 2}}`, "custom.size"},
		"a part of what is cleared": {map[string]composeEntry{"custom": {Do: clearField}, "custom.size": {Do: setField, Text: "1"}}, ``, "custom.size"},
		"a name in the JSON":        {nil, `{"name": 1, "name": 2}`, ""},
		"no object":                 {nil, `[1]`, ""},
		"no JSON":                   {nil, `{"name": }`, ""},
	}
	for name, test := range tests {
		if _, faults := m.patchOf(test.entries, test.further); faults[test.at] == "" || len(faults) != 1 {
			t.Errorf("%s: %v", name, faults)
		}
	}
	patch, faults := m.patchOf(map[string]composeEntry{"custom.size": {Do: setField, Text: "1"}}, `{"custom": {"more": 2}}`)
	if string(patch) != `{"custom": {"more": 2, "size": 1}}` || len(faults) > 0 {
		t.Errorf("two parts of one object: %s %v", patch, faults)
	}
}

func TestLeavingOutCustomersStaysFlat(t *testing.T) {
	narrow := func(filter string, shown, without, kept []string) string {
		return narrowedOf(filter, "id").choose(shown, without, kept).filter("id")
	}
	const active = `{"state": "active"}`
	one := narrow(active, []string{"1", "9007199254740993"}, nil, []string{"1"})
	if want := `{"$and": [{"state": "active"}, {"id": {"$nin": [9007199254740993]}}]}`; one != want {
		t.Fatalf("one: %s", one)
	}
	two := narrow(one, []string{"1", "2"}, []string{"9007199254740993"}, []string{"2"})
	if want := `{"$and": [{"state": "active"}, {"id": {"$nin": [9007199254740993, 1]}}]}`; two != want {
		t.Errorf("two: %s", two)
	}
	if back := narrow(two, nil, []string{"1", "9007199254740993"}, []string{"1", "9007199254740993"}); back != active {
		t.Errorf("taken back: %s", back)
	}
	if edited := narrow(active, nil, []string{"1"}, nil); edited != active {
		t.Errorf("the filter was edited, and a customer that had been left out came back: %s", edited)
	}
	all := narrow(` {} `, []string{`"a b"`}, nil, nil)
	if all != `{"id": {"$nin": ["a b"]}}` || narrow(all, nil, []string{`"a b"`}, []string{`"a b"`}) != `{}` {
		t.Errorf("of all: %s", all)
	}
	if got := narrow(active, []string{`1]}},{"id":{"$in":[2`}, nil, nil); got != active {
		t.Errorf("what is no id: %s", got)
	}
}

func TestAFaultLeadsToItsInput(t *testing.T) {
	m := shop(t)
	f := composeForm{Entries: map[string]composeEntry{
		"name": {Do: setField, Text: "a"}, "custom.size": {Do: setField, Text: "1"}, "tags": {Do: setField, Text: "a"}, "tier": {Do: keepField, Text: ""},
	}}
	for pointer, want := range map[string]string{
		"/patch/name": "to-name", "/patch/tags/0": "to-tags", "/patch/custom/size": "to-custom.size", "/patch/custom": "to-custom.size",
		"/patch/tier": "further", "/patch/unknown/deep": "further", "/patch": "further", "/options/maxAffected": "maxAffected",
		"/options/unknown": "what", "/filter": "filter", "/model": "model",
	} {
		if got := placed(web.BodyFault(pointer, "code", "Detail."), m, &f); got.Input != want || got.Pointer != "" {
			t.Errorf("%s leads to %+v, want %s", pointer, got, want)
		}
	}
	got := placed(web.Fault{Pointer: "/$and/0/name/$in", Detail: "Detail.", In: web.InFilter}, m, &f)
	if got.Input != "filter" || got.Label != "Filter, $and › 0 › name › $in" || got.Pointer != "/$and/0/name/$in" {
		t.Errorf("in the filter: %+v", got)
	}
}

func TestTheFormBecomesTheRequest(t *testing.T) {
	m := shop(t)
	f := composeFormOf(url.Values{
		"model": {"shop"}, "filter": {`{"id": 9007199254740993}`}, "do:name": {"set"}, "to:name": {""}, "do:size": {"clear"}, "to:size": {"7"},
		"do:tier": {"keep"}, "to:tier": {""}, "note": {"Why\r\nnot"}, "maxAffected": {"38,120"}, "recordsPerSecond": {"0.5"}, "onMismatch": {"force"},
		"allowNewOptions": {"on"}, "allowAll": {"on"}, "confirmToken": {"t"},
	})
	r, faults := f.request(m)
	if faults.Any() {
		t.Fatal(faults)
	}
	got, err := json.Marshal(r)
	want := `{"model":"shop","filter":{"id":9007199254740993},"patch":{"name":"","size":null},` +
		`"options":{"note":"Why\nnot","maxAffected":38120,"recordsPerSecond":0.5,"onMismatch":"force","allowNewOptions":true}}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

func TestWhatIsWrongInTheFormIsFoundAtOnce(t *testing.T) {
	f := composeFormOf(url.Values{
		"filter": {"{\"id\": 1,\n oops"}, "do:size": {"set"}, "to:size": {"many"}, "do:name": {"keep"}, "to:name": {"forgotten"},
		"further": {"{"}, "maxAffected": {"few"}, "maxFailures": {"1e"},
	})
	_, faults := f.request(shop(t))
	var inputs []string
	for _, fault := range faults.List {
		inputs = append(inputs, fault.Input)
	}
	if got, want := strings.Join(inputs, " "), "filter to-name to-size further maxAffected maxFailures"; got != want {
		t.Errorf("faults at %s, want %s", got, want)
	}
	if got := faults.At("filter"); !strings.Contains(got, "line 2") {
		t.Error(got)
	}
	if got := faults.Summary(); got != "6 things need another look" {
		t.Error(got)
	}
}

func TestSecretsNeverStandInAnAddress(t *testing.T) {
	m := shop(t)
	f := composeForm{Entries: map[string]composeEntry{"password": {Do: setField, Text: "hunter2"}, "name": {Do: setField, Text: "a"}}}
	if got := m.shareable(&f).Patch; got != `{"name": "a"}` {
		t.Error(got)
	}
	f.Further = `{"password": "hunter3"}`
	delete(f.Entries, "password")
	if _, faults := m.patchOf(f.Entries, f.Further); faults[""] == "" || m.shareable(&f).Patch != "" {
		t.Error("a secret is accepted where it is shown")
	}
	if got := m.masked(f.Further); got != `{"password": "***"}` || m.masked(`{"name":1}`) != `{"name":1}` {
		t.Error(got)
	}
	entries, further, err := m.entriesOf(`{"password": "***", "name": "a"}`)
	if err != nil || further != "" || len(entries) != 1 {
		t.Errorf("the mask of a secret is taken over: %v %s %v", entries, further, err)
	}
}

func TestTheJSONOfTextsIsReadable(t *testing.T) {
	if got := compactJSON(map[string]string{"a<b>&": "\u2028é"}); !bytes.Contains(got, []byte("a<b>&")) || !json.Valid(got) {
		t.Errorf("%s", got)
	}
}
