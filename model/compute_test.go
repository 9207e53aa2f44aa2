package model

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// computeModel has fields of all types without further rules, and every kind of
// path.
const computeModel = `
x-model: loose
type: object
properties:
  text: {type: [string, "null"]}
  other: {type: [string, "null"]}
  must: {type: string, default: m}
  n: {type: [integer, "null"]}
  x: {type: [number, "null"]}
  yes: {type: [boolean, "null"]}
  day: {type: [string, "null"], format: date}
  at: {type: [string, "null"], format: date-time}
  list: {type: [array, "null"]}
  any: {}
  o:
    type: [object, "null"]
    properties:
      text: {type: [string, "null"]}
      n: {type: [integer, "null"]}
      x: {type: [number, "null"]}
      yes: {type: [boolean, "null"]}
      day: {type: [string, "null"], format: date}
      kept: {type: [string, "null"], readOnly: true}
      hidden: {type: [string, "null"], writeOnly: true}
      in: {type: object, required: [must], properties: {text: {type: string, maxLength: 5}, must: {type: string}}}
`

// occasion is when the tests compute.
var occasion = Occasion{
	Accepted: mustTime("2024-02-29T23:30:00.000001Z"),
	Now:      mustTime("2024-03-01T00:00:00Z"),
	Actor:    7,
	Choices: func(f *Field) []string {
		if f.Name == "tier" {
			return []string{"added"}
		}
		return nil
	},
}

func mustTime(text string) int64 {
	micros, ok := ParseTime(text)
	if !ok {
		panic(text)
	}
	return micros
}

// A failer is a test, or a check of package rapid.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// formerOf makes the former values of a record from JSON. Values that break rules
// are stored as they are: an early version may have stored them.
func formerOf(t failer, fields []*Field, record string) []any {
	t.Helper()
	var given map[string]json.RawMessage
	if err := json.Unmarshal([]byte(record), &given); err != nil {
		t.Fatalf("%s: %v", record, err)
	}
	values := make([]any, len(fields))
	for i, f := range fields {
		raw := given[f.Name]
		if raw == nil {
			continue
		}
		text, err := Canonical(raw)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if values[i], _ = f.decode(text); values[i] == nil && string(text) != "null" {
			t.Fatalf("%s cannot hold %s", f.Name, raw)
		}
	}
	return values
}

// checkedCompute checks operators and makes sure that they can be stored.
func checkedCompute(t testing.TB, m *Model, text string, p Patch) *Computation {
	t.Helper()
	c, faults := m.CheckCompute([]byte(text), p)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", text, faults)
	}
	if !isCanonical(c.JSON()) {
		t.Fatalf("%s is written as %s", text, c.JSON())
	}
	restored, err := m.RestoreCompute(c.JSON(), p)
	if err != nil || string(restored.JSON()) != string(c.JSON()) {
		t.Fatalf("%s is restored as %s: %v", c.JSON(), restored.JSON(), err)
	}
	if !slices.Equal(c.Reads()[:len(c.Writes())], c.Writes()) {
		t.Fatalf("%s: the fields that are read do not begin with those that are written", text)
	}
	return restored
}

