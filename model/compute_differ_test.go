package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// leaves are the fields and paths of computeModel that are drawn, with their types.
var leaves = map[string]string{
	"text": "string", "other": "string", "n": "integer", "x": "number", "yes": "boolean", "day": "date", "at": "date-time", "list": "array",
	"o.text": "string", "o.n": "integer", "o.x": "number", "o.day": "date", "o.in.text": "string",
}

// drawn are values, as JSON, near the edges of what operators do.
var drawn = map[string][]string{
	"string":    {`""`, `" a\u00a0"`, `"ab"`, `"ABC ab"`, `"aab{}"`, `"straße"`, `"\ufb00\u0149\u0390"`, `"ΑΣ ΑΣ'Β"`, `"Σ"`, `"ὈΔΥΣΣΕΎΣ."`, `"İIıi"`, `"ǆ😀e\u0301"`, `"$1 \\ \"q\""`, `"2024-02-29"`, `"2023-02-29"`, `"2024-01-01T00:00:00Z"`, `"7"`, `"TRUE"`},
	"integer":   {`0`, `1`, `-1`, `2`, `5`, `-5`, `14`, `45`, `100`, `9007199254740993`, `4611686018427387904`, `9223372036854775807`, `-9223372036854775808`},
	"number":    {`0`, `0.1`, `0.2`, `-0.1`, `1.5`, `-2.5`, `5`, `1e-7`, `1.005`, `123456.789`, `1e+21`, `1e+300`, `-1.7976931348623157e+308`, `5e-324`, `9007199254740992`},
	"boolean":   {`true`, `false`},
	"date":      {`"2024-02-29"`, `"2023-01-31"`, `"2024-01-31"`, `"1900-02-28"`, `"2000-12-31"`, `"0001-01-01"`, `"9999-12-31"`, `"2024-03-30"`},
	"date-time": {`"2024-02-29T23:59:59.999999Z"`, `"2023-01-31T00:00:00Z"`, `"0001-01-01T00:00:00Z"`, `"9999-12-31T23:59:59.5Z"`, `"1969-12-31T23:59:59.000001Z"`},
	"array":     {`[]`, `[1]`, `[1,1,"a"]`, `["a","b","a"]`, `[null,{"a":1,"b":[]},[1]]`, `["1",1,true]`, `["a,b","\"]"]`},
}

// operands are operands, as JSON, for values of a type.
var operands = map[string]map[string][]string{
	"string": {
		"$trim": {`true`}, "$lower": {`true`}, "$upper": {`true`}, "$prefix": {`"a"`, `" é"`}, "$suffix": {`"Σ"`, `"\n"`},
		"$map":     {`{"ab":"x","":"empty"}`, `{" a\u00a0":"b","7":"TRUE"}`},
		"$replace": {`{"find":"a","with":""}`, `{"find":"ab","with":"bab"}`, `{"find":"Σ","with":"$1","regex":false}`},
		"$copy":    {`"other"`, `"text"`, `"o.text"`, `"o.in.text"`, `"day"`, `"at"`, `"o.day"`},
		"$format":  {`"{text} {other}"`, `"{n}{x}"`, `"{{{day}}{at}{list}"`, `"{yes}-{o.n}-{o.x}"`, `"{other}"`},
		"$default": {`"a"`, `""`},
	},
	"integer": {
		"$inc": {`0`, `1`, `-1`, `9223372036854775807`, `1e3`}, "$mul": {`0`, `1`, `-1`, `0.5`, `1.1`, `1.005`, `0.1`, `1e19`, `1e-300`},
		"$min": {`3`, `-4`}, "$max": {`3`, `-4`}, "$copy": {`"x"`, `"o.n"`, `"n"`, `"o.x"`}, "$format": {`"{n}{o.n}"`, `"{text}"`, `"{x}"`}, "$default": {`7`, `-0`},
	},
	"number": {
		"$inc": {`0`, `0.2`, `-0.1`, `1e-20`, `1e300`}, "$mul": {`3`, `-1`, `0.1`, `1e10`, `1e-10`, `1e-300`, `0`},
		"$min": {`0.15`, `-1e9`}, "$max": {`0.15`, `1e9`}, "$copy": {`"n"`, `"o.x"`, `"x"`, `"o.n"`}, "$format": {`"{n}.5"`, `"{text}"`}, "$default": {`0.5`},
	},
	"boolean":   {"$copy": {`"yes"`}, "$format": {`"{text}"`, `"{yes}"`}, "$default": {`true`}},
	"date":      {"$copy": {`"text"`, `"o.day"`, `"day"`}, "$format": {`"{text}"`}, "$default": {`"2024-01-30"`}, "$now": {`true`}},
	"date-time": {"$copy": {`"text"`, `"day"`, `"at"`}, "$format": {`"{text}"`}, "$default": {`"2024-01-30T01:00:00+01:00"`}, "$now": {`true`}},
	"array": {
		"$append": {`[]`, `[1]`, `["a",null]`}, "$add": {`[]`, `[1.0,"a","a"]`, `[{"b":[],"a":1},[1.0]]`}, "$remove": {`[]`, `[1,"a"]`, `[null,{"b":[],"a":1}]`},
		"$copy": {`"list"`}, "$default": {`[]`, `[1]`},
	},
}

