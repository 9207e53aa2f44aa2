package model

import (
	"strings"
	"sync"
	"testing"
)

func TestRulesAcrossFieldsHoldForComputedValues(t *testing.T) {
	m := mustModel(t, everyKind)
	for _, tt := range []struct{ patch, compute, record, want string }{
		// x-text-of
		{`{}`, `{"markup":{"$suffix":"<b>c</b>"}}`, `{"markup":"<p>a &amp; b</p>","plain":"x"}`, `{"markup":"\u003cp\u003ea \u0026amp; b\u003c/p\u003e\u003cb\u003ec\u003c/b\u003e","plain":"a \u0026 bc"}`},
		{`{}`, `{"markup":{"$trim":true}}`, `{"markup":"a","plain":"by hand"}`, `unchanged`},
		{`{}`, `{"markup":{"$copy":"name"}}`, `{"markup":"a","plain":"a"}`, `{"markup":null,"plain":null}`},
		{`{}`, `{"markup":{"$suffix":"far too long for plain"}}`, `{"markup":"a"}`, `/markup too_long`},
		{`{"plain":"given"}`, `{"markup":{"$suffix":"b"}}`, `{"markup":"a"}`, `{"markup":"ab"}`},
		{`{}`, `{"markup":{"$suffix":"b"},"plain":{"$suffix":"c"}}`, `{"markup":"a","plain":"a"}`, `{"markup":"ab","plain":"ac"}`},
		// x-stamped-by
		{`{}`, `{"state":{"$map":{"on":"off"}}}`, `{"state":"on"}`, `{"offAt":"2024-03-01T00:00:00Z","offBy":{"id":7,"type":"users"},"state":"off"}`},
		{`{}`, `{"state":{"$map":{"off":"on"}}}`, `{"state":"off","offAt":"2024-01-01T00:00:00Z","offBy":{"id":1}}`, `{"offAt":null,"offBy":null,"state":"on"}`},
		{`{}`, `{"state":{"$map":{"on":"off"}}}`, `{"state":"off","offAt":"2024-01-01T00:00:00Z"}`, `unchanged`},
		{`{}`, `{"state":{"$trim":true},"count":{"$inc":1}}`, `{"state":"off","offAt":"2024-01-01T00:00:00Z","count":1}`, `{"count":2}`},
		// x-needs
		{`{}`, `{"rights":{"$default":"own"}}`, `{"owner":{"id":1}}`, `{"rights":"own"}`},
		{`{}`, `{"rights":{"$default":"own"}}`, `{}`, `/rights rights_needs_owner`},
		{`{}`, `{"rights":{"$default":"own"}}`, `{"rights":"all"}`, `unchanged`},
		{`{"owner":{"id":1}}`, `{"rights":{"$default":"own"}}`, `{}`, `{"rights":"own"}`},
		{`{"owner":null}`, `{"rights":{"$default":"own"}}`, `{"owner":{"id":1}}`, `/rights rights_needs_owner`},
		{`{}`, `{"rights":{"$default":"own"},"owner":{"$default":{"id":1}}}`, `{}`, `{"owner":{"id":1},"rights":"own"}`},
		{`{"rights":"own"}`, `{"owner":{"$default":{"id":1}}}`, `{}`, `{"owner":{"id":1}}`},
		{`{"rights":"own"}`, `{"owner":{"$copy":"custom"}}`, `{"owner":{"id":1}}`, `/rights rights_needs_owner`},
		// a merge into the same object
		{`{"custom":{"x":1,"gone":null}}`, `{"custom.channel":{"$map":{"mail":"phone"}}}`, `{"custom":{"channel":"mail","gone":1}}`, `{"custom":{"channel":"phone","x":1}}`},
		{`{"custom":{"x":1}}`, `{"custom.channel":{"$trim":true}}`, `{}`, `{"custom":{"x":1}}`},
		{`{"custom":{"x":1}}`, `{"custom.channel":{"$trim":true}}`, `{"custom":{"x":1}}`, `unchanged`},
	} {
		p := Patch{}
		if tt.patch != "{}" {
			var faults Faults
			if p, faults = m.CheckPatch([]byte(tt.patch), PatchOptions{}); len(faults) > 0 {
				t.Fatalf("%s: %v", tt.patch, faults)
			}
		}
		c := checkedCompute(t, m, tt.compute, p)
		if got := computed(t, c, tt.record, occasion); got != tt.want {
			t.Errorf("%s and %s of %s:\n got %s\nwant %s", tt.patch, tt.compute, tt.record, got, tt.want)
		}
	}
}

func TestAValueCanKeepTheTimeOfChange(t *testing.T) {
	m := mustModel(t, everyKind)
	c := checkedCompute(t, m, `{"state":{"$map":{"on":"off"}},"count":{"$inc":1}}`, Patch{})
	for record, want := range map[string]bool{`{"state":"on"}`: true, `{"state":"off","count":1}`: false} {
		out, fault := c.Record(formerOf(t, c.Reads(), record), occasion)
		if fault != nil || out.Values == nil || out.KeepsUpdated != want {
			t.Errorf("%s: %+v, %v", record, out, fault)
		}
	}
}

