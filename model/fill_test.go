package model

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// filling makes the computation of rows and makes sure that it can be stored.
func filling(t testing.TB, m *Model, columns ...string) *Computation {
	t.Helper()
	c, faults := m.CheckFilling(columns)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", columns, faults)
	}
	p := Patch{Compute: c}.Stamped(m, 7)
	back, err := m.UnmarshalStored(p.MarshalStored())
	if err != nil || !slices.Equal(back.Compute.Writes(), c.Writes()) || !slices.Equal(back.Compute.Reads(), c.Reads()) {
		t.Fatalf("%s comes back otherwise: %v", c.JSON(), err)
	}
	if fmt.Sprint(back.Sets) != fmt.Sprint(p.Sets) || string(back.Compute.JSON()) != string(c.JSON()) {
		t.Fatalf("%s comes back as %s", p.MarshalStored(), back.MarshalStored())
	}
	return back.Compute
}

func TestColumnsThatCannotBeWritten(t *testing.T) {
	m := mustModel(t, everyKind+`
  guarded: {type: string, x-needs: token}
  half: {type: object, properties: {kept: {type: string, readOnly: true}, hidden: {type: string, writeOnly: true}}}
`)
	for name, test := range map[string]struct{ columns, want []string }{
		"none":                         {nil, []string{"required"}},
		"unknown fields and paths":     {[]string{"nam", "custom.other", "name.x", "custom.home"}, []string{"/0 unknown_field", "/1 unknown_field", "/2 unknown_field", "/3 unknown_field"}},
		"read-only fields":             {[]string{"name", "made", "id", "version", "updatedAt", "half.kept"}, []string{"/1 read_only", "/2 read_only", "/3 read_only", "/4 read_only", "/5 read_only"}},
		"what nobody may read":         {[]string{"token", "password", "inbox", "half.hidden", "guarded"}, []string{"/0 secret_column", "/1 secret_column", "/2 secret_column", "/3 secret_column", "/4 secret_column"}},
		"one field twice":              {[]string{"name", "count", "name"}, []string{"/2 duplicate_field"}},
		"one path twice":               {[]string{"custom.ref", "custom.ref"}, []string{"/1 duplicate_field"}},
		"an object and a path in it":   {[]string{"custom.ref", "custom", "profile.age"}, []string{"/0 duplicate_field"}},
		"fields of which one decides":  {[]string{"kindId", "kindTitle", "kindNote", "markup", "plain"}, nil},
		"a field and what it needs":    {[]string{"rights", "owner"}, nil},
		"a required path, two objects": {[]string{"profile.kind", "custom.home.kind"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := m.CheckFilling(test.columns)
			wantCodes(t, faults, test.want...)
		})
	}
}

func TestAnAcceptedColumnGoesOnWhenItBecomesReadOnlyButNotSecret(t *testing.T) {
	m := mustModel(t, everyKind)
	for columns, ok := range map[string]bool{`["made"]`: true, `["token"]`: false, `["gone"]`: false, `[1]`: false, `["name"`: false} {
		if _, err := m.RestoreCompute([]byte(columns), Patch{}); (err == nil) != ok {
			t.Errorf("%s: %v", columns, err)
		}
	}
}

func TestAFaultLeadsToItsColumn(t *testing.T) {
	c := filling(t, mustModel(t, everyKind), "tags", "custom.home.kind", "custom.ref", "markup")
	for pointer, want := range map[string]int{"/tags": 0, "/tags/0": 0, "/custom/home/kind": 1, "/custom/ref": 2, "/custom/reference": -1, "/custom": -1, "/plain": -1, "": -1} {
		if got := c.ColumnOf(pointer); got != want {
			t.Errorf("%s is column %d, want %d", pointer, got, want)
		}
	}
}