// drawPipeline draws operators for a type, as JSON.
func drawPipeline(t *rapid.T, kind string) string {
	var steps []string
	for range rapid.IntRange(1, 4).Draw(t, "operators") {
		names := slices.Sorted(maps.Keys(operands[kind]))
		if strings.HasPrefix(kind, "date") {
			names = append(names, "$shift", "$shift", "$shift")
		}
		name := rapid.SampledFrom(names).Draw(t, "operator")
		var operand string
		switch {
		case name == "$shift":
			operand = drawShift(t, kind)
		case name == "$replace" && rapid.Bool().Draw(t, "regex"):
			find := rapid.SampledFrom(slices.Sorted(maps.Keys(regexps))).Draw(t, "find")
			operand = fmt.Sprintf(`{"find":%q,"with":%q,"regex":true}`, find, regexps[find].with)
		default:
			operand = rapid.SampledFrom(operands[kind][name]).Draw(t, "operand")
		}
		steps = append(steps, fmt.Sprintf(`{%q:%s}`, name, operand))
	}
	return "[" + strings.Join(steps, ",") + "]"
}

func drawShift(t *rapid.T, kind string) string {
	names := []string{"years", "months", "days", "hours", "minutes"}
	if kind == "date" {
		names = names[:3]
	}
	var parts []string
	for _, name := range names {
		if rapid.Bool().Draw(t, "has") {
			parts = append(parts, fmt.Sprintf(`%q:%d`, name, rapid.IntRange(-40, 40).Draw(t, name)))
		}
	}
	if len(parts) == 0 {
		return `{"months":1}`
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// drawRecord draws a value or none for each leaf.
func drawRecord(t *rapid.T) map[string]any {
	record := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(leaves)) {
		kind := leaves[name]
		if rapid.IntRange(0, 3).Draw(t, "missing") > 0 {
			record[name] = plainJSON(rapid.SampledFrom(drawn[kind]).Draw(t, name))
		}
	}
	return record
}

func plainJSON(text string) any {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		panic(text)
	}
	return v
}

// nested turns leaves into a record.
func nestedRecord(flat map[string]any) map[string]any {
	record := map[string]any{}
	for name, v := range flat {
		in := record
		path := strings.Split(name, ".")
		for _, step := range path[:len(path)-1] {
			inner, ok := in[step].(map[string]any)
			if !ok {
				inner = map[string]any{}
				in[step] = inner
			}
			in = inner
		}
		if v != nil {
			in[path[len(path)-1]] = v
		}
	}
	return record
}

// leafOf reads a leaf of a record.
func leafOf(record map[string]any, name string) any {
	var v any = record
	for step := range strings.SplitSeq(name, ".") {
		in, _ := v.(map[string]any)
		v = in[step]
	}
	return v
}