// computed works out a record and returns what changes of it, as JSON, or the
// pointer and code of the fault.
func computed(t testing.TB, c *Computation, record string, o Occasion) string {
	t.Helper()
	former := formerOf(t, c.Reads(), record)
	before := slices.Clone(former)
	out, fault := c.Record(former, o)
	if !slices.Equal(former, before) {
		t.Fatalf("%s: the former values were changed", record)
	}
	if fault != nil {
		if !strings.HasSuffix(fault.Detail, ".") {
			t.Errorf("detail is no sentence: %q", fault.Detail)
		}
		return fault.Pointer + " " + fault.Code
	}
	if out.Values == nil {
		return "unchanged"
	}
	changes := map[string]jsontext.Value{}
	for i, f := range c.Writes() {
		if out.Values[i] != former[i] {
			changes[f.Name] = f.AppendJSON(nil, out.Values[i])
		}
	}
	text, err := json.Marshal(changes)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A computeTest says what operators make of a record.
type computeTest struct{ compute, record, want string }

func runComputeTests(t *testing.T, file string, tests []computeTest) {
	t.Helper()
	m := mustModel(t, file)
	for _, tt := range tests {
		c := checkedCompute(t, m, tt.compute, Patch{})
		if got := computed(t, c, tt.record, occasion); got != tt.want {
			t.Errorf("%s of %s:\n got %s\nwant %s", tt.compute, tt.record, got, tt.want)
		}
	}
}

func TestNumbersAreComputedAsTheDecimalsPeopleSee(t *testing.T) {
	runComputeTests(t, computeModel, []computeTest{
		{`{"n":{"$inc":5}}`, `{"n":-3}`, `{"n":2}`},
		{`{"n":{"$inc":1.0}}`, `{"n":9223372036854775806}`, `{"n":9223372036854775807}`},
		{`{"n":{"$inc":1}}`, `{"n":9223372036854775807}`, `/n out_of_range`},
		{`{"n":{"$inc":-9223372036854775808}}`, `{"n":-1}`, `/n out_of_range`},
		{`{"n":{"$inc":0}}`, `{"n":1}`, `unchanged`},
		{`{"n":{"$inc":1}}`, `{"n":null}`, `unchanged`},
		{`{"n":{"$mul":0.5}}`, `{"n":5}`, `{"n":3}`},
		{`{"n":{"$mul":0.5}}`, `{"n":-5}`, `{"n":-3}`},
		{`{"n":{"$mul":0.1}}`, `{"n":14}`, `{"n":1}`},
		{`{"n":{"$mul":1.1}}`, `{"n":45}`, `{"n":50}`},
		{`{"n":{"$mul":1.005}}`, `{"n":100}`, `{"n":101}`},
		{`{"n":{"$mul":1e300}}`, `{"n":1}`, `/n out_of_range`},
		{`{"n":{"$mul":1e-300}}`, `{"n":7}`, `{"n":0}`},
		{`{"n":{"$mul":1}}`, `{"n":9007199254740993}`, `unchanged`},
		{`{"n":{"$min":3}}`, `{"n":5}`, `{"n":3}`},
		{`{"n":{"$min":3}}`, `{"n":2}`, `unchanged`},
		{`{"n":{"$max":3}}`, `{"n":2}`, `{"n":3}`},
		{`{"n":[{"$mul":2},{"$inc":1},{"$max":0}]}`, `{"n":4}`, `{"n":9}`},
		{`{"x":{"$inc":0.2}}`, `{"x":0.1}`, `{"x":0.3}`},
		{`{"x":{"$mul":3}}`, `{"x":0.1}`, `{"x":0.3}`},
		{`{"x":{"$mul":1e10}}`, `{"x":1e300}`, `/x out_of_range`},
		{`{"x":{"$mul":1e-10}}`, `{"x":-1e-320}`, `{"x":0}`},
		{`{"x":{"$inc":1e-300}}`, `{"x":1}`, `unchanged`},
		{`{"x":{"$inc":1}}`, `{"x":9007199254740992}`, `unchanged`},
		{`{"x":{"$inc":-0.1}}`, `{"x":0.1}`, `{"x":0}`},
		{`{"x":{"$min":-1.5}}`, `{"x":-1}`, `{"x":-1.5}`},
		{`{"o.n":{"$inc":1}}`, `{"o":{"n":1,"text":"a"}}`, `{"o":{"n":2,"text":"a"}}`},
		{`{"o.n":{"$inc":1}}`, `{"o":{"n":1e30}}`, `/o/n type`},
		{`{"o.n":{"$inc":1}}`, `{"o":{"n":1.5}}`, `/o/n type`},
		{`{"o.n":{"$inc":1}}`, `{"o":{"n":"1"}}`, `/o/n type`},
		{`{"o.n":{"$inc":1}}`, `{"o":{"n":null}}`, `unchanged`},
		{`{"o.n":{"$inc":1}}`, `{"o":null}`, `unchanged`},
		{`{"o.x":{"$max":5}}`, `{"o":{"x":12345678901234567890.5}}`, `unchanged`},
		{`{"o.x":{"$inc":0.2}}`, `{"o":{"x":0.1}}`, `{"o":{"x":0.3}}`},
	})
}

func TestTextsAreComputed(t *testing.T) {
	runComputeTests(t, computeModel, []computeTest{
		{`{"text":{"$trim":true}}`, `{"text":"\u00a0 a b\t\n"}`, `{"text":"a b"}`},
		{`{"text":{"$trim":true}}`, `{"text":"a"}`, `unchanged`},
		{`{"text":{"$trim":true}}`, `{"text":"  "}`, `{"text":""}`},
		{`{"text":{"$trim":true}}`, `{"text":null}`, `unchanged`},
		{`{"text":{"$lower":true}}`, `{"text":"ÀΟΔΟΣ ΣΑΣ"}`, `{"text":"àοδος σας"}`},
		{`{"text":{"$upper":true}}`, `{"text":"straße ǆ"}`, `{"text":"STRASSE Ǆ"}`},
		{`{"text":{"$prefix":"a "}}`, `{"text":"b"}`, `{"text":"a b"}`},
		{`{"text":{"$suffix":"é"}}`, `{"text":""}`, `{"text":"é"}`},
		{`{"text":{"$replace":{"find":"a","with":""}}}`, `{"text":"banana"}`, `{"text":"bnn"}`},
		{`{"text":{"$replace":{"find":".","with":"$1","regex":false}}}`, `{"text":"a.b"}`, `{"text":"a$1b"}`},
		{`{"text":{"$replace":{"find":"(\\w+), (?P<first>\\w+)","with":"${first} $1 $$","regex":true}}}`, `{"text":"Lovelace, Ada"}`, `{"text":"Ada Lovelace $"}`},
		{`{"text":{"$replace":{"find":"^\\s+|\\s+$","with":"","regex":true}}}`, `{"text":" a  b "}`, `{"text":"a  b"}`},
		{`{"text":{"$replace":{"find":"\\b","with":"-","regex":true}}}`, `{"text":"ab c"}`, `{"text":"-ab- -c-"}`},
		{`{"text":{"$map":{"old":"new","":"empty"}}}`, `{"text":"old"}`, `{"text":"new"}`},
		{`{"text":{"$map":{"old":"new","":"empty"}}}`, `{"text":""}`, `{"text":"empty"}`},
		{`{"text":{"$map":{"old":"new"}}}`, `{"text":"Old"}`, `unchanged`},
		{`{"text":[{"$trim":true},{"$lower":true},{"$map":{"a":"b"}}]}`, `{"text":" A "}`, `{"text":"b"}`},
		{`{"text":[{"$prefix":"x"},{"$replace":{"find":"x","with":""}}]}`, `{"text":"a"}`, `unchanged`},
		{`{"o.text":{"$upper":true}}`, `{"o":{"text":"<a>","n":1}}`, `{"o":{"n":1,"text":"\u003cA\u003e"}}`},
		{`{"o.text":{"$upper":true}}`, `{"o":{"text":5}}`, `/o/text type`},
	})
}

func TestCaseChangesInLongTextsAsInShortOnes(t *testing.T) {
	m := mustModel(t, computeModel)
	lowered := checkedCompute(t, m, `{"text":{"$lower":true}}`, Patch{})
	uppered := checkedCompute(t, m, `{"text":{"$upper":true}}`, Patch{})
	for n := 1; n < 300; n++ {
		text := strings.Repeat("b", n) + "ΟΔΟΣ, ΣΑΣ.ΑΣ" + strings.Repeat(".", 20) + "A İ" + strings.Repeat("\u0390", n)
		out, _ := lowered.Record([]any{text}, occasion)
		if out.Values == nil || out.Values[0] != lower(text) {
			t.Fatalf("%s in lower case is %v", text, out.Values)
		}
		out, _ = uppered.Record([]any{text}, occasion)
		if out.Values == nil || out.Values[0] != upper(text) {
			t.Fatalf("%s in upper case is %v", text, out.Values)
		}
	}
}

func TestAnyFieldIsCopiedFormattedAndGivenADefault(t *testing.T) {
	runComputeTests(t, computeModel, []computeTest{
		{`{"text":{"$copy":"other"},"other":{"$copy":"text"}}`, `{"text":"a","other":"b"}`, `{"other":"a","text":"b"}`},
		{`{"text":{"$copy":"other"},"other":{"$copy":"text"}}`, `{"text":"a"}`, `{"other":"a","text":null}`},
		{`{"text":{"$copy":"other"},"other":{"$upper":true}}`, `{"other":"b"}`, `{"other":"B","text":"b"}`},
		{`{"text":[{"$copy":"other"},{"$upper":true}]}`, `{"text":"a","other":"b"}`, `{"text":"B"}`},
		{`{"must":{"$copy":"text"}}`, `{"must":"a"}`, `/must not_null`},
		{`{"n":{"$copy":"x"}}`, `{"x":5}`, `{"n":5}`},
		{`{"n":{"$copy":"x"}}`, `{"x":5.5}`, `/n type`},
		{`{"x":{"$copy":"n"}}`, `{"n":9007199254740993}`, `/x too_precise`},
		{`{"text":{"$copy":"at"}}`, `{"at":"2024-01-01T01:00:00+01:00"}`, `{"text":"2024-01-01T00:00:00Z"}`},
		{`{"day":{"$copy":"text"}}`, `{"text":"2024-02-30"}`, `/day format`},
		{`{"at":{"$copy":"day"}}`, `{"day":"2024-02-29"}`, `{"at":"2024-02-29T00:00:00Z"}`},
		{`{"any":{"$copy":"list"}}`, `{"list":[1,{"b":1,"a":2}]}`, `{"any":[1,{"a":2,"b":1}]}`},
		{`{"list":{"$copy":"any"}}`, `{"any":"a"}`, `/list type`},
		{`{"o.in.text":{"$copy":"text"}}`, `{"text":"a"}`, `{"o":{"in":{"text":"a"}}}`},
		{`{"o.in.text":{"$copy":"text"}}`, `{"text":"abcdef","o":{"n":1}}`, `/o/in/text too_long`},
		{`{"o.text":{"$copy":"other"}}`, `{"o":{"text":"a","n":1}}`, `{"o":{"n":1}}`},
		{`{"o.text":{"$copy":"other"},"o.n":{"$copy":"n"}}`, `{"o":null}`, `unchanged`},
		{`{"o.text":{"$copy":"o.in.text"},"o.n":{"$inc":1}}`, `{"o":{"n":1,"in":{"text":"b","must":"c"},"zz":null}}`, `{"o":{"in":{"must":"c","text":"b"},"n":2,"text":"b","zz":null}}`},
		{`{"text":{"$format":"{text} {other}"}}`, `{"text":"a","other":"b"}`, `{"text":"a b"}`},
		{`{"text":{"$format":"{text} {other}"}}`, `{"other":"b"}`, `{"text":" b"}`},
		{`{"text":{"$format":"{text}-{other}"}}`, `{}`, `unchanged`},
		{`{"text":[{"$copy":"any"},{"$format":"{n}-{other}"}]}`, `{"any":"kept"}`, `{"text":"kept"}`},
		{`{"text":{"$format":"{{{n}}} {x} {yes} {day} {at} {list} {o.n}"}}`, `{"n":5,"x":1e21,"yes":true,"day":"2024-02-29","at":"2024-01-01T00:00:00.5Z","list":[1,"a"],"o":{"n":3}}`,
			`{"text":"{5}} 1e+21 true 2024-02-29 2024-01-01T00:00:00.5Z [1,\"a\"] 3"}`},
		{`{"n":{"$format":"{n}{text}"}}`, `{"n":1,"text":"2"}`, `{"n":12}`},
		{`{"n":{"$format":"{text}"}}`, `{"text":"007"}`, `/n type`},
		{`{"n":{"$format":"{text}"}}`, `{"text":""}`, `/n type`},
		{`{"yes":{"$format":"{text}"}}`, `{"text":"TRUE"}`, `{"yes":true}`},
		{`{"day":{"$format":"{n}-02-29"}}`, `{"n":2024}`, `{"day":"2024-02-29"}`},
		{`{"any":{"$format":"{n}"}}`, `{"n":1}`, `{"any":"1"}`},
		{`{"n":{"$default":3}}`, `{}`, `{"n":3}`},
		{`{"n":{"$default":3}}`, `{"n":0}`, `unchanged`},
		{`{"text":{"$default":"a"}}`, `{"text":""}`, `unchanged`},
		{`{"n":[{"$default":3},{"$inc":1}]}`, `{}`, `{"n":4}`},
		{`{"n":[{"$inc":1},{"$default":3}]}`, `{}`, `{"n":3}`},
		{`{"yes":{"$default":false}}`, `{}`, `{"yes":false}`},
		{`{"o":{"$default":{"n":1,"text":null}}}`, `{}`, `{"o":{"n":1}}`},
		{`{"o.in.text":{"$default":"a"}}`, `{"o":{"in":{"must":"b"}}}`, `{"o":{"in":{"must":"b","text":"a"}}}`},
	})
}

func TestListsAreComputed(t *testing.T) {
	runComputeTests(t, computeModel, []computeTest{
		{`{"list":{"$append":[1,"a"]}}`, `{"list":[1]}`, `{"list":[1,1,"a"]}`},
		{`{"list":{"$append":[1]}}`, `{"list":[]}`, `{"list":[1]}`},
		{`{"list":{"$append":[1]}}`, `{}`, `{"list":[1]}`},
		{`{"list":{"$append":[]}}`, `{}`, `unchanged`},
		{`{"list":{"$add":[1.0,2,2,{"a":1,"b":[]}]}}`, `{"list":[{"b":[],"a":1},1,1]}`, `{"list":[{"a":1,"b":[]},1,1,2]}`},
		{`{"list":{"$add":["a"]}}`, `{}`, `{"list":["a"]}`},
		{`{"list":{"$add":["a"]}}`, `{"list":["a"]}`, `unchanged`},
		{`{"list":{"$add":["1",null]}}`, `{"list":[1]}`, `{"list":[1,"1",null]}`},
		{`{"list":{"$remove":["a",{"x":1}]}}`, `{"list":["a",{"x":1.0},"b","a"]}`, `{"list":["b"]}`},
		{`{"list":{"$remove":["a"]}}`, `{"list":["a"]}`, `{"list":[]}`},
		{`{"list":{"$remove":["a"]}}`, `{"list":[]}`, `unchanged`},
		{`{"list":{"$remove":["a"]}}`, `{}`, `unchanged`},
		{`{"list":[{"$remove":["a"]},{"$append":["a"]}]}`, `{"list":["a","b, \"c"]}`, `{"list":["b, \"c","a"]}`},
	})
}

func TestDatesAreShifted(t *testing.T) {
	runComputeTests(t, computeModel, []computeTest{
		{`{"day":{"$shift":{"months":1}}}`, `{"day":"2024-01-31"}`, `{"day":"2024-02-29"}`},
		{`{"day":{"$shift":{"months":1}}}`, `{"day":"2023-01-31"}`, `{"day":"2023-02-28"}`},
		{`{"day":{"$shift":{"months":-1}}}`, `{"day":"2024-01-31"}`, `{"day":"2023-12-31"}`},
		{`{"day":{"$shift":{"years":1}}}`, `{"day":"2024-02-29"}`, `{"day":"2025-02-28"}`},
		{`{"day":{"$shift":{"months":1,"days":1}}}`, `{"day":"2024-01-31"}`, `{"day":"2024-03-01"}`},
		{`{"day":{"$shift":{"days":-1}}}`, `{"day":"0001-01-01"}`, `/day out_of_range`},
		{`{"day":{"$shift":{"years":-1,"days":366}}}`, `{"day":"0001-01-01"}`, `unchanged`},
		{`{"day":{"$shift":{"years":1}}}`, `{"day":"9999-01-01"}`, `/day out_of_range`},
		{`{"day":{"$shift":{"years":10000,"days":-3652425}}}`, `{"day":"2024-02-29"}`, `unchanged`},
		{`{"day":{"$shift":{"days":0}}}`, `{"day":"2024-02-29"}`, `unchanged`},
		{`{"day":{"$shift":{"days":1}}}`, `{}`, `unchanged`},
		{`{"at":{"$shift":{"months":1,"hours":-1,"minutes":90}}}`, `{"at":"2024-01-31T23:45:00.000001Z"}`, `{"at":"2024-03-01T00:15:00.000001Z"}`},
		{`{"at":{"$shift":{"minutes":1}}}`, `{"at":"9999-12-31T23:59:59Z"}`, `/at out_of_range`},
		{`{"at":{"$now":true}}`, `{}`, `{"at":"2024-02-29T23:30:00.000001Z"}`},
		{`{"day":{"$now":true}}`, `{"day":"2024-02-29"}`, `unchanged`},
		{`{"day":[{"$now":true},{"$shift":{"years":1}}]}`, `{}`, `{"day":"2025-02-28"}`},
		{`{"o.day":{"$shift":{"days":1}}}`, `{"o":{"day":"2024-02-29"}}`, `{"o":{"day":"2024-03-01"}}`},
		{`{"o.day":{"$shift":{"days":1}}}`, `{"o":{"day":"soon"}}`, `/o/day type`},
		{`{"at":[{"$copy":"text"},{"$shift":{"days":1}}]}`, `{"text":"2024-02-29"}`, `/at type`},
	})
}

func TestAResultMustKeepTheRulesOfItsField(t *testing.T) {
	runComputeTests(t, everyKind, []computeTest{
		{`{"count":{"$inc":5}}`, `{"count":6}`, `/count out_of_range`},
		{`{"count":[{"$inc":5},{"$min":10}]}`, `{"count":6}`, `{"count":10}`},
		{`{"even":{"$inc":1}}`, `{"even":2}`, `/even out_of_range`},
		{`{"size":{"$inc":-1}}`, `{"size":1}`, `/size out_of_range`},
		{`{"name":{"$suffix":"ééé"}}`, `{"name":"éé"}`, `{"name":"ééééé"}`},
		{`{"name":{"$suffix":"ééé"}}`, `{"name":"ééé"}`, `/name too_long`},
		{`{"name":{"$trim":true}}`, `{"name":"a "}`, `/name too_short`},
		{`{"name":{"$trim":true}}`, `{"name":"far too long"}`, `unchanged`},
		{`{"code":{"$upper":true}}`, `{"code":"a"}`, `/code pattern`},
		{`{"email":{"$replace":{"find":"@","with":" "}}}`, `{"email":"a@b.example"}`, `/email format`},
		{`{"state":{"$upper":true}}`, `{"state":"on"}`, `/state enum`},
		{`{"tier":{"$map":{"gold":"new"}}}`, `{"tier":"gold"}`, `/tier enum`},
		{`{"tier":{"$default":"new"}}`, `{}`, `/tier enum`},
		{`{"tier":{"$map":{"gold":"added"}}}`, `{"tier":"gold"}`, `{"tier":"added"}`},
		{`{"custom.channel":{"$suffix":"x"}}`, `{"custom":{"channel":"mail"}}`, `/custom/channel enum`},
		{`{"ref":{"$upper":true}}`, `{"ref":"550e8400-e29b-41d4-a716-446655440000"}`, `unchanged`},
		{`{"ref":{"$map":{"550E8400-E29B-41D4-A716-446655440000":"550E8400-E29B-41D4-A716-446655440001"}}}`, `{"ref":"550e8400-e29b-41d4-a716-446655440000"}`, `{"ref":"550e8400-e29b-41d4-a716-446655440001"}`},
		{`{"refs":{"$add":["550E8400-E29B-41D4-A716-446655440000"]}}`, `{"refs":["550e8400-e29b-41d4-a716-446655440000"]}`, `unchanged`},
		{`{"custom.ref":{"$upper":true}}`, `{"custom":{"ref":"550e8400-e29b-41d4-a716-446655440000"}}`, `unchanged`},
		{`{"tags":{"$append":["c"]}}`, `{"tags":["a","b"]}`, `/tags too_long`},
		{`{"profile.kind":{"$copy":"name"}}`, `{"profile":{"kind":"a"}}`, `/profile/kind not_null`},
		{`{"profile":{"$copy":"any"}}`, `{"profile":{"kind":"a"},"any":{"age":1}}`, `/profile/kind required`},
		{`{"profile":{"$copy":"any"}}`, `{"profile":{"kind":"a"},"any":{"kind":"b","x":1}}`, `/profile/x unknown_field`},
	})
}
