package model

import (
	"fmt"
	"strings"
	"testing"
)

func TestEveryFaultOfOperatorsIsFoundAtOnce(t *testing.T) {
	m := mustModel(t, everyKind)
	tests := map[string]struct {
		compute string
		want    []string
	}{
		"not JSON":                  {`{"count":`, []string{"/count invalid_json"}},
		"two values":                {`{} {}`, []string{"invalid_json"}},
		"no object":                 {`[1]`, []string{"type"}},
		"nothing":                   {`{}`, []string{"required"}},
		"no operators":              {`{"count":5,"name":[],"flag":{},"size":["$inc"],"even":null}`, []string{"/count type", "/even type", "/flag type", "/name required", "/size/0 type"}},
		"two in one object":         {`{"count":{"$inc":1,"$mul":2}}`, []string{"/count type"}},
		"unknown":                   {`{"none":{"$inc":1},"count":{"$add1":1},"name":[{"$trim":true},{"trim":true}]}`, []string{"/count/$add1 unknown_operator", "/name/1/trim unknown_operator", "/none unknown_field"}},
		"given twice":               {`{"count":{"$inc":1},"count":{"$inc":1},"name":{"$trim":true,"$trim":true},"size":{"$inc":1}}`, []string{"/count duplicate_key", "/name type", "/name/$trim duplicate_key"}},
		"read-only":                 {`{"made":{"$trim":true},"id":{"$inc":1},"version":{"$inc":1},"updatedAt":{"$now":true},"name":{"$copy":"made"},"code":{"$format":"{name}{id}"}}`, []string{"/code/$format read_only", "/id read_only", "/made read_only", "/name/$copy read_only", "/updatedAt read_only", "/version read_only"}},
		"secret":                    {`{"token":{"$trim":true},"inbox":{"$trim":true},"name":{"$copy":"password"},"code":{"$format":"{token}"}}`, []string{"/code/$format secret_field", "/inbox secret_field", "/name/$copy secret_field", "/token secret_field"}},
		"undeclared path":           {`{"custom.x":{"$default":1},"any.x":{"$default":1},"tags.0":{"$trim":true},"name.x":{"$trim":true},"profile.deep":{"$default":{}}}`, []string{"/any.x unknown_field", "/custom.x unknown_field", "/name.x unknown_field", "/profile.deep unknown_field", "/tags.0 unknown_field"}},
		"not for the type":          {`{"name":{"$inc":1},"count":{"$trim":true},"flag":{"$append":[1]},"any":{"$inc":1},"tags":{"$format":"{name}"},"custom":{"$add":[1]},"seen":{"$upper":true}}`, []string{"/any/$inc operator_not_allowed", "/count/$trim operator_not_allowed", "/custom/$add operator_not_allowed", "/flag/$append operator_not_allowed", "/name/$inc operator_not_allowed", "/seen/$upper operator_not_allowed", "/tags/$format operator_not_allowed"}},
		"numbers":                   {`{"count":[{"$inc":1.5},{"$inc":"1"},{"$inc":9223372036854775808},{"$mul":null},{"$max":true}],"size":[{"$inc":9007199254740993},{"$mul":1e999},{"$min":[]}]}`, []string{"/count/0/$inc type", "/count/1/$inc type", "/count/2/$inc out_of_range", "/count/3/$mul type", "/count/4/$max type", "/size/0/$inc too_precise", "/size/1/$mul out_of_range", "/size/2/$min type"}},
		"texts":                     {`{"name":[{"$trim":false},{"$lower":1},{"$prefix":""},{"$suffix":5},{"$prefix":"\u0000"},{"$map":["a"]},{"$map":{"a":1,"b":null}}]}`, []string{"/name/0/$trim type", "/name/1/$lower type", "/name/2/$prefix too_short", "/name/3/$suffix type", "/name/4/$prefix nul_character", "/name/5/$map type", "/name/6/$map/a type", "/name/6/$map/b type"}},
		"pairs":                     {`{"ref":{"$map":{"550E8400-E29B-41D4-A716-446655440000":"a","550e8400-e29b-41d4-a716-446655440000":"b","x":"y","x":"z"}}}`, []string{"/ref/$map/x duplicate_key"}},
		"pairs that are the same":   {`{"ref":{"$map":{"550E8400-E29B-41D4-A716-446655440000":"a","550e8400-e29b-41d4-a716-446655440000":"b"}}}`, []string{"/ref/$map/550e8400-e29b-41d4-a716-446655440000 duplicate_key"}},
		"replacements":              {`{"name":[{"$replace":"a"},{"$replace":{}},{"$replace":{"find":"","with":1,"regex":"yes","all":true}},{"$replace":{"find":"a","with":"b"}}]}`, []string{"/name/0/$replace type", "/name/1/$replace/find required", "/name/1/$replace/with required", "/name/2/$replace/all unknown_field", "/name/2/$replace/find too_short", "/name/2/$replace/regex type", "/name/2/$replace/with type"}},
		"regular expressions":       {`{"name":[` + regular(`(`, "") + "," + regular(`(?=a)`, "") + "," + regular(`(a)\\1`, "") + `]}`, []string{"/name/0/$replace/find pattern", "/name/1/$replace/find pattern", "/name/2/$replace/find pattern"}},
		"groups":                    {`{"name":[` + strings.Join([]string{regular("(a)", "$2"), regular("(a)", "$1x"), regular("(a)", "$1é"), regular("(a)", "$01"), regular("(a)", "${b}"), regular("(a)", "$"), regular("(a)", "${1"), regular("(?P<b>a)", "$0$1${b}$b$$")}, ",") + `]}`, []string{"/name/0/$replace/with pattern", "/name/1/$replace/with pattern", "/name/2/$replace/with pattern", "/name/3/$replace/with pattern", "/name/4/$replace/with pattern", "/name/5/$replace/with pattern", "/name/6/$replace/with pattern"}},
		"copies":                    {`{"name":{"$copy":5},"code":{"$copy":"none"},"count":{"$copy":"name"},"flag":{"$copy":"count"},"born":{"$copy":"seen"},"tags":{"$copy":"profile"}}`, []string{"/born/$copy type", "/code/$copy unknown_field", "/count/$copy type", "/flag/$copy type", "/name/$copy type", "/tags/$copy type"}},
		"formats":                   {`{"name":[{"$format":5},{"$format":""},{"$format":"{{a}"},{"$format":"{name"},{"$format":"{}"},{"$format":"{none} {name}"}]}`, []string{"/name/0/$format type", "/name/1/$format required", "/name/2/$format required", "/name/3/$format format", "/name/4/$format unknown_field", "/name/5/$format unknown_field"}},
		"defaults that break rules": {`{"name":{"$default":"far too long"},"count":{"$default":11},"state":{"$default":"x"},"profile":{"$default":{"x":1}},"custom.home.kind":{"$default":""},"flag":{"$default":null},"born":{"$default":"2023-02-29"},"tier":{"$default":"any text"}}`, []string{"/born/$default format", "/count/$default out_of_range", "/custom.home.kind/$default too_short", "/flag/$default not_null", "/name/$default too_long", "/profile/$default/x unknown_field", "/state/$default enum"}},
		"defaults before others":    {`{"count":[{"$default":11},{"$inc":-1}],"name":[{"$default":5},{"$trim":true}],"seen":[{"$default":"2024-01-01"},{"$shift":{"days":1}}]}`, []string{"/name/0/$default type", "/seen/0/$default type"}},
		"required inside":           {`{"profile":{"$default":{"age":1}}}`, []string{"/profile/$default/kind required"}},
		"lists":                     {`{"tags":[{"$append":"a"},{"$add":{}},{"$remove":null}]}`, []string{"/tags/0/$append type", "/tags/1/$add type", "/tags/2/$remove type"}},
		"items":                     {`{"tags":{"$append":["a",5,"long"]}}`, []string{"/tags/$append/1 type", "/tags/$append/2 too_long"}},
		"shifts":                    {`{"born":[{"$shift":1},{"$shift":{}},{"$shift":{"hours":1,"minutes":1,"weeks":1}},{"$shift":{"days":1.5,"years":10001,"months":"1"}},{"$now":false}]}`, []string{"/born/0/$shift type", "/born/1/$shift required", "/born/2/$shift/hours operator_not_allowed", "/born/2/$shift/minutes operator_not_allowed", "/born/2/$shift/weeks unknown_field", "/born/3/$shift/days type", "/born/3/$shift/months type", "/born/3/$shift/years out_of_range", "/born/4/$now type"}},
		"object and a part of it":   {`{"profile":{"$copy":"any"},"profile.kind":{"$trim":true}}`, []string{"/profile.kind duplicate_field"}},
		"overridden":                {`{"kindId":{"$inc":1},"kindTitle":{"$trim":true}}`, []string{"/kindTitle duplicate_field"}},
	}
	for name, tt := range tests {
		_, faults := m.CheckCompute([]byte(tt.compute), Patch{})
		t.Run(name, func(t *testing.T) { wantCodes(t, faults, tt.want...) })
	}
}

