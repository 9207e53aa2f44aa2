package model

import (
	"bytes"
	"testing"
)

// computeSeeds are operators for everyKind, and one fault or several.
var computeSeeds = []string{
	`{}`, `{"count":{"$inc":1.0},"size":[{"$mul":0.1},{"$max":2}],"even":{"$min":-4}}`,
	`{"name":[{"$trim":true},{"$lower":true},{"$upper":true},{"$prefix":"a"},{"$suffix":"ß"}],"code":{"$map":{"a":"b","":"c"}}}`,
	`{"email":{"$replace":{"find":"(\\w+)@","with":"${1}+x@","regex":true}},"markup":{"$replace":{"find":"<","with":"&lt;"}}}`,
	`{"name":{"$copy":"code"},"code":{"$copy":"name"},"tier":{"$default":"gold"},"kindTitle":{"$format":"{{{count}} {custom.home.kind}{due}"}}`,
	`{"tags":[{"$append":["a"]},{"$add":["b","a"]},{"$remove":["c"]}],"refs":{"$add":["550E8400-E29B-41D4-A716-446655440000",null]}}`,
	`{"born":{"$shift":{"years":1,"months":-1,"days":30}},"seen":[{"$now":true},{"$shift":{"hours":1,"minutes":-90}}],"due":{"$copy":"born"}}`,
	`{"custom.channel":{"$default":"mail"},"custom.home.kind":{"$suffix":"s"},"profile.deep.a":{"$inc":1},"state":{"$map":{"on":"off"}},"rights":{"$default":"own"}}`,
	`{"profile":{"$default":{"kind":"k","deep":{"a":1}}},"any":{"$copy":"tags"},"flag":{"$copy":"flag"},"owner":{"$copy":"custom"}}`,
	`{"count":{"$inc":1,"$inc":2},"none":5,"id":{"$now":true},"token":[{"$trim":false}],"name":[{},[]]}`,
	`{"custom":{"$default":{"\u0000":1e999}},"custom.ref":{"$copy":"password"}}`, `{"name":{"$format":"{"}}`, `[`, "{\"\xff\":1}",
}

// computeRecords are former values for everyKind.
var computeRecords = []string{
	`{}`,
	`{"name":"ab","email":"a@b.example","code":"a","tier":"gold","state":"on","count":10,"size":0.5,"even":2,"flag":true,"born":"2024-01-31","ref":"550e8400-e29b-41d4-a716-446655440000","refs":[null],
	"seen":"9999-12-31T23:59:59.999999Z","tags":["a","c"],"profile":{"kind":"k","deep":{"a":1,"b":2}},"custom":{"channel":"mail","home":{"kind":"house"}},"any":[1],"kindId":1,"markup":"<b>ß</b>","owner":{"id":1},"due":"2024-01-01T00:00:00Z"}`,
	`{"name":"far too long for the rules","custom":{"channel":5,"home":"none","ref":["x"]},"profile":{"deep":{"a":1e30}},"even":9223372036854775807,"tags":[1,1],"any":{"a":{}}}`,
}

func FuzzCheckCompute(f *testing.F) {
	for _, s := range computeSeeds {
		f.Add([]byte(s), []byte(`{}`))
	}
	f.Add([]byte(`{"custom.channel":{"$trim":true}}`), []byte(`{"custom":{"home":{"kind":"flat"}},"state":"off"}`))
	m := mustModel(f, everyKind)
	f.Fuzz(func(t *testing.T, raw, rawPatch []byte) {
		p, faults := m.CheckPatch(rawPatch, PatchOptions{})
		if len(faults) > 0 {
			p = Patch{}
		}
		c, faults := m.CheckCompute(raw, p)
		checkFaults(t, faults)
		if len(faults) > 0 {
			return
		}
		if !isCanonical(c.JSON()) {
			t.Fatalf("written as %s", c.JSON())
		}
		again, faults := m.CheckCompute(c.JSON(), p)
		if len(faults) > 0 || !bytes.Equal(again.JSON(), c.JSON()) {
			t.Fatalf("%s is checked as %v", c.JSON(), faults)
		}
		restored := checkedCompute(t, m, string(raw), p)
		for _, record := range computeRecords {
			compareRestored(t, c, restored, record)
		}
	})
}

// compareRestored makes sure that a computation that was read back makes the same of
// a record, and that what it makes can be stored and keeps the rules.
func compareRestored(t *testing.T, c, restored *Computation, record string) {
	t.Helper()
	former := formerOf(t, c.Reads(), record)
	out, fault := c.Record(former, occasion)
	same, sameFault := restored.Record(former, occasion)
	switch {
	case (fault == nil) != (sameFault == nil) || fault != nil && *fault != *sameFault:
		t.Fatalf("%s: %v, then %v", c.JSON(), fault, sameFault)
	case fault != nil:
		checkFaults(t, Faults{*fault})
		return
	}
	for i, f := range c.Writes() {
		if out.Values == nil {
			return
		}
		v := out.Values[i]
		switch {
		case v != same.Values[i]:
			t.Fatalf("%s: %s is %v, then %v", c.JSON(), f.Name, v, same.Values[i])
		case v == former[i]:
		case f.Normal(v) != v:
			t.Fatalf("%s: %v is not normal", f.Name, v)
		case f.Type != Object && f.Stamp == nil: // an object may lack what it lacked before
			ck := checker{choices: occasion.Choices}
			if _, fault := f.encode(f.AppendJSON(nil, v), &ck); fault != nil {
				t.Fatalf("%s: %s became %v: %v", c.JSON(), f.Name, v, fault)
			}
		}
	}
}
