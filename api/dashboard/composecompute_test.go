package dashboard

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"bulkpatch/api/web"
	"bulkpatch/client"
)

func TestComputationsOfFieldsBecomeOne(t *testing.T) {
	m := shop(t)
	f := composeFormOf(url.Values{
		"do:size": {"compute"}, "by:size": {` {"$inc": 9007199254740993}`}, "to:size": {"ignored"}, "do:custom.size": {"compute"}, "by:custom.size": {`[{"$inc": 1}]`},
		"do:born": {"clear"}, "by:born": {`{"$now": true}`},
	})
	r, faults := f.request(m)
	if faults.Any() || string(r.Patch) != `{"born": null}` || string(r.Compute) != `{"size": {"$inc": 9007199254740993}, "custom.size": [{"$inc": 1}]}` {
		t.Errorf("%s and %s, %v", r.Patch, r.Compute, faults)
	}
	f.Entries["born"] = composeEntry{Do: keepField}
	r, _ = f.request(m)
	if body, err := json.Marshal(r); err != nil || !r.changes() || strings.Contains(string(body), "patch") {
		t.Errorf("an empty patch is sent, which would be refused: %s, %v", body, err)
	}
	if got := m.computed(&f); !reflect.DeepEqual(got, []string{"size", "custom.size"}) {
		t.Errorf("computed are %v", got)
	}
}

func TestWhatIsWrongWithAComputationStandsAtItsField(t *testing.T) {
	m := shop(t)
	f := composeFormOf(url.Values{
		"do:size": {"compute"}, "do:rate": {"compute"}, "by:rate": {`{"$inc": }`}, "do:name": {"keep"}, "by:name": {`{"$trim": true}`},
		"do:born": {"compute"}, "by:born": {`{"$now": true}`}, "computed": {`{"born": 1, "password": {"$default": "hunter2"}}`},
	})
	_, faults := f.request(m)
	for input, want := range map[string]string{
		"by-size": "Say how", "by-rate": "not JSON", "by-name": "the field is kept", "by-born": "computed twice", "computed": "password is a secret",
	} {
		if got := faults.At(input); !strings.Contains(got, want) {
			t.Errorf("at %s: %s", input, got)
		}
	}
	if len(faults.List) != 5 {
		t.Errorf("%+v", faults.List)
	}
	if got := m.shareable(&f).Compute; got != "" {
		t.Errorf("the address has %s", got)
	}
}

func TestAFaultOfAComputationLeadsToItsStep(t *testing.T) {
	m := shop(t)
	f := composeForm{Entries: map[string]composeEntry{"size": {Do: computeField}, "custom.size": {Do: computeField}, "name": {Do: setField}}}
	for pointer, want := range map[string]composeFault{
		"/compute/size":               {Input: "by-size", Label: "size"},
		"/compute/size/$inc":          {Input: "by-size", Label: "size", Step: 1},
		"/compute/custom.size/1/$inc": {Input: "by-custom.size", Label: "custom.size", Step: 2},
		"/compute/name/$trim":         {Input: "what", Label: "Computations"},
		"/compute":                    {Input: "what", Label: "Computations"},
		"/patch/size":                 {Input: "further", Label: "Further changes, size"},
	} {
		want.Detail = "Detail."
		if got := placed(web.BodyFault(pointer, "code", "Detail."), m, &f); got != want {
			t.Errorf("%s leads to %+v, want %+v", pointer, got, want)
		}
	}
	f.Computed = `{"un/known": 1}`
	if got := placed(web.BodyFault("/compute/un~1known/$inc", "code", ""), m, &f); got.Input != "computed" || got.Label != "Further computations, un/known" {
		t.Errorf("it leads to %+v", got)
	}
	faults := composeFaults{List: []composeFault{{Input: "by-size", Step: 2, Detail: "Detail."}}}
	if got := faults.At("by-size"); got != "Step 2: Detail." {
		t.Error(got)
	}
}

func TestALinkComputes(t *testing.T) {
	m := shop(t)
	f := composeFormOf(url.Values{})
	f.begin(m, `{"name": "a"}`, `{"size":{"$inc":1},"name":{"$trim":true},"custom.size":[],"password":{"$copy":"name"},"nothing":1}`)
	want := map[string]composeEntry{"name": {Do: setField, Text: "a"}, "size": {Do: computeField, By: `{"$inc":1}`}, "custom.size": {Do: computeField, By: "[]"}}
	if !reflect.DeepEqual(f.Entries, want) || f.Computed != `{"name": {"$trim":true}, "password": {"$copy":"name"}, "nothing": 1}` {
		t.Errorf("%v and %s", f.Entries, f.Computed)
	}
	f.begin(m, "", `{"size":`)
	if len(f.Entries) > 0 || f.Computed != `{"size":` {
		t.Errorf("%v and %s", f.Entries, f.Computed)
	}
}

func TestAnExampleIsACustomerInWhichTheFieldChanges(t *testing.T) {
	var sample []client.PreviewRecord
	if err := json.Unmarshal([]byte(`[
		{"id": 7, "changed": {"custom": {"from": {"size": 1, "deep": {"n": 9007199254740993}}, "to": {"size": 1, "deep": {"n": 9007199254740995}}}}},
		{"id": "b", "changed": {"size": {"from": null, "to": 5}, "custom": {"from": null, "to": {"size": 2.50}}}},
		{"id": 9, "changed": {"size": {"from": 1, "to": 6}}}, {"id": 10, "changed": null}]`), &sample); err != nil {
		t.Fatal(err)
	}
	got := examplesOf([]string{"size", "custom.size", "custom.deep.n", "name", "custom.none"}, sample)
	want := []composeExample{
		{"size", "b", value{None: true}, value{Text: "5"}}, {"custom.size", "b", value{None: true}, value{Text: "2.50"}},
		{"custom.deep.n", "7", value{Text: "9007199254740993"}, value{Text: "9007199254740995"}}, {Field: "name"}, {Field: "custom.none"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}
