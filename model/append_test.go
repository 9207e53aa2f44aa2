package model

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRecordsShowWhatAReaderMaySee(t *testing.T) {
	m := mustModel(t, everyKind)
	r := Record{Values: make([]any, len(m.Fields))}
	for name, v := range map[string]any{
		"id": int64(7), "version": int64(2), "name": `a"b`, "flag": int64(1), "size": int64(3), "seen": int64(0), "custom": []byte(`{"a":1}`),
		"token": "t", "password": "$2a$", "inbox": "x", "createdAt": int64(1500000),
	} {
		r.Values[field(t, m, name).Index] = v
	}
	some := []*Field{field(t, m, "token"), field(t, m, "password"), field(t, m, "inbox"), field(t, m, "id"), field(t, m, "seen"), field(t, m, "email")}
	if got, want := string(m.AppendRecord(nil, r, some, HideSecrets)), `{"id":7,"version":2,"token":"***","seen":"1970-01-01T00:00:00Z","email":null}`; got != want {
		t.Errorf("got %s", got)
	}
	if got, want := string(m.AppendRecord(nil, r, some[:1], ShowSecrets)), `{"id":7,"version":2,"token":"t"}`; got != want {
		t.Errorf("with secrets %s", got)
	}
	if got, want := string(m.AppendRecord(nil, r, []*Field{}, HideSecrets)), `{"id":7,"version":2}`; got != want {
		t.Errorf("without fields %s", got)
	}
	want := `{"id":7,"version":2,"name":"a\"b","email":null,"code":null,"tier":null,"state":null,"count":null,"size":3,"even":null,"flag":true,` +
		`"born":null,"ref":null,"refs":null,"seen":"1970-01-01T00:00:00Z","tags":null,"profile":null,"custom":{"a":1},"any":null,"kindId":null,"kindTitle":null,"kindNote":null,"markup":null,"plain":null,"offAt":null,"offBy":null,"owner":null,"rights":null,"due":null,"token":"***","made":null,"number":null,"key":null,` +
		`"createdAt":"1970-01-01T00:00:01.5Z","updatedAt":null,"lastJobId":null}`
	if got := string(m.AppendRecord(nil, r, nil, HideSecrets)); got != want {
		t.Errorf("whole:\n got %s\nwant %s", got, want)
	}
}

func TestARecordWithItsOwnNamesShowsTheCommonOnesToo(t *testing.T) {
	m := mustModel(t, "x-model: shop\ntype: object\nproperties:\n  key: {type: string, x-role: id}\n  rev: {type: integer, x-role: version}\n")
	r := Record{Values: []any{"a", int64(1), nil, nil, nil}}
	if got, want := string(m.AppendRecord(nil, r, nil, HideSecrets)), `{"id":"a","version":1,"key":"a","rev":1,"createdAt":null,"updatedAt":null,"lastJobId":null}`; got != want {
		t.Errorf("got %s", got)
	}
}

func TestCellsHideSecretsToo(t *testing.T) {
	m := mustModel(t, everyKind)
	for name, want := range map[string]string{"token": "***", "password": "***", "inbox": "***", "name": "v"} {
		if got := string(field(t, m, name).AppendCell(nil, "v", HideSecrets)); got != want {
			t.Errorf("%s: cell %q", name, got)
		}
	}
	if got := string(field(t, m, "token").AppendCell(nil, []byte("v"), ShowSecrets)); got != "v" {
		t.Errorf("token with the right to see it: %q", got)
	}
	if got := string(field(t, m, "token").AppendCell(nil, nil, HideSecrets)); got != "" {
		t.Errorf("no token: %q", got)
	}
}

