package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// faultyPatches are patches of everyKind with the faults that they have.
var faultyPatches = map[string]struct {
	patch string
	want  []string
}{
	"nothing":                          {`{}`, []string{"empty_patch"}},
	"no object":                        {`[]`, []string{"type"}},
	"null":                             {`null`, []string{"type"}},
	"no JSON":                          {`{"name":`, []string{"/name invalid_json"}},
	"empty text":                       {``, []string{"invalid_json"}},
	"something behind":                 {`{"name":"ab"} x`, []string{"invalid_json"}},
	"invalid UTF-8":                    {"{\"name\":\"\xff\"}", []string{"/name invalid_utf8"}},
	"an unknown field":                 {`{"nam/e":1,"name":"ab"}`, []string{"/nam~1e unknown_field"}},
	"a field twice":                    {`{"name":"ab","na\u006de":"ab"}`, []string{"/name duplicate_key"}},
	"a read-only field":                {`{"made":"x"}`, []string{"/made read_only"}},
	"a role":                           {`{"id":1,"version":1,"createdAt":null}`, []string{"/id read_only", "/version read_only", "/createdAt read_only"}},
	"null for a required field":        {`{"name":null}`, []string{"/name not_null"}},
	"null for a field with a default":  {`{"flag":null}`, []string{"/flag not_null"}},
	"too short":                        {`{"name":"a"}`, []string{"/name too_short"}},
	"too long, in characters":          {`{"name":"éééééé"}`, []string{"/name too_long"}},
	"a number for text":                {`{"name":1}`, []string{"/name type"}},
	"a bad email":                      {`{"email":"a@b"}`, []string{"/email format"}},
	"not the pattern":                  {`{"code":"A"}`, []string{"/code pattern"}},
	"no option":                        {`{"state":"maybe","tier":"iron"}`, []string{"/state enum", "/tier enum"}},
	"half an integer":                  {`{"count":1.5}`, []string{"/count type"}},
	"an integer too large":             {`{"count":9223372036854775808}`, []string{"/count out_of_range"}},
	"out of bounds":                    {`{"count":11,"size":0}`, []string{"/count out_of_range", "/size out_of_range"}},
	"a number too large":               {`{"size":1e400}`, []string{"/size out_of_range"}},
	"a rule of the general validator":  {`{"even":3}`, []string{"/even out_of_range"}},
	"text for a boolean":               {`{"flag":"true"}`, []string{"/flag type"}},
	"no such day":                      {`{"born":"2023-02-29"}`, []string{"/born format"}},
	"a time without offset":            {`{"seen":"2023-02-28T00:00:00"}`, []string{"/seen format"}},
	"a NUL":                            {`{"name":"a\u0000b","any":{"x":["\u0000"]}}`, []string{"/name nul_character", "/any/x/0 nul_character"}},
	"items of a list":                  {`{"tags":["abcd",1,"x"]}`, []string{"/tags too_long", "/tags/0 too_long", "/tags/1 type"}},
	"no list":                          {`{"tags":{}}`, []string{"/tags type"}},
	"nested type":                      {`{"profile":{"age":"old","deep":{"a":"x"}}}`, []string{"/profile/age type", "/profile/deep/a type"}},
	"nested unknown name":              {`{"profile":{"agee":1,"kinds":null}}`, []string{"/profile/agee unknown_field", "/profile/kinds unknown_field"}},
	"removing what is required within": {`{"profile":{"kind":null,"deep":{"a":null}}}`, []string{"/profile/kind not_null", "/profile/deep/a not_null"}},
	"a nested name twice":              {`{"custom":{"a":1,"a":2}}`, []string{"/custom/a duplicate_key"}},
	"20 levels within":                 {`{"any":` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + `}`, []string{"/any" + strings.Repeat("/0", 19) + " too_deep"}},
	"a number too large within":        {`{"custom":{"a":1e999}}`, []string{"/custom/a out_of_range"}},
	"a short password":                 {`{"password":"abc"}`, []string{"/password too_short"}},
	"a password that would be cut":     {`{"password":"` + strings.Repeat("é", 37) + `"}`, []string{"/password too_long"}},
	"several at once":                  {`{"x":1,"name":null,"flag":0,"custom":[],"id":7}`, []string{"/x unknown_field", "/name not_null", "/flag type", "/custom type", "/id read_only"}},
	"a mask beside a fault":            {`{"token":"***","name":1}`, []string{"/name type"}},
}

