//go:build !race

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"bulkpatch/client"
	"bulkpatch/model"
)

// awkward are values, as JSON, that a table could spoil. Each field takes
// those that its rules allow.
var awkward = map[model.Type][]string{
	model.String: {`""`, `" before"`, `"behind "`, `"a,b;c\td|e"`, `"\"quoted\""`, `"two\r\nlines\n"`, `"\r"`, `"=1+1"`, `"007"`, `"null"`,
		`"true"`, `"'x"`, `"Zoë 😀"`, `"sep=;"`, `"1,2,3\n4,5,6\n7,8,9"`, `"\u00a0"`, `"zoe@example.com"`, `"https://example.com/a?b=c,d"`,
		`"example.com"`, `"Europe/Berlin"`, `"6f9619ff-8b86-d011-b42d-00c04fc964ff"`},
	model.Integer:  {`0`, `-7`, `9007199254740993`, `3`},
	model.Number:   {`0`, `0.1`, `-1.5e-7`, `1e21`, `5`},
	model.Boolean:  {`true`, `false`},
	model.Date:     {`"0001-01-01"`, `"2024-02-29"`},
	model.DateTime: {`"2024-01-31T12:00:00.000001Z"`, `"0001-01-01T00:00:00Z"`},
	model.Object:   {`{}`, `{"a":"x, \"y\"\n","b":[1,""]}`, `{"id":1}`, `{"id":5,"type":"companies"}`},
	model.Array:    {`[]`, `["a, b","\"\n"]`, `[1,2]`, `[{"id":3}]`, `[""]`},
	model.Any:      {`""`, `"text"`, `"two\nlines"`, `0`, `false`, `{"a":null}`, `["x"]`},
}

// awkwardRecord makes the i-th record of a model: every other field has a
// value, and what must be there has one always.
func awkwardRecord(t *testing.T, m *model.Model, i int) []byte {
	t.Helper()
	members := map[string]json.RawMessage{}
	for _, f := range m.Fields {
		given := f.Role == model.RoleNone && f.Secret == model.Public && !f.WriteOnly && f.Generate == ""
		if !given || f.Unique && i > 0 || f.Nullable && (i+f.Index)%2 == 1 {
			continue
		}
		for k, values := 0, awkward[f.Type]; k < len(values); k++ {
			value := values[(i+f.Index+k)%len(values)]
			if f.Choices != nil {
				value = fmt.Sprintf("%q", f.Choices[i%len(f.Choices)])
			}
			if _, faults := m.CheckDraft(fmt.Appendf(nil, `{%q:%s}`, f.Name, value), model.Import); len(faults) == 0 {
				members[f.Name] = json.RawMessage(value)
				break
			}
		}
	}
	line, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return append(line, '\n')
}

// exportsComeBack imports awkward records of each shipped model, exports them
// as CSV, and imports that again: where it came from and elsewhere.
func exportsComeBack(t *testing.T, p *process) {
	t.Helper()
	const n = 25
	here, there := p.tenant(t, "here"), p.tenant(t, "there")
	for _, m := range model.Shipped().All() {
		var lines strings.Builder
		for i := range n {
			lines.Write(awkwardRecord(t, m, i))
		}
		report, err := here.Import(t.Context(), m.Name, client.NDJSON, strings.NewReader(lines.String()))
		if err != nil || report.Inserted != n {
			t.Fatalf("%s: %+v, %v", m.Name, report, err)
		}
		file := here.exported(t, m.Name)
		report, err = here.Import(t.Context(), m.Name, client.CSV, strings.NewReader(file))
		if err != nil || report.Unchanged != n {
			t.Errorf("%s: the same again: %+v, %v\n%s", m.Name, report, err, file)
		}
		report, err = there.Import(t.Context(), m.Name, client.CSV, strings.NewReader(file))
		if err != nil || report.Inserted != n {
			t.Errorf("%s: elsewhere: %+v, %v", m.Name, report, err)
		}
		if again := there.exported(t, m.Name); again != file {
			t.Errorf("%s: the export was\n%s\nand is\n%s", m.Name, file, again)
		}
	}
}

// exported is all of a model as CSV.
func (w tenant) exported(t *testing.T, name string) string {
	t.Helper()
	r, err := w.Export(t.Context(), name, client.CSV, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