// drawStored draws a stored value that the rules of everyKind allow.
func drawStored(t *rapid.T, f *Field) any {
	switch f.Type {
	case Integer:
		return 2 * rapid.Int64Range(-2, 5).Draw(t, f.Name)
	case Number:
		return rapid.Float64Range(1e-300, 1e300).Draw(t, f.Name)
	case Boolean:
		return rapid.Bool().Draw(t, f.Name)
	case Date:
		return rapid.SampledFrom([]string{"0001-01-01", "2024-02-29", "9999-12-31"}).Draw(t, f.Name)
	case DateTime:
		return rapid.Int64Range(minTime, maxTime).Draw(t, f.Name)
	case Any:
		if v := drawValue(t, f.Name, 3); v != nil {
			return string(appendTree(nil, v))
		}
	}
	return nil
}

func TestStoredValuesRoundTripThroughJSON(t *testing.T) {
	m := mustModel(t, everyKind)
	rapid.Check(t, func(t *rapid.T) {
		for _, name := range []string{"count", "size", "flag", "born", "seen", "any"} {
			f, _ := m.Field(name)
			column, _ := m.Column(name)
			stored := drawStored(t, f)
			raw := f.AppendJSON(nil, stored)
			back, fault := f.EncodeJSON(raw)
			if fault != nil || back != stored {
				t.Fatalf("%s: %#v became %s and then %#v, %v", name, stored, raw, back, fault)
			}
			cell := f.AppendCell(nil, stored, HideSecrets)
			d, faults := m.CheckRow([]Column{column}, cells(string(cell)))
			if len(faults) > 0 || d.Patch.Sets[0].Value != stored {
				t.Fatalf("%s: %#v became the cell %s and then %v, %v", name, stored, cell, d.Patch.Sets, faults)
			}
		}
	})
}

func TestTextRoundTripsThroughJSON(t *testing.T) {
	m := mustModel(t, "x-model: shop\ntype: object\nproperties:\n  a: {type: string}\n")
	f := field(t, m, "a")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[^\x00]*`).Draw(t, "text")
		if back, fault := f.EncodeJSON(f.AppendJSON(nil, text)); fault != nil || back != text {
			t.Fatalf("%s became %#v, %v", strconv.Quote(text), back, fault)
		}
	})
}

func TestEncodeJSONTakesAnObjectAsAWhole(t *testing.T) {
	m := mustModel(t, everyKind)
	tests := map[string]struct{ field, raw, code string }{
		"complete":         {"profile", ` {"kind":"k"} `, ""},
		"incomplete":       {"profile", `{}`, CodeRequired},
		"not JSON":         {"name", `ab`, CodeType},
		"nothing":          {"name", ``, CodeInvalidJSON},
		"half a text":      {"name", `"ab`, CodeInvalidJSON},
		"two values":       {"count", `1 2`, CodeType},
		"no number at all": {"size", `0x1`, CodeType},
		"not a number":     {"size", `NaN`, CodeType},
		"a plus":           {"count", `+1`, CodeType},
		"hexadecimal":      {"size", `0x1p4`, CodeType},
		"infinite":         {"size", `-Inf`, CodeType},
		"leading zeros":    {"size", `01`, CodeType},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, fault := field(t, m, tt.field).EncodeJSON([]byte(tt.raw))
			switch {
			case fault == nil && tt.code != "", fault != nil && fault.Code != tt.code:
				t.Errorf("got %v, want %q", fault, tt.code)
			}
		})
	}
}

func TestNoIDHoldsWhatADatabaseRefuses(t *testing.T) {
	free := mustModel(t, `{x-model: free, type: object, properties: {id: {type: string, x-role: id, readOnly: true}}}`)
	for _, m := range append(Shipped().All(), free) {
		for _, text := range []string{"", "\x00", "a\x00b", "\xff", "a\xc3", "\xed\xa0\x80", "550e8400-e29b-41d4-a716-44665544000\x00", strings.Repeat("a", 100_000)} {
			if id, ok := m.ParseID(text); ok {
				t.Errorf("%s: %.50q is the id %.50v", m.Name, text, id)
			}
		}
	}
}