func TestEachOperatorAgreesWithItsPlainMeaningOnEachValue(t *testing.T) {
	m := mustModel(t, computeModel)
	shifts := []string{`{"months":1}`, `{"months":-1}`, `{"years":1}`, `{"years":-1}`, `{"days":1}`, `{"days":-366,"years":1}`, `{"months":13,"days":-1}`}
	for _, name := range slices.Sorted(maps.Keys(leaves)) {
		kind := leaves[name]
		all := maps.Clone(operands[kind])
		if kind == "date" || kind == "date-time" {
			all["$shift"] = shifts
		}
		if kind == "date-time" {
			all["$shift"] = append(shifts, `{"hours":25,"minutes":-61}`)
		}
		for find, r := range regexps {
			if kind == "string" {
				all["$replace"] = append(slices.Clip(all["$replace"]), fmt.Sprintf(`{"find":%q,"with":%q,"regex":true}`, find, r.with))
			}
		}
		for operator, operands := range all {
			for _, operand := range operands {
				pipelines := map[string]string{name: fmt.Sprintf(`[{%q:%s}]`, operator, operand)}
				c := checkedCompute(t, m, fmt.Sprintf(`{%q:%s}`, name, pipelines[name]), Patch{})
				for _, value := range append(slices.Clip(drawn[kind]), "null") {
					record := map[string]any{"other": "2024-02-29", "n": json.Number("3"), "x": json.Number("0.5"), "day": "2024-02-29", "o.x": json.Number("2")}
					record[name] = plainJSON(value)
					compareWithOracle(t, c, pipelines, record)
				}
			}
		}
	}
}

func TestOperatorsAgreeWithTheirPlainMeaning(t *testing.T) {
	m := mustModel(t, computeModel)
	rapid.Check(t, func(rt *rapid.T) {
		pipelines := map[string]string{}
		for range rapid.IntRange(1, 4).Draw(rt, "targets") {
			name := rapid.SampledFrom(slices.Sorted(maps.Keys(leaves))).Draw(rt, "target")
			pipelines[name] = drawPipeline(rt, leaves[name])
		}
		var members []string
		for name, pipeline := range pipelines {
			members = append(members, fmt.Sprintf("%q:%s", name, pipeline))
		}
		text := "{" + strings.Join(members, ",") + "}"
		c, faults := m.CheckCompute([]byte(text), Patch{})
		if len(faults) > 0 {
			rt.Fatalf("%s: %v", text, faults)
		}
		for range 5 {
			compareWithOracle(rt, c, pipelines, drawRecord(rt))
		}
	})
}

// compareWithOracle works out a record in both ways.
func compareWithOracle(t failer, c *Computation, pipelines map[string]string, record map[string]any) {
	t.Helper()
	o := oracle{types: leaves, record: record, accepted: time.UnixMicro(occasion.Accepted).UTC()}
	want, fails := maps.Clone(record), map[string]failure{}
	for name, pipeline := range pipelines {
		v, code := o.field(name, plainJSON(pipeline).([]any))
		if code != "" {
			fails["/"+strings.ReplaceAll(name, ".", "/")] = code
		}
		want[name] = v
	}
	text, _ := json.Marshal(nestedRecord(record))
	former := formerOf(t, c.Reads(), string(text))
	out, fault := c.Record(former, occasion)
	switch {
	case fault != nil:
		if fails[fault.Pointer] != failure(fault.Code) {
			t.Fatalf("%s of %s: got %+v, want %v", c.JSON(), text, fault, fails)
		}
		return
	case len(fails) > 0:
		t.Fatalf("%s of %s: no fault, want %v", c.JSON(), text, fails)
	}
	got := nestedRecord(record)
	for i, f := range c.Writes() {
		if out.Values == nil {
			break
		}
		raw := f.AppendJSON(nil, out.Values[i])
		if canonical, err := Canonical(raw); err != nil || !bytes.Equal(canonical, raw) {
			t.Fatalf("%s of %s: %s is not canonical", c.JSON(), text, raw)
		}
		got[f.Name] = plainJSON(string(raw))
	}
	changed := false
	for name := range leaves {
		if v := leafOf(got, name); !equalJSON(v, want[name]) {
			t.Fatalf("%s of %s: %s is %v, want %v", c.JSON(), text, name, v, want[name])
		}
		changed = changed || !equalJSON(want[name], record[name])
	}
	if changed != (out.Values != nil) {
		t.Fatalf("%s of %s: changed %v, want %v", c.JSON(), text, out.Values, changed)
	}
}
