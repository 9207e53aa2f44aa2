package model

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestAStoredComputationComesBack(t *testing.T) {
	m := mustModel(t, everyKind)
	p, faults := m.CheckPatch([]byte(`{"count":5,"custom":{"x":1}}`), PatchOptions{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	p.Compute = checkedCompute(t, m, `{"custom.channel":{"$map":{"mail":"phone"}},"state":[{"$map":{"on":"off"}}],"owner":{"$copy":"custom"}}`, p)
	stored := p.Stamped(m, 7).MarshalStored()
	back, err := m.UnmarshalStored(stored)
	if err != nil {
		t.Fatal(err)
	}
	if string(back.Compute.JSON()) != string(p.Compute.JSON()) || back.Actor != 7 || string(back.MarshalStored()) != string(stored) {
		t.Errorf("it comes back as %s\nof %s", back.MarshalStored(), stored)
	}
	var worked, merged []string
	for _, s := range back.Sets {
		if s.Computed {
			worked = append(worked, s.Field.Name)
		}
		if s.Merges() {
			merged = append(merged, s.Field.Name)
		}
	}
	slices.Sort(worked)
	slices.Sort(merged)
	if got := strings.Join(worked, " "); got != "custom offAt offBy owner state" {
		t.Errorf("computed are %s", got)
	}
	if got := strings.Join(merged, " "); got != "custom owner" {
		t.Errorf("merged into are %s", got)
	}
	// A merge that the computation carries out is still known to it.
	record := `{"custom":{"channel":"mail"}}`
	if got, want := computed(t, back.Compute, record, occasion), computed(t, p.Compute, record, occasion); got != want {
		t.Errorf("%s becomes %s instead of %s", record, got, want)
	}
}

// An earlier version knows the patch alone: it would apply that and take the job for
// done.
func TestEarlierVersionsCannotReadAStoredComputation(t *testing.T) {
	m := mustModel(t, everyKind)
	p := Patch{Compute: checkedCompute(t, m, `{"count":{"$inc":1}}`, Patch{})}
	var before struct{ Sets []any }
	if json.Unmarshal(p.Stamped(m, 0).MarshalStored(), &before) == nil {
		t.Error("it is an object as before")
	}
}

func TestAnUndoNeedsToKnowOnlyWhatWasComputed(t *testing.T) {
	m := mustModel(t, everyKind)
	p := Patch{Compute: checkedCompute(t, m, `{"count":{"$inc":1}}`, Patch{})}
	stored := []byte(strings.Replace(string(p.Stamped(m, 0).MarshalStored()), "$inc", "$gone", 1))
	if _, err := m.UnmarshalStored(stored); err == nil {
		t.Error("an operator that does not exist is carried out")
	}
	back, err := m.UnmarshalWritten(stored)
	if err != nil || len(back.Sets) != 1 || back.Sets[0].Field.Name != "count" || !back.Sets[0].Computed {
		t.Errorf("%+v, %v", back.Sets, err)
	}
}