func TestCheckPatchNamesEveryFault(t *testing.T) {
	m := mustModel(t, everyKind)
	for name, tt := range faultyPatches {
		t.Run(name, func(t *testing.T) {
			p, faults := m.CheckPatch([]byte(tt.patch), PatchOptions{})
			wantCodes(t, faults, tt.want...)
			if len(p.Sets) > 0 {
				t.Error("a faulty patch has sets")
			}
		})
	}
}

func TestCheckPatchKeepsValuesInStoredForm(t *testing.T) {
	m := mustModel(t, everyKind)
	tests := map[string]struct {
		patch string
		field string
		value any
		merge string
	}{
		"text":                         {`{"name":"a\u00e9b"}`, "name", "aéb", ""},
		"null clears":                  {`{"email":null}`, "email", nil, ""},
		"null clears what is optional": {`{"code":null}`, "code", nil, ""},
		"an integer":                   {`{"count":-5}`, "count", int64(-5), ""},
		"an integer with a fraction":   {`{"count":1.0}`, "count", int64(1), ""},
		"an integer with an exponent":  {`{"count":0.1e2}`, "count", int64(10), ""},
		"a number":                     {`{"size":2}`, "size", float64(2), ""},
		"a boolean":                    {`{"flag":true}`, "flag", true, ""},
		"a day":                        {`{"born":"2024-02-29"}`, "born", "2024-02-29", ""},
		"an instant":                   {`{"seen":"1970-01-01T01:00:00.5+01:00"}`, "seen", int64(500000), ""},
		"a list":                       {`{"tags":[ "b", "a" ]}`, "tags", `["b","a"]`, ""},
		"an object merges":             {`{"custom":{"b":1.0,"a":null,"c":{"d":null}}}`, "custom", `{"b":1,"c":{}}`, `{"a":null,"b":1,"c":{"d":null}}`},
		"an empty object merges":       {`{"custom":{}}`, "custom", `{}`, `{}`},
		"null clears an object":        {`{"custom":null}`, "custom", nil, ""},
		"a nested patch":               {`{"profile":{"age":null}}`, "profile", `{}`, `{"age":null}`},
		"anything that is an object":   {`{"any":{"a":null}}`, "any", `{}`, `{"a":null}`},
		"anything that is text":        {`{"any":"x"}`, "any", `"x"`, ""},
		"anything that is null":        {`{"any":null}`, "any", nil, ""},
		"a secret":                     {`{"token":"t"}`, "token", "t", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, faults := m.CheckPatch([]byte(tt.patch), PatchOptions{})
			if len(faults) > 0 || len(p.Sets) != 1 {
				t.Fatalf("got %v, %v", p, faults)
			}
			s := p.Sets[0]
			if s.Field.Name != tt.field || s.Value != tt.value || string(s.Merge) != tt.merge || s.Pointer != "/"+tt.field {
				t.Errorf("got %s = %#v, merge %s, at %s", s.Field.Name, s.Value, s.Merge, s.Pointer)
			}
		})
	}
}

