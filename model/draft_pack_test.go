package model

import (
	"reflect"
	"testing"
)

func TestAPackedDraftComesBackAsItWas(t *testing.T) {
	m := mustModel(t, everyKind)
	for _, raw := range []string{
		`{}`,
		`{"id":5,"version":3,"name":"ab","count":-3,"size":1.5,"flag":true,"seen":"2024-01-31T00:00:00.000001Z","born":"2024-01-31","custom":{"a":null,"b":"ü"},"tags":["a"],"any":{"x":1},"email":null}`,
		`{"flag":false,"any":"text"}`,
	} {
		d, faults := m.CheckDraft([]byte(raw), Import)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		packed := d.AppendPacked(nil)
		back, err := m.Unpack(packed)
		if err != nil || len(back.Patch.Sets) != len(d.Patch.Sets) || len(back.Patch.Sets) > 0 && !reflect.DeepEqual(back, d) {
			t.Errorf("%s comes back as %+v, %v", raw, back, err)
		}
		for n := range packed {
			if _, err := m.Unpack(packed[:n]); err == nil {
				t.Errorf("%s: the first %d of %d bytes are a draft", raw, n, len(packed))
			}
		}
	}
	renamed := mustModel(t, "x-model: shop\ntype: object\nproperties:\n  key: {type: string, x-role: id}\n  state: {type: string, enum: [a], x-extensible: true}\n")
	d, faults := renamed.CheckDraft([]byte(`{"id":"k","state":"new"}`), Import, PatchOptions{AllowNewChoices: true})
	back, err := renamed.Unpack(d.AppendPacked(nil))
	if len(faults) > 0 || err != nil || !reflect.DeepEqual(back, d) || len(back.Patch.NewChoices(nil)) != 1 {
		t.Errorf("%+v comes back as %+v, %v", d, back, err)
	}
}