// rowsOfRecords are rows for records, with what becomes of them.
var rowsOfRecords = map[string]struct {
	columns string
	row     []any
	record  string
	want    string
}{
	"values":                  {"name count size flag born", []any{"ab", int64(5), 0.5, true, "2024-02-29"}, `{"name":"old","flag":false}`, `name="ab" count=5 size=0.5 flag=true born="2024-02-29"`},
	"all the same":            {"name count seen", []any{"ab", int64(5), mustTime("2024-01-01T00:00:00Z")}, `{"name":"ab","count":5,"seen":"2024-01-01T00:00:00Z"}`, `same`},
	"left and cleared":        {"email count code", []any{Leave{}, nil, nil}, `{"email":"a@b.de","count":5}`, `count=null`},
	"a number that is -0":     {"x", []any{math.Copysign(0, -1)}, `{}`, `x=0`},
	"a path alone":            {"custom.ref custom.home.kind", []any{"AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE", "house"}, `{"custom":{"a":{"b":1},"home":{"z":1}}}`, `custom={"a":{"b":1},"home":{"kind":"house","z":1},"ref":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"}`},
	"a path without object":   {"custom.ref custom.home.kind", []any{Leave{}, "house"}, `{}`, `custom={"home":{"kind":"house"}}`},
	"a cleared path":          {"custom.channel custom.home.kind", []any{nil, nil}, `{"custom":{"channel":"mail"}}`, `custom={}`},
	"a cleared path, nothing": {"custom.channel custom.home.kind", []any{nil, nil}, `{}`, `same`},
	"an object is merged":     {"custom", []any{`{ "b": null, "c": [2.0] }`}, `{"custom":{"a":1,"b":1}}`, `custom={"a":1,"c":[2]}`},
	"an empty list":           {"tags", []any{"[]"}, `{"tags":["a"]}`, `tags=[]`},

	"a value overrides":              {"kindId kindTitle", []any{int64(1), "t"}, `{}`, `kindId=1`},
	"a cleared one does not":         {"kindId kindTitle", []any{nil, "t"}, `{"kindId":1}`, `kindId=null kindTitle="t"`},
	"a value left does not":          {"kindId kindTitle", []any{Leave{}, "t"}, `{"kindId":1}`, `kindTitle="t"`},
	"text of HTML":                   {"markup", []any{"<b>a</b> &amp;"}, `{}`, `markup="<b>a</b> &amp;" plain="a &"`},
	"text of HTML that is left":      {"markup plain", []any{"<b>a</b>", Leave{}}, `{"plain":"x"}`, `markup="<b>a</b>" plain="a"`},
	"text of HTML that is given":     {"markup plain", []any{"<b>a</b>", "y"}, `{"plain":"x"}`, `markup="<b>a</b>" plain="y"`},
	"text of HTML that is too long":  {"markup", []any{strings.Repeat("a", 21)}, `{}`, `/markup too_long`},
	"a stamp":                        {"state", []any{"off"}, `{"state":"on"}`, `state="off" offAt="2024-03-01T00:00:00Z" offBy={"id":7,"type":"users"} keeps`},
	"no stamp without a change":      {"state name", []any{"off", "ab"}, `{"state":"off"}`, `name="ab" keeps`},
	"a need that is given":           {"rights owner", []any{"own", `{}`}, `{}`, `owner={} rights="own"`},
	"a need that the record has":     {"rights", []any{"own"}, `{"owner":{}}`, `rights="own"`},
	"a need that is missing":         {"rights", []any{"own"}, `{}`, `/rights rights_needs_owner`},
	"a need that is always missing":  {"rights", []any{"own"}, `{"rights":"own"}`, `/rights rights_needs_owner`},
	"a need that is cleared":         {"rights owner", []any{"own", nil}, `{"owner":{}}`, `/rights rights_needs_owner`},
	"a choice of the workspace":      {"tier", []any{"added"}, `{}`, `tier="added"`},
	"a new choice":                   {"tier custom.home.kind", []any{"iron", "tent"}, `{}`, `tier="iron" custom={"home":{"kind":"tent"}} new tier iron, custom.home.kind tent`},
	"a new choice without a change":  {"tier name", []any{"iron", "ab"}, `{"tier":"iron"}`, `name="ab"`},
	"a new choice of spaces":         {"tier", []any{"  "}, `{}`, `/tier too_short`},
	"a fixed choice":                 {"state", []any{"maybe"}, `{}`, `/state enum`},
	"the fault of a value that is":   {"name", []any{"abcdef"}, `{"name":"abcdef"}`, `/name too_long`},
	"a required field":               {"name", []any{nil}, `{"name":"ab"}`, `/name not_null`},
	"a required path":                {"profile.kind", []any{nil}, `{}`, `/profile/kind not_null`},
	"an integer beyond the range":    {"count", []any{int64(math.MaxInt64)}, `{}`, `/count out_of_range`},
	"a number that is none":          {"size", []any{math.NaN()}, `{}`, `/size type`},
	"a number beyond all":            {"size", []any{math.Inf(1)}, `{}`, `/size type`},
	"a time beyond all":              {"seen", []any{int64(math.MaxInt64)}, `{}`, `/seen type`},
	"a value of another type":        {"name", []any{int64(5)}, `{}`, `/name type`},
	"a path of another type":         {"profile.age", []any{"old"}, `{}`, `/profile/age type`},
	"text that is no UTF-8":          {"email", []any{"\xff"}, `{}`, `/email invalid_utf8`},
	"text in a path that is no UTF8": {"custom.ref", []any{"\xff"}, `{}`, `/custom/ref invalid_utf8`},
	"JSON that is none":              {"tags", []any{"[1"}, `{}`, `/tags invalid_json`},
	"JSON that is empty":             {"any", []any{" "}, `{}`, `/any invalid_json`},
	"what the schema asks":           {"even", []any{int64(3)}, `{}`, `/even out_of_range`},
	"too many names":                 {"any custom", []any{manyNames(MaxNames), `{"one":1}`}, `{}`, `too_many_names`},
	"as many names as allowed":       {"any", []any{manyNames(MaxNames)}, `{"any":` + manyNames(MaxNames) + `}`, `same`},
	"a merge that grows too large":   {"custom", []any{`{"b":"` + strings.Repeat("b", MaxValue/2) + `"}`}, `{"custom":{"a":"` + strings.Repeat("a", MaxValue/2) + `"}}`, `/custom too_large`},
}