func TestSetsFollowTheFieldsNotThePatch(t *testing.T) {
	m := mustModel(t, everyKind)
	p, faults := m.CheckPatch([]byte(`{"any":1,"state":"off","name":"ab"}`), PatchOptions{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for i, name := range []string{"name", "state", "any"} {
		if p.Sets[i].Field.Name != name {
			t.Errorf("set %d is %s", i, p.Sets[i].Field.Name)
		}
	}
}

func TestAMaskWrittenBackChangesNothing(t *testing.T) {
	m := mustModel(t, everyKind)
	p, faults := m.CheckPatch([]byte(`{"token":"***","password":"***"}`), PatchOptions{})
	if len(faults) > 0 || len(p.Sets) > 0 {
		t.Errorf("got %v, %v", p, faults)
	}
	if _, faults := shippedModel(t, "mythic").CheckPatch([]byte(`{"secret_key":"***","name":"x"}`), PatchOptions{}); len(faults) > 0 {
		t.Errorf("the mask of a read-only secret: %v", faults)
	}
	if p, faults := m.CheckPatch([]byte(`{"inbox":"***"}`), PatchOptions{}); len(faults) > 0 || len(p.Sets) > 0 {
		t.Errorf("the mask of a write-only value: %v, %v", p, faults)
	}
}

func TestAReadOnlySecretIsRefusedWhateverItsValue(t *testing.T) {
	m := shippedModel(t, "mythic")
	for _, o := range []PatchOptions{{}, {Single: true}} {
		for _, value := range []string{`"sk_1"`, `"sk_2"`, `null`, `7`} {
			p, faults := m.CheckPatch([]byte(`{"secret_key":`+value+`}`), o)
			if len(faults) != 1 || faults[0].Code != CodeReadOnly || len(p.ReadOnly) > 0 {
				t.Errorf("%s: %v, and left to compare %v", value, faults, p.ReadOnly)
			}
		}
		if p, faults := m.CheckPatch([]byte(`{"secret_key":"***","name":"x"}`), o); len(faults) > 0 || len(p.ReadOnly) > 0 {
			t.Errorf("its mask: %v", faults)
		}
	}
}

func TestAWriteOnlyObjectIsHiddenInRequests(t *testing.T) {
	m := mustModel(t, "x-model: every\ntype: object\nproperties:\n  keys: {type: [object, \"null\"], writeOnly: true}\n")
	p, faults := m.CheckPatch([]byte(`{"keys":{"a":"s3cret"}}`), PatchOptions{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if got := string(p.Display()); got != `{"keys":"***"}` {
		t.Errorf("shown as %s", got)
	}
}

func TestASingleMayRepeatReadOnlyValues(t *testing.T) {
	m := mustModel(t, everyKind)
	r := Record{Values: make([]any, len(m.Fields))}
	set := func(name string, v any) { r.Values[field(t, m, name).Index] = v }
	set("id", int64(7))
	set("version", int64(3))
	set("createdAt", int64(0))
	set("made", []byte("hand")) // as a driver gives it
	set("number", int64(1))
	tests := map[string]struct {
		patch string
		want  []string
	}{
		"all equal":         {`{"id":7,"version":3,"createdAt":"1970-01-01T01:00:00+01:00","made":"hand","number":1.0,"lastJobId":null,"name":"ab"}`, nil},
		"another id":        {`{"id":8}`, []string{"/id read_only"}},
		"another type":      {`{"id":"7","createdAt":0}`, []string{"/id read_only", "/createdAt read_only"}},
		"null for a value":  {`{"made":null}`, []string{"/made read_only"}},
		"a value for null":  {`{"lastJobId":"j"}`, []string{"/lastJobId read_only"}},
		"null where no one": {`{"version":null}`, []string{"/version read_only"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, faults := m.CheckPatch([]byte(tt.patch), PatchOptions{Single: true})
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			wantCodes(t, p.CheckReadOnly(r), tt.want...)
			back, err := m.UnmarshalStored(p.MarshalStored())
			if err != nil {
				t.Fatal(err)
			}
			wantCodes(t, back.CheckReadOnly(r), tt.want...)
		})
	}
}

func TestNewOptionsAreAcceptedOnlyWhereAskedFor(t *testing.T) {
	m := mustModel(t, everyKind)
	tier := field(t, m, "tier")
	added := func(f *Field) []string {
		if f == tier {
			return []string{"iron"}
		}
		return nil
	}
	tests := map[string]struct {
		patch string
		o     PatchOptions
		want  []string
		fresh string // new option
	}{
		"known":                  {`{"tier":"gold"}`, PatchOptions{}, nil, ""},
		"added by the workspace": {`{"tier":"iron"}`, PatchOptions{Choices: added}, nil, ""},
		"unknown":                {`{"tier":"tin"}`, PatchOptions{Choices: added}, []string{"/tier enum"}, ""},
		"unknown but allowed":    {`{"tier":"tin"}`, PatchOptions{Choices: added, AllowNewChoices: true}, nil, "tin"},
		"not an extensible one":  {`{"state":"tin"}`, PatchOptions{AllowNewChoices: true}, []string{"/state enum"}, ""},
		"a cleared one":          {`{"tier":null}`, PatchOptions{AllowNewChoices: true}, nil, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, faults := m.CheckPatch([]byte(tt.patch), tt.o)
			wantCodes(t, faults, tt.want...)
			fresh := ""
			for _, s := range p.NewChoices(tt.o.Choices) {
				fresh += s.Value.(string)
			}
			if fresh != tt.fresh {
				t.Errorf("new options %q, want %q", fresh, tt.fresh)
			}
		})
	}
}

func TestSecretsAreHiddenAndPasswordsHashed(t *testing.T) {
	m := mustModel(t, everyKind)
	p, faults := m.CheckPatch([]byte(`{"token":"t0ken","password":"pa<s>s","inbox":"letter","email":null,"custom":{"b":null,"a":"&"},"seen":"2024-01-01T02:00:00+02:00"}`), PatchOptions{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	sealed, err := p.Seal()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"custom":{"a":"&","b":null},"email":null,"inbox":"***","password":"***","seen":"2024-01-01T00:00:00Z","token":"***"}`
	if got := string(sealed.Display()); got != want {
		t.Errorf("shown as %s", got)
	}
	back, err := m.UnmarshalStored(sealed.MarshalStored())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range back.Sets {
		if s.Field.Name == "password" && bcrypt.CompareHashAndPassword([]byte(s.Value.(string)), []byte("pa<s>s")) != nil {
			t.Error("the hash is not of the password")
		}
	}
	if strings.Contains(string(sealed.MarshalStored()), "pa<s>s") {
		t.Error("the stored patch has the password")
	}
}

func TestAStoredPatchNeedsItsFields(t *testing.T) {
	m := mustModel(t, everyKind)
	p, _ := m.CheckPatch([]byte(`{"name":"ab"}`), PatchOptions{})
	other := mustModel(t, "x-model: every\ntype: object\nproperties:\n  nam: {type: string}\n")
	if _, err := other.UnmarshalStored(p.MarshalStored()); err == nil {
		t.Error("a field that is gone was read")
	}
	other = mustModel(t, "x-model: every\ntype: object\nproperties:\n  name: {type: integer}\n")
	if _, err := other.UnmarshalStored(p.MarshalStored()); err == nil {
		t.Error("a field of another kind was read")
	}
	if _, err := m.UnmarshalStored([]byte("{")); err == nil {
		t.Error("half a patch was read")
	}
}

func TestAPatchMergesAThousandNamesAtMost(t *testing.T) {
	m := mustModel(t, everyKind)
	object := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"n%d":1`, i)
		}
		return "{" + strings.TrimPrefix(b.String(), ",") + "}"
	}
	for name, tt := range map[string]struct {
		patch string
		want  []string
	}{
		"as many as may":            {`{"custom":` + object(MaxNames) + `}`, nil},
		"one more":                  {`{"custom":` + object(MaxNames+1) + `}`, []string{"too_many_names"}},
		"in several fields":         {`{"custom":` + object(600) + `,"any":` + object(401) + `}`, []string{"too_many_names"}},
		"within one another":        {`{"custom":{"a":` + object(500) + `,"b":{"c":` + object(498) + `}}}`, []string{"too_many_names"}},
		"with those around them":    {`{"custom":{"a":` + object(500) + `,"b":{"c":` + object(497) + `}}}`, nil},
		"names that go":             {`{"custom":` + strings.ReplaceAll(object(MaxNames+1), ":1", ":null") + `}`, []string{"too_many_names"}},
		"a list is no merge":        {`{"any":[` + object(2*MaxNames) + `]}`, nil},
		"a list within is no merge": {`{"custom":{"a":[` + object(2*MaxNames) + `]}}`, nil},
	} {
		_, faults := m.CheckPatch([]byte(tt.patch), PatchOptions{})
		if got := codes(faults); !slices.Equal(got, tt.want) && len(got)+len(tt.want) > 0 {
			t.Errorf("%s: %v", name, faults)
		}
	}
	if _, faults := m.CheckDraft([]byte(`{"name":"ab","profile":{"kind":"k"},"custom":`+object(2*MaxNames)+`}`), Import); len(faults) > 0 {
		t.Errorf("a record as a whole: %v", faults)
	}
}

func TestADayThatIsNotInItsListIsRefused(t *testing.T) {
	m := mustModel(t, `
x-model: days
type: object
properties:
  eve: {type: string, format: date, enum: ["2024-12-24", "2024-12-31"]}
`)
	for patch, want := range map[string][]string{
		`{"eve":"2024-12-24"}`: nil,
		`{"eve":"2024-12-23"}`: {"/eve enum"},
		`{"eve":"2024-12-32"}`: {"/eve format"},
	} {
		_, faults := m.CheckPatch([]byte(patch), PatchOptions{})
		wantCodes(t, faults, want...)
	}
}
