package filter

import (
	"os"
	"testing"

	"bulkpatch/model"
)

// sample loads the model of the tests, which has a field of every kind.
func sample(t testing.TB) *model.Model {
	t.Helper()
	src, err := os.ReadFile("testdata/sample.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, problems := model.Check("sample.yaml", src)
	if len(problems) > 0 {
		t.Fatalf("the sample model is not sound: %v", problems)
	}
	custom, _ := m.Field("custom")
	// Model files need not offer date-times as paths for filters to know them.
	custom.Paths["seen"] = model.DateTime
	return m
}

// accepted makes a filter that must be right.
func accepted(t testing.TB, m *model.Model, text string) Filter {
	t.Helper()
	f, faults := New([]byte(text), m, Native)
	if len(faults) > 0 {
		t.Fatalf("%s was refused: %v", text, faults)
	}
	return f
}

// restored makes a filter that was accepted before there were all limits.
func restored(t testing.TB, m *model.Model, text string) Filter {
	t.Helper()
	f, faults := Restore([]byte(text), m)
	if len(faults) > 0 {
		t.Fatalf("%s was refused: %v", text, faults)
	}
	return f
}

// record makes a record with some values in stored form, by name.
func record(t testing.TB, m *model.Model, values map[string]any) model.Record {
	t.Helper()
	r := model.Record{Values: make([]any, len(m.Fields))}
	for name, v := range values {
		f, ok := m.Field(name)
		if !ok {
			t.Fatalf("no field %s", name)
		}
		r.Values[f.Index] = v
	}
	return r
}
