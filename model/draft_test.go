package model

import (
	"regexp"
	"strings"
	"testing"
)

func TestDraftsMayGiveWhatTheirPurposeAllows(t *testing.T) {
	m := mustModel(t, everyKind)
	tests := map[string]struct {
		raw     string
		purpose Purpose
		want    []string
	}{
		"an id at creation":             {`{"id":5,"name":"ab"}`, Create, nil},
		"null for the id":               {`{"id":null,"name":"ab"}`, Create, nil},
		"a read-only field at creation": {`{"name":"ab","made":"x","createdAt":"2024-01-01T00:00:00Z","version":2}`, Create, []string{"/made read_only", "/createdAt read_only", "/version read_only"}},
		"all of them in an import":      {`{"id":5,"version":2,"made":"x","createdAt":"2024-01-01T00:00:00Z","lastJobId":"j","number":4,"key":"k_1"}`, Import, nil},
		"null for what is generated":    {`{"id":1,"version":null,"updatedAt":null,"number":null,"key":null,"lastJobId":null}`, Import, nil},
		"masks":                         {`{"token":"***","password":"***"}`, Import, nil},
		"an id of another type":         {`{"id":"5"}`, Import, []string{"/id type"}},
		"a version below one":           {`{"version":0}`, Import, []string{"/version out_of_range"}},
		"bad values, all named":         {`{"name":null,"count":"1","x":1}`, Import, []string{"/name not_null", "/count type", "/x unknown_field"}},
		"an empty object":               {`{}`, Import, nil},
		"no object":                     {`7`, Import, []string{"type"}},
		"half a line":                   {`{"name":"a`, Import, []string{"/name invalid_json"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, faults := m.CheckDraft([]byte(tt.raw), tt.purpose)
			wantCodes(t, faults, tt.want...)
		})
	}
}

func TestIdAndVersionAreUnderstoodByTheirCommonNames(t *testing.T) {
	m := mustModel(t, "x-model: shop\ntype: object\nproperties:\n  key: {type: string, x-role: id}\n  rev: {type: integer, x-role: version}\n")
	d, faults := m.CheckDraft([]byte(`{"id":"a","version":3,"key":"a","rev":3}`), Import)
	if len(faults) > 0 || d.ID != "a" || d.Version != 3 || len(d.Patch.Sets) != 2 {
		t.Errorf("got %+v, %v", d, faults)
	}
	_, faults = m.CheckDraft([]byte(`{"key":"a","id":"b","rev":1,"version":2}`), Import)
	wantCodes(t, faults, "/id duplicate_key", "/version duplicate_key")
	_, faults = m.CheckDraft([]byte(`{"id":"a","id":"a"}`), Import)
	wantCodes(t, faults, "/id duplicate_key")
}

func TestANewRecordLacksNothingItMustHave(t *testing.T) {
	m := mustModel(t, everyKind)
	tests := map[string]struct {
		raw  string
		want []string
	}{
		"nothing":          {`{}`, []string{"/name required", "/profile required"}},
		"one of two":       {`{"name":"ab"}`, []string{"/profile required"}},
		"within an object": {`{"name":"ab","profile":{}}`, []string{"/profile/kind required"}},
		"deep within":      {`{"name":"ab","profile":{"kind":"k","deep":{"b":1}}}`, []string{"/profile/deep/a required"}},
		"all":              {`{"name":"ab","profile":{"kind":"k","deep":{"a":1}}}`, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, faults := m.CheckDraft([]byte(tt.raw), Create)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			wantCodes(t, m.MissingFor(d), tt.want...)
		})
	}
}

func TestInsertFillsInDefaultsAndGeneratedValues(t *testing.T) {
	m := mustModel(t, everyKind)
	d, faults := m.CheckDraft([]byte(`{"name":"ab","state":"off","custom":{"a":null,"b":1},"tier":null}`), Create)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	values := d.Insert(m)
	want := map[string]any{"name": "ab", "state": "off", "flag": false, "custom": `{"b":1}`, "tier": nil, "id": nil, "version": nil, "number": nil, "createdAt": nil, "email": nil}
	for name, v := range want {
		if got := values[field(t, m, name).Index]; got != v {
			t.Errorf("%s is %#v, want %#v", name, got, v)
		}
	}
	key, _ := values[field(t, m, "key").Index].(string)
	if !regexp.MustCompile(`^k_[0-9a-f]{32}$`).MatchString(key) {
		t.Errorf("key is %q", key)
	}
}

