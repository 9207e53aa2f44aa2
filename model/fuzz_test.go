package model

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

var fuzzSeeds = []string{
	`{}`, `{"name":"ab","count":1.0,"size":1e3,"flag":true,"born":"2024-02-29","seen":"2024-01-01T00:00:00+01:00"}`,
	`{"profile":{"kind":"k","age":null,"deep":{"a":1}},"custom":{"<":"&","a":[{"b":null}]},"any":{"x":null,"y":-0.0}}`,
	`{"tags":["a","b"],"token":"***","password":"secret","tier":"gold","id":5,"version":2,"lastJobId":null}`,
	`{"name":"\u00e9\ud83d\ude00","name":"x"}`, `{"any":"\u0000"}`, `[[[]]]`, `{"a":`, "\xff", `{"custom":{"a":12345678901234567890.5e-3}}`,
	`{"state":"off","kindId":1,"kindTitle":"t","markup":"<p>a&amp;<b","owner":null,"rights":"own","due":"2024-02-29"}`, `{"ref":"550E8400-E29B-41D4-A716-446655440000","refs":["550E8400-E29B-41D4-A716-446655440000",null],"custom":{"ref":"550E8400-E29B-41D4-A716-446655440000"}}`,
	`{"state":"on","custom":{"channel":"x","home":{"kind":"boat"}}}`,
}

func FuzzCheckPatch(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	m := mustModel(f, everyKind)
	f.Fuzz(func(t *testing.T, raw []byte, single bool) {
		p, faults := m.CheckPatch(raw, PatchOptions{Single: single, AllowNewChoices: single})
		checkFaults(t, faults)
		if len(faults) > 0 {
			return
		}
		p = p.Stamped(m, 7)
		checkNormal(t, p)
		stored := p.MarshalStored()
		back, err := m.UnmarshalStored(stored)
		if err != nil {
			t.Fatalf("%s: %v", stored, err)
		}
		sameSets(t, back.Sets, p.Sets)
		sameSets(t, back.ReadOnly, p.ReadOnly)
		if again := back.MarshalStored(); !bytes.Equal(again, stored) {
			t.Fatalf("stored as %s, then as %s", stored, again)
		}
		if display := p.Display(); !isCanonical(display) {
			t.Fatalf("shown as %s", display)
		}
	})
}

func FuzzCheckDraft(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add([]byte(s))
	}
	m := mustModel(f, everyKind)
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, faults := m.CheckDraft(raw, Import)
		checkFaults(t, faults)
		if len(faults) > 0 {
			return
		}
		checkNormal(t, d.Patch)
		checkFaults(t, m.MissingFor(d))
		// What a record shows can be imported again and means the same.
		r := Record{Values: d.Insert(m)}
		shown := m.AppendRecord(nil, r, nil, ShowSecrets)
		if !jsontext.Value(shown).IsValid() {
			t.Fatalf("shown as %s", shown)
		}
		again, faults := m.CheckDraft(shown, Import)
		if r.Values[m.byName["name"].Index] == nil || r.Values[m.byName["profile"].Index] == nil {
			return // not a whole record: what it lacks shows as null
		}
		if len(faults) > 0 {
			t.Fatalf("%s: %v", shown, faults)
		}
		for _, s := range again.Patch.Sets {
			if !s.Field.Same(s.Value, r.Values[s.Field.Index]) {
				t.Fatalf("%s: %#v became %#v", s.Field.Name, r.Values[s.Field.Index], s.Value)
			}
		}
	})
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(everyKind))
	f.Add([]byte("x-model: a\ntype: object\nproperties: {a: &x {type: object, properties: {b: *x}}}\n"))
	for _, src := range []string{"{", "- 1", "x-model: [1]\nproperties: [1]\nrequired: {a: 1}\ntype: {}\n", "properties: {a: {enum: 1, x-role: 2, pattern: [], minimum: x, default: {a: .inf}}}"} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		m, problems := Check("f.yaml", src)
		if (m == nil) == (len(problems) == 0) {
			t.Fatalf("model %v with problems %v", m, problems)
		}
	})
}

func checkFaults(t *testing.T, faults Faults) {
	t.Helper()
	for _, f := range faults {
		if f.Code == "" || f.Detail == "" || !utf8.ValidString(f.Pointer) && f.Code != CodeInvalidUTF8 {
			t.Fatalf("bad fault %+v", f)
		}
	}
}

// checkNormal makes sure that no value of a patch needs to be normalised.
func checkNormal(t *testing.T, p Patch) {
	t.Helper()
	for _, s := range p.Sets {
		if got := s.Field.Normal(s.Value); got != s.Value || !bytes.Equal(s.Field.normalJSON(s.Merge), s.Merge) {
			t.Fatalf("%s: %v is not normal: %v", s.Field.Name, s.Value, got)
		}
	}
}

func sameSets(t *testing.T, got, want []Set) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d sets, want %d", len(got), len(want))
	}
	for i := range got {
		g, w := got[i], want[i]
		if g.Field != w.Field || g.Value != w.Value || !bytes.Equal(g.Merge, w.Merge) || g.Pointer != w.Pointer ||
			g.When != w.When || g.Now != w.Now {
			t.Fatalf("got %+v, want %+v", g, w)
		}
	}
}

func isCanonical(raw []byte) bool {
	c, err := Canonical(raw)
	return err == nil && bytes.Equal(c, raw)
}