func manyNames(n int) string {
	var members []string
	for i := range n {
		members = append(members, fmt.Sprintf(`"n%04d":1`, i))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func TestWhatARowMakesOfARecord(t *testing.T) {
	m := mustModel(t, everyKind+"\n  x: {type: number}\n")
	for name, test := range rowsOfRecords {
		t.Run(name, func(t *testing.T) {
			c := filling(t, m, strings.Fields(test.columns)...)
			o := occasion
			o.Row, o.AllowNewChoices = test.row, true
			if got := filled(t, c, test.record, o); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// A stamp alone is no change of a record, but a value that a row gives is.
func TestAStampThatIsAColumnIsASetOfItsOwn(t *testing.T) {
	m := mustModel(t, everyKind+`
  onAt: {type: [string, "null"], format: date-time, x-stamped-by: {field: state, value: on}}
`)
	onAt := field(t, m, "onAt")
	for columns, isStamp := range map[string]bool{"state": true, "state onAt": false} {
		set, ok := Patch{Compute: filling(t, m, strings.Fields(columns)...)}.Stamped(m, 7).Set(onAt)
		if !ok || !set.Computed || (set.When != nil) != isStamp {
			t.Errorf("%s: %+v", columns, set)
		}
	}
}

func TestARowMayNotAddToADropDownUnlessItIsAllowed(t *testing.T) {
	m := mustModel(t, everyKind)
	for columns, want := range map[string]string{"tier": "/tier enum", "custom.channel": "/custom/channel enum"} {
		o := occasion
		o.Row = []any{"iron"}
		if got := filled(t, filling(t, m, columns), `{}`, o); got != want {
			t.Errorf("%s: %s", columns, got)
		}
	}
}

// filled works out a record and returns what changes of it, or the pointer and code
// of the fault.
func filled(t testing.TB, c *Computation, record string, o Occasion) string {
	t.Helper()
	former := formerOf(t, c.Reads(), record)
	out, fault := c.Record(former, o)
	if fault != nil {
		return strings.TrimSpace(fault.Pointer + " " + fault.Code)
	}
	if out.Values == nil {
		return "same"
	}
	var parts []string
	for i, f := range c.Writes() {
		if out.Values[i] != former[i] {
			parts = append(parts, fmt.Sprintf("%s=%s", f.Name, f.AppendJSON(nil, out.Values[i])))
		}
	}
	if out.KeepsUpdated {
		parts = append(parts, "keeps")
	}
	var added []string
	for _, s := range out.NewChoices {
		added = append(added, fmt.Sprint(s.Field.Name, " ", s.Value))
	}
	if added != nil {
		parts = append(parts, "new "+strings.Join(added, ", "))
	}
	return strings.Join(parts, " ")
}

func BenchmarkFill(b *testing.B) {
	m := mustModel(b, computeModel)
	for name, test := range map[string]struct {
		columns []string
		row     []any
	}{
		"five":  {[]string{"text", "other", "must", "n", "x"}, []any{"Ana", "München", "gold", int64(1000), 0.5}},
		"paths": {[]string{"o.text", "o.n"}, []any{"Ana", int64(1000)}},
	} {
		c := filling(b, m, test.columns...)
		former := formerOf(b, c.Reads(), `{"text":"Ada","other":"Köln","must":"m","n":41,"x":0.1,"o":{"text":"gold","n":1}}`)
		o := occasion
		o.Row = test.row
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if out, fault := c.Record(former, o); fault != nil || out.Values == nil {
					b.Fatal(fault)
				}
			}
		})
	}
}