func TestFieldsThatAreReadAndWritten(t *testing.T) {
	m := mustModel(t, everyKind)
	names := func(fields []*Field) string {
		var list []string
		for _, f := range fields {
			list = append(list, f.Name)
		}
		return strings.Join(list, " ")
	}
	for _, tt := range []struct{ compute, writes, reads string }{
		{`{"count":{"$inc":1}}`, "count", "count"},
		{`{"name":{"$format":"{custom.ref}{code}"},"code":{"$copy":"name"}}`, "name code", "name code custom"},
		{`{"custom.ref":{"$trim":true},"custom.channel":{"$trim":true},"count":{"$inc":1}}`, "count custom", "count custom"},
		{`{"state":{"$trim":true},"markup":{"$trim":true},"rights":{"$trim":true}}`, "state markup rights plain offAt offBy", "state markup rights plain offAt offBy owner"},
	} {
		c := checkedCompute(t, m, tt.compute, Patch{})
		if w, r := names(c.Writes()), names(c.Reads()); w != tt.writes || r != tt.reads {
			t.Errorf("%s writes %s and reads %s", tt.compute, w, r)
		}
	}
}

func TestAResultMayNotBeTooLarge(t *testing.T) {
	m := mustModel(t, computeModel)
	text := func(n int) string { return `{"text":"` + strings.Repeat("a", n) + `"}` }
	list := `{"list":["` + strings.Repeat("a", MaxValue-5) + `"]}` // one byte less than a value may have
	shorter := strings.Replace(list, "a", "", 1)
	object := `{"o":{"text":"` + strings.Repeat("a", MaxValue-20) + `"}}`
	big := strings.Repeat("b", 9000)
	for name, tt := range map[string]struct{ compute, record, want string }{
		"text":                    {`{"text":{"$suffix":"b"}}`, text(MaxValue), "/text too_large"},
		"text that fits":          {`{"text":{"$suffix":"b"}}`, text(MaxValue - 1), ""},
		"older text, shorter":     {`{"text":{"$replace":{"find":"a","with":""}}}`, text(2 * MaxValue), ""},
		"older text, kept":        {`{"text":{"$trim":true}}`, text(2 * MaxValue), ""},
		"replaced":                {`{"text":{"$replace":{"find":"a","with":"` + big + `"}}}`, text(200), "/text too_large"},
		"by regular expression":   {`{"text":` + regular("a", big) + `}`, text(MaxValue), "/text too_large"},
		"by groups":               {`{"text":` + regular("(a+)", "$1$1") + `}`, text(MaxValue), "/text too_large"},
		"by groups that are less": {`{"text":` + regular("(a)a*", "$1$1") + `}`, text(MaxValue), ""},
		"too long for the regexp": {`{"text":` + regular("(a{99}|b{99})", "") + `}`, text(MaxValue), "/text too_complex"},
		"format":                  {`{"text":{"$format":"{text}{text}"}}`, text(MaxValue), "/text too_large"},
		"list":                    {`{"list":{"$append":[1]}}`, list, "/list too_large"},
		"list that fits":          {`{"list":{"$append":[1]}}`, shorter, ""},
		"object":                  {`{"o.n":{"$default":12345678}}`, object, "/o too_large"},
	} {
		c := checkedCompute(t, m, tt.compute, Patch{})
		former := formerOf(t, c.Reads(), tt.record)
		var got string
		var fault *Fault
		bytes, _ := allocated(func() { _, fault = c.Record(former, occasion) })
		if fault != nil {
			got = fault.Pointer + " " + fault.Code
		}
		if got != tt.want || bytes > 48<<20 {
			t.Errorf("%s: got %q, want %q, with %d bytes allocated", name, got, tt.want, bytes)
		}
	}
}

// TestAComputationServesManyGoroutines is for the race detector.
func TestAComputationServesManyGoroutines(t *testing.T) {
	m := mustModel(t, computeModel)
	c := checkedCompute(t, m, `{"text":[{"$lower":true},{"$replace":{"find":"(s+)","with":"<$1>","regex":true}},{"$map":{"a":"b"}},{"$suffix":"x"}],"list":{"$add":[1,2]},"o.n":[{"$default":1},{"$mul":3}]}`, Patch{})
	former := formerOf(t, c.Reads(), `{"text":"STRASSE","list":[1]}`)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				out, fault := c.Record(former, occasion)
				if fault != nil || out.Values[0] != "<s>tra<ss>ex" || out.Values[1] != "[1,2]" || out.Values[2] != `{"n":3}` {
					t.Errorf("%+v, %v", out, fault)
				}
			}
		})
	}
	all.Wait()
}