func TestGeneratedIdsFitTheirModels(t *testing.T) {
	for name, pattern := range map[string]string{"plane": `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, "mythic": `^[a-z2-7]{16}$`} {
		m := shippedModel(t, name)
		d, faults := m.CheckDraft([]byte(`{"name":"x"}`), Create)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		id, _ := d.Insert(m)[m.Role(RoleID).Index].(string)
		if !regexp.MustCompile(pattern).MatchString(id) {
			t.Errorf("%s: id %q", name, id)
		}
		if back, ok := m.ParseID(id); !ok || back != id {
			t.Errorf("%s: id %q is read as %v, %v", name, id, back, ok)
		}
	}
}

func TestIdsHaveOneSpelling(t *testing.T) {
	desk, plane, mythic := shippedModel(t, "desk"), shippedModel(t, "plane"), shippedModel(t, "mythic")
	const uuid = "550e8400-e29b-41d4-a716-446655440000"
	tests := []struct {
		m    *Model
		text string
		want any
	}{
		{desk, "12", int64(12)}, {desk, "-1", int64(-1)}, {desk, "012", nil}, {desk, "+1", nil}, {desk, "1.0", nil}, {desk, "", nil}, {desk, "9223372036854775808", nil},
		{plane, uuid, uuid}, {plane, strings.ToUpper(uuid), uuid}, {plane, "x", nil},
		{mythic, "acme-retail", "acme-retail"}, {mythic, "a b", nil}, {mythic, "", nil}, {mythic, strings.Repeat("a", 256), nil},
	}
	for _, tt := range tests {
		got, ok := tt.m.ParseID(tt.text)
		if ok != (tt.want != nil) || ok && got != tt.want {
			t.Errorf("%s %q: got %v, %v", tt.m.Name, tt.text, got, ok)
		}
	}
	d, faults := plane.CheckDraft([]byte(`{"id":"`+strings.ToUpper(uuid)+`"}`), Import)
	if len(faults) > 0 || d.ID != uuid {
		t.Errorf("import of an id in capitals: %v, %v", d.ID, faults)
	}
}

func TestRowsReadCellsByTheirFields(t *testing.T) {
	m := mustModel(t, everyKind)
	tests := map[string]struct {
		name, cell string
		value      any
		merge      string
		want       []string
	}{
		"text that looks like JSON": {"email", "null", nil, "", []string{"/email format"}},
		"text":                      {"name", `a"b`, `a"b`, "", nil},
		"an empty cell clears":      {"email", "", nil, "", nil},
		"a text that must be":       {"name", "", nil, "", []string{"/name too_short"}},
		"an integer":                {"count", "7", int64(7), "", nil},
		"no integer":                {"count", "seven", nil, "", []string{"/count type"}},
		"null is no integer":        {"count", "null", nil, "", []string{"/count type"}},
		"a number":                  {"size", "1.5", 1.5, "", nil},
		"a boolean in capitals":     {"flag", "TRUE", true, "", nil},
		"no boolean":                {"flag", "yes", nil, "", []string{"/flag type"}},
		"a day":                     {"born", "2024-01-31", "2024-01-31", "", nil},
		"an instant":                {"seen", "1970-01-01T00:00:01Z", int64(1000000), "", nil},
		"an object":                 {"custom", `{"b":null,"a":1}`, `{"a":1}`, `{"a":1,"b":null}`, nil},
		"no object":                 {"custom", `{`, nil, "", []string{"/custom invalid_json"}},
		"a list":                    {"tags", `["a"]`, `["a"]`, "", nil},
		"anything":                  {"any", `"x"`, `"x"`, "", nil},
		"invalid UTF-8":             {"name", "a\xff", nil, "", []string{"/name invalid_utf8"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, faults := m.CheckRow(columns(t, m, tt.name), cells(tt.cell))
			wantCodes(t, faults, tt.want...)
			if len(tt.want) == 0 {
				s := d.Patch.Sets[0]
				if s.Value != tt.value || string(s.Merge) != tt.merge {
					t.Errorf("got %#v, merge %s", s.Value, s.Merge)
				}
			}
		})
	}
}

func TestRowsAsAWhole(t *testing.T) {
	m := mustModel(t, everyKind)
	d, faults := m.CheckRow(append(columns(t, m, "id", "version", "name", "token", "key"), Column{}), cells("5", "", "ab", "***", "", "left out"))
	if len(faults) > 0 || d.ID != int64(5) || d.Version != 0 || len(d.Patch.Sets) != 2 {
		t.Errorf("got %+v, %v", d, faults)
	}
	if _, known := m.Column("nope"); known {
		t.Error("there is a column for a field that there is not")
	}
}