// regular makes a $replace by a regular expression.
func regular(find, with string) string {
	return fmt.Sprintf(`{"$replace":{"find":"%s","with":"%s","regex":true}}`, find, with)
}

func TestAFieldIsNotSetByThePatchToo(t *testing.T) {
	m := mustModel(t, everyKind)
	for _, tt := range []struct {
		patch, compute string
		want           []string
	}{
		{`{"name":"ab"}`, `{"name":{"$trim":true},"count":{"$inc":1}}`, []string{"/name duplicate_field"}},
		{`{"custom":{"x":1}}`, `{"custom":{"$copy":"any"}}`, []string{"/custom duplicate_field"}},
		{`{"custom":null}`, `{"custom.channel":{"$trim":true}}`, []string{"/custom.channel duplicate_field"}},
		{`{"custom":{"channel":null}}`, `{"custom.channel":{"$trim":true}}`, []string{"/custom.channel duplicate_field"}},
		{`{"custom":{"home":null}}`, `{"custom.home.kind":{"$trim":true}}`, []string{"/custom.home.kind duplicate_field"}},
		{`{"custom":{"home":{"x":1},"y":2}}`, `{"custom.home.kind":{"$trim":true},"custom.channel":{"$trim":true}}`, nil},
		{`{"markup":"<p>"}`, `{"plain":{"$trim":true}}`, []string{"/plain duplicate_field"}},
		{`{"markup":"<p>","plain":"x"}`, `{"name":{"$trim":true}}`, nil},
		{`{"kindId":1}`, `{"kindNote":{"$trim":true}}`, []string{"/kindNote duplicate_field"}},
		{`{"kindId":null}`, `{"kindNote":{"$trim":true}}`, nil},
		{`{"kindNote":"x"}`, `{"kindId":{"$inc":1}}`, []string{"/kindId duplicate_field"}},
	} {
		p, faults := m.CheckPatch([]byte(tt.patch), PatchOptions{})
		if len(faults) > 0 {
			t.Fatalf("%s: %v", tt.patch, faults)
		}
		_, faults = m.CheckCompute([]byte(tt.compute), p)
		wantCodes(t, faults, tt.want...)
	}
}

func TestPathsMayNotBeComputedAgainstTheirMarks(t *testing.T) {
	m := mustModel(t, computeModel)
	_, faults := m.CheckCompute([]byte(`{"o.kept":{"$trim":true},"o.hidden":{"$trim":true},"text":{"$copy":"o.hidden"},"o.in.none":{"$trim":true}}`), Patch{})
	wantCodes(t, faults, "/o.kept read_only", "/o.hidden secret_field", "/text/$copy secret_field", "/o.in.none unknown_field")
}

// repeated repeats an operator.
func repeated(operator string, n int) string {
	return strings.TrimSuffix(strings.Repeat(operator+",", n), ",")
}

// manyFields is a model with fields f0, f1, … of texts.
func manyFields(n int) string {
	var b strings.Builder
	b.WriteString("x-model: many\ntype: object\nproperties:\n")
	for i := range n {
		fmt.Fprintf(&b, "  f%d: {type: [string, \"null\"]}\n", i)
	}
	return b.String()
}

func TestOperatorsHaveLimits(t *testing.T) {
	m := mustModel(t, manyFields(51)+"  list: {type: array}\n")
	all := func(n int, last string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"f%d":[%s],`, i, repeated(`{"$trim":true}`, MaxPipeline))
		}
		return "{" + b.String() + last + "}"
	}
	long := strings.Repeat("é", MaxComputeText)
	text := func(operator string) string { return `{"f0":` + operator + `}` }
	for name, tt := range map[string]struct{ most, beyond, code string }{
		"operators":           {all(49, `"f50":[`+repeated(`{"$trim":true}`, 20)+`]`), all(50, `"f50":{"$trim":true}`), "too_many_operators"},
		"pipeline":            {text("[" + repeated(`{"$trim":true}`, MaxPipeline) + "]"), text("[" + repeated(`{"$trim":true}`, MaxPipeline+1) + "]"), "/f0 too_many_operators"},
		"values":              {`{"list":{"$add":[` + repeated("1", MaxComputeValues) + `]}}`, `{"list":{"$add":[` + repeated("1", MaxComputeValues) + `]},"f0":{"$map":{"a":"b"}}}`, "too_many_values"},
		"text":                {text(`{"$prefix":"` + long + `"}`), text(`{"$prefix":"` + long + `é"}`), "/f0/$prefix too_long"},
		"text of a map":       {text(`{"$map":{"a":"` + long + `"}}`), text(`{"$map":{"a":"` + long + `é"}}`), "/f0/$map/a too_long"},
		"format":              {text(`{"$format":"` + strings.Repeat("{f1}", MaxFormatParts) + `"}`), text(`{"$format":"` + strings.Repeat("{f1}", MaxFormatParts+1) + `"}`), "/f0/$format too_many_values"},
		"pattern":             {text(regular(strings.Repeat("a", 1000), "")), text(regular(strings.Repeat("a", 1001), "")), "/f0/$replace/find too_long"},
		"repetitions":         {text(regular("a{900}", "")), text(regular("(ab){900}", "")), "/f0/$replace/find too_complex"},
		"classes":             {text(regular(`\\pL{50}`, "")), text(regular(`\\pL{500}`, "")), "/f0/$replace/find too_complex"},
		"references":          {text(regular("a", strings.Repeat("$0", 20))), text(regular("a", strings.Repeat("$0", 21))), "/f0/$replace/with too_complex"},
		"regular expressions": {text("[" + repeated(regular(`\\pL{3}`, ""), 20) + "]"), text("[" + repeated(regular(`\\pL{30}`, ""), 3) + "]"), "/f0/2/$replace/find too_complex"},
	} {
		if _, faults := m.CheckCompute([]byte(tt.most), Patch{}); len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
		}
		_, faults := m.CheckCompute([]byte(tt.beyond), Patch{})
		t.Run(name, func(t *testing.T) { wantCodes(t, faults, tt.code) })
		if strings.HasSuffix(tt.code, "find "+CodeTooComplex) || strings.HasSuffix(tt.code, "find "+CodeTooLong) {
			continue // it could take too much memory
		}
		if _, err := m.RestoreCompute([]byte(tt.beyond), Patch{}); err != nil {
			t.Errorf("%s: what was accepted is refused: %v", name, err)
		}
	}
}

func TestEqualOperatorsHaveOneText(t *testing.T) {
	m := mustModel(t, computeModel)
	const want = `{"n":[{"$mul":0.5},{"$inc":1}],"o.n":{"$inc":1},"text":{"$replace":{"find":"a","with":"<"}}}`
	for _, text := range []string{
		want,
		`{"text":[{"$replace":{"with":"<","find":"a"}}],"o.n":{"$inc":1.0},"n":[{"$mul":5e-1},{"$inc":1}]}`,
	} {
		if got := string(checkedCompute(t, m, text, Patch{}).JSON()); got != want {
			t.Errorf("%s is written as %s", text, got)
		}
	}
}

func TestWhatWasAcceptedGoesOnIfTheModelLetsIt(t *testing.T) {
	before := mustModel(t, computeModel)
	c := checkedCompute(t, before, `{"n":{"$default":5},"text":{"$copy":"other"}}`, Patch{})
	for name, tt := range map[string]struct {
		from, to string
		fails    bool
	}{
		"narrower range":  {`n: {type: [integer, "null"]}`, `n: {type: [integer, "null"], maximum: 4}`, false},
		"read-only now":   {`text: {type: [string, "null"]}`, `text: {type: [string, "null"], readOnly: true}`, false},
		"secret now":      {`other: {type: [string, "null"]}`, `other: {type: [string, "null"], x-secret: masked}`, true},
		"gone":            {`other:`, `another:`, true},
		"of another type": {`n: {type: [integer, "null"]}`, `n: {type: [string, "null"]}`, false},
		"not for copying": {`text: {type: [string, "null"]}`, `text: {type: array}`, true},
	} {
		m := mustModel(t, strings.Replace(computeModel, "\n  "+tt.from, "\n  "+tt.to, 1))
		if _, err := m.RestoreCompute(c.JSON(), Patch{}); (err != nil) != tt.fails {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryOpenFieldOfTheShippedModelsCanBeComputed(t *testing.T) {
	for _, m := range Shipped().All() {
		for _, f := range m.Fields {
			names := []string{f.Name}
			for path := range f.Paths {
				names = append(names, f.Name+"."+path)
			}
			for _, name := range names {
				c, faults := m.CheckCompute([]byte(fmt.Sprintf(`{%q:{"$copy":%[1]q}}`, name)), Patch{})
				switch {
				case f.ReadOnly || f.Concealed() || f.Type == Array && name != f.Name:
					if len(faults) == 0 {
						t.Errorf("%s: %s can be computed", m.Name, name)
					}
				case len(faults) > 0:
					t.Errorf("%s: %v", m.Name, faults)
				default:
					if out, fault := c.Record(make([]any, len(c.Reads())), occasion); fault != nil || out.Values != nil {
						t.Errorf("%s: %s becomes %v: %v", m.Name, name, out.Values, fault)
					}
				}
			}
		}
	}
}
